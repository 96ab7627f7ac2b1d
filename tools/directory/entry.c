/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What ldbsearch prints in another form than the directory stores it: GUIDs
 * and SIDs become bytes again. Security descriptors in SDDL are left out, and
 * the class of an entry without one is guessed from its attributes; both are
 * counted, since the report has to say so.
 */
#include "entry.h"

#include <stdlib.h>
#include <string.h>

#define MAX_SUB_AUTHORITIES 15

#define UAC_COMPUTER (0x1000 | 0x2000 | 0x04000000)
#define DESCRIPTOR_REVISION 1

static bool normalize_guid(struct ldb_message *msg)
{
	static const char attr[] = "objectGUID";
	const char *text = spn_values_text(msg, attr);
	uint8_t bytes[SPN_GUID_BYTES] = {};

	if (spn_values_guid(msg, attr) != NULL) {
		return true;
	}
	if (text != NULL && spn_guid_bytes(spn_str_of(text), bytes)) {
		return spn_values_replace(msg,
					  attr,
					  (struct spn_str){
						  .data = (const char *)bytes,
						  .len = sizeof(bytes),
					  });
	}
	ldb_msg_remove_attr(msg, attr);
	return true;
}

/* "S-1-5-21-1-2-3" (MS-DTYP 2.4.2.1) as bytes (2.4.2.2); 0: it is none. */
static size_t sid_bytes(const char *text,
			uint8_t bytes[8 + 4 * MAX_SUB_AUTHORITIES])
{
	unsigned long long authority;
	size_t num = 0;
	char *end = NULL;
	int i;

	if (strncmp(text, "S-1-", strlen("S-1-")) != 0) {
		return 0;
	}
	authority = strtoull(text + strlen("S-1-"), &end, 0);
	bytes[0] = 1;
	for (i = 0; i < 6; i++) {
		bytes[2 + i] = (uint8_t)(authority >> (8 * (5 - i)));
	}
	while (*end == '-' && num < MAX_SUB_AUTHORITIES) {
		unsigned long long sub = strtoull(end + 1, &end, 10);

		for (i = 0; i < 4; i++) {
			bytes[8 + 4 * num + (size_t)i] = (uint8_t)(sub >>
								   (8 * i));
		}
		num++;
	}
	bytes[1] = (uint8_t)num;
	return (*end == '\0' && num > 0) ? 8 + 4 * num : 0;
}

static bool normalize_sid(struct ldb_message *msg)
{
	static const char attr[] = "objectSid";
	const char *text = spn_values_text(msg, attr);
	uint8_t bytes[8 + 4 * MAX_SUB_AUTHORITIES] = {};
	size_t len = (text == NULL) ? 0 : sid_bytes(text, bytes);

	return len == 0 || spn_values_replace(msg,
					      attr,
					      (struct spn_str){
						      .data = (char *)bytes,
						      .len = len,
					      });
}

static void drop_sddl(struct ldb_message *msg, struct audit_entry_gaps *gaps)
{
	static const char attr[] = "nTSecurityDescriptor";
	struct spn_str descriptor = spn_values_first(msg, attr);

	if (spn_values_of(msg, attr) != NULL &&
	    (descriptor.len == 0 || descriptor.data[0] != DESCRIPTOR_REVISION))
	{
		ldb_msg_remove_attr(msg, attr);
		gaps->num_descriptors++;
	}
}

/* Groups have a sAMAccountName, too. */
static bool guess_class(struct ldb_message *msg, struct audit_entry_gaps *gaps)
{
	static const char class[] = "objectClass";
	const char *name = spn_values_text(msg, "sAMAccountName");
	size_t len = (name == NULL) ? 0 : strlen(name);
	bool has_control = spn_values_of(msg, "userAccountControl") != NULL;
	int64_t control = spn_values_int64(msg, "userAccountControl");
	bool is_computer = has_control ? (control & UAC_COMPUTER) != 0
				       : len > 0 && name[len - 1] == '$';

	if (spn_values_of(msg, class) != NULL || len == 0) {
		return true;
	}
	if (!has_control && !is_computer &&
	    spn_values_of(msg, "servicePrincipalName") == NULL)
	{
		return true;
	}
	gaps->num_guessed++;
	return ldb_msg_add_string(msg, class, "user") == LDB_SUCCESS &&
	       (!is_computer ||
		ldb_msg_add_string(msg, class, "computer") == LDB_SUCCESS);
}

bool audit_entry_normalize(struct ldb_message *msg,
			   struct audit_entry_gaps *gaps)
{
	drop_sddl(msg, gaps);
	return normalize_guid(msg) && normalize_sid(msg) &&
	       guess_class(msg, gaps);
}

/* --------------------------------------------------------- longest values */

/* Of a DN in a message; an SPN on the same account may be long, too. */
#define SHOWN 300

const char *audit_too_long_text(TALLOC_CTX *mem_ctx,
				const struct ldb_message *msg,
				const char *attr,
				size_t len)
{
	const char *dn = ldb_dn_get_linearized(msg->dn);

	return talloc_asprintf(mem_ctx,
			       "%s of %.*s has a value of %zu bytes, and no "
			       "directory holds more than %zu: nothing was "
			       "checked; remove it",
			       attr,
			       SHOWN,
			       (dn == NULL) ? "?" : dn,
			       len,
			       AUDIT_LONGEST_VALUE);
}

const char *audit_too_long(TALLOC_CTX *mem_ctx,
			   const struct ldb_message *msg,
			   bool *_is)
{
	unsigned i;
	size_t j;

	for (i = 0; i < msg->num_elements; i++) {
		const struct ldb_message_element *el = &msg->elements[i];
		size_t num = spn_values_num(el);

		for (j = 0; j < num; j++) {
			size_t len = spn_values_get(el, j).len;

			if (len > AUDIT_LONGEST_VALUE) {
				*_is = true;
				return audit_too_long_text(mem_ctx,
							   msg,
							   el->name,
							   len);
			}
		}
	}
	*_is = false;
	return NULL;
}
