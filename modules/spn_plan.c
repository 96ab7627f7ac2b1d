/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The state before is read, the state after predicted, and completion.c asked
 * what has to come or go along. The prediction decides nothing where the
 * directory or Samba could make something else of the request: then the
 * verdict falls over what the write has really left (spn_transaction.c).
 */
#include "spn_plan.h"

#include "spn_amend.h"
#include "spn_session.h"

/* Values of a request that is looked into ahead. */
#define FORESEE_MAX 10

/* What completion.c says to a plan. */
struct thought {
	const struct spn_transaction *txn;
	struct spn_plan *plan;
	struct spn_amendment *amendment;
};

static bool think(void *private_data)
{
	struct thought *t = private_data;

	if (!spn_complete(&t->plan->c, t->plan, &t->amendment->completion)) {
		return false;
	}
	return t->txn->settings->mode != SPN_MODE_ENFORCE ||
	       spn_gives_up_duplicate(&t->plan->c,
				      &t->amendment->gives_up_duplicate);
}

/* What we add is part of what is predicted. */
static bool add_completion(struct spn_plan *plan,
			   const struct spn_completion *completion)
{
	const struct spn_fold *fold = spn_index_fold(plan->c.index);
	size_t i;

	for (i = 0; i < completion->num_add; i++) {
		struct spn_set *spns = &plan->after->spns;

		if (!spn_account_add(plan->after, fold, completion->add[i]) ||
		    !spn_index_add_spn(plan->c.index,
				       plan->after,
				       &spns->values[spns->num - 1]))
		{
			return false;
		}
	}
	return true;
}

static int amend(struct spn_transaction *txn,
		 const struct ldb_message *msg,
		 struct spn_plan *plan,
		 struct spn_amendment *amendment)
{
	struct spn_index *index = spn_index_new(plan,
						spn_store_fold(&txn->store),
						false);
	struct thought thought = {
		.txn = txn,
		.plan = plan,
		.amendment = amendment,
	};
	int ret;

	if (index == NULL || !spn_index_add(index, plan->after)) {
		return ldb_oom(txn->store.ldb);
	}
	plan->c = spn_transaction_case(txn, index, plan->before, plan->after);
	ret = spn_store_resolve(&txn->store,
				txn->forest,
				index,
				think,
				&thought);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	ret = spn_amend(&txn->store,
			plan,
			msg,
			&plan->c,
			amendment,
			&plan->copy);
	if (ret == LDB_SUCCESS && plan->is_certain &&
	    !add_completion(plan, &amendment->completion))
	{
		ret = ldb_oom(txn->store.ldb);
	}
	return ret;
}

static bool is_stranger(struct spn_transaction *txn, struct ldb_request *req)
{
	return ldb_req_is_untrusted(req) &&
	       spn_session_is_anonymous(txn->store.ldb);
}

int spn_plan_add(struct spn_transaction *txn,
		 struct ldb_request *req,
		 struct spn_plan *plan)
{
	const struct ldb_message *msg = req->op.add.message;
	struct spn_amendment amendment = {};
	int ret;

	if (is_stranger(txn, req)) {
		return LDB_SUCCESS;
	}
	ret = spn_store_account_of(&txn->store, plan, msg, &plan->after, NULL);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	return amend(txn, msg, plan, &amendment);
}

int spn_plan_modify(struct spn_transaction *txn,
		    struct ldb_request *req,
		    bool changes_spns,
		    struct spn_plan *plan)
{
	const struct ldb_message *msg = req->op.mod.message;
	struct spn_amendment amendment = {};
	size_t num_values = 0;
	bool deleted = false;
	int ret = spn_store_account(&txn->store,
				    plan,
				    msg->dn,
				    &plan->before,
				    &deleted);

	if (ret == LDB_ERR_NO_SUCH_OBJECT) {
		return LDB_SUCCESS;
	}
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	if (deleted) {
		/* nobody answers for them */
		spn_set_clear(&plan->before->spns);
	}
	if (!changes_spns || is_stranger(txn, req)) {
		return LDB_SUCCESS;
	}
	plan->after = spn_request_predict(&txn->store,
					  plan,
					  plan->before,
					  msg,
					  &amendment.is_clean);
	if (plan->after == NULL) {
		return ldb_oom(txn->store.ldb);
	}
	if (ldb_request_get_control(req, LDB_CONTROL_PERMISSIVE_MODIFY_OID)) {
		amendment.is_clean = true; /* nothing is an error then */
	} else {
		plan->is_certain = amendment.is_clean && !deleted &&
				   spn_request_only_adds(msg, &num_values) &&
				   num_values <= FORESEE_MAX;
	}
	return amend(txn, msg, plan, &amendment);
}

int spn_plan_foresee(struct spn_transaction *txn, struct spn_plan *plan)
{
	struct spn_report *report = NULL;
	int ret;

	if (plan->foreseen != NULL) {
		return LDB_SUCCESS;
	}
	report = spn_report_new(plan);
	if (report == NULL) {
		return ldb_oom(txn->store.ldb);
	}
	ret = spn_store_judge(&txn->store, txn->forest, &plan->c, 1, report);
	if (ret != LDB_SUCCESS) {
		talloc_free(report);
		return ret;
	}
	plan->foreseen = report;
	return LDB_SUCCESS;
}

bool spn_plan_nobody_holds(struct spn_plan *plan, struct spn_str spn)
{
	const struct spn_fold *fold = spn_index_fold(plan->c.index);
	TALLOC_CTX *tmp_ctx = talloc_new(plan);
	struct spn_str key = {};
	bool nobody = false;

	if (tmp_ctx != NULL &&
	    fold->fn(fold->private_data, tmp_ctx, spn, &key)) {
		nobody = spn_index_is_free(plan->c.index, key, plan->after) &&
			 spn_account_find(plan->c.before, key) == NULL;
	}
	talloc_free(tmp_ctx);
	return nobody;
}
