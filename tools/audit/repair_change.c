/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Samba looks at each SPN that a request names, also at one that goes, and
 * refuses what it would not let in today. So what has to go is sometimes left
 * out of a list that is written anew.
 */
#include "repair_change.h"

#include "policy/room.h"

#include <string.h>

static bool count_holders(const struct spn_case *c,
			  const struct spn_value *value,
			  size_t *_num)
{
	struct spn_holders holders = {};

	if (!spn_index_holders_of(c->index, c->index, value, &holders)) {
		return false;
	}
	*_num = holders.num_accounts;
	spn_holders_free(&holders);
	return true;
}

bool audit_repair_count(TALLOC_CTX *mem_ctx,
			const struct spn_case *c,
			struct spn_str spn,
			struct spn_str *_key,
			size_t *_num)
{
	const struct spn_fold *fold = spn_index_fold(c->index);
	struct spn_value value = {.value = spn};

	if (!spn_fold_text(fold, mem_ctx, spn, &value.key) ||
	    !count_holders(c, &value, _num))
	{
		return false;
	}
	*_key = value.key;
	return true;
}

struct audit_repair *audit_repair_new(TALLOC_CTX *mem_ctx,
				      const struct spn_account *account)
{
	struct audit_repair *repair = talloc_zero(mem_ctx,
						  struct audit_repair);

	if (repair != NULL) {
		repair->account = account;
		repair->attr = AUDIT_ATTR_SPN;
	}
	return repair;
}

static bool append(struct audit_repair *repair,
		   struct spn_str **list,
		   size_t *num,
		   struct spn_str value)
{
	bool adds = list == &repair->add;
	uint32_t hash = spn_slots_hash(adds ? 1 : 0, value, true);
	struct spn_str *grown = NULL;
	size_t place = 0;
	uint32_t i = 0;

	while (spn_slots_next(&repair->by_value, hash, &place, &i)) {
		if (i < *num && spn_str_equal_nocase((*list)[i], value)) {
			return true;
		}
	}
	grown = spn_room(repair, *list, *num, struct spn_str);
	if (grown == NULL ||
	    !spn_slots_add(repair, &repair->by_value, hash, (uint32_t)*num))
	{
		return false;
	}
	*list = grown;
	grown[(*num)++] = value;
	return true;
}

bool audit_repair_add(struct audit_repair *repair, struct spn_str value)
{
	return append(repair, &repair->add, &repair->num_add, value);
}

bool audit_repair_remove(struct audit_repair *repair, struct spn_str value)
{
	return append(repair, &repair->remove, &repair->num_remove, value);
}

/* In these very bytes, if it is in the list already or not. */
static bool push_removal(struct audit_repair *repair, struct spn_str value)
{
	uint32_t hash = spn_slots_hash(0, value, true);

	repair->remove = spn_room(repair,
				  repair->remove,
				  repair->num_remove,
				  struct spn_str);
	if (repair->remove == NULL ||
	    !spn_slots_add(repair,
			   &repair->by_value,
			   hash,
			   (uint32_t)repair->num_remove))
	{
		return false;
	}
	repair->remove[repair->num_remove++] = value;
	return true;
}

bool audit_repair_remove_spn(struct audit_repair *repair,
			     const struct spn_case *c,
			     struct spn_str spn)
{
	const struct spn_set *spns = &repair->account->spns;
	struct spn_str key = {};
	struct spn parsed = {};
	size_t num = 0;
	size_t i;

	if (!audit_repair_count(repair, c, spn, &key, &num)) {
		return false;
	}
	/* Samba refuses to delete a value that others hold, too, and one that
	 * it would not let in. */
	repair->replace |= num > 1 ||
			   spn_parse(spn, &parsed) != SPN_SYNTAX_OK ||
			   spn_account_count(repair->account, key) > 1;
	if (spn_account_count(repair->account, key) < 2) {
		return audit_repair_remove(repair, spn);
	}
	for (i = 0; i < spns->num; i++) {
		if (spn_str_equal(spns->values[i].key, key) &&
		    !push_removal(repair, spns->values[i].value))
		{
			return false;
		}
	}
	return true;
}

