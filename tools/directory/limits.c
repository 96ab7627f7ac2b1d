/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Looks for values that are too long, and makes the text that says so.
 */
#include "limits.h"

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
