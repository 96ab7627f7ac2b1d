/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The object is read at the commit, where its new DN leads, and what it was
 * before is the same with the old DN: a rename changes nothing else. Has it
 * failed, or been renamed again, there is no such object, or the later one
 * stands for it.
 */
#include "spn_rename.h"

#include "spn_write.h"

struct spn_renamed {
	struct spn_renamed *next; /* a child of this one */
	struct ldb_dn *to;
	const char *from; /* "": only a GUID or SID was given */
	size_t number;	  /* among the writes of the transaction */
	bool may_refuse;
};

static bool keeps_name(struct ldb_dn *from, struct ldb_dn *to)
{
	const struct ldb_val *a = ldb_dn_get_rdn_val(from);
	const struct ldb_val *b = ldb_dn_get_rdn_val(to);

	return a != NULL && b != NULL && ldb_val_equal_exact(a, b) == 1;
}

int spn_rename_note(struct ldb_module *module, struct ldb_request *req)
{
	struct spn_state *state = spn_state_of(module);
	struct ldb_dn *from = req->op.rename.olddn;
	struct spn_renamed *renamed = NULL;
	const char *text = NULL;

	if (keeps_name(from, req->op.rename.newdn)) {
		return LDB_SUCCESS;
	}
	renamed = talloc_zero(state, struct spn_renamed);
	if (renamed == NULL) {
		return ldb_module_oom(module);
	}
	text = (ldb_dn_get_comp_num(from) > 0) ? ldb_dn_get_linearized(from)
					       : "";
	renamed->from = talloc_strdup(renamed, (text == NULL) ? "" : text);
	renamed->to = ldb_dn_copy(renamed, req->op.rename.newdn);
	if (renamed->from == NULL || renamed->to == NULL) {
		talloc_free(renamed);
		return ldb_module_oom(module);
	}
	/* It may name another object by GUID or SID besides. */
	ldb_dn_remove_extended_components(renamed->to);
	renamed->number = state->num_writes;
	renamed->may_refuse = spn_write_may_refuse(req);
	renamed->next = talloc_steal(renamed, state->renamed);
	state->renamed = renamed;
	return LDB_SUCCESS;
}

static int touch(struct ldb_module *module, const struct spn_renamed *renamed)
{
	struct spn_state *state = spn_state_of(module);
	const struct spn_store store = {
		.ldb = ldb_module_get_ctx(module),
		.module = module,
		.fold = &state->fold,
	};
	struct spn_account *account = NULL;
	bool deleted = false;
	int ret = spn_store_account(&store,
				    state->renamed,
				    renamed->to,
				    &account,
				    &deleted);

	if (ret == LDB_ERR_NO_SUCH_OBJECT) {
		return LDB_SUCCESS;
	}
	if (ret != LDB_SUCCESS || deleted || !spn_account_is_machine(account))
	{
		return ret;
	}
	/* By its GUID it might have been the settings: it was not. */
	if (state->config_write == renamed->number &&
	    state->num_config_writes == 1)
	{
		state->config_write = 0;
	}
	ret = spn_state_open(module);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	account->dn = talloc_strdup(account, renamed->from);
	return (account->dn == NULL)
		       ? ldb_module_oom(module)
		       : spn_transaction_touch(state->txn,
					       account,
					       renamed->may_refuse);
}

int spn_rename_touch(struct ldb_module *module)
{
	const struct spn_renamed *renamed = spn_state_of(module)->renamed;
	int ret = LDB_SUCCESS;

	for (; ret == LDB_SUCCESS && renamed != NULL; renamed = renamed->next)
	{
		ret = touch(module, renamed);
	}
	if (ret != LDB_SUCCESS) {
		ret = spn_state_check_failed(
			module,
			"an object that was renamed was not read");
	}
	return ret;
}
