/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The module stands above everything that asks who is calling. So a request
 * is passed down as it came, and nothing is looked up, compared or predicted
 * on its way: a caller without rights must not be able to make work.
 *
 * Below us, when access control has let it pass and before it is written,
 * samldb asks the whole stack who holds each value of servicePrincipalName,
 * and so asks us. That is the moment to read the account as it is before, and
 * to find out what must come along. That goes down when the request has been
 * done, by the same caller, in the same transaction.
 */
#include "spn_write.h"

#include <string.h>

#include "policy/quote.h"
#include "spn_answer.h"
#include "spn_forward.h"
#include "spn_session.h"
#include "spn_state.h"
#include "spn_steps.h"

struct spn_write {
	struct ldb_module *module;
	struct ldb_request *req; /* the caller's */
	struct spn_concern concern;
	struct spn_write *outer; /* that had not ended when this came */
	uint64_t transaction;	 /* its number */
	size_t number;		 /* among the writes of the transaction */
	struct spn_steps steps;
	size_t num_sent;
	struct spn_plan *plan; /* of the transaction; NULL: nobody has asked */
	bool has_written;      /* a step has been done */
	bool is_restored;      /* so has that which undoes spellings */
	bool is_completed;     /* that step has been sent, or there is none */
	bool gives_up;	       /* the form for that has been sent */
	bool is_hopeless;      /* Samba was told so when it asked */
};

bool spn_write_has_trusted_control(struct ldb_request *req, const char *oid)
{
	return !ldb_req_is_untrusted(req) &&
	       ldb_request_get_control(req, oid) != NULL;
}

bool spn_write_may_refuse(struct ldb_request *req)
{
	return !spn_write_has_trusted_control(req, SPN_CONTROL_DBCHECK) &&
	       !spn_write_has_trusted_control(req, LDB_CONTROL_PROVISION_OID);
}

/* Samba itself writes in the middle of a request. */
static bool is_nested(const struct spn_write *w)
{
	return w->outer != NULL && !ldb_req_is_untrusted(w->req);
}

static bool is_permissive(struct ldb_request *req)
{
	return ldb_request_get_control(req,
				       LDB_CONTROL_PERMISSIVE_MODIFY_OID) !=
	       NULL;
}

static const struct ldb_message *message_of(const struct ldb_request *req)
{
	return (req->operation == LDB_ADD) ? req->op.add.message
					   : req->op.mod.message;
}

/* ------------------------------------------------------------ Samba asks us
 */

/* What is there in one spelling is there: where two on one account would be
 * refused at the commit. */
static bool keeps_spelling(const struct spn_write *w,
			   const struct spn_transaction *txn)
{
	return spn_write_may_refuse(w->req) && !is_nested(w) &&
	       spn_settings_level_of(txn->settings, "duplicate-spn") ==
		       SPN_LEVEL_DENY;
}

static int touch(struct spn_write *w, struct spn_transaction *txn)
{
	struct spn_plan *plan = w->plan;
	const char *guid = plan->before->object_guid;
	int ret = spn_transaction_touch(txn,
					plan->before,
					spn_write_may_refuse(w->req));

	return (ret == LDB_SUCCESS)
		       ? spn_transaction_leave_out(txn,
						   guid,
						   &plan->changed.left_out)
		       : ret;
}

/* Everything that can fail while a request is looked into. */
static int prepare(struct spn_write *w)
{
	struct spn_transaction *txn = NULL;
	int ret = spn_state_open(w->module);

	if (ret != LDB_SUCCESS) {
		return ret;
	}
	txn = spn_state_of(w->module)->txn;
	w->plan = talloc_zero(txn, struct spn_plan);
	if (w->plan == NULL) {
		return ldb_module_oom(w->module);
	}
	if (w->req->operation == LDB_ADD) {
		return spn_plan_add(txn, w->req, w->plan);
	}
	w->plan->changed.keeps_spelling = keeps_spelling(w, txn);
	ret = spn_plan_modify(txn, w->req, w->concern.spns, w->plan);
	if (ret != LDB_SUCCESS || w->plan->before == NULL) {
		return ret;
	}
	return touch(w, txn);
}

