/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A module that registers a control appears in supportedControl of the
 * rootDSE. It is all that can be seen over LDAP of the list of modules.
 */
#include "presence.h"

#include "spn_policy.h"

#include <string.h>

enum spn_presence spn_presence_of(
	const struct ldb_message_element *supported_controls)
{
	if (!spn_values_has(supported_controls,
			    spn_str_of(SPN_POLICY_CONTROL_OID)))
	{
		return SPN_PRESENCE_NOT_SEEN;
	}
	return spn_values_has(supported_controls,
			      spn_str_of(SPN_POLICY_WATCHES_OID))
		       ? SPN_PRESENCE_WATCHES
		       : SPN_PRESENCE_ENFORCES;
}

/* A Samba DC names itself; no other is known that says it is one of AD. */
bool spn_presence_is_windows(const struct ldb_message *root)
{
	static const char active_directory[] = "1.2.840.113556.1.4.800";
	const char *vendor = spn_values_text(root, "vendorName");

	return spn_values_has(spn_values_of(root, "supportedCapabilities"),
			      spn_str_of(active_directory)) &&
	       (vendor == NULL || strstr(vendor, "Samba") == NULL);
}
