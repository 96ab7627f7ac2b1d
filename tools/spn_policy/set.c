/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * set and unset: change the values of the settings object.
 *
 * One modify takes the old values away by name and adds the new one: if
 * somebody else changed them in between, the directory refuses it.
 */

#include "tool.h"

#include <string.h>
#include <strings.h>

static const struct spn_setting *policy_setting(TALLOC_CTX *mem_ctx,
						const char *name)
{
	const struct spn_setting *table = NULL;
	size_t num = 0;
	size_t i;

	table = spn_settings_table(mem_ctx, spn_rules(), &num);
	for (i = 0; table != NULL && i < num; i++) {
		if (strcasecmp(table[i].name, name) == 0) {
			return &table[i];
		}
	}
	return NULL;
}

/* As the parser splits a line. text: what is said of it. */
static bool policy_argument_split(TALLOC_CTX *mem_ctx,
				  const char *text,
				  struct policy_argument *_argument)
{
	struct policy_argument argument = {};
	struct spn_str key = {};
	struct spn_str value = {};
	bool has_value = spn_settings_split(spn_str_of(text), &key, &value);

	argument.name = talloc_strndup(mem_ctx, key.data, key.len);
	if (argument.name == NULL) {
		return false;
	}
	argument.text = argument.name;
	argument.shown = argument.name;
	if (has_value) {
		argument.value = talloc_strndup(mem_ctx,
						value.data,
						value.len);
		argument.text = talloc_asprintf(mem_ctx,
						"%s=%s",
						argument.name,
						argument.value);
		argument.shown = argument.text;
	}
	*_argument = argument;
	return argument.text != NULL && (!has_value || argument.value != NULL);
}

/* What the parser has against it: one line; NULL: nothing. */
static const char *policy_objection(TALLOC_CTX *mem_ctx,
				    const char *name,
				    const char *value)
{
	struct spn_settings *settings = spn_settings_new(mem_ctx, spn_rules());
	const char *reason = "out of memory";

	if (settings == NULL) {
		return reason;
	}
	return spn_settings_set(settings, name, value, &reason) ? NULL
								: reason;
}

/* May this be written? Exit code, after a message unless it may. */
static int policy_set_allowed(TALLOC_CTX *mem_ctx,
			      const struct policy_tool *tool,
			      const struct policy_argument *argument)
{
	const char *objection = NULL;

	if (argument->value == NULL) {
		return spn_connect_usage_error(tool->connect,
					       "set: write %s=VALUE",
					       argument->name[0] != '\0'
						       ? argument->name
						       : "KEY");
	}
	objection = policy_objection(mem_ctx, argument->name, argument->value);
	if (objection != NULL) {
		spn_connect_message(tool->connect, "%s", objection);
		return SPN_EXIT_CANNOT_RUN;
	}
	return SPN_EXIT_DONE;
}

/* An empty element with that flag, for up to num values. */
static struct ldb_message_element *policy_element(struct ldb_message *msg,
						  size_t num,
						  int flag)
{
	struct ldb_message_element *el = NULL;

	if (ldb_msg_add_empty(msg, SPN_SETTINGS_ATTR, flag, &el) !=
	    LDB_SUCCESS)
	{
		return NULL;
	}
	return spn_values_room(msg, el, num) ? el : NULL;
}

static bool policy_line_is(const struct policy_line *line,
			   const struct policy_argument *argument,
			   bool any_value)
{
	if (strcasecmp(line->name, argument->name) != 0) {
		return false;
	}
	if (any_value || argument->value == NULL) {
		return true;
	}
	return strcasecmp(line->value, argument->value) == 0 ||
	       (argument->also != NULL &&
		strcasecmp(line->value, argument->also) == 0);
}

/* Adds "delete these lines" to msg; how many, or -1 when out of memory. */
static int policy_delete_lines(struct ldb_message *msg,
			       const struct policy_settings *settings,
			       const struct policy_argument *argument,
			       bool any_value)
{
	struct ldb_message_element *el = NULL;
	size_t i;

	for (i = 0; i < settings->num_lines; i++) {
		const struct policy_line *line = &settings->lines[i];

		if (!policy_line_is(line, argument, any_value)) {
			continue;
		}
		if (el == NULL) {
			el = policy_element(msg,
					    settings->num_lines,
					    LDB_FLAG_MOD_DELETE);
		}
		if (el == NULL || !spn_values_push(el, line->raw)) {
			return -1;
		}
	}
	return (int)spn_values_num(el);
}