static int make_plan(struct spn_write *w)
{
	int ret = prepare(w);

	if (ret == LDB_SUCCESS) {
		return LDB_SUCCESS;
	}
	if (w->plan != NULL) {
		/* Nothing of it is to be relied on. */
		w->plan->after = NULL;
		w->plan->is_certain = false;
		w->plan->completion = (struct spn_completion){};
		w->plan->changed = (struct spn_changed){};
	}
	return spn_state_check_failed(w->module, "a request was not examined");
}

/*
 * The commit would refuse it, so it need not be written before. Samba itself
 * refuses at this very place what somebody in the domain holds. Only a
 * client's request: that has the transaction for itself, and nothing in it
 * can mend what is wrong.
 */
static int refuse_now(struct spn_write *w, struct spn_state *state)
{
	if (!ldb_req_is_untrusted(w->req) ||
	    spn_prediction_refusal(state->prediction, w->plan) == NULL ||
	    !spn_plan_may_be_logged(w->plan))
	{
		return LDB_SUCCESS;
	}
	w->is_hopeless = true;
	return LDB_ERR_CONSTRAINT_VIOLATION;
}

/* What samldb asks about one SPN is when the rules are asked, too. */
static int answer(struct spn_write *w,
		  struct ldb_request *req,
		  bool *_answered)
{
	struct spn_state *state = spn_state_of(w->module);
	int ret = LDB_SUCCESS;

	if (spn_answer_is_about_spn(ldb_module_get_ctx(w->module), req)) {
		ret = spn_prediction_ask(state->prediction,
					 state->txn,
					 w->plan);
		if (ret == LDB_SUCCESS) {
			ret = refuse_now(w, state);
		}
	}
	if (ret == LDB_SUCCESS) {
		ret = spn_answer(state->txn, w->plan, req, _answered);
	}
	if (ret != LDB_SUCCESS && !*_answered && !w->is_hopeless) {
		ret = spn_state_check_failed(w->module,
					     "holders could not be looked up");
	}
	return ret;
}

int spn_write_search(struct ldb_module *module,
		     struct ldb_request *req,
		     bool *_answered)
{
	struct spn_state *state = spn_state_of(module);
	struct spn_write *w = state->current;
	int ret = LDB_SUCCESS;

	*_answered = false;
	if (w == NULL || ldb_req_is_untrusted(req)) {
		return LDB_SUCCESS;
	}
	/* Later steps find what the first has written. */
	if (w->plan == NULL && w->num_sent == 1 &&
	    spn_answer_is_about_spn(ldb_module_get_ctx(module), req))
	{
		ret = make_plan(w);
	}
	if (ret != LDB_SUCCESS || w->plan == NULL || !w->plan->is_certain ||
	    w->number != state->num_writes)
	{
		return ret;
	}
	return answer(w, req, _answered);
}

/* -------------------------------------------------------- it has been done */

/* Where the object is now: an undelete moves it. */
static struct ldb_dn *dn_after(struct spn_write *w)
{
	const struct ldb_message *msg = message_of(w->req);
	struct ldb_context *ldb = ldb_module_get_ctx(w->module);
	struct ldb_dn *dn = NULL;

	if (spn_request_undeletes(msg)) {
		dn = spn_values_dn(w, ldb, msg, "distinguishedName");
	}
	if (dn != NULL) {
		return dn;
	}
	dn = ldb_dn_copy(w, msg->dn);
	if (dn != NULL && w->req->operation == LDB_ADD) {
		/* It may name another object by GUID or SID besides. */
		ldb_dn_remove_extended_components(dn);
	}
	return dn;
}

