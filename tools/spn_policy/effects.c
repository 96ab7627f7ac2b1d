/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What settings do that an administrator may not have meant. Most of it can be
 * told from the settings (modules/policy/settings_effects.c); which accounts
 * and hosts there are is asked of the directory here.
 */

#include "tool.h"

#include "policy/settings_effects.h"
#include "common/shell_command.h"
#include "store/store.h"

#include <string.h>
#include <strings.h>

/* Where effects are looked for, and how they are told. */
struct policy_view {
	TALLOC_CTX *mem_ctx;
	const struct policy_tool *tool;
	struct ldb_context *ldb;
	const struct policy_settings *settings;
	const struct policy_argument *only; /* on stderr; NULL: all */
	const char **suffixes;
	size_t num_suffixes;
	size_t num_warnings;
};

static void policy_tell_effect(struct policy_view *view,
			       const struct spn_effect *effect)
{
	void (*say)(const struct spn_connect *,
		    const char *,
		    ...) = effect->is_note ? spn_connect_note
					   : spn_connect_message;
	const char *label = effect->is_note ? "note" : "WARNING";
	const char *remedy = effect->remedy != NULL ? effect->remedy : "";
	const char *before = "";

	if (effect->remedy != NULL) {
		before = effect->is_note ? ". If that is not meant: "
					 : ". Remedy: ";
	}
	view->num_warnings += effect->is_note ? 0 : 1;
	if (view->only == NULL) {
		policy_say("%s: %s%s%s", label, effect->text, before, remedy);
	} else {
		say(view->tool->connect,
		    "%s: %s%s%s",
		    label,
		    effect->text,
		    before,
		    remedy);
	}
}

static bool policy_cannot_look(const struct policy_view *view, int ret)
{
	return policy_lookup_failed(view->tool, view->ldb, ret);
}

/* dnsRoot of every domain of the forest. */
static bool policy_read_suffixes(struct policy_view *view)
{
	static const char *const attrs[] = {"dnsRoot", NULL};
	struct ldb_dn *dn = ldb_dn_copy(view->mem_ctx,
					ldb_get_config_basedn(view->ldb));
	struct ldb_result *res = NULL;
	unsigned int i;
	int ret;

	if (dn == NULL || !ldb_dn_add_child_fmt(dn, "CN=Partitions")) {
		return policy_cannot_look(view, LDB_ERR_OPERATIONS_ERROR);
	}
	ret = ldb_search(view->ldb,
			 view->mem_ctx,
			 &res,
			 dn,
			 LDB_SCOPE_ONELEVEL,
			 attrs,
			 "(&(objectClass=crossRef)(nETBIOSName=*))");
	if (ret != LDB_SUCCESS) {
		return policy_cannot_look(view, ret);
	}
	view->suffixes = talloc_zero_array(view->mem_ctx,
					   const char *,
					   res->count + 1);
	for (i = 0; view->suffixes != NULL && i < res->count; i++) {
		const char *suffix = spn_values_text(res->msgs[i], attrs[0]);

		if (suffix != NULL) {
			view->suffixes[view->num_suffixes++] = suffix;
		}
	}
	return view->suffixes != NULL ||
	       policy_cannot_look(view, LDB_ERR_OPERATIONS_ERROR);
}

static bool policy_exempt_account(struct policy_view *view, const char *value)
{
	struct spn_effect effect = {.key = "exempt-account"};
	struct policy_account account = {};
	char *word = NULL;

	if (!policy_find_account(view->mem_ctx,
				 view->tool,
				 view->ldb,
				 value,
				 &account))
	{
		return false;
	}
	if (account.exempt && !account.is_group) {
		return true;
	}
	if (account.exempt) {
		effect.text = talloc_asprintf(view->mem_ctx,
					      "exempt-account=%s is a group; "
					      "its members are not meant by "
					      "it",
					      account.is_named ? account.name
							       : value);
	} else if (account.name != NULL) {
		effect.text = talloc_asprintf(view->mem_ctx,
					      "exempt-account=%s names no "
					      "account; there is %s, which is "
					      "written "
					      "exempt-account=%s",
					      value,
					      account.name,
					      account.name);
	} else {
		/* of another domain, perhaps, which nobody can ask here */
		effect.is_note = view->num_suffixes > 1;
		effect.text = talloc_asprintf(view->mem_ctx,
					      "exempt-account=%s names no "
					      "account of this domain",
					      value);
	}
	word = talloc_asprintf(view->mem_ctx, "exempt-account=%s", value);
	if (word != NULL) {
		word = shell_word(view->mem_ctx, spn_str_of(word));
	}
	if (word != NULL) {
		effect.remedy = talloc_asprintf(view->mem_ctx,
						"spn-policy unset %s",
						word);
	}
	if (effect.text == NULL || effect.remedy == NULL) {
		return policy_cannot_look(view, ldb_oom(view->ldb));
	}
	policy_tell_effect(view, &effect);
	return true;
}