static int policy_modify(const struct policy_tool *tool,
			 struct ldb_context *ldb,
			 struct ldb_message *msg)
{
	int ret = ldb_modify(ldb, msg);

	if (ret == LDB_ERR_NO_SUCH_ATTRIBUTE ||
	    ret == LDB_ERR_ATTRIBUTE_OR_VALUE_EXISTS)
	{
		spn_connect_message(tool->connect,
				    "somebody else changed the settings just "
				    "now; nothing was written, try again");
		return SPN_EXIT_CANNOT_RUN;
	}
	if (spn_connect_is_given_up(ldb)) {
		spn_connect_message(tool->connect,
				    "%s; whether %s has been changed is not "
				    "known: look with 'spn-policy status'",
				    spn_connect_error(ldb, ret),
				    ldb_dn_get_linearized(msg->dn));
		return SPN_EXIT_CANNOT_RUN;
	}
	if (ret != LDB_SUCCESS) {
		spn_connect_message(tool->connect,
				    "cannot write %s: %s",
				    ldb_dn_get_linearized(msg->dn),
				    spn_connect_error(ldb, ret));
		return SPN_EXIT_CANNOT_RUN;
	}
	return SPN_EXIT_DONE;
}

/* Is the setting there already, and for one that is no list nothing else? */
static bool policy_is_set(const struct policy_settings *settings,
			  const struct policy_argument *argument,
			  bool is_list)
{
	size_t same = 0;
	size_t others = 0;
	size_t i;

	for (i = 0; i < settings->num_lines; i++) {
		const struct policy_line *line = &settings->lines[i];

		if (policy_line_is(line, argument, false)) {
			same += line->problem == NULL ? 1 : 0;
			others += line->problem != NULL ? 1 : 0;
		} else if (policy_line_is(line, argument, true)) {
			others++;
		}
	}
	return same > 0 && (is_list || others == 0);
}

/* The object is there: take old lines away, add the new one. */
static int policy_set_in_object(const struct policy_tool *tool,
				struct ldb_context *ldb,
				const struct policy_settings *settings,
				const struct policy_argument *argument,
				bool is_list)
{
	struct ldb_message *msg = ldb_msg_new(ldb);
	struct ldb_message_element *el = NULL;

	if (msg == NULL) {
		return policy_oom(tool);
	}
	msg->dn = settings->dn;
	/* of a list, only the same value in another spelling goes */
	if (policy_delete_lines(msg, settings, argument, !is_list) < 0) {
		return policy_oom(tool);
	}
	el = policy_element(msg, 1, LDB_FLAG_MOD_ADD);
	if (el == NULL || !spn_values_push(el, spn_str_of(argument->text))) {
		return policy_oom(tool);
	}
	return policy_modify(tool, ldb, msg);
}

static int policy_set_new_object(const struct policy_tool *tool,
				 struct ldb_context *ldb,
				 const struct policy_settings *settings,
				 const struct policy_argument *argument)
{
	int ret = policy_object_add(ldb, settings->dn, argument->text);

	if (ret != LDB_SUCCESS) {
		spn_connect_message(tool->connect,
				    "cannot make %s: %s",
				    ldb_dn_get_linearized(settings->dn),
				    spn_connect_error(ldb, ret));
		return SPN_EXIT_CANNOT_RUN;
	}
	return SPN_EXIT_DONE;
}

/* Opens the directory for writing and reads the settings. NULL after a
 * message. */
static struct policy_settings *policy_open_settings(
	TALLOC_CTX *mem_ctx,
	const struct policy_tool *tool,
	struct ldb_context **_ldb)
{
	struct ldb_context *ldb = spn_connect_open(mem_ctx,
						   tool->connect,
						   NULL);

	if (ldb == NULL) {
		return NULL;
	}
	if (policy_is_read_only(mem_ctx, ldb)) {
		spn_connect_message(tool->connect,
				    "this is a read-only DC: give another "
				    "one with -H ldap://SERVER");
		return NULL;
	}
	*_ldb = ldb;
	return policy_settings_read(mem_ctx, tool, ldb);
}

