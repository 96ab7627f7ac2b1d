/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A list is looked for by its bytes, the pointers to its accounts: the same
 * accounts in the same order are one list. What is kept lies in an arena.
 */
#include "lists.h"

#include <string.h>

#include "common/arena.h"
#include "policy/slots.h"

struct audit_lists {
	struct spn_holders *known;
	size_t num_known;
	struct spn_slots by_accounts;
	struct spn_arena arena;
};

struct audit_lists *audit_lists_new(TALLOC_CTX *mem_ctx)
{
	return talloc_zero(mem_ctx, struct audit_lists);
}

static struct spn_str bytes_of(const struct spn_holders *list)
{
	return (struct spn_str){
		.data = (const char *)list->accounts,
		.len = list->num_accounts * sizeof(struct spn_account *),
	};
}

static bool add(struct audit_lists *lists,
		uint32_t hash,
		const struct spn_holders *list)
{
	size_t num = lists->num_known;
	struct spn_holders kept = *list;

	kept.accounts = spn_arena_take_object(lists,
					      &lists->arena,
					      bytes_of(list).len);
	if (kept.accounts == NULL) {
		return false;
	}
	memcpy(kept.accounts, list->accounts, bytes_of(list).len);
	/* Room for 1, 2, 4, 8... */
	if ((num & (num - 1)) == 0) {
		struct spn_holders *known = talloc_realloc(lists,
							   lists->known,
							   struct spn_holders,
							   (num == 0)
								   ? 1
								   : num * 2);

		if (known == NULL) {
			return false;
		}
		lists->known = known;
	}
	lists->known[lists->num_known++] = kept;
	return spn_slots_add(lists, &lists->by_accounts, hash, (uint32_t)num);
}

bool audit_lists_keep(struct audit_lists *lists, struct spn_holders *list)
{
	struct spn_str bytes = bytes_of(list);
	uint32_t hash = 0;
	uint32_t number = 0;
	size_t place = 0;

	if (list->num_accounts == 0) {
		return true;
	}
	hash = spn_slots_hash(0, bytes, false);
	while (spn_slots_next(&lists->by_accounts, hash, &place, &number)) {
		if (spn_str_equal(bytes_of(&lists->known[number]), bytes)) {
			*list = lists->known[number];
			return true;
		}
	}
	if (!add(lists, hash, list)) {
		return false;
	}
	*list = lists->known[lists->num_known - 1];
	return true;
}
