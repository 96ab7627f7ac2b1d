/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Both lists are grown until nothing changes any more: what comes along may
 * want its own other half, and whoever loses one may have been that of
 * another.
 */
#include "completion.h"

#include <string.h>

#include "host_pair.h"

static bool take_away(struct spn_account *account,
		      const struct spn_set *values,
		      bool *_clean)
{
	bool all = false;

	if (values->num == 0) {
		spn_set_clear(&account->spns);
		return true;
	}
	if (!spn_set_remove(account,
			    &account->spns,
			    values->values,
			    values->num,
			    &all))
	{
		return false;
	}
	*_clean &= all;
	return true;
}

static bool bring(struct spn_account *account,
		  const struct spn_set *values,
		  bool *_clean)
{
	size_t i;

	for (i = 0; i < values->num; i++) {
		const struct spn_value *value = &values->values[i];

		if (spn_set_has_exactly(&account->spns, value)) {
			*_clean = false;
		} else if (!spn_set_add(account, &account->spns, value)) {
			return false;
		}
	}
	return true;
}

static bool apply_one(struct spn_account *account,
		      const struct spn_fold *fold,
		      const struct spn_change *change,
		      bool *_clean)
{
	/* The values of a change, folded; a set that owns their bytes. */
	struct spn_account *changed = talloc_zero(account, struct spn_account);

	if (changed == NULL || !spn_account_add_all(changed,
						    fold,
						    change->values,
						    change->num_values))
	{
		return false;
	}
	if (change->kind == SPN_CHANGE_DELETE) {
		return take_away(account, &changed->spns, _clean);
	}
	if (change->kind == SPN_CHANGE_REPLACE) {
		spn_set_clear(&account->spns);
	}
	return bring(account, &changed->spns, _clean);
}

struct spn_account *spn_changes_apply(TALLOC_CTX *mem_ctx,
				      const struct spn_account *base,
				      const struct spn_fold *fold,
				      const struct spn_change *changes,
				      size_t num_changes,
				      bool *_clean)
{
	struct spn_account *after = talloc_memdup(mem_ctx,
						  base,
						  sizeof(*base));
	bool clean = true;
	size_t i;

	/* The values of base are shared, the arrays are not. */
	if (after == NULL || !spn_set_copy(after, &base->spns, &after->spns)) {
		talloc_free(after);
		return NULL;
	}
	for (i = 0; i < num_changes; i++) {
		if (!apply_one(after, fold, &changes[i], &clean)) {
			talloc_free(after);
			return NULL;
		}
	}
	if (_clean != NULL) {
		*_clean = clean;
	}
	return after;
}

/* The work on one request; all on tmp_ctx. */
struct work {
	const struct spn_case *c;
	TALLOC_CTX *tmp_ctx;
	struct spn_set wanted; /* what the request adds, then what we add */
	struct spn_set add;
	struct spn_set
		gone; /* what the request removes, then what we remove */
	struct spn_set orphaned; /* the other halves of what is gone */
	struct spn_set kin;
	struct spn_set remove;
	struct spn_fqdns fqdns;
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
	if (partner.value.len == 0 || spn_set_has(&w->wanted, partner.key) ||
	    spn_set_has(&w->gone, partner.key))
	{
		return true;
	}
	if (!answers_alone(w, &partner, &alone, &held)) {
		return false;
	}
	if (!alone && !held &&
	    !spn_host_has_fqdn(w->c,
			       w->tmp_ctx,
			       &w->fqdns,
			       value,
			       &w->gone,
			       &alone))
	{
		return false;
	}
	if (alone || held) {
		return true;
	}
	return spn_set_add(w->tmp_ctx, &w->add, &partner) &&
	       spn_set_add(w->tmp_ctx, &w->wanted, &partner);
}

