/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spn_policy: an ldb module that keeps the SPNs of a Samba AD domain right.
 * It stands on top of samba_dsdb:
 *
 *	@LIST: spn_policy,samba_dsdb
 *
 * A day in the life of a value. http/web01.example.com goes to svc-web, sent
 * by somebody's setspn.
 *
 *  1. The DC calls ldb_modify; ldb opens a transaction and calls the top of
 *     the stack: us.
 *  2. The request handler lets everything that does not concern us pass at
 *     once. That is nearly every write of a DC and must cost nothing.
 *  3. A request that does (spn_write.c): settings are taken if this
 *     transaction has none yet; the account's state before is read, once.
 *     completion.c says which other half must come along; a copy of the
 *     message gets it. The caller's message is never changed.
 *  4. It goes down: schema, access control, samldb, which may rewrite SPNs
 *     by itself, and the write. samldb asks the whole stack who holds the
 *     new SPNs, and so asks us (spn_answer.c).
 *  5. prepare_commit of the outermost transaction: the state after is read
 *     and judged (spn_transaction.c). A refusal is returned from here; ldb
 *     rolls everything back, and the LDAP client gets our code and text.
 *  6. The record of the transaction is freed, whichever way it ends.
 *
 * Why not check before the write? Only the state afterwards shows what
 * several elements, permissive modify, samldb's rewriting, an undelete and
 * several requests in one transaction come to; and a caller without rights
 * must hear from access control, not from us. Why not in the callback? Who
 * holds an outer transaction could swallow the refusal and commit.
 */
#include "spn_policy.h"

#include "policy/quote.h"
#include "spn_answer.h"
#include "spn_dc_state.h"
#include "spn_load.h"
#include "spn_log.h"
#include "spn_rename.h"
#include "spn_state.h"
#include "spn_write.h"

#include <string.h>

/* Private to Samba, fixed by the protocol or by use. */
#define CONTROL_REPLICATED_UPDATE "1.3.6.1.4.1.7165.4.3.3"

/* What @MODULES and its like hold decides whether we run at all. */
static bool is_untrusted_special(struct ldb_request *req, struct ldb_dn *dn)
{
	return ldb_req_is_untrusted(req) && ldb_dn_is_special(dn);
}

static int refuse_special(struct ldb_module *module, struct ldb_dn *dn)
{
	struct ldb_context *ldb = ldb_module_get_ctx(module);
	char *shown = spn_quote(module,
				spn_str_of(ldb_dn_get_linearized(dn)),
				SPN_QUOTE_DN | SPN_QUOTE_CUT);
	char *line = talloc_asprintf(
		module,
		"spn_policy: refused a write to %s by a client",
		(shown == NULL) ? "'@'" : shown);

	if (spn_log_wants_refusal(ldb)) {
		spn_log(ldb, SPN_LOG_REFUSED, line);
	}
	talloc_free(line);
	talloc_free(shown);
	ldb_asprintf_errstring(ldb,
			       "00002035: spn_policy: special records are "
			       "not for clients to write");
	return LDB_ERR_UNWILLING_TO_PERFORM;
}

/* Nothing of ours to do: off, a special record, the rootDSE, which is no
 * object and has no SPNs, or replication's. */
static bool is_exempt(struct ldb_module *module,
		      struct ldb_request *req,
		      struct ldb_dn *dn)
{
	return spn_state_of(module)->mode == SPN_MODE_OFF ||
	       ldb_dn_is_special(dn) || ldb_dn_is_null(dn) ||
	       spn_write_has_trusted_control(req, CONTROL_REPLICATED_UPDATE);
}

static int freeze_settings(struct ldb_module *module, struct ldb_request *req)
{
	int ret = spn_state_freeze(module, req);

	if (ret != LDB_SUCCESS) {
		ret = spn_state_check_failed(module,
					     "settings could not be read");
	}
	return ret;
}

/* An add or a modify. */
static int change(struct ldb_module *module,
		  struct ldb_request *req,
		  const struct ldb_message *msg)
{
	struct spn_concern concern = {};

	spn_state_note_write(module);
	if (is_untrusted_special(req, msg->dn)) {
		return refuse_special(module, msg->dn);
	}
	if (is_exempt(module, req, msg->dn)) {
		return ldb_next_request(module, req);
	}
	concern = spn_request_concern(msg);
	if (req->operation == LDB_ADD) {
		/* nothing is there to be rewritten, but its CN is a name */
		concern.names = spn_request_makes_machine(msg);
	}
	if (concern.policy) {
		int ret = freeze_settings(module, req);

		if (ret != LDB_SUCCESS) {
			return ret;
		}
	}
	if (!concern.spns && !concern.names) {
		return ldb_next_request(module, req);
	}
	return spn_write(module, req, &concern);
}

static int spn_policy_add(struct ldb_module *module, struct ldb_request *req)
{
	return change(module, req, req->op.add.message);
}

static int spn_policy_modify(struct ldb_module *module,
			     struct ldb_request *req)
{
	return change(module, req, req->op.mod.message);
}

/* Settings are read before they are deleted or renamed away. */
static int freeze_config(struct ldb_module *module,
			 struct ldb_request *req,
			 struct ldb_dn *dn)
{
	struct ldb_context *ldb = ldb_module_get_ctx(module);
	struct ldb_dn *config = ldb_get_config_basedn(ldb);

