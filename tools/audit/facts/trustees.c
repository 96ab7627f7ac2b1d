/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names by SID: of the accounts that an audit has seen, and of the few that
 * are the same in every domain.
 */
#include "trustees.h"

#include <string.h>

#include "policy/slots.h"

struct trustee {
	struct spn_str sid; /* as text */
	char *text;
};

struct audit_trustees {
	struct spn_slots by_sid;
	struct trustee *names;
	size_t num_names;
};

struct audit_trustees *audit_trustees_new(TALLOC_CTX *mem_ctx)
{
	return talloc_zero(mem_ctx, struct audit_trustees);
}

bool audit_trustees_add(struct audit_trustees *trustees,
			const struct ldb_message *msg)
{
	struct spn_str sid = spn_values_sid(msg, "objectSid");
	const char *name = spn_values_text(msg, "sAMAccountName");
	struct trustee trustee = {};
	size_t num = trustees->num_names;

	if (sid.len == 0 || name == NULL) {
		return true;
	}
	if ((num & (num - 1)) == 0) {
		trustees->names = talloc_realloc(trustees,
						 trustees->names,
						 struct trustee,
						 (num == 0) ? 1 : num * 2);
		if (trustees->names == NULL) {
			return false;
		}
	}
	trustee.text = spn_sid_text(trustees, sid);
	if (trustee.text != NULL) {
		trustee.sid = spn_str_of(trustee.text);
		trustee.text = talloc_strdup(trustees, name);
	}
	if (trustee.text == NULL) {
		return false;
	}
	trustees->names[trustees->num_names++] = trustee;
	return spn_slots_add(trustees,
			     &trustees->by_sid,
			     spn_slots_hash(0, trustee.sid, false),
			     (uint32_t)num);
}

const char *audit_trustees_name(const struct audit_trustees *trustees,
				const char *sid)
{
	static const struct {
		const char *sid;
		const char *name;
	} well_known[] = {
		{"S-1-1-0", "Everyone"},
		{"S-1-5-7", "Anonymous"},
		{"S-1-5-10", "the account itself"},
		{"S-1-5-11", "Authenticated Users"},
		{"S-1-5-32-545", "BUILTIN\\Users"},
	};
	struct spn_str wanted = spn_str_of(sid);
	size_t place = 0;
	uint32_t number = 0;
	size_t i;

	for (i = 0; i < sizeof(well_known) / sizeof(well_known[0]); i++) {
		if (strcmp(well_known[i].sid, sid) == 0) {
			return well_known[i].name;
		}
	}
	while (spn_slots_next(&trustees->by_sid,
			      spn_slots_hash(0, wanted, false),
			      &place,
			      &number))
	{
		if (spn_str_equal(trustees->names[number].sid, wanted)) {
			return trustees->names[number].text;
		}
	}
	return sid;
}
