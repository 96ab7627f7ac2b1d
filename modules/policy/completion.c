/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Both lists are grown until nothing changes any more: what comes along may
 * want its own other half, and whoever loses one may have been that of
 * another.
 */
#include "completion.h"

#include <string.h>

#include "host_pair.h"

/* Changes on their way into an account. */
struct applied {
	struct spn_account *account;
	const struct spn_account *base;
	const struct spn_fold *fold;
	struct spn_changed *changed;
	struct spn_set named; /* what a delete names */
	bool says_all;	      /* a replace, or a delete of everything */
};

static bool take_away(struct applied *a, const struct spn_set *values)
{
	struct spn_set *spns = &a->account->spns;
	bool all = false;
	size_t i;

	if (values->num == 0) {
		a->says_all = true;
		spn_set_clear(spns);
		return true;
	}
	for (i = 0; i < values->num; i++) {
		if (!spn_set_add(a->account, &a->named, &values->values[i])) {
			return false;
		}
	}
	if (!spn_set_remove(a->account,
			    spns,
			    values->values,
			    values->num,
			    &all))
	{
		return false;
	}
	a->changed->is_clean &= all;
	return true;
}

/* The account has it already, spelled otherwise, and not by this request. */
static bool is_twin(const struct applied *a, const struct spn_value *value)
{
	const struct spn_value *there = spn_set_find(&a->account->spns,
						     value->key);

	return a->changed->keeps_spelling && !a->says_all && there != NULL &&
	       spn_set_has_exactly(&a->base->spns, there);
}

static bool bring(struct applied *a, const struct spn_set *values)
{
	struct spn_set *spns = &a->account->spns;
	size_t i;

	for (i = 0; i < values->num; i++) {
		const struct spn_value *value = &values->values[i];
		bool is_there = spn_set_has_exactly(spns, value);
		bool twin = !is_there && is_twin(a, value);

		a->changed->is_clean &= !is_there && !twin;
		if (twin &&
		    !spn_set_add(a->account, &a->changed->twins, value))
		{
			return false;
		}
		if (!is_there && !twin &&
		    !spn_set_add(a->account, spns, value))
		{
			return false;
		}
	}
	return true;
}

static bool apply_one(struct applied *a, const struct spn_change *change)
{
	/* The values of a change, folded; a set that owns their bytes. */
	struct spn_account *changed = talloc_zero(a->account,
						  struct spn_account);

	if (changed == NULL || !spn_account_add_all(changed,
						    a->fold,
						    change->values,
						    change->num_values))
	{
		return false;
	}
	if (change->kind == SPN_CHANGE_DELETE) {
		return take_away(a, &changed->spns);
	}
	if (change->kind == SPN_CHANGE_REPLACE) {
		a->says_all = true;
		spn_set_clear(&a->account->spns);
	}
	return bring(a, &changed->spns);
}

static bool find_left_out(const struct applied *a)
{
	const struct spn_set *before = &a->base->spns;
	size_t i;

	for (i = 0; a->says_all && i < before->num; i++) {
		const struct spn_value *value = &before->values[i];

		if (!spn_set_has(&a->account->spns, value->key) &&
		    !spn_set_has(&a->named, value->key) &&
		    !spn_set_add(a->account, &a->changed->left_out, value))
		{
			return false;
		}
	}
	return true;
}

struct spn_account *spn_changes_apply(TALLOC_CTX *mem_ctx,
				      const struct spn_account *base,
				      const struct spn_fold *fold,
				      const struct spn_change *changes,
				      size_t num_changes,
				      struct spn_changed *_changed)
{
	struct spn_account *after = talloc_memdup(mem_ctx,
						  base,
						  sizeof(*base));
	struct spn_changed changed = {
		.keeps_spelling = _changed != NULL && _changed->keeps_spelling,
		.is_clean = true,
	};
	struct applied a = {
		.account = after,
		.base = base,
		.fold = fold,
		.changed = &changed,
	};
	bool ok = false;
	size_t i;