	if (spn_state_of(module)->mode == SPN_MODE_OFF || config == NULL ||
	    ldb_dn_is_special(dn) || ldb_dn_is_null(dn))
	{
		return LDB_SUCCESS;
	}
	/* A DN that is only a GUID could be anywhere. */
	if (ldb_dn_get_comp_num(dn) > 0 &&
	    ldb_dn_compare_base(config, dn) != 0)
	{
		return LDB_SUCCESS;
	}
	return freeze_settings(module, req);
}

static int spn_policy_del(struct ldb_module *module, struct ldb_request *req)
{
	int ret;

	spn_state_note_write(module);
	if (is_untrusted_special(req, req->op.del.dn)) {
		return refuse_special(module, req->op.del.dn);
	}
	ret = freeze_config(module, req, req->op.del.dn);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	return ldb_next_request(module, req);
}

static int spn_policy_rename(struct ldb_module *module,
			     struct ldb_request *req)
{
	int ret;

	spn_state_note_write(module);
	if (is_untrusted_special(req, req->op.rename.olddn)) {
		return refuse_special(module, req->op.rename.olddn);
	}
	if (is_untrusted_special(req, req->op.rename.newdn)) {
		return refuse_special(module, req->op.rename.newdn);
	}
	ret = freeze_config(module, req, req->op.rename.olddn);
	if (ret == LDB_SUCCESS &&
	    !is_exempt(module, req, req->op.rename.olddn))
	{
		ret = spn_rename_note(module, req);
	}
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	return ldb_next_request(module, req);
}

/* Samba's own check of SPNs comes by here, see spn_answer.c; so does who asks
 * the rootDSE for our state. */
static int spn_policy_search(struct ldb_module *module,
			     struct ldb_request *req)
{
	bool answered = false;
	int ret = spn_write_search(module, req, &answered);

	if (ret != LDB_SUCCESS || answered) {
		return ret;
	}
	if (spn_dc_state_is_asked(ldb_module_get_ctx(module), req)) {
		enum spn_mode mode = spn_state_of(module)->mode;

		return spn_dc_state_answer(module, req, spn_dc_mode_of(mode));
	}
	return ldb_next_request(module, req);
}

/* Replication: remembered here, judged at the commit, never refused. */
static int spn_policy_extended(struct ldb_module *module,
			       struct ldb_request *req)
{
	struct spn_state *state = spn_state_of(module);

	/* The number is asked for within other requests. */
	if (strcmp(req->op.extended.oid, LDB_EXTENDED_SEQUENCE_NUMBER) != 0) {
		spn_state_note_write(module);
	}
	if (state->mode != SPN_MODE_OFF) {
		spn_replication_note(module, state, req, &state->replicated);
	}
	return ldb_next_request(module, req);
}

/* ---------------------------------------------------------- transactions */

static int spn_policy_start_transaction(struct ldb_module *module)
{
	spn_state_close(module);
	return ldb_next_start_trans(module);
}

/* Over what clients and this DC itself have written. */
static int verdict(struct ldb_module *module)
{
	struct spn_state *state = spn_state_of(module);
	bool refused = false;
	int ret;

	if (state->failed) {
		return spn_state_check_failed(
			module,
			"a request before in this transaction was not "
			"examined, or refused when a part of it was written; "
			"the caller went on");
	}
	ret = spn_rename_touch(module);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	if (state->txn == NULL) {
		return LDB_SUCCESS;
	}
	ret = spn_transaction_judge(state->txn,
				    spn_prediction_verdict(state->prediction),
				    &refused);
	if (refused) {
		return ret;
	}
	if (ret != LDB_SUCCESS) {
		ret = spn_state_check_failed(module,
					     "holders could not be looked up");
	}
	return ret;
}

static int spn_policy_prepare_commit(struct ldb_module *module)
{
	struct spn_state *state = spn_state_of(module);
	int ret = verdict(module);

	if (ret != LDB_SUCCESS) {
		return ret;
	}
	spn_replication_judge(module, state->mode_text, state->replicated);
	return ldb_next_prepare_commit(module);
}

static int spn_policy_end_transaction(struct ldb_module *module)
{
	spn_state_close(module);
	return ldb_next_end_trans(module);
}

static int spn_policy_del_transaction(struct ldb_module *module)
{
	spn_state_close(module);
	return ldb_next_del_trans(module);
}

/* ------------------------------------------------------------------ setup */

static int spn_policy_init(struct ldb_module *module)
{
	struct ldb_context *ldb = ldb_module_get_ctx(module);
	static char version[] = SPN_POLICY_VERSION;
	int ret = spn_state_new(module);

	/* What is set later libldb finds sooner, and Samba looks for its own
	 * many times in each search. */
	if (ret == LDB_SUCCESS) {
		ret = ldb_set_opaque(ldb, SPN_POLICY_VERSION_OPAQUE, version);
	}
	return (ret == LDB_SUCCESS) ? ldb_next_init(module) : ret;
}

const struct ldb_module_ops spn_policy_ops = {
	.name = "spn_policy",
	.init_context = spn_policy_init,
	.search = spn_policy_search,
	.add = spn_policy_add,
	.modify = spn_policy_modify,
	.del = spn_policy_del,
	.rename = spn_policy_rename,
	.extended = spn_policy_extended,
	.start_transaction = spn_policy_start_transaction,
	.prepare_commit = spn_policy_prepare_commit,
	.end_transaction = spn_policy_end_transaction,
	.del_transaction = spn_policy_del_transaction,
};
