/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settings and the account's state before are read, a copy of the message
 * gets the halves that must come along, and goes down. What comes back is
 * remembered for the verdict, or put into better words.
 */
#include "spn_write.h"

#include <string.h>

#include "spn_forward.h"
#include "spn_state.h"

bool spn_write_has_trusted_control(struct ldb_request *req, const char *oid)
{
	return !ldb_req_is_untrusted(req) &&
	       ldb_request_get_control(req, oid) != NULL;
}

static bool may_refuse(struct ldb_request *req)
{
	return !spn_write_has_trusted_control(req, SPN_CONTROL_DBCHECK) &&
	       !spn_write_has_trusted_control(req, LDB_CONTROL_PROVISION_OID);
}

/*
 * The account that an add has made is known by its objectGUID from now on.
 * Nothing is refused here, only remembered.
 */
static int touch_added(struct ldb_module *module,
		       struct ldb_request *req,
		       void *private_data)
{
	struct spn_transaction *txn = spn_state_of(module)->txn;
	struct spn_account *account = NULL;
	struct ldb_dn *dn = NULL;
	int ret;

	(void)private_data;
	if (txn == NULL) {
		return LDB_SUCCESS; /* audit, and it could not be opened */
	}
	/* The client's DN may name another object by GUID or SID besides. */
	dn = ldb_dn_copy(req, req->op.add.message->dn);
	if (dn == NULL) {
		return spn_state_check_failed(module, "out of memory");
	}
	ldb_dn_remove_extended_components(dn);
	ret = spn_store_account(&txn->store, req, dn, &account, NULL);
	if (ret == LDB_SUCCESS) {
		ret = spn_transaction_touch_added(txn,
						  account->object_guid,
						  may_refuse(req));
	}
	if (ret != LDB_SUCCESS) {
		ret = spn_state_check_failed(module,
					     "the new object was not found");
	}
	return ret;
}

/* The modules below may look at its message until the request has ended. */
static void forget_plan(struct spn_state *state, struct spn_plan *plan)
{
	if (plan->is_certain) {
		talloc_free(state->last);
		state->last = plan;
		state->plan = NULL;
	}
}

/*
 * Samba's own check for duplicates stands below us and comes first; it says
 * neither why nor what to do. Anything else that was refused stays as it is:
 * to a caller without rights we say nothing. acl refuses with the same code
 * and quotes what the client sent, so only how the text begins counts.
 */
static void explain_refusal(struct ldb_module *module,
			    int error,
			    void *private_data)
{
	static const char theirs[] = "samldb: spn[";
	struct spn_plan *plan = private_data;
	struct spn_state *state = spn_state_of(module);
	const char *text = ldb_errstring(ldb_module_get_ctx(module));

	if (state->txn != NULL && plan->after != NULL && text != NULL &&
	    error == LDB_ERR_CONSTRAINT_VIOLATION &&
	    strncmp(text, theirs, sizeof(theirs) - 1) == 0)
	{
		spn_transaction_explain(state->txn, &plan->c);
	}
	forget_plan(state, plan);
}

static int keep_foreseen(struct ldb_module *module,
			 struct ldb_request *req,
			 void *private_data)
{
	struct spn_state *state = spn_state_of(module);
	struct spn_plan *plan = private_data;

	(void)req;
	state->foreseen = plan->foreseen;
	forget_plan(state, plan);
	return LDB_SUCCESS;
}

static const struct spn_forward_hooks add_hooks = {
	.written = touch_added,
	.refused = explain_refusal,
};

static const struct spn_forward_hooks modify_hooks = {
	.written = keep_foreseen,
	.refused = explain_refusal,
};

static const struct ldb_message *message_of(const struct ldb_request *req)
{
	return (req->operation == LDB_ADD) ? req->op.add.message
					   : req->op.mod.message;
}

/* Everything that can fail before a request is passed down. The plan is
 * empty where there is nothing to plan. */
static int prepare(struct spn_transaction *txn,
		   struct ldb_request *req,
		   const struct spn_concern *concern,
		   struct spn_plan *plan)
{
	int ret;

	if (!concern->spns && !concern->names) {
		return LDB_SUCCESS;
	}
	if (req->operation == LDB_ADD) {
		return spn_plan_add(txn, req, plan);
	}
	ret = spn_plan_modify(txn, req, concern->spns, plan);
	if (ret != LDB_SUCCESS || plan->before == NULL) {
		return ret;
	}
	return spn_transaction_touch(txn, plan->before, may_refuse(req));
}

/* It goes down; adds_spns: it makes an object that has SPNs. */
static int pass_down(struct ldb_module *module,
		     struct ldb_request *req,
		     struct spn_plan *plan,
		     bool adds_spns)
{
	/* A request may end without a word, a transaction does not. */
	if (plan->is_certain) {
		spn_state_of(module)->plan = plan;
	} else {
		talloc_steal(req, plan);
	}
	if (!adds_spns && plan->after == NULL) {
		/* What it does is seen at the commit. */
		return ldb_next_request(module, req);
	}
	return spn_forward(module,
			   req,
			   (plan->copy != NULL) ? plan->copy : message_of(req),
			   adds_spns ? &add_hooks : &modify_hooks,
			   plan);
}

int spn_write(struct ldb_module *module,
	      struct ldb_request *req,
	      const struct spn_concern *concern)
{
	struct spn_state *state = spn_state_of(module);
	struct spn_plan *plan = NULL;
	int ret;

	if (ldb_dn_get_casefold(message_of(req)->dn) == NULL) {
		ldb_set_errstring(ldb_module_get_ctx(module),
				  "spn_policy: invalid dn");
		return LDB_ERR_INVALID_DN_SYNTAX; /* not UTF-8 */
	}
	ret = concern->policy ? spn_state_freeze(module)
			      : spn_state_open(module);
	if (ret == LDB_SUCCESS) {
		plan = talloc_zero(state->txn, struct spn_plan);
		ret = (plan == NULL) ? ldb_module_oom(module)
				     : prepare(state->txn, req, concern, plan);
	}
	if (ret == LDB_ERR_INVALID_DN_SYNTAX) {
		return ret; /* the client's mistake, no failure of the check */
	}
	if (ret != LDB_SUCCESS) {
		ret = spn_state_check_failed(module,
					     "a request was not examined");
		if (ret == LDB_SUCCESS && plan != NULL) {
			/* Nothing of it is to be relied on. */
			TALLOC_FREE(plan->copy);
			plan->after = NULL;
			plan->is_certain = false;
		}
	}
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	if (plan == NULL) {
		return ldb_next_request(module, req);
	}
	return pass_down(module,
			 req,
			 plan,
			 req->operation == LDB_ADD && concern->spns);
}
