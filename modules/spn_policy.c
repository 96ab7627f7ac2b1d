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
 *  3. A request that does: settings are read if this transaction has not
 *     read them; the account's state before is read, once. completion.c says
 *     which other half must come along; a copy of the message gets it. The
 *     caller's message is never changed.
 *  4. It goes down: schema, access control, samldb, which may rewrite SPNs
 *     by itself, and the write.
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

#include "spn_forward.h"
#include "spn_log.h"
#include "spn_plan.h"
#include "spn_replication.h"
#include "spn_transaction.h"

#include <param.h>
#include <stdio.h>
#include <string.h>

/* Private to Samba, fixed by the protocol or by use. */
#define CONTROL_REPLICATED_UPDATE "1.3.6.1.4.1.7165.4.3.3"
#define CONTROL_DBCHECK "1.3.6.1.4.1.7165.4.3.19"

/* One per ldb context. */
struct spn_policy {
	const char *mode_text; /* smb.conf, spn_policy:mode; NULL: not set */
	enum spn_mode mode;
	struct spn_transaction *txn;	   /* NULL: nothing relevant so far */
	struct spn_replicated *replicated; /* NULL: nothing came */
	bool failed; /* a check could not be made: the commit must fail */
};

static struct spn_policy *policy_of(struct ldb_module *module)
{
	return talloc_get_type_abort(ldb_module_get_private(module),
				     struct spn_policy);
}

/* Somebody else's text on one line of the log, cut; NULL for NULL. */
static char *printable(TALLOC_CTX *mem_ctx, const char *text)
{
	const size_t enough = 200;
	struct spn_str cut = spn_str_of(text);

	if (text == NULL) {
		return NULL;
	}
	cut.len = (cut.len > enough) ? enough : cut.len;
	return spn_escape(mem_ctx, cut);
}

/*
 * A check could not be made. The write is refused, now and at the commit,
 * unless smb.conf says that nothing is to be refused: then LDB_SUCCESS.
 */
static int check_failed(struct ldb_module *module, const char *what)
{
	struct ldb_context *ldb = ldb_module_get_ctx(module);
	const struct spn_message *m = spn_message_by_code("SPN-901");
	struct spn_policy *policy = policy_of(module);
	const char *detail = ldb_errstring(ldb);
	char *readable = printable(policy, detail);
	char *line = talloc_asprintf(policy,
				     "spn_policy: %s %s%s%s",
				     m->code,
				     what,
				     (readable == NULL) ? "" : ": ",
				     (readable == NULL) ? "" : readable);

	spn_log(ldb, SPN_LOG_ERROR, line);
	talloc_free(line);
	talloc_free(readable);
	if (policy->mode == SPN_MODE_AUDIT) {
		return LDB_SUCCESS;
	}
	policy->failed = true;
	ldb_asprintf_errstring(ldb,
			       "0000202F: spn_policy: %s %s",
			       m->code,
			       m->client);
	return LDB_ERR_OPERATIONS_ERROR;
}

/* What @MODULES and its like hold decides whether we run at all. */
static bool is_untrusted_special(struct ldb_request *req, struct ldb_dn *dn)
{
	return ldb_req_is_untrusted(req) && ldb_dn_is_special(dn);
}

static int refuse_special(struct ldb_module *module, struct ldb_dn *dn)
{
	struct ldb_context *ldb = ldb_module_get_ctx(module);
	char *readable = printable(module, ldb_dn_get_linearized(dn));

	char *line = talloc_asprintf(
		module,
		"spn_policy: refused a write to '%s' by a client",
		(readable == NULL) ? "@" : readable);

	spn_log(ldb, SPN_LOG_NOTICE, line);
	talloc_free(line);
	talloc_free(readable);
	ldb_asprintf_errstring(ldb,
			       "00002035: spn_policy: special records are "
			       "not for clients to write");
	return LDB_ERR_UNWILLING_TO_PERFORM;
}

/* Controls of clients have not been filtered yet up here: ignore those. */
static bool has_trusted_control(struct ldb_request *req, const char *oid)
{
	return !ldb_req_is_untrusted(req) &&
	       ldb_request_get_control(req, oid) != NULL;
}

