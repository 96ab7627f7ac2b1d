/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * samba_dsdb_fake: what the module meets below it in a domain controller,
 * as far as it matters to the module. Every operation is carried out at
 * once and answered when it is done.
 */
#include "fake_samldb.h"

static struct fake *fake_of(struct ldb_module *module)
{
	struct ldb_context *ldb = ldb_module_get_ctx(module);

	return talloc_get_type_abort(ldb_get_opaque(ldb, FAKE_OPAQUE),
				     struct fake);
}

static bool has_control(struct ldb_request *req, const char *oid)
{
	return ldb_request_get_control(req, oid) != NULL;
}

/* <GUID=...> and <SID=...> name the object that has them (extended_dn_in). */
static struct ldb_dn *resolve(struct ldb_module *module,
			      TALLOC_CTX *mem_ctx,
			      struct ldb_dn *dn)
{
	static const struct {
		const char *component;
		const char *attr;
	} ids[] = {{"GUID", "objectGUID"}, {"SID", "objectSid"}};
	struct ldb_context *ldb = ldb_module_get_ctx(module);
	struct ldb_result *res = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		const struct ldb_val *id =
			ldb_dn_get_extended_component(dn, ids[i].component);
		char *filter = NULL;

		if (id == NULL) {
			continue;
		}
		filter = talloc_asprintf(mem_ctx,
					 "(%s=%s)",
					 ids[i].attr,
					 ldb_binary_encode(mem_ctx, *id));
		fake_search_down(module,
				 mem_ctx,
				 ldb_dn_new(mem_ctx, ldb, NULL),
				 LDB_SCOPE_SUBTREE,
				 filter,
				 &res);
		return (res->count == 1) ? res->msgs[0]->dn : NULL;
	}
	return dn;
}

static int no_such_object(struct ldb_module *module)
{
	ldb_set_errstring(ldb_module_get_ctx(module), "No such object");
	return LDB_ERR_NO_SUCH_OBJECT;
}

/* ------------------------------------------------------------ searches */

/* What samldb asks the whole stack (fake_samldb.c) comes by here, too. */
static bool is_samldbs(const struct ldb_request *req)
{
	const char *const *attrs = req->op.search.attrs;

	return attrs != NULL && (attrs[0] == NULL ||
				 (ldb_attr_cmp(attrs[0], "sPNMappings") == 0 &&
				  attrs[1] == NULL));
}

static int refuse_search(struct fake *f, struct ldb_request *req)
{
	bool untrusted = ldb_req_is_untrusted(req);
	struct ldb_control *as_system =
		ldb_request_get_control(req, LDB_CONTROL_AS_SYSTEM_OID);
	bool fails = f->fail_search > 0 && --f->fail_search == 0;

	f->num_searches++;
	f->num_untrusted_searches += untrusted ? 1 : 0;
	if (f->fail_base != NULL && req->op.search.base != NULL &&
	    ldb_dn_compare(req->op.search.base,
			   fake_dn(f, req, f->fail_base)) == 0)
	{
		fails = true;
	}
	if (fails) {
		TALLOC_FREE(f->failed_base);
		f->failed_base = talloc_strdup(f,
					       ldb_dn_get_linearized(
						       req->op.search.base));
	}
	if (fails && !f->fail_late) {
		ldb_set_errstring(f->ldb, "fake: the search failed");
		return (f->fail_code != 0) ? f->fail_code : LDB_ERR_BUSY;
	}
	/* rootdse: a client cannot make itself system. */
	if (untrusted && as_system != NULL && as_system->critical) {
		ldb_set_errstring(f->ldb, "fake: non-registered control");
		return LDB_ERR_UNSUPPORTED_CRITICAL_EXTENSION;
	}
	return (fails && f->fail_late) ? LDB_ERR_TIME_LIMIT_EXCEEDED
				       : LDB_SUCCESS;
}

