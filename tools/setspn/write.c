/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * -S, -A, -R and -D. Before something is added, the rules of the module judge
 * it, over an index that learns by searches; what completes a pair is computed
 * by the same code as there.
 */
#include "setspn.h"
#include "policy/rules/alias_spn.h"
#include "policy/quote.h"

#include <string.h>

/* One change in the making; all on mem_ctx. */
struct work {
	const struct setspn *s;
	TALLOC_CTX *mem_ctx;
	struct spn_forest *forest;
	struct spn_settings *settings;
	struct spn_account *account; /* as it is */
	struct spn_account *before;  /* as it counts: without what is asked */
	struct spn_account *after;
	struct spn_fold fold;
	struct spn_partial *index;
	struct spn_case c;
	struct spn_completion completion;
	struct spn_report *report; /* what the rules say of it */
	bool gives_up_duplicate;
	bool takes_pair;   /* -D: the other half of an http pair goes, too */
	bool dc_completes; /* ... and comes, whatever is sent: the module */
};

static int set_level(const struct work *w, const char *rule, const char *level)
{
	const char *reason = NULL;

	if (!spn_settings_set(w->settings, rule, level, &reason)) {
		return setspn_out_of_memory(w->s);
	}
	return SETSPN_DONE;
}

/* Whether http goes in pairs: as the module on the DC has it, whatever is
 * asked for; else --single, --pair, or as the policy says. */
static int set_pairing(struct work *w)
{
	const struct setspn_plan *plan = w->s->plan;
	enum spn_level level = spn_settings_level_of(w->settings, "http-pair");
	struct spn_str key = {};

	w->dc_completes = level == SPN_LEVEL_COMPLETE &&
			  w->s->server->presence == SPN_PRESENCE_ENFORCES;
	if (plan->single && plan->verb == SETSPN_ADD) {
		if (!spn_fold_text(&w->fold,
				   w->mem_ctx,
				   spn_str_of(plan->spn),
				   &key))
		{
			return setspn_out_of_memory(w->s);
		}
		/* Of what is there nothing is sent, so nothing comes along. */
		w->dc_completes &= spn_account_find(w->account, key) == NULL;
	}
	w->takes_pair = plan->pair || w->dc_completes ||
			(level == SPN_LEVEL_DENY && !plan->single);
	if (plan->single && !w->dc_completes) {
		return (level == SPN_LEVEL_OFF)
			       ? SETSPN_DONE
			       : set_level(w, "http-pair", "warn");
	}
	if (plan->pair || level == SPN_LEVEL_DENY) {
		return set_level(w, "http-pair", "complete");
	}
	return SETSPN_DONE;
}

/* --single cannot be had: the DC does more. */
static void say_not_single(const struct work *w,
			   const struct spn_str *values,
			   size_t num,
			   const char *what)
{
	size_t i;

	for (i = 0; i < num; i++) {
		char *shown = spn_quote(w->mem_ctx, values[i], 0);

		spn_connect_message(w->s->connect,
				    "--single: the DC %s %s all the same: it "
				    "has the module, and http-pair = complete",
				    what,
				    (shown == NULL) ? "" : shown);
	}
}

static int prepare(struct work *w)
{
	const struct spn_store *store = &w->s->store;
	int status = setspn_find_account(w->s, w->mem_ctx, &w->account);
	int ret;

	if (status != SETSPN_DONE) {
		return status;
	}
	w->fold = spn_store_fold(store);
	status = setspn_read_forest(w->s, w->mem_ctx, &w->forest);
	if (status != SETSPN_DONE) {
		return status;
	}
	ret = spn_store_settings(store,
				 w->mem_ctx,
				 w->forest,
				 NULL,
				 &w->settings,
				 NULL);
	if (ret != LDB_SUCCESS) {
		return setspn_failed(w->s, "cannot read the policy", ret);
	}
	return set_pairing(w);
}

/* A fresh index that knows only the account as it would be. */
static bool make_case(struct work *w)
{
	w->index = spn_partial_new(w->mem_ctx, w->fold);
	if (w->index == NULL || !spn_partial_add(w->index, w->after)) {
		return false;
	}
	w->c = (struct spn_case){
		.after = w->after,
		.before = w->before,
		.is_write = true,
		.index = spn_partial_index(w->index),
		.forest = w->forest,
		.settings = w->settings,
	};
	return true;
}

