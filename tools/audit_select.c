/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accounts are compared by objectGUID, as everywhere; DNs and names are only
 * what people type.
 */
#include "audit_select.h"

#include <string.h>

struct audit_select {
	struct ldb_context *ldb;
	struct spn_account **accounts; /* NULL: any */
	size_t num_accounts;
	struct ldb_dn *base; /* NULL: anywhere */
};

static bool is_dn(const char *text)
{
	return strchr(text, '=') != NULL;
}

static bool say(TALLOC_CTX *mem_ctx,
		const char **_reason,
		const char *option,
		const char *input,
		const char *what)
{
	*_reason = talloc_asprintf(mem_ctx, "%s=%s: %s", option, input, what);
	return false;
}

static const char *error_text(const struct audit_select *select, int ret)
{
	const char *text = ldb_errstring(select->ldb);

	return (text == NULL || text[0] == '\0') ? ldb_strerror(ret) : text;
}

static bool keep(struct audit_select *select, struct spn_account *account)
{
	struct spn_account **all = talloc_realloc(select,
						  select->accounts,
						  struct spn_account *,
						  select->num_accounts + 1);

	if (all == NULL) {
		return false;
	}
	select->accounts = all;
	all[select->num_accounts++] = account;
	return true;
}

static bool find_by_dn(TALLOC_CTX *mem_ctx,
		       const struct spn_store *store,
		       struct audit_select *select,
		       const char *text,
		       const char **_reason)
{
	struct ldb_dn *dn = ldb_dn_new(select, store->ldb, text);
	struct spn_account *account = NULL;
	bool deleted = false;
	int ret;

	if (!ldb_dn_validate(dn)) {
		return say(mem_ctx, _reason, "--account", text, "is no DN");
	}
	ret = spn_store_account(store, select, dn, &account, &deleted);
	if (ret == LDB_ERR_NO_SUCH_OBJECT || (ret == LDB_SUCCESS && deleted)) {
		return say(mem_ctx,
			   _reason,
			   "--account",
			   text,
			   "there is no such object");
	}
	if (ret != LDB_SUCCESS) {
		return say(mem_ctx,
			   _reason,
			   "--account",
			   text,
			   error_text(select, ret));
	}
	return keep(select, account);
}

/* Those with exactly this name; only if there is none, those with a "$". */
static bool keep_by_name(const struct spn_store *store,
			 struct audit_select *select,
			 const struct ldb_result *res,
			 const char *name)
{
	unsigned i;

	for (i = 0; i < res->count; i++) {
		struct spn_account *account = NULL;
		int ret = spn_store_account_of(store,
					       select,
					       res->msgs[i],
					       &account,
					       NULL);

		if (ret != LDB_SUCCESS) {
			return false;
		}
		if (spn_str_is(spn_str_of(account->sam_account_name), name) &&
		    !keep(select, account))
		{
			return false;
		}
	}
	return true;
}

static bool find_by_name(TALLOC_CTX *mem_ctx,
			 const struct spn_store *store,
			 struct audit_select *select,
			 const char *name,
			 const char **_reason)
{
	struct ldb_result *res = NULL;
	char *encoded = ldb_binary_encode_string(select, name);
	char *machine = talloc_asprintf(select, "%s$", name);
	char *filter = NULL;
	int ret;

	if (encoded == NULL || machine == NULL) {
		return false;
	}
	filter = talloc_asprintf(select,
				 "(|(sAMAccountName=%s)(sAMAccountName=%s$))",
				 encoded,
				 encoded);
	if (filter == NULL) {
		return false;
	}
	ret = spn_store_search(store,
			       select,
			       &(struct spn_search){
				       .scope = LDB_SCOPE_SUBTREE,
				       .filter = filter,
				       .attrs = spn_store_attrs,
			       },
			       &res);
	if (ret != LDB_SUCCESS) {
		return say(mem_ctx,
			   _reason,
			   "--account",
			   name,
			   error_text(select, ret));
	}
	if (!keep_by_name(store, select, res, name) ||
	    (select->num_accounts == 0 &&
	     !keep_by_name(store, select, res, machine)))
	{
		return false;
	}
	if (select->num_accounts == 0) {
		return say(mem_ctx,
			   _reason,
			   "--account",
			   name,
			   "there is no such account; give a sAMAccountName "
			   "or a DN");
	}
	return true;
}

static bool find_base(TALLOC_CTX *mem_ctx,
		      const struct spn_store *store,
		      struct audit_select *select,
		      const char *text,
		      const char **_reason)
{
	static const char *const no_attrs[] = {"1.1", NULL};
	struct ldb_dn *dn = ldb_dn_new(select, store->ldb, text);
	struct ldb_result *res = NULL;
	int ret;

	if (!is_dn(text) || !ldb_dn_validate(dn)) {
		return say(mem_ctx, _reason, "--base", text, "is no DN");
	}
	ret = spn_store_search(store,
			       select,
			       &(struct spn_search){
				       .base = dn,
				       .scope = LDB_SCOPE_BASE,
				       .attrs = no_attrs,
			       },
			       &res);
	if (ret == LDB_ERR_NO_SUCH_OBJECT ||
	    (ret == LDB_SUCCESS && res->count != 1)) {
		return say(mem_ctx,
			   _reason,
			   "--base",
			   text,
			   "there is no such object");
	}
	if (ret != LDB_SUCCESS) {
		return say(mem_ctx,
			   _reason,
			   "--base",
			   text,
			   error_text(select, ret));
	}
	/* As stored, should it have been given as <GUID=...>. */
	select->base = res->msgs[0]->dn;
	return true;
}

bool audit_select_new(TALLOC_CTX *mem_ctx,
		      const struct spn_store *store,
		      const char *account,
		      const char *base,
		      struct audit_select **_select,
		      const char **_reason)
{
	struct audit_select *select = talloc_zero(mem_ctx,
						  struct audit_select);
	bool ok = true;

	*_reason = NULL;
	if (select == NULL) {
		return false;
	}
	select->ldb = store->ldb;
	if (account != NULL && is_dn(account)) {
		ok = find_by_dn(mem_ctx, store, select, account, _reason);
	} else if (account != NULL) {
		ok = find_by_name(mem_ctx, store, select, account, _reason);
	}
	if (ok && base != NULL) {
		ok = find_base(mem_ctx, store, select, base, _reason);
	}
	if (ok) {
		*_select = select;
	}
	return ok;
}

static bool is_below(const struct audit_select *select,
		     const struct spn_account *account)
{
	struct ldb_dn *dn = ldb_dn_new(NULL, select->ldb, account->dn);
	bool below = dn != NULL && ldb_dn_compare_base(select->base, dn) == 0;

	talloc_free(dn);
	return below;
}

bool audit_select_wants(void *private_data, const struct spn_account *account)
{
	const struct audit_select *select = private_data;
	size_t i;

	if (select->base != NULL && !is_below(select, account)) {
		return false;
	}
	for (i = 0; i < select->num_accounts; i++) {
		if (spn_account_same(select->accounts[i], account)) {
			return true;
		}
	}
	return select->num_accounts == 0;
}