	/* The values of base are shared, the arrays are not. */
	ok = after != NULL && spn_set_copy(after, &base->spns, &after->spns);
	for (i = 0; ok && i < num_changes; i++) {
		ok = apply_one(&a, &changes[i]);
	}
	if (ok && _changed != NULL) {
		ok = find_left_out(&a);
	}
	if (!ok) {
		talloc_free(after);
		return NULL;
	}
	if (_changed != NULL) {
		*_changed = changed;
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
	bool brings; /* it brings something new */
	/* What a replace leaves out, and does not delete by that: it stays if
	 * the replace brings something and its other half is listed. */
	struct spn_set left_out;
	struct spn_set bereft; /* the other halves of that */
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

/*
 * Who has the other half of value: *_alone, this account alone answers for
 * it, or has another FQDN of the same host that stays; *_held, somebody holds
 * it.
 */
static bool find_half(struct work *w,
		      const struct spn_value *value,
		      const struct spn_value *partner,
		      bool *_alone,
		      bool *_held)
{
	const struct spn_case *c = w->c;
	struct spn_holders exact = {};
	struct spn_holders effective = {};
	struct spn spn = {};

	spn_parse(partner->value, &spn);
	if (!spn_index_holders_of(c->index, w->tmp_ctx, partner, &exact) ||
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
	return *_alone || spn_host_has_fqdn(c,
					    w->tmp_ctx,
					    &w->fqdns,
					    value,
					    &w->gone,
					    _alone);
}

/* One value that comes: does its other half have to come along? Of what a
 * replace has left out only where it brings something new. */
static bool complete_added(struct work *w, const struct spn_value *value)
{
	const struct spn_value *was = NULL;
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
	was = spn_set_find(&w->left_out, partner.key);
	if (was != NULL && !w->brings) {
		return true;
	}
	if (!find_half(w, value, &partner, &alone, &held)) {
		return false;
	}
	if (alone || held) {
		return true;
	}
	/* What the account has had it gets back as it was. */
	if (was != NULL) {
		partner = *was;
	}
	return spn_set_add(w->tmp_ctx, &w->add, &partner) &&
	       spn_set_add(w->tmp_ctx, &w->wanted, &partner);
}

/* A value joins those that go, and its other half those that lose it. */
static bool note_loss(struct work *w,
		      const struct spn_value *value,
		      struct spn_set *values,
		      struct spn_set *halves)
{
	struct spn spn = {};
	struct spn_value partner = {};

	if (!spn_set_add(w->tmp_ctx, values, value) ||
	    !spn_host_note_kin(w->c, w->tmp_ctx, value, &w->kin) ||
	    !partner_of(w, value, &spn, &partner))
	{
		return false;
	}
	return partner.value.len == 0 ||
	       spn_set_add(w->tmp_ctx, halves, &partner);
}

/* One value that goes: whoever is its other half is alone now. */
static bool forsake(struct work *w, const struct spn_value *value)
{
	return note_loss(w, value, &w->gone, &w->orphaned);
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
	if (!find_half(w, value, &partner, &alone, &held)) {
		return false;
	}
	if (alone) {
		return true;
	}
	*_removed = true;
	return spn_set_add(w->tmp_ctx, &w->remove, value) && forsake(w, value);
}

/* One value that is listed: it wants the half that is left out. */
static bool want_bereft(struct work *w, const struct spn_value *value)
{
	struct spn spn = {};
	struct spn_value partner = {};

	if (spn_set_has(&w->wanted, value->key) ||
	    !spn_host_is_kin(w->c, &w->kin, value))
	{
		return true;
	}
	if (!partner_of(w, value, &spn, &partner)) {
		return false;
	}
	if (partner.value.len == 0 ||
	    (!spn_set_has(&w->left_out, partner.key) &&
	     !spn_set_has(&w->bereft, value->key)))
	{
		return true;
	}
	return spn_set_add(w->tmp_ctx, &w->wanted, value);
}

static bool collect_gone(struct work *w)
{
	const struct spn_case *c = w->c;
	bool removes = c->settings->replace_half == SPN_REPLACE_HALF_REMOVE;
	bool ok = true;
	size_t i;

	w->brings = spn_case_brings(c);
	for (i = 0; ok && i < c->diff->num_gone; i++) {
		const struct spn_value *value = c->diff->gone[i];
		bool left_out = c->left_out != NULL &&
				spn_set_has(c->left_out, value->key);

		if (left_out && (w->brings || !removes)) {
			/* It stays if its other half is listed. */
			ok = note_loss(w, value, &w->left_out, &w->bereft);
		} else {
			ok = forsake(w, value);
		}
	}
	for (i = 0;
	     ok && w->brings && w->left_out.num > 0 && i < c->after->spns.num;
	     i++)
	{
		ok = want_bereft(w, &c->after->spns.values[i]);
	}
	return ok;
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
	return !*_small || collect_gone(w);
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
					      &removed))
			{
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
					  &holders))
		{
			return false;
		}
		*_yes |= holders.num_accounts > 0;
		spn_holders_free(&holders);
	}
	return true;
}
