/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * check, and reading the settings for all commands: the settings object
 *
 *	CN=SPN Policy,CN=Services,<configuration NC>
 *
 * whose msDS-Settings hold one "key=value" each. It replicates to every DC.
 * What a line means is decided in modules/policy/settings.c alone; here lines
 * are only told apart by the text before their '='.
 */

#include "policy/quote.h"
#include "common/shell_command.h"
#include "tool.h"
#include "common/samba.h"

#include <string.h>
#include <strings.h>
#include <ldb_module.h>

/* "key=value" into its parts. false: out of memory. */
static bool policy_line_split(TALLOC_CTX *mem_ctx,
			      struct spn_str raw,
			      struct policy_line *_line)
{
	struct policy_line line = {.raw = raw};
	struct spn_str key = {};
	struct spn_str value = {};

	spn_settings_split(raw, &key, &value);
	line.name = talloc_strndup(mem_ctx, key.data, key.len);
	line.value = talloc_strndup(mem_ctx, value.data, value.len);
	if (line.name == NULL || line.value == NULL) {
		return false;
	}
	*_line = line;
	return true;
}

static bool policy_take_lines(struct policy_settings *settings,
			      const struct ldb_message_element *el)
{
	size_t num = spn_values_num(el);
	struct spn_str *texts = talloc_array(settings, struct spn_str, num);
	const char **reasons = talloc_zero_array(settings, const char *, num);
	size_t i;

	settings->lines = talloc_zero_array(settings, struct policy_line, num);
	if (texts == NULL || reasons == NULL || settings->lines == NULL) {
		return false;
	}
	for (i = 0; i < num; i++) {
		texts[i] = spn_values_get(el, i);
		if (!policy_line_split(settings,
				       texts[i],
				       &settings->lines[i]))
		{
			return false;
		}
		settings->num_lines++;
	}
	if (!spn_settings_set_lines(settings->effective,
				    texts,
				    num,
				    reasons) ||
	    !spn_settings_set_lines(settings->in_object, texts, num, reasons))
	{
		return false;
	}
	for (i = 0; i < num; i++) {
		settings->lines[i].problem = reasons[i];
	}
	return true;
}

/* dSHeuristics of the forest; it can switch rules off (KB5008382). */
static int policy_read_heuristics(struct policy_settings *settings,
				  const struct spn_store *store)
{
	struct ldb_message *msg = NULL;
	const char *heuristics = NULL;
	int ret = spn_store_directory_service(store, settings, &msg);

	if (ret != LDB_SUCCESS || msg == NULL) {
		return ret;
	}
	heuristics = spn_values_text(msg, "dSHeuristics");
	if (heuristics == NULL) {
		return LDB_SUCCESS;
	}
	settings->ds_heuristics = talloc_strdup(settings, heuristics);
	if (settings->ds_heuristics == NULL) {
		return ldb_oom(store->ldb);
	}
	spn_settings_apply_heuristics(settings->effective,
				      settings->ds_heuristics);
	return LDB_SUCCESS;
}

static void policy_read_mode(struct policy_settings *settings,
			     const struct policy_tool *tool)
{
	struct loadparm_context *loadparm = NULL;

	if (tool->path == NULL) {
		return; /* the smb.conf here is not that of the server */
	}
	loadparm = spn_connect_loadparm(tool->connect);
	settings->mode = samba_config()->lpcfg_parm_string(loadparm,
							   NULL,
							   "spn_policy",
							   "mode");
	if (settings->mode != NULL) {
		settings->mode_is_bad =
			!spn_settings_set_mode(settings->effective,
					       settings->mode);
	}
}

static int policy_settings_load(struct policy_settings *settings,
				const struct policy_tool *tool,
				struct ldb_context *ldb)
{
	const struct spn_store store = {.ldb = ldb};
	struct ldb_message *msg = NULL;
	int ret;