/* show_deleted and aclread: what this request may see. */
static bool may_see(struct fake *f,
		    struct ldb_request *req,
		    const struct ldb_message *msg)
{
	if (ldb_msg_find_attr_as_bool(msg, "isDeleted", false) &&
	    !has_control(req, LDB_CONTROL_SHOW_DELETED_OID) &&
	    !has_control(req, LDB_CONTROL_SHOW_RECYCLED_OID))
	{
		return false;
	}
	return f->hidden == NULL || !ldb_req_is_untrusted(req) ||
	       ldb_dn_compare(msg->dn, fake_dn(f, req, f->hidden)) != 0;
}

static int send_entries(struct fake *f,
			struct ldb_request *req,
			struct ldb_result *res)
{
	const char *const *attrs = req->op.search.attrs;
	unsigned i;

	for (i = 0; i < res->count; i++) {
		struct ldb_message *msg = NULL;
		int ret;

		if (!may_see(f, req, res->msgs[i])) {
			continue;
		}
		msg = ldb_msg_new(req);
		assert_non_null(msg);
		if (attrs == NULL) {
			msg = ldb_msg_copy(req, res->msgs[i]);
			assert_non_null(msg);
		} else {
			ret = ldb_filter_attrs(f->ldb,
					       res->msgs[i],
					       attrs,
					       msg);
			assert_int_equal(ret, LDB_SUCCESS);
			msg->dn = ldb_dn_copy(msg, res->msgs[i]->dn);
		}
		ret = ldb_module_send_entry(req, msg, NULL);
		if (ret != LDB_SUCCESS) {
			return ret;
		}
	}
	return LDB_SUCCESS;
}

/* Of one attribute, where an entry is asked for. */
static int send_root_dse(struct fake *f, struct ldb_request *req)
{
	struct ldb_message *msg = NULL;
	int ret = LDB_SUCCESS;

	if (req->op.search.scope == LDB_SCOPE_BASE) {
		msg = ldb_msg_new(req);
		assert_non_null(msg);
		msg->dn = ldb_dn_new(msg, f->ldb, NULL);
		ret = ldb_msg_add_string(msg,
					 "dnsHostName",
					 "dc1.example.com");
		assert_int_equal(ret, LDB_SUCCESS);
		ret = ldb_module_send_entry(req, msg, NULL);
	}
	return (ret == LDB_SUCCESS)
		       ? ldb_module_done(req, NULL, NULL, LDB_SUCCESS)
		       : ret;
}

static void note_search(struct fake *f, struct ldb_request *req)
{
	if (f->searched != NULL) {
		f->searched = talloc_asprintf_append(
			f->searched,
			"%s %s\n",
			ldb_dn_get_linearized(req->op.search.base),
			ldb_filter_from_tree(req, req->op.search.tree));
	}
}

static int fake_search(struct ldb_module *module, struct ldb_request *req)
{
	struct fake *f = fake_of(module);
	struct ldb_dn *base = req->op.search.base;
	struct ldb_result *res = NULL;
	char *filter = NULL;
	int late = LDB_SUCCESS;
	int ret;

	if (!is_samldbs(req)) {
		late = refuse_search(f, req);
		note_search(f, req);
	}
	if (late != LDB_SUCCESS && late != LDB_ERR_TIME_LIMIT_EXCEEDED) {
		return late;
	}
	if (base != NULL && ldb_dn_is_special(base)) {
		return (late == LDB_SUCCESS) ? ldb_next_request(module, req)
					     : late;
	}
	/* Base "" is every naming context only to who asks for that. */
	if ((base == NULL || ldb_dn_is_null(base)) &&
	    !has_control(req, LDB_CONTROL_SEARCH_OPTIONS_OID) &&
	    ldb_dn_get_extended_component(base, "GUID") == NULL)
	{
		return send_root_dse(f, req);
	}
	if (base != NULL) {
		base = resolve(module, req, base);
		if (base == NULL) {
			return no_such_object(module);
		}
	}
	filter = ldb_filter_from_tree(req, req->op.search.tree);
	assert_non_null(filter);
	ret = fake_search_down(module,
			       req,
			       base,
			       req->op.search.scope,
			       filter,
			       &res);
	if (ret == LDB_SUCCESS && res->count == 0 &&
	    req->op.search.scope == LDB_SCOPE_BASE)
	{
		ret = no_such_object(module);
	}
	if (ret == LDB_SUCCESS) {
		ret = send_entries(f, req, res);
	}
	talloc_free(res);
	if (ret != LDB_SUCCESS && late == LDB_SUCCESS) {
		return ret;
	}
	return ldb_module_done(req, NULL, NULL, late);
}