static bool may_refuse(struct ldb_request *req)
{
	return !has_trusted_control(req, CONTROL_DBCHECK) &&
	       !has_trusted_control(req, LDB_CONTROL_PROVISION_OID);
}

/* The record of this transaction; settings are frozen from here on. */
static int open_transaction(struct ldb_module *module)
{
	struct spn_policy *policy = policy_of(module);

	if (policy->txn != NULL) {
		return LDB_SUCCESS;
	}
	return spn_transaction_new(policy,
				   module,
				   policy->mode_text,
				   &policy->txn);
}

/* The same, with everything that the configuration says: it is about to be
 * changed. */
static int freeze_transaction(struct ldb_module *module)
{
	struct spn_transaction *txn = NULL;
	int ret = open_transaction(module);

	if (ret != LDB_SUCCESS) {
		return ret;
	}
	txn = policy_of(module)->txn;
	return spn_store_suffixes(&txn->store, txn->forest);
}

static void close_transaction(struct ldb_module *module)
{
	struct spn_policy *policy = policy_of(module);

	TALLOC_FREE(policy->txn);
	TALLOC_FREE(policy->replicated);
	policy->failed = false;
}

/*
 * The account that an add has made is known by its objectGUID from now on.
 * Nothing is refused here, only remembered.
 */
static int touch_added(struct ldb_module *module,
		       struct ldb_request *req,
		       void *private_data)
{
	struct spn_transaction *txn = policy_of(module)->txn;
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
		return check_failed(module, "out of memory");
	}
	ldb_dn_remove_extended_components(dn);
	ret = spn_store_account(&txn->store, req, dn, &account, NULL);
	if (ret == LDB_SUCCESS) {
		ret = spn_transaction_touch_added(txn,
						  account->object_guid,
						  may_refuse(req));
	}
	if (ret != LDB_SUCCESS) {
		ret = check_failed(module, "the new object was not found");
	}
	return ret;
}

/*
 * Samba's own check for duplicates stands below us and comes first; it says
 * neither why nor what to do. Anything else that was refused stays as it is:
 * to a caller without rights we say nothing.
 */
static void explain_refusal(struct ldb_module *module,
			    int error,
			    void *private_data)
{
	const struct spn_plan *plan = private_data;
	struct spn_transaction *txn = policy_of(module)->txn;
	const char *text = ldb_errstring(ldb_module_get_ctx(module));

	if (txn != NULL && plan->after != NULL && text != NULL &&
	    error == LDB_ERR_CONSTRAINT_VIOLATION &&
	    strstr(text, "samldb: spn[") != NULL)
	{
		spn_transaction_explain(txn, plan->before, plan->after);
	}
}

static const struct spn_forward_hooks add_hooks = {
	.written = touch_added,
	.refused = explain_refusal,
};

static const struct spn_forward_hooks modify_hooks = {
	.refused = explain_refusal,
};

/* -------------------------------------------------------------- requests */

/* Everything that can fail before a request is passed down. */
static int prepare(struct ldb_module *module,
		   struct ldb_request *req,
		   const struct spn_concern *concern,
		   struct spn_plan *plan)
{
	struct spn_transaction *txn = NULL;
	int ret = concern->policy ? freeze_transaction(module)
				  : open_transaction(module);

	if (ret != LDB_SUCCESS || (!concern->spns && !concern->names)) {
		return ret;
	}
	txn = policy_of(module)->txn;
	if (req->operation == LDB_ADD) {
		return spn_plan_add(txn, req, plan);
	}
	ret = spn_plan_modify(txn, req, concern->spns, plan);
	if (ret != LDB_SUCCESS || plan->before == NULL) {
		return ret;
	}
	return spn_transaction_touch(txn, plan->before, may_refuse(req));
}

