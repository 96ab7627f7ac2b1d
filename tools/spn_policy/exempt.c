/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * exempt-account: an account is written by its name and stored by its
 * objectGUID, which stays the same when it is renamed, and which nobody else
 * gets. Settings that have a name in them stay as they are.
 */

#include "tool.h"

#include "policy/quote.h"
#include "store/store.h"

#include <string.h>
#include <strings.h>

static const char exempt_account[] = "exempt-account";

bool policy_lookup_failed(const struct policy_tool *tool,
			  struct ldb_context *ldb,
			  int ret)
{
	spn_connect_message(tool->connect,
			    "cannot look up what the settings name: %s",
			    spn_connect_error(ldb, ret));
	return false;
}

/* What a value may name, all of it by an index: an account, or a computer
 * whose "$" was forgotten or whose domain was written. */
static char *loose_filter(TALLOC_CTX *mem_ctx,
			  const char *name,
			  const char *value)
{
	char *label = talloc_strndup(mem_ctx, value, strcspn(value, "."));

	if (label != NULL) {
		label = ldb_binary_encode_string(mem_ctx, label);
	}
	if (label == NULL) {
		return NULL;
	}
	return talloc_asprintf(mem_ctx,
			       "(|(sAMAccountName=%s)(sAMAccountName=%s$)"
			       "(sAMAccountName=%s$))",
			       name,
			       name,
			       label);
}

/* By objectGUID, or by name in the domain of this DC. LDB codes. */
static int search_account(TALLOC_CTX *mem_ctx,
			  struct ldb_context *ldb,
			  const char *value,
			  bool loosely,
			  struct ldb_result **_res)
{
	static const char *const attrs[] = {"sAMAccountName",
					    "objectGUID",
					    "objectClass",
					    NULL};
	enum ldb_scope scope = LDB_SCOPE_BASE;
	struct ldb_dn *dn = NULL;
	char *name = ldb_binary_encode_string(mem_ctx, value);
	const char *filter = "(objectClass=*)";
	uint8_t guid[SPN_GUID_BYTES];

	if (name == NULL) {
		return ldb_oom(ldb);
	}
	if (spn_guid_bytes(spn_str_of(value), guid)) {
		dn = ldb_dn_new_fmt(mem_ctx, ldb, "<GUID=%s>", value);
	} else {
		scope = LDB_SCOPE_SUBTREE;
		filter = loosely ? loose_filter(mem_ctx, name, value)
				 : talloc_asprintf(mem_ctx,
						   "(sAMAccountName=%s)",
						   name);
		dn = ldb_get_default_basedn(ldb);
	}
	if (dn == NULL || filter == NULL) {
		return ldb_operr(ldb);
	}
	return ldb_search(ldb, mem_ctx, _res, dn, scope, attrs, "%s", filter);
}

/* false: out of memory. */
static bool fill_account(TALLOC_CTX *mem_ctx,
			 const char *value,
			 const struct ldb_message *msg,
			 struct policy_account *_account)
{
	struct spn_settings *alone = spn_settings_new(mem_ctx, spn_rules());
	struct policy_account account = {
		.name = spn_values_text(msg, "sAMAccountName"),
		.guid = spn_store_guid_text(mem_ctx, msg),
		.is_group = spn_values_is_class(msg, "group"),
	};

	if (alone == NULL || account.guid == NULL ||
	    !spn_settings_set(alone, exempt_account, value, NULL))
	{
		return false;
	}
	account.exempt = spn_settings_is_exempt_account(alone,
							account.guid,
							account.name);
	*_account = account;
	return true;
}

/* The one that the module would take, else one that is meant. */
static bool choose_account(TALLOC_CTX *mem_ctx,
			   const char *value,
			   const struct ldb_result *res,
			   struct policy_account *_account)
{
	unsigned int i;

	for (i = 0; i < res->count; i++) {
		struct policy_account found = {};

		if (!fill_account(mem_ctx, value, res->msgs[i], &found)) {
			return false;
		}
		if (found.exempt || !_account->exempt) {
			*_account = found;
		}
	}
	return true;
}