/* -------------------------------------------------------------- writes */

static void note_request(struct fake *f,
			 struct ldb_request *req,
			 const struct ldb_message *msg)
{
	f->last_request = req;
	f->last_was_untrusted = ldb_req_is_untrusted(req);
	f->num_requests++;
	TALLOC_FREE(f->last_message);
	if (msg != NULL) {
		struct ldb_ldif ldif = {
			.changetype = (req->operation == LDB_ADD)
					      ? LDB_CHANGETYPE_ADD
					      : LDB_CHANGETYPE_MODIFY,
			.msg = ldb_msg_copy_shallow(req, msg),
		};

		f->last_message = ldb_ldif_write_string(f->ldb, f, &ldif);
	}
}

/* acl, or whatever else refuses on its own account. */
static int refuse_write(struct fake *f, struct ldb_request *req)
{
	if (f->acl_refuses && ldb_req_is_untrusted(req)) {
		ldb_set_errstring(f->ldb,
				  (f->acl_text != NULL)
					  ? f->acl_text
					  : "acl: access denied");
		return LDB_ERR_INSUFFICIENT_ACCESS_RIGHTS;
	}
	if (f->fail_write != LDB_SUCCESS) {
		ldb_set_errstring(f->ldb,
				  (f->acl_text != NULL)
					  ? f->acl_text
					  : "fake: the write failed");
	}
	return f->fail_write;
}

/* Hands a result to the module above, as often as it was asked for. */
static int answer(struct fake *f, struct ldb_request *req, int ret)
{
	struct ldb_reply *ares = NULL;

	switch (f->replies) {
	case FAKE_REPLY_TWICE:
		ares = talloc_zero(req, struct ldb_reply);
		assert_non_null(ares);
		ares->type = LDB_REPLY_DONE;
		ares->error = ret;
		req->callback(req, ares);
		break;
	case FAKE_REPLY_REFERRAL:
		ldb_module_send_referral(
			req,
			talloc_strdup(req, "ldap://rw.example.com"));
		break;
	case FAKE_REPLY_ONCE:
		break;
	}
	return ldb_module_done(req, NULL, NULL, ret);
}

/* check_spn_write_rights(): may the caller write there? Just try. */
static int try_nested(struct fake *f, TALLOC_CTX *mem_ctx)
{
	const char *account = f->nested_account;
	struct ldb_message *msg = ldb_msg_new(mem_ctx);
	struct ldb_val spn = {};

	f->nested_account = NULL;
	spn = data_blob_string_const(f->nested_spn);
	msg->dn = fake_dn(f, msg, account);
	ldb_msg_append_value(msg,
			     "servicePrincipalName",
			     &spn,
			     LDB_FLAG_MOD_DELETE);
	ldb_msg_append_value(msg,
			     "servicePrincipalName",
			     &spn,
			     LDB_FLAG_MOD_ADD);
	return ldb_modify(f->ldb, msg);
}

/* The request as the tdb takes it: another DN and message, no controls but
 * the one the tdb knows itself. */
static int modify_down(struct ldb_module *module,
		       struct ldb_request *req,
		       struct ldb_message *msg)
{
	struct ldb_request *down = NULL;
	int ret = ldb_build_mod_req(&down,
				    ldb_module_get_ctx(module),
				    req,
				    msg,
				    NULL,
				    NULL,
				    ldb_op_default_callback,
				    req);