/* An add or a modify that concerns us. */
static int take_up(struct ldb_module *module,
		   struct ldb_request *req,
		   const struct ldb_message *msg,
		   const struct spn_concern *concern)
{
	bool adds_spns = req->operation == LDB_ADD && concern->spns;
	struct spn_plan *plan = talloc_zero(req, struct spn_plan);
	int ret;

	if (plan == NULL) {
		return ldb_module_oom(module);
	}
	ret = prepare(module, req, concern, plan);
	if (ret != LDB_SUCCESS) {
		ret = check_failed(module, "a request was not examined");
		TALLOC_FREE(plan->copy);
	}
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	if (!adds_spns && plan->after == NULL) {
		/* What it does is seen at the commit. */
		return ldb_next_request(module, req);
	}
	return spn_forward(module,
			   req,
			   (plan->copy != NULL) ? plan->copy : msg,
			   adds_spns ? &add_hooks : &modify_hooks,
			   plan);
}

/* Nothing of ours to do: off, a special record, or replication's. */
static bool is_exempt(struct ldb_module *module,
		      struct ldb_request *req,
		      struct ldb_dn *dn)
{
	return policy_of(module)->mode == SPN_MODE_OFF ||
	       ldb_dn_is_special(dn) ||
	       has_trusted_control(req, CONTROL_REPLICATED_UPDATE);
}

static int spn_policy_add(struct ldb_module *module, struct ldb_request *req)
{
	const struct ldb_message *msg = req->op.add.message;
	struct spn_concern concern = {};

	if (is_untrusted_special(req, msg->dn)) {
		return refuse_special(module, msg->dn);
	}
	if (is_exempt(module, req, msg->dn)) {
		return ldb_next_request(module, req);
	}
	concern = spn_request_concern(msg);
	concern.names = false; /* a new object has nothing to be rewritten */
	if (!concern.spns && !concern.policy) {
		return ldb_next_request(module, req);
	}
	return take_up(module, req, msg, &concern);
}

static int spn_policy_modify(struct ldb_module *module,
			     struct ldb_request *req)
{
	const struct ldb_message *msg = req->op.mod.message;
	struct spn_concern concern = {};

	if (is_untrusted_special(req, msg->dn)) {
		return refuse_special(module, msg->dn);
	}
	if (is_exempt(module, req, msg->dn)) {
		return ldb_next_request(module, req);
	}
	concern = spn_request_concern(msg);
	if (!concern.spns && !concern.names && !concern.policy) {
		return ldb_next_request(module, req);
	}
	return take_up(module, req, msg, &concern);
}

/* Settings are read before they are deleted or renamed away. */
static int freeze_settings(struct ldb_module *module, struct ldb_dn *dn)
{
	struct ldb_context *ldb = ldb_module_get_ctx(module);
	struct ldb_dn *config = ldb_get_config_basedn(ldb);
	int ret;

	if (policy_of(module)->mode == SPN_MODE_OFF || config == NULL ||
	    ldb_dn_is_special(dn))
	{
		return LDB_SUCCESS;
	}
	/* A DN that is only a GUID could be anywhere. */
	if (ldb_dn_get_comp_num(dn) > 0 &&
	    ldb_dn_compare_base(config, dn) != 0) {
		return LDB_SUCCESS;
	}
	ret = freeze_transaction(module);
	if (ret != LDB_SUCCESS) {
		ret = check_failed(module, "settings could not be read");
	}
	return ret;
}

static int spn_policy_del(struct ldb_module *module, struct ldb_request *req)
{
	int ret;

	if (is_untrusted_special(req, req->op.del.dn)) {
		return refuse_special(module, req->op.del.dn);
	}
	ret = freeze_settings(module, req->op.del.dn);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	return ldb_next_request(module, req);
}

static int spn_policy_rename(struct ldb_module *module,
			     struct ldb_request *req)
{
	int ret;

	if (is_untrusted_special(req, req->op.rename.olddn)) {
		return refuse_special(module, req->op.rename.olddn);
	}
	if (is_untrusted_special(req, req->op.rename.newdn)) {
		return refuse_special(module, req->op.rename.newdn);
	}
	ret = freeze_settings(module, req->op.rename.olddn);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	return ldb_next_request(module, req);
}

/* Replication: remembered here, judged at the commit, never refused. */
static int spn_policy_extended(struct ldb_module *module,
			       struct ldb_request *req)
{
	struct spn_policy *policy = policy_of(module);