static struct spn_account *apply(const struct work *w,
				 const struct spn_account *base,
				 enum spn_change_kind kind,
				 const struct spn_str *values,
				 size_t num_values)
{
	const struct spn_change change = {
		.kind = kind,
		.values = values,
		.num_values = num_values,
	};

	if (num_values == 0) {
		return spn_changes_apply(w->mem_ctx,
					 base,
					 &w->fold,
					 NULL,
					 0,
					 NULL);
	}
	return spn_changes_apply(w->mem_ctx, base, &w->fold, &change, 1, NULL);
}

static bool examine(void *private_data)
{
	struct work *w = private_data;

	return spn_complete(&w->c, w->mem_ctx, &w->completion) &&
	       spn_gives_up_duplicate(&w->c, &w->gives_up_duplicate);
}

static int complete(struct work *w)
{
	int ret;

	if (w->before == NULL || w->after == NULL || !make_case(w)) {
		return setspn_out_of_memory(w->s);
	}
	ret = spn_store_resolve(&w->s->store, w->forest, w->index, examine, w);
	return (ret == LDB_SUCCESS)
		       ? SETSPN_DONE
		       : setspn_failed(w->s, "cannot look for holders", ret);
}

/* ------------------------------------------------------------------ add */

static int judge(struct work *w)
{
	int ret;

	w->after = apply(w,
			 w->after,
			 SPN_CHANGE_ADD,
			 w->completion.add,
			 w->completion.num_add);
	w->report = spn_report_new(w->mem_ctx);
	if (w->report == NULL || w->after == NULL || !make_case(w)) {
		return setspn_out_of_memory(w->s);
	}
	ret = spn_store_judge(&w->s->store,
			      w->forest,
			      w->index,
			      &w->c,
			      1,
			      w->report);
	if (ret != LDB_SUCCESS) {
		return setspn_failed(w->s, "cannot look for holders", ret);
	}
	if (spn_report_refusal(w->report) != NULL) {
		return setspn_explain(w->s, w->mem_ctx, w->account, w->report);
	}
	setspn_warn(w->s, w->mem_ctx, w->report);
	return SETSPN_DONE;
}

/* All that the account has not yet. */
static int send_new(const struct work *w,
		    const struct spn_str *asked,
		    size_t num_asked)
{
	struct setspn_change change = {.account = w->account};
	const struct spn_set *after = &w->after->spns;
	struct spn_str *values = talloc_array(w->mem_ctx,
					      struct spn_str,
					      after->num);
	size_t i;

	if (values == NULL) {
		return setspn_out_of_memory(w->s);
	}
	for (i = 0; i < after->num; i++) {
		if (!spn_set_has(&w->account->spns, after->values[i].key)) {
			values[change.num_values++] = after->values[i].value;
		}
	}
	change.values = values;
	if (num_asked == 1) {
		change.asked = asked[0];
	}
	if (change.num_values > 0) {
		if (!w->s->plan->quiet && !w->s->plan->dry_run &&
		    w->s->plan->verb == SETSPN_ADD)
		{
			setspn_say("%s", "");
		}
		return setspn_send(w->s, &change);
	}
	for (i = 0; i < num_asked && !w->s->plan->dry_run; i++) {
		setspn_say(SETSPN_ALREADY,
			   spn_escape(w->mem_ctx, asked[i]),
			   w->account->dn);
	}
	return SETSPN_DONE;
}

/* The rules say that of what is there, not of a write. */
static void warn_of_host(const struct work *w, struct spn_str value)
{
	struct spn spn = {};

	if (spn_parse(value, &spn) == SPN_SYNTAX_OK &&
	    spn_is_host_on_user(w->account, &spn))
	{
		spn_connect_message(w->s->connect,
				    "warning: %s is no computer: %s",
				    w->account->dn,
				    spn_host_on_user.reason);
	}
}

static int add(struct work *w, const struct spn_str *values, size_t num)
{
	int status;

	/* What is there already counts as new: its pair may be broken. */
	w->before = apply(w, w->account, SPN_CHANGE_DELETE, values, num);
	w->after = (w->before == NULL)
			   ? NULL
			   : apply(w, w->before, SPN_CHANGE_ADD, values, num);
	status = complete(w);
	if (status == SETSPN_DONE) {
		status = judge(w);
	}
	if (status != SETSPN_DONE) {
		return status;
	}
	if (w->s->plan->single && w->dc_completes) {
		say_not_single(w,
			       w->completion.add,
			       w->completion.num_add,
			       "adds");
	}
	warn_of_host(w, values[0]);
	status = send_new(w, values, num);
	if (status == SETSPN_NO) {
		setspn_explain_aliases(w->s,
				       w->mem_ctx,
				       w->account,
				       w->report);
	}
	return status;
}

