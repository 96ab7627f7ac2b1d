/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * It is all that can be seen over LDAP of the list of modules.
 */
#include "presence.h"

#include "policy/dc_state.h"

#include <string.h>

/* False: it says nothing, or nothing that can be understood. */
static bool read_state(const struct ldb_message *root,
		       struct spn_dc_state *_state)
{
	const char *reason = NULL;

	return spn_dc_state_parse(spn_values_first(root,
						   SPN_DC_STATE_ATTRIBUTE),
				  _state,
				  &reason);
}

enum spn_presence spn_presence_of(const struct ldb_message *root)
{
	struct spn_dc_state state = {};

	if (!read_state(root, &state)) {
		return SPN_PRESENCE_NOT_SEEN;
	}
	return (state.mode == SPN_DC_ENFORCE) ? SPN_PRESENCE_ENFORCES
					      : SPN_PRESENCE_WATCHES;
}

uint32_t spn_presence_ticket_types(const struct ldb_message *root)
{
	struct spn_dc_state state = {};

	return read_state(root, &state) ? state.tickets : 0;
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