/*
 * An account of which nothing is known from before: it is new, or has come
 * back, or nobody has asked about what was written. All that it holds counts
 * as brought.
 */
static int touch_unknown(struct spn_write *w)
{
	struct ldb_dn *dn = dn_after(w);
	struct spn_transaction *txn = NULL;
	const char *guid = NULL;
	int ret = spn_state_open(w->module);

	if (ret == LDB_SUCCESS && dn == NULL) {
		ret = LDB_ERR_OPERATIONS_ERROR;
	}
	if (ret == LDB_SUCCESS) {
		txn = spn_state_of(w->module)->txn;
		ret = spn_store_object_guid(&txn->store, w, dn, &guid);
	}
	if (ret == LDB_SUCCESS) {
		ret = spn_transaction_touch_added(txn,
						  guid,
						  spn_write_may_refuse(
							  w->req));
	}
	if (ret != LDB_SUCCESS) {
		ret = spn_state_check_failed(
			w->module,
			"the object that was written was not found");
	}
	return ret;
}

/* Samba asks about every value that comes, and about all that it rewrites
 * because a name changes. Where it asks about nothing, and nothing was to be
 * asked about, there is nothing to judge. */
static bool is_unknown(const struct spn_write *w)
{
	const struct ldb_message *msg = message_of(w->req);
	bool is_known = w->plan != NULL && w->plan->before != NULL;

	return w->req->operation == LDB_ADD || spn_request_undeletes(msg) ||
	       (!is_known && spn_request_has_values(msg));
}

/* The step with the halves that go along, or NULL if there are none. */
static int next_completion(struct spn_write *w,
			   const struct ldb_message **_next)
{
	struct spn_plan *plan = w->plan;
	struct ldb_dn *dn = NULL;

	if (w->is_completed || plan == NULL ||
	    plan->completion.num_add + plan->completion.num_remove == 0)
	{
		return LDB_SUCCESS;
	}
	w->is_completed = true;
	if (spn_prediction_refusal(spn_state_of(w->module)->prediction,
				   plan) != NULL)
	{
		return LDB_SUCCESS; /* it will be refused */
	}
	dn = dn_after(w);
	if (dn != NULL) {
		*_next = spn_steps_complete(w, dn, &plan->completion);
	}
	return (*_next == NULL)
		       ? spn_state_check_failed(w->module, "out of memory")
		       : LDB_SUCCESS;
}

/* The same after a request that is content with what is there. */
static int next_restoration(struct spn_write *w,
			    const struct ldb_message **_next)
{
	struct spn_plan *plan = w->plan;
	struct ldb_dn *dn = NULL;

	if (w->is_restored || plan == NULL || plan->changed.twins.num == 0) {
		return LDB_SUCCESS;
	}
	w->is_restored = true;
	dn = dn_after(w);
	if (dn != NULL) {
		*_next = spn_steps_restore(w,
					   dn,
					   plan->before,
					   plan->after,
					   &plan->changed.twins);
	}
	return (*_next == NULL)
		       ? spn_state_check_failed(w->module, "out of memory")
		       : LDB_SUCCESS;
}

/* As a Windows DC does it; Samba would keep both spellings. 2083 is
 * ERROR_DS_ATT_VAL_ALREADY_EXISTS. */
static int refuse_twin(const struct spn_write *w)
{
	struct ldb_context *ldb = ldb_module_get_ctx(w->module);
	const struct spn_plan *plan = w->plan;
	const struct spn_value *twin = &plan->changed.twins.values[0];
	const struct spn_value *there = spn_account_find(plan->before,
							 twin->key);
	char *sent = spn_quote(plan->after, twin->value, SPN_QUOTE_CUT);
	char *stored = spn_quote(plan->after, there->value, SPN_QUOTE_CUT);

	if (sent == NULL || stored == NULL) {
		return ldb_oom(ldb);
	}
	ldb_asprintf_errstring(ldb,
			       "00002083: spn_policy: %s is on this account "
			       "already, spelled %s: nothing has to be added; "
			       "to change the spelling, delete the one and "
			       "add the other in one request",
			       sent,
			       stored);
	return LDB_ERR_ATTRIBUTE_OR_VALUE_EXISTS;
}

