/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The state before is read, the state after predicted, and completion.c asked
 * what has to come or go along. The prediction decides nothing: the verdict
 * falls over what the write has really left (spn_transaction.c).
 */
#include "spn_plan.h"

#include "spn_amend.h"
#include "spn_session.h"

static int amend(struct spn_transaction *txn,
		 const struct ldb_message *msg,
		 struct spn_plan *plan,
		 struct spn_amendment *amendment)
{
	struct spn_index *index = spn_index_new(plan,
						spn_store_fold(&txn->store),
						false);
	struct spn_case c =
		spn_transaction_case(txn, index, plan->before, plan->after);
	int ret;

	if (c.index == NULL || !spn_index_add(c.index, c.after)) {
		return ldb_oom(txn->store.ldb);
	}
	ret = spn_store_complete(&txn->store,
				 txn->forest,
				 plan,
				 &c,
				 &amendment->completion);
	if (ret == LDB_SUCCESS && txn->settings->mode == SPN_MODE_ENFORCE) {
		ret = spn_store_gives_up_duplicate(
			&txn->store,
			txn->forest,
			&c,
			&amendment->gives_up_duplicate);
	}
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	return spn_amend(&txn->store, plan, msg, &c, amendment, &plan->copy);
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
	}
	return amend(txn, msg, plan, &amendment);
}