int setspn_add(const struct setspn *s)
{
	struct work w = {.s = s, .mem_ctx = s->store.ldb};
	struct spn_str value = spn_str_of(s->plan->spn);
	int status = prepare(&w);

	if (status != SETSPN_DONE) {
		return status;
	}
	setspn_say_scope(s);
	return add(&w, &value, 1);
}

int setspn_reset(const struct setspn *s)
{
	struct work w = {.s = s, .mem_ctx = s->store.ldb};
	struct spn_str values[2] = {};
	struct spn_str host = {};
	const char *fqdn = NULL;
	int status = prepare(&w);

	if (status != SETSPN_DONE) {
		return status;
	}
	host = spn_account_netbios_name(w.account);
	if (host.len == 0) {
		host = spn_str_of(w.account->sam_account_name);
	}
	fqdn = w.account->dns_host_name;
	if (fqdn == NULL) {
		fqdn = talloc_asprintf(w.mem_ctx,
				       "%.*s.%s",
				       (int)host.len,
				       host.data,
				       w.account->dns_domain);
	}
	values[0] = spn_str_of(
		spn_format(w.mem_ctx, spn_str_of("HOST"), spn_str_of(fqdn)));
	values[1] = spn_str_of(
		spn_format(w.mem_ctx, spn_str_of("HOST"), host));
	if (fqdn == NULL || values[0].len == 0 || values[1].len == 0) {
		return setspn_out_of_memory(s);
	}
	return add(&w, values, 2);
}

/* --------------------------------------------------------------- delete */

/* The values as stored: other spellings of one value go together. */
static struct spn_str *stored(const struct work *w,
			      struct spn_str value,
			      size_t *_num)
{
	const struct spn_set *spns = &w->account->spns;
	struct spn_str *values = talloc_array(w->mem_ctx,
					      struct spn_str,
					      spns->num + 1);
	struct spn_str key = {};
	size_t i;

	*_num = 0;
	if (values == NULL ||
	    !spn_fold_text(&w->fold, w->mem_ctx, value, &key))
	{
		return NULL;
	}
	for (i = 0; i < spns->num; i++) {
		if (spn_str_equal(spns->values[i].key, key)) {
			values[(*_num)++] = spns->values[i].value;
		}
	}
	return values;
}

static int send_gone(const struct work *w,
		     const struct spn_str *values,
		     size_t num)
{
	const struct spn_completion *more = &w->completion;
	struct setspn_change change = {
		.account = w->account,
		.asked = values[0],
		.takes = true,
		.gives_up_duplicate = w->gives_up_duplicate,
	};
	struct spn_str *all = talloc_array(w->mem_ctx,
					   struct spn_str,
					   num + more->num_remove);
	size_t i;

	if (all == NULL) {
		return setspn_out_of_memory(w->s);
	}
	for (i = 0; i < num; i++) {
		all[change.num_values++] = values[i];
	}
	for (i = 0; w->takes_pair && i < more->num_remove; i++) {
		all[change.num_values++] = more->remove[i];
	}
	change.values = all;
	return setspn_send(w->s, &change);
}

int setspn_delete(const struct setspn *s)
{
	struct work w = {.s = s, .mem_ctx = s->store.ldb};
	struct spn_str *values = NULL;
	size_t num = 0;
	int status = prepare(&w);

	if (status != SETSPN_DONE) {
		return status;
	}
	values = stored(&w, spn_str_of(s->plan->spn), &num);
	if (values != NULL && num == 0) {
		/* As it was printed. */
		values = stored(&w,
				spn_unescape(w.mem_ctx,
					     spn_str_of(s->plan->spn)),
				&num);
	}
	if (values == NULL) {
		return setspn_out_of_memory(s);
	}
	if (num == 0) {
		spn_connect_message(s->connect,
				    "%s is not registered on %s",
				    s->plan->spn,
				    w.account->dn);
		return SETSPN_DONE;
	}
	w.before = w.account;
	w.after = apply(&w, w.account, SPN_CHANGE_DELETE, values, num);
	status = complete(&w);
	if (status == SETSPN_DONE && s->plan->single && w.dc_completes &&
	    w.completion.num_remove > 0)
	{
		say_not_single(&w,
			       w.completion.remove,
			       w.completion.num_remove,
			       "takes away");
		spn_connect_message(s->connect,
				    "nothing was changed; without --single "
				    "both halves go");
		return SETSPN_NO;
	}
	return (status == SETSPN_DONE) ? send_gone(&w, values, num) : status;
}