/* It adds what is there in another spelling, and wants to hear of it. What a
 * permissive request may make us undo has a limit. */
static bool has_twin(const struct spn_write *w)
{
	size_t num = (w->plan == NULL) ? 0 : w->plan->changed.twins.num;

	return num > 0 && (!is_permissive(w->req) || num > SPN_COMPLETION_MAX);
}

/* What is not done: access control has been heard about it now. */
static int take_back(const struct spn_write *w)
{
	struct ldb_context *ldb = ldb_module_get_ctx(w->module);

	if (w->steps.refusal != NULL) {
		ldb_set_errstring(ldb, w->steps.refusal);
		return LDB_ERR_UNWILLING_TO_PERFORM;
	}
	/* It was put together with what comes next, and so became a replace,
	 * which is content with nothing. */
	if (w->steps.deletes_all && w->num_sent == 1 && w->plan != NULL &&
	    w->plan->before != NULL && w->plan->before->spns.num == 0 &&
	    !is_permissive(w->req))
	{
		ldb_set_errstring(ldb,
				  "attribute 'servicePrincipalName': no such "
				  "attribute for delete");
		return LDB_ERR_NO_SUCH_ATTRIBUTE;
	}
	return has_twin(w) ? refuse_twin(w) : LDB_SUCCESS;
}

static int step_written(void *private_data, const struct ldb_message **_next)
{
	struct spn_write *w = private_data;
	struct spn_state *state = spn_state_of(w->module);
	int ret = LDB_SUCCESS;

	w->has_written = true;
	ret = take_back(w);
	if (ret != LDB_SUCCESS) {
		state->failed = true; /* it is not to be committed */
		return ret;
	}
	if (w->num_sent < w->steps.num) {
		*_next = w->steps.messages[w->num_sent++];
		return LDB_SUCCESS;
	}
	if (!w->is_completed && is_unknown(w)) {
		ret = touch_unknown(w);
	}
	if (ret == LDB_SUCCESS) {
		ret = next_restoration(w, _next);
	}
	if (ret == LDB_SUCCESS && *_next == NULL) {
		ret = next_completion(w, _next);
	}
	if (ret == LDB_SUCCESS && *_next == NULL &&
	    spn_prediction_ended(state->prediction, w->plan))
	{
		w->plan = NULL; /* it belongs to the transaction now */
	}
	return ret;
}

/*
 * samldb stands below us and comes before the verdict; it says neither why nor
 * what to do. Anything else that was refused stays as it is: to a caller
 * without rights we say nothing. acl refuses with the same code and quotes
 * what the client sent, so only how the text begins counts.
 */
static bool is_samldb(struct ldb_module *module)
{
	static const char theirs[] = "samldb: spn[";
	const char *text = ldb_errstring(ldb_module_get_ctx(module));

	return text != NULL && strncmp(text, theirs, sizeof(theirs) - 1) == 0;
}

/* In the words of the commit; out of memory Samba's stay. */
static void explain_hopeless(const struct spn_write *w)
{
	struct spn_state *state = spn_state_of(w->module);
	struct spn_report *report = spn_prediction_refusal(state->prediction,
							   w->plan);
	bool refused = false;

	if (report != NULL) {
		(void)spn_transaction_judge(state->txn, report, &refused);
	}
}

