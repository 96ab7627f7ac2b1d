/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What samldb does with SPNs, as far as the module has to live with it, and
 * how the fake reaches the tdb.
 */
#include "fake_samldb.h"

int fake_send_down(struct ldb_module *module, struct ldb_request *req)
{
	int ret = ldb_next_request(module, req);

	if (ret == LDB_SUCCESS) {
		ret = ldb_wait(req->handle, LDB_WAIT_ALL);
	}
	return ret;
}

int fake_search_down(struct ldb_module *module,
		     TALLOC_CTX *mem_ctx,
		     struct ldb_dn *base,
		     enum ldb_scope scope,
		     const char *filter,
		     struct ldb_result **_res)
{
	struct ldb_context *ldb = ldb_module_get_ctx(module);
	struct ldb_result *res = talloc_zero(mem_ctx, struct ldb_result);
	struct ldb_request *down = NULL;
	int ret;

	assert_non_null(res);
	ret = ldb_build_search_req(&down,
				   ldb,
				   res,
				   base,
				   scope,
				   filter,
				   NULL,
				   NULL,
				   res,
				   ldb_search_default_callback,
				   NULL);
	assert_int_equal(ret, LDB_SUCCESS);
	ret = fake_send_down(module, down);
	*_res = res;
	return ret;
}

static struct fake *fake_of(struct ldb_module *module)
{
	return talloc_get_type_abort(ldb_get_opaque(ldb_module_get_ctx(module),
						    FAKE_OPAQUE),
				     struct fake);
}

/* get_spn_dn(): asks the whole stack, from its top, as the system. */
static int find_spn(struct ldb_module *module,
		    TALLOC_CTX *mem_ctx,
		    const struct ldb_val *spn,
		    struct ldb_result **_res)
{
	static const char *const no_attrs[] = {NULL};
	struct ldb_context *ldb = ldb_module_get_ctx(module);

	return ldb_search(ldb,
			  mem_ctx,
			  _res,
			  ldb_get_default_basedn(ldb),
			  LDB_SCOPE_SUBTREE,
			  no_attrs,
			  "(servicePrincipalName=%s)",
			  ldb_binary_encode(mem_ctx, *spn));
}

/* find_spn_aliases(): reads them for each value. */
static void read_mappings(struct ldb_module *module, TALLOC_CTX *mem_ctx)
{
	static const char *const attrs[] = {"sPNMappings", NULL};
	struct fake *f = fake_of(module);
	struct ldb_result *res = NULL;
	int ret = ldb_search(f->ldb,
			     mem_ctx,
			     &res,
			     fake_dn(f, mem_ctx, FAKE_DS_DN),
			     LDB_SCOPE_BASE,
			     attrs,
			     "(objectClass=nTDSService)");

	if (ret == LDB_SUCCESS && res->count == 1) {
		const char *mappings =
			ldb_msg_find_attr_as_string(res->msgs[0],
						    attrs[0],
						    "");

		TALLOC_FREE(f->seen_mappings);
		f->seen_mappings = talloc_strdup(f, mappings);
		assert_int_equal(res->msgs[0]->num_elements, 1);
	}
}

static void call_meanwhile(struct fake *f)
{
	void (*meanwhile)(struct fake *) = f->meanwhile;

	f->meanwhile = NULL;
	if (meanwhile != NULL) {
		meanwhile(f);
	}
}

int fake_samldb_check(struct ldb_module *module,
		      TALLOC_CTX *mem_ctx,
		      const struct ldb_message *msg,
		      struct ldb_dn *dn)
{
	const struct ldb_message_element *el =
		ldb_msg_find_element(msg, "servicePrincipalName");
	unsigned i;

	if (fake_of(module)->samldb_is_silent) {
		return LDB_SUCCESS;
	}
	for (i = 0; el != NULL && i < el->num_values; i++) {
		struct ldb_result *res = NULL;
		int ret = find_spn(module, mem_ctx, &el->values[i], &res);

		if (ret != LDB_SUCCESS) {
			return ret;
		}
		if (fake_of(module)->samldb_checks &&
		    (res->count > 1 ||
		     (res->count == 1 &&
		      ldb_dn_compare(res->msgs[0]->dn, dn) != 0)))
		{
			ldb_asprintf_errstring(
				ldb_module_get_ctx(module),
				"samldb: spn[%s] would cause a "
				"conflict",
				(const char *)el->values[i].data);
			return LDB_ERR_CONSTRAINT_VIOLATION;
		}
		read_mappings(module, mem_ctx);
		call_meanwhile(fake_of(module));
	}
	return LDB_SUCCESS;
}

struct ldb_message *fake_samldb_rewrite(struct ldb_module *module,
					TALLOC_CTX *mem_ctx,
					struct ldb_dn *dn,
					const char *old_name,
					const char *new_name)
{
	struct ldb_message_element *el = NULL;
	struct ldb_message *msg = NULL;
	struct ldb_result *res = NULL;
	unsigned i;
	int ret = fake_search_down(module,
				   mem_ctx,
				   dn,
				   LDB_SCOPE_BASE,
				   "(objectClass=*)",
				   &res);

	assert_int_equal(ret, LDB_SUCCESS);
	el = ldb_msg_find_element(res->msgs[0], "servicePrincipalName");
	if (el == NULL) {
		return NULL;
	}
	msg = ldb_msg_new(mem_ctx);
	msg->dn = dn;
	ldb_msg_add_empty(msg,
			  "servicePrincipalName",
			  LDB_FLAG_MOD_REPLACE,
			  NULL);
	for (i = 0; i < el->num_values; i++) {
		const char *text = (const char *)el->values[i].data;
		const char *slash = strchr(text, '/');

		if (slash != NULL && strcasecmp(slash + 1, old_name) == 0) {
			text = talloc_asprintf(msg,
					       "%.*s/%s",
					       (int)(slash - text),
					       text,
					       new_name);
		}
		ldb_msg_add_string(msg, "servicePrincipalName", text);
	}
	return msg;
}