bool policy_find_account(TALLOC_CTX *mem_ctx,
			 const struct policy_tool *tool,
			 struct ldb_context *ldb,
			 const char *value,
			 struct policy_account *_account)
{
	struct policy_account account = {};
	struct ldb_result *res = NULL;
	int ret = search_account(mem_ctx, ldb, value, false, &res);
	bool is_named = ret == LDB_SUCCESS && res != NULL && res->count == 1;

	*_account = account;
	if (ret == LDB_SUCCESS && !is_named) {
		ret = search_account(mem_ctx, ldb, value, true, &res);
	}
	if (ret == LDB_ERR_NO_SUCH_OBJECT) {
		return true;
	}
	if (ret != LDB_SUCCESS) {
		return policy_lookup_failed(tool, ldb, ret);
	}
	if (res == NULL || !choose_account(mem_ctx, value, res, &account)) {
		return policy_lookup_failed(tool, ldb, ldb_oom(ldb));
	}
	account.is_named = is_named && account.name != NULL;
	*_account = account;
	return true;
}

/* Why it is not written, and what helps. */
static void say_refused(const struct policy_tool *tool,
			const struct policy_account *account,
			const char *value)
{
	static const char force[] =
		"--force writes it as it is: for an account that has not "
		"replicated to this DC yet";
	const char *shown = spn_connect_quote(tool->connect, value);

	if (account->is_named) {
		spn_connect_message(tool->connect,
				    "exempt-account: %s is a group, and its "
				    "members are not meant by it: name each "
				    "account by itself",
				    shown);
	} else if (account->name != NULL) {
		spn_connect_message(tool->connect,
				    "exempt-account: there is no account %s; "
				    "there is %s: write exempt-account=%s. %s",
				    shown,
				    account->name,
				    account->name,
				    force);
	} else {
		spn_connect_message(tool->connect,
				    "exempt-account: this DC knows no account "
				    "%s: is the name right? %s",
				    shown,
				    force);
	}
}

int policy_name_account(TALLOC_CTX *mem_ctx,
			const struct policy_tool *tool,
			struct ldb_context *ldb,
			bool must_exist,
			struct policy_argument *argument)
{
	struct policy_account account = {};

	if (argument->value == NULL ||
	    strcasecmp(argument->name, exempt_account) != 0)
	{
		return SPN_EXIT_DONE;
	}
	if (!policy_find_account(mem_ctx,
				 tool,
				 ldb,
				 argument->value,
				 &account))
	{
		return SPN_EXIT_CANNOT_RUN;
	}
	if (account.is_named && !account.is_group) {
		argument->also = account.name;
		argument->value = talloc_strdup(mem_ctx, account.guid);
		argument->text = talloc_asprintf(mem_ctx,
						 "%s=%s",
						 argument->name,
						 account.guid);
		argument->shown = talloc_asprintf(mem_ctx,
						  "%s=%s",
						  argument->name,
						  account.name);
		if (argument->value == NULL || argument->text == NULL ||
		    argument->shown == NULL)
		{
			return policy_oom(tool);
		}
		return SPN_EXIT_DONE;
	}
	if (!must_exist || tool->force) {
		return SPN_EXIT_DONE;
	}
	say_refused(tool, &account, argument->value);
	return SPN_EXIT_CANNOT_RUN;
}

char *policy_account_names(TALLOC_CTX *mem_ctx,
			   const struct policy_tool *tool,
			   struct ldb_context *ldb,
			   const char *const *values)
{
	char *names = talloc_strdup(mem_ctx, "");
	size_t i;

	for (i = 0; names != NULL && values[i] != NULL; i++) {
		struct policy_account account = {};

		if (!policy_find_account(mem_ctx,
					 tool,
					 ldb,
					 values[i],
					 &account))
		{
			return NULL;
		}
		names = talloc_asprintf_append(names,
					       "%s%s",
					       (i == 0) ? "" : ", ",
					       account.is_named ? account.name
								: values[i]);
	}
	return names;
}