	assert_int_equal(ret, LDB_SUCCESS);
	if (has_control(req, LDB_CONTROL_PERMISSIVE_MODIFY_OID)) {
		ldb_request_add_control(down,
					LDB_CONTROL_PERMISSIVE_MODIFY_OID,
					false,
					NULL);
	}
	return fake_send_down(module, down);
}

/* tombstone_reanimate: a modify without distinguishedName, then a rename. */
static int undelete_down(struct ldb_module *module,
			 struct ldb_request *req,
			 struct ldb_message *msg)
{
	struct ldb_context *ldb = ldb_module_get_ctx(module);
	const char *to = ldb_msg_find_attr_as_string(msg,
						     "distinguishedName",
						     NULL);
	struct ldb_request *down = NULL;
	struct ldb_dn *new_dn = ldb_dn_new(req, ldb, to);
	int ret;

	ldb_msg_remove_attr(msg, "distinguishedName");
	ret = modify_down(module, req, msg);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	ret = ldb_build_rename_req(&down,
				   ldb,
				   req,
				   msg->dn,
				   new_dn,
				   NULL,
				   NULL,
				   ldb_op_default_callback,
				   NULL);
	assert_int_equal(ret, LDB_SUCCESS);
	return fake_send_down(module, down);
}

/* What the request says about SPNs first; then the names, and the SPNs with
 * the new ones, about which it asks before anything of that is stored. */
static int rewrite_down(struct ldb_module *module,
			struct ldb_request *req,
			struct ldb_message *msg,
			const char *old_name,
			const char *new_name)
{
	const struct ldb_message_element *el =
		ldb_msg_find_element(msg, "servicePrincipalName");
	struct ldb_message *rewritten = NULL;
	int ret = LDB_SUCCESS;

	if (el != NULL) {
		struct ldb_message *spns = ldb_msg_new(req);

		spns->dn = msg->dn;
		ldb_msg_add(spns, el, (int)el->flags);
		ldb_msg_remove_attr(msg, "servicePrincipalName");
		ret = modify_down(module, req, spns);
	}
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	rewritten =
		fake_samldb_rewrite(module, req, msg->dn, old_name, new_name);
	if (rewritten != NULL) {
		ret = fake_samldb_check(module, req, rewritten, msg->dn);
	}
	if (ret == LDB_SUCCESS) {
		ret = modify_down(module, req, msg);
	}
	if (ret == LDB_SUCCESS && rewritten != NULL) {
		ret = modify_down(module, req, rewritten);
	}
	return ret;
}

static int modify_as_samba(struct ldb_module *module,
			   struct ldb_request *req,
			   struct ldb_message *msg)
{
	struct fake *f = fake_of(module);
	const char *new_name = ldb_msg_find_attr_as_string(msg,
							   "dNSHostName",
							   NULL);
	const char *old_name = NULL;
	struct ldb_result *res = NULL;
	int ret = LDB_SUCCESS;

	fake_search_down(module,
			 req,
			 msg->dn,
			 LDB_SCOPE_BASE,
			 "(objectClass=*)",
			 &res);
	if (res->count == 0) {
		return no_such_object(module);
	}
	old_name = ldb_msg_find_attr_as_string(res->msgs[0],
					       "dNSHostName",
					       NULL);
	ret = fake_samldb_check(module, req, msg, msg->dn);
	if (ret == LDB_SUCCESS) {
		ret = refuse_write(f, req); /* it may be another matter now */
	}
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	if (ldb_msg_find_element(msg, "distinguishedName") != NULL) {
		return undelete_down(module, req, msg);
	}
	if (f->samldb_rewrites && old_name != NULL && new_name != NULL &&
	    strcasecmp(old_name, new_name) != 0)
	{
		return rewrite_down(module, req, msg, old_name, new_name);
	}
	return modify_down(module, req, msg);
}