/* One value that goes: whoever is its other half is alone now. */
static bool forsake(struct work *w, const struct spn_value *value)
{
	struct spn spn = {};
	struct spn_value partner = {};

	if (!spn_set_add(w->tmp_ctx, &w->gone, value) ||
	    !spn_host_note_kin(w->c, w->tmp_ctx, value, &w->kin) ||
	    !partner_of(w, value, &spn, &partner))
	{
		return false;
	}
	return partner.value.len == 0 ||
	       spn_set_add(w->tmp_ctx, &w->orphaned, &partner);
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
	if (spn_set_has(&w->wanted, value->key) ||
	    spn_set_has(&w->gone, value->key) ||
	    !spn_host_is_kin(w->c, &w->kin, value))
	{
		return true;
	}
	if (!partner_of(w, value, &spn, &partner)) {
		return false;
	}
	/* Names need not lead both ways: see spn_host_has_fqdn(). */
	if (partner.value.len == 0 || (!spn_set_has(&w->gone, partner.key) &&
				       !spn_set_has(&w->orphaned, value->key)))
	{
		return true;
	}
	if (!answers_alone(w, &partner, &alone, &held)) {
		return false;
	}
	if (!alone && !spn_host_has_fqdn(w->c,
					 w->tmp_ctx,
					 &w->fqdns,
					 value,
					 &w->gone,
					 &alone))
	{
		return false;
	}
	if (alone) {
		return true;
	}
	*_removed = true;
	return spn_set_add(w->tmp_ctx, &w->remove, value) && forsake(w, value);
}

/* *_small: few enough to be looked up before access control has spoken. */
static bool collect(struct work *w, bool *_small)
{
	const struct spn_diff *diff = w->c->diff;
	size_t i;

	*_small = diff->num_brought + diff->num_gone <= SPN_COMPLETION_MAX;
	for (i = 0; *_small && i < diff->num_brought; i++) {
		if (!spn_set_add(w->tmp_ctx, &w->wanted, diff->brought[i])) {
			return false;
		}
	}
	for (i = 0; *_small && i < diff->num_gone; i++) {
		if (!forsake(w, diff->gone[i])) {
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
	for (i = 0; i < w->wanted.num; i++) {
		struct spn_value value = w->wanted.values[i];

		if (!complete_added(w, &value)) {
			return false;
		}
	}
	while (again && w->gone.num > 0) {
		again = false;
		for (i = 0; i < after->spns.num; i++) {
			bool removed = false;

			if (!complete_removed(w,
					      &after->spns.values[i],
					      &removed)) {
				return false;
			}
			again |= removed;
		}
	}
	return true;
}

static bool hand_over(TALLOC_CTX *mem_ctx,
		      const struct spn_set *set,
		      struct spn_str **_values,
		      size_t *_num)
{
	struct spn_str *values = NULL;
	size_t i;

	if (set->num == 0) {
		return true;
	}
	values = talloc_array(mem_ctx, struct spn_str, set->num);
	if (values == NULL) {
		return false;
	}
	for (i = 0; i < set->num; i++) {
		values[i] = spn_str_dup(values, set->values[i].value);
		if (values[i].data == NULL) {
			return false;
		}
	}
	*_values = values;
	*_num = set->num;
	return true;
}

bool spn_complete(const struct spn_case *c,
		  TALLOC_CTX *mem_ctx,
		  struct spn_completion *_completion)
{
	struct spn_case whole = *c;
	struct work w = {.c = &whole};
	struct spn_completion completion = {};
	bool small = false;
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
	ok = w.tmp_ctx != NULL && spn_case_compare(&whole, w.tmp_ctx) &&
	     collect(&w, &small) && (!small || grow(&w)) &&
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
	struct spn_case whole = *c;
	size_t i;

	*_yes = false;
	if (!spn_case_compare(&whole, c->index)) {
		return false;
	}
	if (whole.diff->num_gone > SPN_COMPLETION_MAX) {
		return true;
	}
	for (i = 0; i < whole.diff->num_gone; i++) {
		struct spn_holders holders = {};

		if (!spn_index_holders_of(c->index,
					  c->index,
					  whole.diff->gone[i],
					  &holders)) {
			return false;
		}
		*_yes |= holders.num_accounts > 0;
		spn_holders_free(&holders);
	}
	return true;
}
