/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The state before is read, the state after predicted, and completion.c asked
 * what has to come or go along. The prediction decides nothing where the
 * directory or Samba could make something else of the request: then the
 * verdict falls over what the write has really left (spn_transaction.c).
 */
#include "spn_plan.h"

/* Bytes of a value that samldb may write into the log. */
#define LONGEST_LOGGED 255

/* A request that adds more values than this is judged at the commit. */
#define PREDICT_MAX 10

struct examined {
	const struct spn_transaction *txn;
	struct spn_plan *plan;
};

/* What completion.c says to a plan. */
static bool examine(void *private_data)
{
	struct examined *e = private_data;
	struct spn_plan *plan = e->plan;

	if (!spn_complete(&plan->c, plan, &plan->completion)) {
		return false;
	}
	return e->txn->settings->mode != SPN_MODE_ENFORCE ||
	       spn_gives_up_duplicate(&plan->c, &plan->gives_up_duplicate);
}

/* What we add is part of what is predicted. */
static bool add_completion(struct spn_plan *plan)
{
	const struct spn_completion *completion = &plan->completion;
	const struct spn_fold *fold = spn_index_fold(plan->c.index);
	size_t i;

	for (i = 0; i < completion->num_add; i++) {
		struct spn_set *spns = &plan->after->spns;

		if (!spn_account_add(plan->after, fold, completion->add[i]) ||
		    !spn_partial_add_spn(plan->index,
					 plan->after,
					 &spns->values[spns->num - 1]))
		{
			return false;
		}
	}
	return true;
}

static int complete(struct spn_transaction *txn, struct spn_plan *plan)
{
	struct examined examined = {.txn = txn, .plan = plan};
	int ret;

	plan->index = spn_partial_new(plan, spn_store_fold(&txn->store));
	if (plan->index == NULL || !spn_partial_add(plan->index, plan->after))
	{
		return ldb_oom(txn->store.ldb);
	}
	plan->c = spn_transaction_case(txn,
				       plan->index,
				       plan->before,
				       plan->after);
	plan->c.left_out = &plan->changed.left_out;
	if (!spn_case_compare(&plan->c, plan)) {
		return ldb_oom(txn->store.ldb);
	}
	ret = spn_store_resolve(&txn->store,
				txn->forest,
				plan->index,
				examine,
				&examined);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	plan->gives_up_duplicate &= !spn_case_brings(&plan->c);
	if (plan->is_certain) {
		plan->c.diff = NULL; /* it is another one then */
		if (!add_completion(plan) || !spn_case_compare(&plan->c, plan))
		{
			return ldb_oom(txn->store.ldb);
		}
		ret = spn_transaction_own(txn, &plan->c);
	}
	return ret;
}

int spn_plan_add(struct spn_transaction *txn,
		 struct ldb_request *req,
		 struct spn_plan *plan)
{
	const struct ldb_message *msg = req->op.add.message;
	int ret = spn_store_account_of(&txn->store,
				       plan,
				       msg,
				       &plan->after,
				       NULL);

	return (ret == LDB_SUCCESS) ? complete(txn, plan) : ret;
}

static int predict(struct spn_transaction *txn,
		   struct ldb_request *req,
		   bool is_deleted,
		   struct spn_plan *plan)
{
	const struct ldb_message *msg = req->op.mod.message;
	size_t num_values = 0;

	plan->after = spn_request_predict(&txn->store,
					  plan,
					  plan->before,
					  msg,
					  &plan->changed);
	if (plan->after == NULL) {
		return ldb_oom(txn->store.ldb);
	}
	plan->is_certain = plan->changed.is_clean && !is_deleted &&
			   spn_request_only_adds(msg, &num_values) &&
			   num_values <= PREDICT_MAX &&
			   ldb_request_get_control(
				   req,
				   LDB_CONTROL_PERMISSIVE_MODIFY_OID) == NULL;
	plan->is_plain = plan->is_certain && msg->num_elements == 1;
	return complete(txn, plan);
}

int spn_plan_modify(struct spn_transaction *txn,
		    struct ldb_request *req,
		    bool changes_spns,
		    struct spn_plan *plan)
{
	bool is_deleted = false;
	int ret = spn_store_account(&txn->store,
				    plan,
				    req->op.mod.message->dn,
				    &plan->before,
				    &is_deleted);

	if (ret == LDB_ERR_NO_SUCH_OBJECT) {
		return LDB_SUCCESS;
	}
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	if (is_deleted) {
		/* nobody answers for them */
		spn_set_clear(&plan->before->spns);
	}
	return changes_spns ? predict(txn, req, is_deleted, plan)
			    : LDB_SUCCESS;
}

bool spn_plan_nobody_holds(struct spn_plan *plan, struct spn_str spn)
{
	const struct spn_fold *fold = spn_index_fold(plan->c.index);
	TALLOC_CTX *tmp_ctx = talloc_new(plan);
	struct spn_str key = {};
	bool nobody = false;

	if (tmp_ctx != NULL && spn_fold_text(fold, tmp_ctx, spn, &key)) {
		nobody = spn_partial_is_free(plan->index, key, plan->after) &&
			 spn_account_find(plan->c.before, key) == NULL;
	}
	talloc_free(tmp_ctx);
	return nobody;
}

bool spn_plan_may_be_logged(const struct spn_plan *plan)
{
	const struct spn_diff *diff = plan->c.diff;
	size_t i;
	size_t k;

	for (i = 0; i < diff->num_brought; i++) {
		struct spn_str value = diff->brought[i]->value;

		if (value.len > LONGEST_LOGGED) {
			return false;
		}
		for (k = 0; k < value.len; k++) {
			if (value.data[k] < ' ' || value.data[k] > '~') {
				return false;
			}
		}
	}
	return true;
}
