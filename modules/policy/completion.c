/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Both lists are grown until nothing changes any more, since a host can
 * have more than two names: http/alias.example.com wants http/web01, and
 * that wants http/web01.example.com.
 */
#include "completion.h"

#include <string.h>

#include "host_pair.h"

/* In these very bytes: another spelling is another value to a directory. */
static bool has_exactly(const struct spn_account *account,
			struct spn_str value)
{
	size_t i;

	for (i = 0; i < account->num_spns; i++) {
		if (spn_str_equal(account->spns[i].value, value)) {
			return true;
		}
	}
	return false;
}

static bool apply_one(struct spn_account *account,
		      const struct spn_fold *fold,
		      const struct spn_change *change)
{
	bool takes = change->kind == SPN_CHANGE_DELETE;
	size_t i;

	if (change->kind == SPN_CHANGE_REPLACE ||
	    (takes && change->num_values == 0)) {
		account->num_spns = 0;
	}
	for (i = 0; i < change->num_values; i++) {
		struct spn_value spn = {.value = change->values[i]};

		if (!fold->fn(fold->private_data,
			      account,
			      spn.value,
			      &spn.key)) {
			return false;
		}
		if (takes) {
			spn_account_remove(account, spn.key);
			continue;
		}
		if (has_exactly(account, spn.value)) {
			continue;
		}
		if (!spn_account_add(account, fold, spn.value)) {
			return false;
		}
	}
	return true;
}

struct spn_account *spn_changes_apply(TALLOC_CTX *mem_ctx,
				      const struct spn_account *base,
				      const struct spn_fold *fold,
				      const struct spn_change *changes,
				      size_t num_changes)
{
	struct spn_account *after = talloc_memdup(mem_ctx,
						  base,
						  sizeof(*base));
	size_t i;

	if (after == NULL) {
		return NULL;
	}
	/* The values of base are shared, the array is not. */
	after->spns = talloc_array(after, struct spn_value, base->num_spns);
	if (after->spns == NULL) {
		goto oom;
	}
	if (base->num_spns > 0) {
		memcpy(after->spns,
		       base->spns,
		       base->num_spns * sizeof(struct spn_value));
	}
	for (i = 0; i < num_changes; i++) {
		if (!apply_one(after, fold, &changes[i])) {
			goto oom;
		}
	}
	return after;
oom:
	talloc_free(after);
	return NULL;
}

/* Values that are asked about: those of a list, by key. */
struct list {
	struct spn_value *spns;
	size_t num_spns;
};

static bool list_has(const struct list *list, struct spn_str key)
{
	size_t i;

	for (i = 0; i < list->num_spns; i++) {
		if (spn_str_equal(list->spns[i].key, key)) {
			return true;
		}
	}
	return false;
}

static bool list_add(TALLOC_CTX *mem_ctx,
		     struct list *list,
		     const struct spn_value *spn)
{
	struct spn_value *spns = talloc_realloc(mem_ctx,
						list->spns,
						struct spn_value,
						list->num_spns + 1);

	if (spns == NULL) {
		return false;
	}
	list->spns = spns;
	spns[list->num_spns++] = *spn;
	return true;
}

/* The work on one request; all on tmp_ctx. */
struct work {
	const struct spn_case *c;
	TALLOC_CTX *tmp_ctx;
	struct list wanted; /* what the request adds, then what we add */
	struct list add;
	struct list gone; /* what the request removes, then what we remove */
	struct list remove;
};

/* The partner's SPN of a plain SPN that is to be paired; else no value. */
static bool partner_of(struct work *w,
		       const struct spn_value *value,
		       struct spn *_spn,
		       struct spn_value *_partner)
{
	const struct spn_case *c = w->c;
	const char *partner = NULL;

	*_partner = (struct spn_value){};
	if (spn_parse(value->value, _spn) != SPN_SYNTAX_OK ||
	    !spn_is_plain(_spn) ||
	    !spn_settings_is_pair_class(c->settings, _spn->service_class) ||
	    spn_settings_is_exempt_host(c->settings, _spn->host_name))
	{
		return true;
	}
	if (!spn_host_partner(c, w->tmp_ctx, _spn->host_name, &partner, NULL))
	{
		return false;
	}
	if (partner == NULL) {
		return true;
	}
	return spn_index_key(c->index,
			     w->tmp_ctx,
			     _spn->service_class,
			     spn_str_of(partner),
			     _partner);
}

/* Who answers for class/host, and whether that is this account alone. */
static bool answers_alone(struct work *w,
			  const struct spn_value *value,
			  bool *_alone,
			  bool *_held)
{
	const struct spn_case *c = w->c;
	struct spn_holders exact = {};
	struct spn_holders effective = {};
	struct spn spn = {};

	spn_parse(value->value, &spn);
	if (!spn_index_holders_of(c->index, w->tmp_ctx, value, &exact) ||
	    !spn_case_effective(c,
				w->tmp_ctx,
				spn.service_class,
				spn.host_name,
				&effective))
	{
		return false;
	}
	*_alone = spn_holders_is_only(&effective, c->after);
	*_held = exact.num_accounts > 0;
	return true;
}