static void step_refused(void *private_data,
			 int error,
			 const struct ldb_message **_next)
{
	struct spn_write *w = private_data;
	struct spn_plan *plan = w->plan;

	if (plan == NULL || plan->after == NULL ||
	    error != LDB_ERR_CONSTRAINT_VIOLATION)
	{
		plan = NULL;
	}
	/* Access control has let it pass, or there would be no plan. */
	if (plan != NULL && plan->gives_up_duplicate && !w->gives_up &&
	    w->num_sent == 1)
	{
		w->gives_up = true;
		w->is_completed = true;
		w->num_sent = w->steps.num;
		*_next = spn_steps_give_up(w,
					   message_of(w->req),
					   &plan->c,
					   &plan->completion);
	}
	if (w->is_hopeless && plan != NULL) {
		explain_hopeless(w);
	} else if (*_next == NULL && plan != NULL && is_samldb(w->module)) {
		spn_transaction_explain(spn_state_of(w->module)->txn,
					plan->index,
					&plan->c);
	}
	if (*_next == NULL && w->has_written) {
		/* Half of it is written: that must not be committed. */
		spn_state_of(w->module)->failed = true;
	}
}

static void ended(void *private_data)
{
	struct spn_write *w = private_data;
	struct spn_state *state = spn_state_of(w->module);

	if (state->current == w) {
		state->current = w->outer;
	}
}

static const struct spn_forward_hooks hooks = {
	.written = step_written,
	.refused = step_refused,
	.ended = ended,
};

/* ------------------------------------------------------- it is passed down */

/* Whoever holds it may free a request without a word. */
static int forget(struct spn_write *w)
{
	struct spn_state *state = spn_state_of(w->module);

	if (state->number == w->transaction) {
		ended(w);
		spn_prediction_forget(state->prediction, w->plan);
		talloc_free(w->plan);
	}
	return 0;
}

static struct spn_write *new_write(struct ldb_module *module,
				   struct ldb_request *req,
				   const struct spn_concern *concern)
{
	struct spn_state *state = spn_state_of(module);
	struct spn_write *w = talloc_zero(req, struct spn_write);

	if (w == NULL) {
		return NULL;
	}
	w->module = module;
	w->req = req;
	w->concern = *concern;
	w->outer = state->current;
	w->transaction = state->number;
	w->number = state->num_writes;
	talloc_set_destructor(w, forget);
	return w;
}

/*
 * The system needs no right. Its transactions may hold many requests, so what
 * takes everything away is looked at, too: the next one may bring it back.
 */
static int look_ahead(struct spn_write *w)
{
	if (w->req->operation == LDB_ADD || ldb_req_is_untrusted(w->req) ||
	    spn_request_has_values(message_of(w->req)) ||
	    spn_request_undeletes(message_of(w->req)) ||
	    !spn_session_is_system(ldb_module_get_ctx(w->module)))
	{
		return LDB_SUCCESS;
	}
	return make_plan(w);
}

/* What Samba itself writes in the middle of a request is its own affair: it
 * tries out whether the caller may write an account, and brings nothing. And
 * where nothing is to be refused a request is left as it is. */
static bool make_steps(struct spn_write *w)
{
	const struct ldb_message *msg = message_of(w->req);

	if (w->req->operation == LDB_MODIFY &&
	    spn_state_of(w->module)->mode == SPN_MODE_ENFORCE && !is_nested(w))
	{
		return spn_steps_split(w, msg, &w->steps);
	}
	w->steps.messages = talloc_array(w, const struct ldb_message *, 1);
	if (w->steps.messages == NULL) {
		return false;
	}
	w->steps.messages[0] = msg;
	w->steps.num = 1;
	return true;
}

int spn_write(struct ldb_module *module,
	      struct ldb_request *req,
	      const struct spn_concern *concern)
{
	struct ldb_context *ldb = ldb_module_get_ctx(module);
	struct spn_write *w = new_write(module, req, concern);
	int ret;

	if (w == NULL || !make_steps(w)) {
		return ldb_oom(ldb);
	}
	ret = look_ahead(w);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	spn_state_of(module)->current = w;
	w->num_sent = 1;
	return spn_forward(module, req, w->steps.messages[0], &hooks, w);
}
