/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit_entry.h"

#include <stdlib.h>
#include <string.h>

#define GUID_TEXT 36
#define GUID_BYTES 16
#define MAX_SUB_AUTHORITIES 15

#define UAC_COMPUTER (0x1000 | 0x2000 | 0x04000000)
#define DESCRIPTOR_REVISION 1

static bool replace(struct ldb_message *msg,
		    struct ldb_val *value,
		    const uint8_t *bytes,
		    size_t len)
{
	uint8_t *copy = talloc_memdup(msg, bytes, len);

	if (copy == NULL) {
		return false;
	}
	value->data = copy;
	value->length = len;
	return true;
}

static bool normalize_guid(struct ldb_message *msg)
{
	static const char attr[] = "objectGUID";
	struct ldb_message_element *el = ldb_msg_find_element(msg, attr);
	uint8_t bytes[GUID_BYTES] = {};

	if (el == NULL || el->values[0].length == GUID_BYTES) {
		return true;
	}
	if (el->values[0].length == GUID_TEXT &&
	    spn_store_guid_bytes((const char *)el->values[0].data, bytes))
	{
		return replace(msg, &el->values[0], bytes, sizeof(bytes));
	}
	ldb_msg_remove_element(msg, el);
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
	struct ldb_message_element *el = ldb_msg_find_element(msg,
							      "objectSid");
	uint8_t bytes[8 + 4 * MAX_SUB_AUTHORITIES] = {};
	size_t len = 0;

	if (el != NULL) {
		len = sid_bytes((const char *)el->values[0].data, bytes);
	}
	return len == 0 || replace(msg, &el->values[0], bytes, len);
}

static void drop_sddl(struct ldb_message *msg,
		      struct audit_entry_losses *losses)
{
	struct ldb_message_element *el =
		ldb_msg_find_element(msg, "nTSecurityDescriptor");

	if (el != NULL && (el->values[0].length == 0 ||
			   el->values[0].data[0] != DESCRIPTOR_REVISION))
	{
		ldb_msg_remove_element(msg, el);
		losses->num_descriptors++;
	}
}

/* Groups have a sAMAccountName, too. */
static bool guess_class(struct ldb_message *msg,
			struct audit_entry_losses *losses)
{
	static const char class[] = "objectClass";
	const char *name = ldb_msg_find_attr_as_string(msg,
						       "sAMAccountName",
						       "");
	size_t len = strlen(name);
	bool has_control = ldb_msg_find_element(msg, "userAccountControl") !=
			   NULL;
	int64_t control = ldb_msg_find_attr_as_int64(msg,
						     "userAccountControl",
						     0);
	bool is_computer = has_control ? (control & UAC_COMPUTER) != 0
				       : len > 0 && name[len - 1] == '$';

	if (ldb_msg_find_element(msg, class) != NULL || len == 0) {
		return true;
	}
	if (!has_control && !is_computer &&
	    ldb_msg_find_element(msg, "servicePrincipalName") == NULL)
	{
		return true;
	}
	losses->num_guessed++;
	return ldb_msg_add_string(msg, class, "user") == LDB_SUCCESS &&
	       (!is_computer ||
		ldb_msg_add_string(msg, class, "computer") == LDB_SUCCESS);
}

bool audit_entry_normalize(struct ldb_message *msg,
			   struct audit_entry_losses *losses)
{
	drop_sddl(msg, losses);
	return normalize_guid(msg) && normalize_sid(msg) &&
	       guess_class(msg, losses);
}