bool audit_repair_remove_twins(struct audit_repair *repair, struct spn_str key)
{
	const struct spn_set *spns = &repair->account->spns;
	const struct spn_value *value = spn_set_find(spns, key);
	const struct spn_value *first = value;
	size_t left = spn_set_count(spns, key);

	/* The others come behind the first. The same bytes once more go by
	 * themselves when all is written anew. */
	for (; left > 1; left--) {
		do {
			value++;
		} while (!spn_str_equal(value->key, key));
		if (!spn_str_equal(value->value, first->value) &&
		    !push_removal(repair, value->value))
		{
			return false;
		}
		repair->replace = true;
	}
	return true;
}

bool audit_repair_removes(const struct audit_repair *repair,
			  struct spn_str value)
{
	uint32_t hash = spn_slots_hash(0, value, true);
	size_t place = 0;
	uint32_t i = 0;

	while (spn_slots_next(&repair->by_value, hash, &place, &i)) {
		if (i < repair->num_remove &&
		    spn_str_equal(repair->remove[i], value))
		{
			return true;
		}
	}
	return false;
}

bool audit_repair_is_possible(const struct audit_repair *repair,
			      const struct spn_case *c,
			      bool *_possible)
{
	const struct spn_set *spns = &repair->account->spns;
	size_t i;

	*_possible = true;
	for (i = 0; repair->replace && i < spns->num; i++) {
		struct spn_str value = spns->values[i].value;
		struct spn parsed = {};
		size_t num = 0;

		if (audit_repair_removes(repair, value)) {
			continue;
		}
		if (!count_holders(c, &spns->values[i], &num)) {
			return false;
		}
		if (num > 1 || spn_parse(value, &parsed) != SPN_SYNTAX_OK ||
		    !spn_str_is_utf8(value))
		{
			*_possible = false;
			return true;
		}
	}
	return true;
}

bool audit_repair_has_commands(const struct audit_repair *repair)
{
	return !repair->replace && strcmp(repair->attr, AUDIT_ATTR_SPN) == 0;
}

/* -------------------------------------------------------------- as a modify
 */

bool audit_repair_element(struct ldb_message *msg,
			  const char *attr,
			  int flag,
			  const struct spn_str *values,
			  size_t num_values)
{
	struct ldb_message_element *el = NULL;
	bool ok = ldb_msg_add_empty(msg, attr, flag, &el) == LDB_SUCCESS &&
		  spn_values_room(msg, el, num_values);
	size_t i;

	for (i = 0; ok && i < num_values; i++) {
		ok = spn_values_push(el, values[i]);
	}
	return ok;
}

/* What stays. A directory takes the same bytes once in a replace, and an
 * account may have been given them twice. */
static bool fill_replace(struct ldb_message *msg,
			 const struct audit_repair *repair)
{
	const struct spn_set *spns = &repair->account->spns;
	struct spn_str *all = talloc_array(msg,
					   struct spn_str,
					   spns->num + repair->num_add + 1);
	struct spn_set stays = {};
	size_t num = 0;
	size_t i;

	if (all == NULL) {
		return false;
	}
	for (i = 0; i < spns->num; i++) {
		const struct spn_value *value = &spns->values[i];

		if (audit_repair_removes(repair, value->value) ||
		    spn_set_has_exactly(&stays, value))
		{
			continue;
		}
		if (!spn_set_add(msg, &stays, value)) {
			return false;
		}
		all[num++] = value->value;
	}
	for (i = 0; i < repair->num_add; i++) {
		all[num++] = repair->add[i];
	}
	return audit_repair_element(msg,
				    repair->attr,
				    (num == 0) ? LDB_FLAG_MOD_DELETE
					       : LDB_FLAG_MOD_REPLACE,
				    all,
				    num);
}

bool audit_repair_fill(struct ldb_message *msg,
		       const struct audit_repair *repair)
{
	if (repair->replace) {
		return fill_replace(msg, repair);
	}
	return (repair->num_remove == 0 ||
		audit_repair_element(msg,
				     repair->attr,
				     LDB_FLAG_MOD_DELETE,
				     repair->remove,
				     repair->num_remove)) &&
	       (repair->num_add == 0 || audit_repair_element(msg,
							     repair->attr,
							     LDB_FLAG_MOD_ADD,
							     repair->add,
							     repair->num_add));
}