/* What that does and may not be meant. It is written already: whatever happens
 * here changes no exit code. */
static void policy_warn(TALLOC_CTX *mem_ctx,
			const struct policy_tool *tool,
			struct ldb_context *ldb,
			const struct policy_argument *argument)
{
	struct policy_settings *settings = policy_settings_read(mem_ctx,
								tool,
								ldb);
	size_t num_warnings = 0;

	if (settings != NULL) {
		policy_effects(mem_ctx,
			       tool,
			       ldb,
			       settings,
			       argument,
			       &num_warnings);
	}
}

int policy_set(TALLOC_CTX *mem_ctx, const struct policy_tool *tool)
{
	struct policy_argument argument = {};
	const struct spn_setting *setting = NULL;
	struct policy_settings *settings = NULL;
	struct ldb_context *ldb = NULL;
	int ret;

	if (!policy_argument_split(mem_ctx, tool->argument, &argument)) {
		return policy_oom(tool);
	}
	ret = policy_set_allowed(mem_ctx, tool, &argument);
	if (ret != SPN_EXIT_DONE) {
		return ret;
	}
	settings = policy_open_settings(mem_ctx, tool, &ldb);
	if (settings == NULL) {
		return SPN_EXIT_CANNOT_RUN;
	}
	setting = policy_setting(mem_ctx, argument.name);
	if (setting == NULL) {
		return policy_oom(tool);
	}
	ret = policy_name_account(mem_ctx, tool, ldb, true, &argument);
	if (ret != SPN_EXIT_DONE) {
		return ret;
	}
	if (policy_is_set(settings, &argument, setting->is_list)) {
		policy_tell(tool,
			    "%s is set already: nothing to do.",
			    argument.shown);
		policy_warn(mem_ctx, tool, ldb, &argument);
		return SPN_EXIT_DONE;
	}
	if (settings->exists) {
		ret = policy_set_in_object(tool,
					   ldb,
					   settings,
					   &argument,
					   setting->is_list);
	} else {
		ret = policy_set_new_object(tool, ldb, settings, &argument);
	}
	if (ret == SPN_EXIT_DONE) {
		policy_tell(tool,
			    "%s: set for all DCs, as it replicates.",
			    argument.shown);
		policy_warn(mem_ctx, tool, ldb, &argument);
	}
	return ret;
}

int policy_unset(TALLOC_CTX *mem_ctx, const struct policy_tool *tool)
{
	struct policy_argument argument = {};
	struct policy_settings *settings = NULL;
	struct ldb_context *ldb = NULL;
	struct ldb_message *msg = NULL;
	int num;
	int ret;

	if (!policy_argument_split(mem_ctx, tool->argument, &argument)) {
		return policy_oom(tool);
	}
	settings = policy_open_settings(mem_ctx, tool, &ldb);
	if (settings == NULL) {
		return SPN_EXIT_CANNOT_RUN;
	}
	ret = policy_name_account(mem_ctx, tool, ldb, false, &argument);
	if (ret != SPN_EXIT_DONE) {
		return ret;
	}
	msg = ldb_msg_new(mem_ctx);
	if (msg == NULL) {
		return policy_oom(tool);
	}
	msg->dn = settings->dn;
	num = policy_delete_lines(msg,
				  settings,
				  &argument,
				  argument.value == NULL);
	if (num < 0) {
		return policy_oom(tool);
	}
	if (num == 0) {
		/* a mistyped key is an error, unless it is stored like that */
		if (policy_setting(mem_ctx, argument.name) == NULL) {
			spn_connect_message(tool->connect,
					    "%s",
					    policy_objection(mem_ctx,
							     argument.name,
							     ""));
			return SPN_EXIT_CANNOT_RUN;
		}
		policy_tell(tool,
			    "%s is not set: nothing to do.",
			    argument.shown);
		return SPN_EXIT_DONE;
	}
	ret = policy_modify(tool, ldb, msg);
	if (ret == SPN_EXIT_DONE) {
		policy_tell(tool,
			    "%s: unset for all DCs, as it replicates.",
			    argument.shown);
		policy_warn(mem_ctx, tool, ldb, &argument);
	}
	return ret;
}