static int fake_mod(struct ldb_module *module, struct ldb_request *req)
{
	struct fake *f = fake_of(module);
	struct ldb_message *msg = NULL;
	int ret;

	note_request(f, req, req->op.mod.message);
	if (ldb_dn_is_special(req->op.mod.message->dn)) {
		return ldb_next_request(module, req);
	}
	ret = refuse_write(f, req);
	if (ret == LDB_SUCCESS && f->nested_account != NULL) {
		ret = try_nested(f, req);
	}
	if (ret != LDB_SUCCESS) {
		return (f->replies == FAKE_REPLY_ONCE) ? ret
						       : answer(f, req, ret);
	}
	if (f->replies == FAKE_REPLY_REFERRAL) {
		return answer(f, req, LDB_SUCCESS);
	}
	msg = ldb_msg_copy_shallow(req, req->op.mod.message);
	assert_non_null(msg);
	msg->dn = resolve(module, msg, msg->dn);
	if (msg->dn == NULL) {
		return no_such_object(module);
	}
	ret = modify_as_samba(module, req, msg);
	return (ret == LDB_SUCCESS) ? answer(f, req, ret) : ret;
}

static int fake_add_op(struct ldb_module *module, struct ldb_request *req)
{
	struct fake *f = fake_of(module);
	struct ldb_message *msg = NULL;
	struct ldb_request *down = NULL;
	uint8_t guid[16] = {0xfa, 0xce};
	struct ldb_val value = {.data = guid, .length = 16};
	int ret;

	note_request(f, req, req->op.add.message);
	if (ldb_dn_is_special(req->op.add.message->dn)) {
		return ldb_next_request(module, req);
	}
	ret = refuse_write(f, req);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	if (f->replies == FAKE_REPLY_REFERRAL) {
		return answer(f, req, LDB_SUCCESS);
	}
	msg = ldb_msg_copy(req, req->op.add.message);
	assert_non_null(msg);
	ret = fake_samldb_check(module, req, msg, msg->dn);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	/* objectGUID: the number of the account, from the front. */
	f->last_guid++;
	guid[14] = (uint8_t)(f->last_guid >> 8);
	guid[15] = (uint8_t)f->last_guid;
	ldb_msg_add_value(msg, "objectGUID", &value, NULL);
	ret = ldb_build_add_req(&down,
				f->ldb,
				req,
				msg,
				NULL,
				NULL,
				ldb_op_default_callback,
				req);
	assert_int_equal(ret, LDB_SUCCESS);
	ret = fake_send_down(module, down);
	return (ret == LDB_SUCCESS) ? answer(f, req, ret) : ret;
}

static int fake_pass(struct ldb_module *module, struct ldb_request *req)
{
	note_request(fake_of(module), req, NULL);
	return ldb_next_request(module, req);
}

/* Replicated objects are written below the module, where it sees nothing. */
static int fake_ext(struct ldb_module *module, struct ldb_request *req)
{
	struct fake *f = fake_of(module);
	struct ldb_message *msg = ldb_msg_new(req);
	struct ldb_val spn = {};
	int ret = LDB_SUCCESS;

	note_request(f, req, NULL);
	if (f->replicated_account != NULL) {
		spn = data_blob_string_const(f->replicated_spn);
		msg->dn = fake_dn(f, msg, f->replicated_account);
		ldb_msg_append_value(msg,
				     "servicePrincipalName",
				     &spn,
				     LDB_FLAG_MOD_ADD);
		ret = modify_down(module, req, msg);
	}
	return ldb_module_done(req, NULL, NULL, ret);
}

static int fake_prepare(struct ldb_module *module)
{
	if (fake_of(module)->fail_commit) {
		return LDB_ERR_BUSY;
	}
	return ldb_next_prepare_commit(module);
}

static int fake_init(struct ldb_module *module)
{
	int ret = ldb_next_init(module);

	fake_of(module)->module = module;
	return ret;
}

const struct ldb_module_ops fake_module_ops = {
	.name = "samba_dsdb_fake",
	.init_context = fake_init,
	.search = fake_search,
	.add = fake_add_op,
	.modify = fake_mod,
	.del = fake_pass,
	.rename = fake_pass,
	.extended = fake_ext,
	.prepare_commit = fake_prepare,
};