	settings->dn = spn_store_policy_dn(&store, settings);
	settings->in_object = spn_settings_new(settings, spn_rules());
	settings->effective = spn_settings_new(settings, spn_rules());
	if (settings->in_object == NULL || settings->effective == NULL) {
		return ldb_oom(ldb);
	}
	if (settings->dn == NULL) {
		ldb_set_errstring(ldb, "it has no configuration NC");
		return LDB_ERR_NO_SUCH_OBJECT;
	}
	ret = spn_store_settings_object(&store, settings, &msg);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	settings->exists = msg != NULL;
	if (msg != NULL &&
	    !policy_take_lines(settings,
			       spn_values_of(msg, SPN_SETTINGS_ATTR)))
	{
		return ldb_oom(ldb);
	}
	ret = policy_read_heuristics(settings, &store);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	policy_read_mode(settings, tool);
	return LDB_SUCCESS;
}

struct policy_settings *policy_settings_read(TALLOC_CTX *mem_ctx,
					     const struct policy_tool *tool,
					     struct ldb_context *ldb)
{
	struct policy_settings *settings = NULL;
	int ret;

	settings = talloc_zero(mem_ctx, struct policy_settings);
	if (settings == NULL) {
		policy_oom(tool);
		return NULL;
	}
	ret = policy_settings_load(settings, tool, ldb);
	if (ret != LDB_SUCCESS) {
		spn_connect_message(tool->connect,
				    "cannot read the settings: %s",
				    spn_connect_error(ldb, ret));
		talloc_free(settings);
		return NULL;
	}
	return settings;
}

/* What to do to be rid of this line and of no other. NULL: out of memory. */
static char *policy_remedy(TALLOC_CTX *mem_ctx, const struct policy_line *line)
{
	char *text =
		talloc_asprintf(mem_ctx, "%s=%s", line->name, line->value);
	char *word = NULL;

	if (text == NULL) {
		return NULL;
	}
	word = shell_word(mem_ctx, spn_str_of(text));
	if (word == NULL ||
	    memchr(line->raw.data, '\0', line->raw.len) != NULL)
	{
		return talloc_strdup(mem_ctx,
				     "remove that value of " SPN_SETTINGS_ATTR
				     " with ldbedit");
	}
	return talloc_asprintf(mem_ctx, "spn-policy unset %s", word);
}

static void say_ignored(const struct policy_tool *tool,
			const struct policy_settings *settings,
			const struct policy_line *line)
{
	TALLOC_CTX *tmp_ctx = talloc_new(settings);
	char *shown = spn_quote(tmp_ctx,
				line->raw,
				SPN_QUOTE_DN | SPN_QUOTE_CUT);
	char *remedy = policy_remedy(tmp_ctx, line);

	policy_mark(tool, "PROBLEM:");
	policy_say(" setting %s is ignored: %s. Remedy: %s",
		   (shown == NULL) ? "" : shown,
		   line->problem,
		   (remedy == NULL) ? "out of memory" : remedy);
	talloc_free(tmp_ctx);
}

size_t policy_settings_problems(const struct policy_tool *tool,
				const struct policy_settings *settings)
{
	size_t num = 0;
	size_t i;

	for (i = 0; i < settings->num_lines; i++) {
		const struct policy_line *line = &settings->lines[i];

		if (line->problem == NULL) {
			continue;
		}
		num++;
		say_ignored(tool, settings, line);
	}
	if (settings->mode_is_bad) {
		num++;
		policy_mark(tool, "PROBLEM:");
		policy_say(" smb.conf: spn_policy:mode = %s is "
			   "ignored. Remedy: write enforce, audit or off, "
			   "and restart samba",
			   settings->mode);
	}
	return num;
}

static bool policy_has_line(const struct policy_settings *settings,
			    const char *name)
{
	size_t i;

	for (i = 0; i < settings->num_lines; i++) {
		if (settings->lines[i].problem == NULL &&
		    strcasecmp(settings->lines[i].name, name) == 0)
		{
			return true;
		}
	}
	return false;
}

const char *policy_source(TALLOC_CTX *mem_ctx,
			  const struct policy_settings *settings,
			  const char *name)
{
	char *in_object = spn_settings_get(settings->in_object, mem_ctx, name);
	char *effective = spn_settings_get(settings->effective, mem_ctx, name);

	if (in_object == NULL || effective == NULL) {
		return NULL;
	}
	if (strcmp(in_object, effective) != 0) {
		return "dSHeuristics";
	}
	return policy_has_line(settings, name) ? "settings object" : "default";
}