/* The name of a host, where its domain was meant. */
static bool policy_dns_suffix(struct policy_view *view, const char *value)
{
	static const char *const attrs[] = {"sAMAccountName", NULL};
	char *name = ldb_binary_encode_string(view->mem_ctx, value);
	struct spn_effect effect = {.key = "dns-suffix"};
	struct ldb_result *res = NULL;
	int ret = LDB_ERR_OPERATIONS_ERROR;

	if (name != NULL) {
		ret = ldb_search(view->ldb,
				 view->mem_ctx,
				 &res,
				 ldb_get_default_basedn(view->ldb),
				 LDB_SCOPE_SUBTREE,
				 attrs,
				 "(servicePrincipalName=HOST/%s)",
				 name);
	}
	if (ret != LDB_SUCCESS) {
		return policy_cannot_look(view, ret);
	}
	if (res->count == 0) {
		return true;
	}
	effect.text = talloc_asprintf(view->mem_ctx,
				      "dns-suffix=%s is the name of a host, "
				      "not what stands behind its name",
				      value);
	effect.remedy = spn_settings_command(view->mem_ctx,
					     "unset",
					     "dns-suffix",
					     value);
	if (effect.text == NULL || effect.remedy == NULL) {
		return policy_cannot_look(view, ldb_oom(view->ldb));
	}
	policy_tell_effect(view, &effect);
	return true;
}

/* value NULL: all of the key's values together. */
static bool policy_wants(const struct policy_view *view,
			 const char *key,
			 const char *value)
{
	const struct policy_argument *only = view->only;

	if (only == NULL) {
		return true;
	}
	if (strcasecmp(only->name, key) != 0) {
		return false;
	}
	return value == NULL ||
	       (only->value != NULL && strcasecmp(only->value, value) == 0);
}

/* What the settings themselves tell. */
static bool policy_tell_effects(struct policy_view *view)
{
	struct spn_effect *effects = NULL;
	size_t num = 0;
	size_t i;

	if (!spn_settings_effects(view->mem_ctx,
				  view->settings->effective,
				  view->suffixes,
				  &effects,
				  &num))
	{
		return policy_cannot_look(view, ldb_oom(view->ldb));
	}
	for (i = 0; i < num; i++) {
		if (policy_wants(view, effects[i].key, effects[i].value)) {
			policy_tell_effect(view, &effects[i]);
		}
	}
	return true;
}

/* What only the directory tells, of each value of a list. */
static bool policy_look_up(struct policy_view *view)
{
	const struct spn_settings *settings = view->settings->effective;
	const struct {
		const char *key;
		const char *const *values;
		bool (*look)(struct policy_view *view, const char *value);
	} lists[] = {
		{"exempt-account",
		 settings->exempt_accounts,
		 policy_exempt_account},
		{"dns-suffix", settings->dns_suffixes, policy_dns_suffix},
	};
	size_t i;
	size_t j;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		for (j = 0; lists[i].values[j] != NULL; j++) {
			const char *value = lists[i].values[j];

			if (policy_wants(view, lists[i].key, value) &&
			    !lists[i].look(view, value))
			{
				return false;
			}
		}
	}
	return true;
}

bool policy_effects(TALLOC_CTX *mem_ctx,
		    const struct policy_tool *tool,
		    struct ldb_context *ldb,
		    const struct policy_settings *settings,
		    const struct policy_argument *only,
		    size_t *_num_warnings)
{
	struct policy_view view = {
		.mem_ctx = mem_ctx,
		.tool = tool,
		.ldb = ldb,
		.settings = settings,
		.only = only,
	};

	if (!policy_read_suffixes(&view) || !policy_tell_effects(&view) ||
	    !policy_look_up(&view))
	{
		return false;
	}
	*_num_warnings = view.num_warnings;
	return true;
}