	if (policy->mode != SPN_MODE_OFF) {
		spn_replication_note(module, policy, req, &policy->replicated);
	}
	return ldb_next_request(module, req);
}

/* ---------------------------------------------------------- transactions */

static int spn_policy_start_transaction(struct ldb_module *module)
{
	close_transaction(module);
	return ldb_next_start_trans(module);
}

/* Over what clients and this DC itself have written. */
static int verdict(struct ldb_module *module)
{
	struct spn_policy *policy = policy_of(module);
	bool refused = false;
	int ret;

	if (policy->failed) {
		return check_failed(module,
				    "a check in this transaction had failed");
	}
	if (policy->txn == NULL) {
		return LDB_SUCCESS;
	}
	ret = spn_transaction_judge(policy->txn, &refused);
	if (refused) {
		return ret;
	}
	if (ret != LDB_SUCCESS) {
		ret = check_failed(module, "holders could not be looked up");
	}
	return ret;
}

static int spn_policy_prepare_commit(struct ldb_module *module)
{
	struct spn_policy *policy = policy_of(module);
	int ret = verdict(module);

	if (ret != LDB_SUCCESS) {
		return ret;
	}
	spn_replication_judge(module, policy->mode_text, policy->replicated);
	return ldb_next_prepare_commit(module);
}

static int spn_policy_end_transaction(struct ldb_module *module)
{
	close_transaction(module);
	return ldb_next_end_trans(module);
}

static int spn_policy_del_transaction(struct ldb_module *module)
{
	close_transaction(module);
	return ldb_next_del_trans(module);
}

/* ------------------------------------------------------------------ setup */

static int read_mode(struct ldb_context *ldb, struct spn_policy *policy)
{
	struct loadparm_context *lp_ctx =
		talloc_get_type(ldb_get_opaque(ldb, "loadparm"),
				struct loadparm_context);
	struct spn_settings *settings = NULL;
	const char *mode = NULL;

	if (lp_ctx != NULL) {
		mode = lpcfg_parm_string(lp_ctx, NULL, "spn_policy", "mode");
	}
	if (mode == NULL) {
		return LDB_SUCCESS;
	}
	/* A copy: Samba frees its own when it is set again. */
	policy->mode_text = talloc_strdup(policy, mode);
	settings = spn_settings_new(policy);
	if (policy->mode_text == NULL || settings == NULL) {
		return ldb_oom(ldb);
	}
	spn_settings_set_mode(settings, mode);
	policy->mode = settings->mode;
	talloc_free(settings);
	return LDB_SUCCESS;
}

static int spn_policy_init(struct ldb_module *module)
{
	struct ldb_context *ldb = ldb_module_get_ctx(module);
	struct spn_policy *policy = talloc_zero(module, struct spn_policy);
	static char version[] = SPN_POLICY_VERSION;
	int ret;

	if (policy == NULL) {
		return ldb_oom(ldb);
	}
	ldb_module_set_private(module, policy);
	ret = read_mode(ldb, policy);
	if (ret == LDB_SUCCESS) {
		ret = ldb_next_init(module);
	}
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	ret = ldb_set_opaque(ldb, SPN_POLICY_VERSION_OPAQUE, version);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	/* Says that we are here; without rootdse below there is no such list.
	 */
	(void)ldb_mod_register_control(module, SPN_POLICY_CONTROL_OID);
	return LDB_SUCCESS;
}

static const struct ldb_module_ops spn_policy_ops = {
	.name = "spn_policy",
	.init_context = spn_policy_init,
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

/*
 * ldb gives up on *every* database of the machine when this fails, even
 * where we are not used. So another version of ldb only means that the
 * module is not there, and sam.ldb alone does not open.
 */
__attribute__((visibility("default"))) int ldb_init_module(const char *version)
{
	if (strcmp(version, LDB_VERSION) != 0) {
		fprintf(stderr,
			"spn_policy: built for ldb %s, this is ldb %s: not "
			"loaded; install the build for this version\n",
			LDB_VERSION,
			version);
		return LDB_SUCCESS;
	}
	return ldb_register_module(&spn_policy_ops);
}