/* One value that comes: does its other half have to come along? */
static bool complete_added(struct work *w, const struct spn_value *value)
{
	struct spn spn = {};
	struct spn_value partner = {};
	bool alone = false;
	bool held = false;

	if (!partner_of(w, value, &spn, &partner)) {
		return false;
	}
	if (partner.value.len == 0 || list_has(&w->wanted, partner.key) ||
	    list_has(&w->gone, partner.key))
	{
		return true;
	}
	if (!answers_alone(w, &partner, &alone, &held)) {
		return false;
	}
	if (alone || held) {
		return true;
	}
	return list_add(w->tmp_ctx, &w->add, &partner) &&
	       list_add(w->tmp_ctx, &w->wanted, &partner);
}

/* One value that stays: has it lost its other half? */
static bool complete_removed(struct work *w,
			     const struct spn_value *value,
			     bool *_removed)
{
	struct spn spn = {};
	struct spn_value partner = {};
	bool alone = false;
	bool held = false;

	*_removed = false;
	if (list_has(&w->wanted, value->key) || list_has(&w->gone, value->key))
	{
		return true;
	}
	if (!partner_of(w, value, &spn, &partner)) {
		return false;
	}
	if (partner.value.len == 0 || !list_has(&w->gone, partner.key)) {
		return true;
	}
	if (!answers_alone(w, &partner, &alone, &held)) {
		return false;
	}
	if (alone) {
		return true;
	}
	*_removed = true;
	return list_add(w->tmp_ctx, &w->remove, value) &&
	       list_add(w->tmp_ctx, &w->gone, value);
}

static bool collect(struct work *w)
{
	const struct spn_account *before = w->c->before;
	const struct spn_account *after = w->c->after;
	size_t i;

	for (i = 0; i < after->num_spns; i++) {
		if (spn_case_added(w->c, &after->spns[i]) &&
		    !list_add(w->tmp_ctx, &w->wanted, &after->spns[i]))
		{
			return false;
		}
	}
	for (i = 0; before != NULL && i < before->num_spns; i++) {
		if (spn_account_find(after, before->spns[i].key) == NULL &&
		    !list_add(w->tmp_ctx, &w->gone, &before->spns[i]))
		{
			return false;
		}
	}
	return true;
}

static bool grow(struct work *w)
{
	const struct spn_account *after = w->c->after;
	bool again = true;
	size_t i;

	/* wanted grows while it is walked */
	for (i = 0; i < w->wanted.num_spns; i++) {
		struct spn_value value = w->wanted.spns[i];

		if (!complete_added(w, &value)) {
			return false;
		}
	}
	while (again && w->gone.num_spns > 0) {
		again = false;
		for (i = 0; i < after->num_spns; i++) {
			bool removed = false;

			if (!complete_removed(w, &after->spns[i], &removed)) {
				return false;
			}
			again |= removed;
		}
	}
	return true;
}

static bool hand_over(TALLOC_CTX *mem_ctx,
		      const struct list *list,
		      struct spn_str **_values,
		      size_t *_num)
{
	struct spn_str *values = NULL;
	size_t i;

	if (list->num_spns == 0) {
		return true;
	}
	values = talloc_array(mem_ctx, struct spn_str, list->num_spns);
	if (values == NULL) {
		return false;
	}
	for (i = 0; i < list->num_spns; i++) {
		values[i] = spn_str_dup(values, list->spns[i].value);
		if (values[i].data == NULL) {
			return false;
		}
	}
	*_values = values;
	*_num = list->num_spns;
	return true;
}

bool spn_complete(const struct spn_case *c,
		  TALLOC_CTX *mem_ctx,
		  struct spn_completion *_completion)
{
	struct work w = {.c = c};
	struct spn_completion completion = {};
	bool ok = false;

	*_completion = completion;
	if (spn_settings_level_of(c->settings, "http-pair") !=
		    SPN_LEVEL_COMPLETE ||
	    spn_settings_is_exempt_account(c->settings,
					   c->after->object_guid,
					   c->after->sam_account_name))
	{
		return true;
	}
	w.tmp_ctx = talloc_new(mem_ctx);
	ok = w.tmp_ctx != NULL && collect(&w) && grow(&w) &&
	     hand_over(mem_ctx,
		       &w.add,
		       &completion.add,
		       &completion.num_add) &&
	     hand_over(mem_ctx,
		       &w.remove,
		       &completion.remove,
		       &completion.num_remove);
	talloc_free(w.tmp_ctx);
	if (ok) {
		*_completion = completion;
	}
	return ok;
}

bool spn_gives_up_duplicate(const struct spn_case *c, bool *_yes)
{
	size_t i;

	*_yes = false;
	for (i = 0; c->before != NULL && i < c->before->num_spns; i++) {
		const struct spn_value *value = &c->before->spns[i];
		struct spn_holders holders = {};

		if (spn_account_find(c->after, value->key) != NULL) {
			continue;
		}
		if (!spn_index_holders_of(c->index, c->index, value, &holders))
		{
			return false;
		}
		if (holders.num_accounts > 0) {
			*_yes = true;
		}
		talloc_free(holders.accounts);
	}
	return true;
}