int policy_object_add(struct ldb_context *ldb,
		      struct ldb_dn *dn,
		      const char *line)
{
	struct ldb_message *msg = ldb_msg_new(ldb);
	int ret;

	if (msg == NULL) {
		return ldb_oom(ldb);
	}
	msg->dn = dn;
	ret = ldb_msg_add_string(msg, "objectClass", "msDS-App-Configuration");
	if (ret == LDB_SUCCESS) {
		ret = ldb_msg_add_string(msg,
					 "description",
					 "Settings of spn_policy; see "
					 "spn-policy(8)");
	}
	if (ret == LDB_SUCCESS && line != NULL) {
		ret = ldb_msg_add_string(msg, SPN_SETTINGS_ATTR, line);
	}
	if (ret == LDB_SUCCESS) {
		ret = ldb_add(ldb, msg);
	}
	talloc_free(msg);
	return ret;
}

bool policy_settings_create(const struct policy_tool *tool,
			    struct ldb_context *ldb)
{
	const struct spn_store store = {.ldb = ldb};
	struct ldb_dn *dn = spn_store_policy_dn(&store, ldb);
	struct ldb_message *msg = NULL;
	int ret = LDB_ERR_OPERATIONS_ERROR;

	if (dn != NULL) {
		ret = spn_store_settings_object(&store, ldb, &msg);
	}
	if (msg != NULL) {
		return true;
	}
	if (ret == LDB_SUCCESS && policy_is_read_only(ldb, ldb)) {
		spn_connect_note(tool->connect,
				 "note: a read-only DC takes the settings "
				 "as they replicate; none is made here");
		return true;
	}
	if (ret == LDB_SUCCESS) {
		ret = policy_object_add(ldb, dn, NULL);
	}
	if (ret != LDB_SUCCESS && ret != LDB_ERR_ENTRY_ALREADY_EXISTS) {
		spn_connect_message(tool->connect,
				    "cannot make the settings object: %s",
				    spn_connect_error(ldb, ret));
		return false;
	}
	return true;
}

/* Rules that are off because somebody said so: no warning, but no secret. */
static bool policy_show_rules_off(TALLOC_CTX *mem_ctx,
				  const struct policy_settings *settings)
{
	enum spn_mode mode = settings->effective->mode;
	const struct spn_setting *table = NULL;
	size_t num = 0;
	size_t i;

	table = spn_settings_table(mem_ctx, spn_rules(), &num);
	for (i = 0; table != NULL && i < num; i++) {
		const char *name = table[i].name;
		char *value = spn_settings_get(settings->effective,
					       mem_ctx,
					       name);
		const char *source = policy_source(mem_ctx, settings, name);

		if (value == NULL || source == NULL) {
			return false;
		}
		if (!table[i].is_list &&
		    strcmp(value, spn_level_text(SPN_LEVEL_OFF)) == 0)
		{
			policy_say("note: %s is off, by the %s", name, source);
		}
	}
	if (mode != SPN_MODE_ENFORCE) {
		policy_say("note: this DC refuses nothing: smb.conf says "
			   "spn_policy:mode = %s",
			   spn_mode_text(mode));
	}
	return table != NULL;
}

int policy_check(TALLOC_CTX *mem_ctx, const struct policy_tool *tool)
{
	struct ldb_context *ldb = spn_connect_open(mem_ctx,
						   tool->connect,
						   NULL);
	struct policy_settings *settings = NULL;
	size_t problems = 0;
	size_t warnings = 0;

	if (ldb == NULL) {
		return SPN_EXIT_CANNOT_RUN;
	}
	settings = policy_settings_read(mem_ctx, tool, ldb);
	if (settings == NULL) {
		return SPN_EXIT_CANNOT_RUN;
	}
	problems = policy_settings_problems(tool, settings);
	if (!policy_effects(mem_ctx, tool, ldb, settings, NULL, &warnings)) {
		return SPN_EXIT_CANNOT_RUN;
	}
	if (!policy_show_rules_off(mem_ctx, settings)) {
		return policy_oom(tool);
	}
	if (problems + warnings > 0) {
		return POLICY_EXIT_OFF;
	}
	policy_say("%zu settings, all valid.", settings->num_lines);
	return SPN_EXIT_DONE;
}
