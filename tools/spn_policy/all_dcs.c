/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * status --all: every DC of the domain is asked over LDAP what its running
 * samba does with the module. The directory alone decides which DCs there are;
 * what was not answered is said as such, and nothing is guessed.
 *
 * Exit status 1: there is a DC through which somebody can write what the
 * policy refuses, as far as it is known. That is one without a module in force
 * (absent, idle, audit, off), and one that has not said that it has (unclear,
 * unreachable). A read-only DC takes no writes, so it is shown and counts for
 * nothing. A restart that is due is told, and is none: until then the DC
 * enforces.
 */
#include "tool.h"

#include "common/dcs.h"
#include "common/json.h"
#include "common/metrics.h"

#include <string.h>
#include <time.h>
#include <ldb_module.h>

static size_t count_enforcing(const struct spn_dcs *dcs)
{
	size_t num = 0;
	size_t i;

	for (i = 0; i < dcs->num_dcs; i++) {
		num += dcs->dcs[i].standing == SPN_STANDING_ENFORCE ? 1 : 0;
	}
	return num;
}

/* NULL when it does not say, and when out of memory. */
static char *loaded(TALLOC_CTX *mem_ctx, const struct spn_dc *dc)
{
	return dc->has_state ? spn_dc_time_text(mem_ctx, dc->state.since)
			     : NULL;
}

static bool is_restart_due(const struct spn_dc *dc)
{
	return dc->has_state && dc->state.restart != 0;
}

/* ------------------------------------------------------------------ text */

/* What is known besides its state, with a blank in front of each; NULL when
 * out of memory. */
static char *details(TALLOC_CTX *mem_ctx, const struct spn_dc *dc)
{
	char *since = loaded(mem_ctx, dc);

	if (since == NULL) {
		return talloc_strdup(mem_ctx,
				     dc->is_read_only ? " read-only" : "");
	}
	return talloc_asprintf(mem_ctx,
			       "%s %.*s, since %s%s",
			       dc->is_read_only ? " read-only," : "",
			       (int)dc->state.version.len,
			       dc->state.version.data,
			       since,
			       is_restart_due(dc) ? ", restart due" : "");
}

static bool say_dc(TALLOC_CTX *mem_ctx, const struct spn_dc *dc)
{
	char *more = details(mem_ctx, dc);

	if (more == NULL) {
		return false;
	}
	policy_say("  %-36s %-*s%s",
		   dc->name,
		   more[0] == '\0' ? 0 : 12,
		   spn_standing_text(dc->standing),
		   more);
	return true;
}

/* PROBLEM where the exit status says so, note for all else. */
static bool explain_dc(TALLOC_CTX *mem_ctx,
		       const struct policy_tool *tool,
		       const struct spn_dc *dc)
{
	char *text = spn_dc_says(mem_ctx, dc);
	const char *remedy = spn_dc_remedy(dc);
	bool has_remedy = spn_dc_lets_in(dc) && remedy != NULL;

	if (text == NULL) {
		return false;
	}
	if (text[0] != '\0') {
		policy_mark(tool, spn_dc_lets_in(dc) ? "PROBLEM:" : "note:");
		policy_say(" %s: %s%s%s",
			   dc->name,
			   text,
			   has_remedy ? ". Remedy: " : "",
			   has_remedy ? remedy : "");
	}
	return true;
}

static bool write_text(TALLOC_CTX *mem_ctx,
		       const struct policy_tool *tool,
		       const struct spn_dcs *dcs)
{
	size_t i;

	(void)tool;
	policy_say("domain controllers of %s", dcs->domain);
	for (i = 0; i < dcs->num_dcs; i++) {
		if (!say_dc(mem_ctx, &dcs->dcs[i])) {
			return false;
		}
	}
	for (i = 0; i < dcs->num_dcs; i++) {
		if (!explain_dc(mem_ctx, tool, &dcs->dcs[i])) {
			return false;
		}
	}
	policy_say("%zu of %zu enforce", count_enforcing(dcs), dcs->num_dcs);
	return true;
}

/* ------------------------------------------------------------------ JSON */

static void put_state(struct spn_json_out *json, const struct spn_dc *dc)
{
	static const struct spn_str none = {};
	const char *word = NULL;
	size_t n;

	spn_json_string(json,
			"version",
			dc->has_state ? dc->state.version : none);
	spn_json_string(json, "ldb", dc->has_state ? dc->state.ldb : none);
	spn_json_text(json, "since", loaded(json->mem_ctx, dc));
	spn_json_open(json, "restart", '[');
	for (n = 0; is_restart_due(dc); n++) {
		word = spn_dc_restart_word(dc->state.restart, n);
		if (word == NULL) {
			break;
		}
		spn_json_text(json, NULL, word);
	}
	spn_json_close(json, ']');
}

static void put_dc(struct spn_json_out *json, const struct spn_dc *dc)
{
	char *text = spn_dc_says(json->mem_ctx, dc);

	spn_json_open(json, NULL, '{');
	spn_json_text(json, "name", dc->name);
	spn_json_bool(json, "readOnly", dc->is_read_only);
	spn_json_bool(json, "samba", !dc->is_windows);
	spn_json_text(json, "state", spn_standing_text(dc->standing));
	spn_json_bool(json, "letsIn", spn_dc_lets_in(dc));
	put_state(json, dc);
	spn_json_text(json, "text", text);
	spn_json_close(json, '}');
	json->ok = json->ok && text != NULL;
}

static bool write_json(TALLOC_CTX *mem_ctx,
		       const struct policy_tool *tool,
		       const struct spn_dcs *dcs)
{
	struct spn_json_out json = {
		.mem_ctx = mem_ctx,
		.stream = stdout,
		.is_indented = true,
		.ok = true,
	};
	char *now = ldb_timestring(mem_ctx, time(NULL));
	size_t i;

	if (now == NULL) {
		return false;
	}
	spn_json_open(&json, NULL, '{');
	spn_json_open(&json, "meta", '{');
	spn_json_text(&json, "tool", "spn-policy");
	spn_json_text(&json, "version", SPN_POLICY_VERSION);
	spn_json_text(&json, "domain", dcs->domain);
	spn_json_text(&json, "url", spn_connect_url(tool->connect));
	spn_json_text(&json,
		      "time",
		      spn_dc_time_text(mem_ctx, spn_str_of(now)));
	spn_json_number(&json, "controllers", dcs->num_dcs);
	spn_json_number(&json, "enforcing", count_enforcing(dcs));
	spn_json_number(&json, "lettingIn", spn_dcs_letting_in(dcs));
	spn_json_close(&json, '}');
	spn_json_open(&json, "controllers", '[');
	for (i = 0; i < dcs->num_dcs; i++) {
		put_dc(&json, &dcs->dcs[i]);
	}
	spn_json_close(&json, ']');
	spn_json_close(&json, '}');
	fputc('\n', stdout);
	return json.ok;
}

/* --------------------------------------------------------------- metrics */

/* A gauge of each DC. */
static bool put_gauge(TALLOC_CTX *mem_ctx,
		      const struct spn_dcs *dcs,
		      const char *name,
		      const char *help,
		      long long (*value)(const struct spn_dc *dc))
{
	bool ok = true;
	size_t i;

	spn_metric_head(stdout, name, help);
	for (i = 0; i < dcs->num_dcs; i++) {
		printf("%s{", name);
		ok = spn_metric_label(mem_ctx,
				      stdout,
				      "dc",
				      dcs->dcs[i].name) &&
		     ok;
		printf("} %lld\n", value(&dcs->dcs[i]));
	}
	return ok;
}

static long long lets_in(const struct spn_dc *dc)
{
	return spn_dc_lets_in(dc) ? 1 : 0;
}

static long long restart_due(const struct spn_dc *dc)
{
	return is_restart_due(dc) ? 1 : 0;
}

/* 0 where it is not known. */
static long long loaded_at(const struct spn_dc *dc)
{
	return dc->has_state
		       ? (long long)ldb_string_to_time(dc->state.since.data)
		       : 0;
}

/* Each DC has a line for each state, 0 too, so that no series comes and
 * goes. */
static bool put_states(TALLOC_CTX *mem_ctx, const struct spn_dcs *dcs)
{
	static const char name[] = "spn_policy_dc_state";
	bool ok = true;
	size_t i;
	int s;

	spn_metric_head(stdout, name, "1 for the state that a DC is in.");
	for (i = 0; i < dcs->num_dcs; i++) {
		const struct spn_dc *dc = &dcs->dcs[i];

		for (s = 0; s < SPN_NUM_STANDINGS; s++) {
			enum spn_standing standing = (enum spn_standing)s;

			printf("%s{", name);
			ok = spn_metric_label(mem_ctx,
					      stdout,
					      "dc",
					      dc->name) &&
			     ok;
			putchar(',');
			ok = spn_metric_label(mem_ctx,
					      stdout,
					      "state",
					      spn_standing_text(standing)) &&
			     ok;
			printf("} %d\n", dc->standing == standing ? 1 : 0);
		}
	}
	return ok;
}

static bool put_slice(TALLOC_CTX *mem_ctx, const char *name, struct spn_str s)
{
	return spn_metric_label(mem_ctx,
				stdout,
				name,
				talloc_strndup(mem_ctx, s.data, s.len));
}

/* What it runs; no line where it does not say. */
static bool put_versions(TALLOC_CTX *mem_ctx, const struct spn_dcs *dcs)
{
	static const char name[] = "spn_policy_dc_info";
	bool ok = true;
	size_t i;

	spn_metric_head(stdout,
			name,
			"The version of the module, and its ldb.");
	for (i = 0; i < dcs->num_dcs; i++) {
		const struct spn_dc *dc = &dcs->dcs[i];

		if (!dc->has_state) {
			continue;
		}
		printf("%s{", name);
		ok = spn_metric_label(mem_ctx, stdout, "dc", dc->name) && ok;
		putchar(',');
		ok = put_slice(mem_ctx, "version", dc->state.version) && ok;
		putchar(',');
		ok = put_slice(mem_ctx, "ldb", dc->state.ldb) && ok;
		fputs("} 1\n", stdout);
	}
	return ok;
}

static bool write_metrics(TALLOC_CTX *mem_ctx,
			  const struct policy_tool *tool,
			  const struct spn_dcs *dcs)
{
	bool ok = true;

	(void)tool;
	spn_metric_number(stdout,
			  "spn_policy_dcs",
			  "Domain controllers of the domain.",
			  dcs->num_dcs);
	spn_metric_number(stdout,
			  "spn_policy_dcs_letting_in",
			  "Those through which what the policy refuses can be "
			  "written, as far as it is known.",
			  spn_dcs_letting_in(dcs));
	spn_metric_number(stdout,
			  "spn_policy_last_run_timestamp_seconds",
			  "When they were asked, seconds since 1970.",
			  (size_t)time(NULL));
	ok = put_states(mem_ctx, dcs) && put_versions(mem_ctx, dcs);
	ok = ok && put_gauge(mem_ctx,
			     dcs,
			     "spn_policy_dc_lets_in",
			     "1: counted in spn_policy_dcs_letting_in.",
			     lets_in);
	ok = ok && put_gauge(mem_ctx,
			     dcs,
			     "spn_policy_dc_restart_due",
			     "1: samba is to be restarted there.",
			     restart_due);
	return ok && put_gauge(mem_ctx,
			       dcs,
			       "spn_policy_dc_loaded_timestamp_seconds",
			       "When its samba has loaded the module; 0: not "
			       "known.",
			       loaded_at);
}

/* --------------------------------------------------------------- the table */

static const struct {
	const char *name;
	bool (*write)(TALLOC_CTX *mem_ctx,
		      const struct policy_tool *tool,
		      const struct spn_dcs *dcs);
} formats[] = {
	{"text", write_text}, /* the default */
	{"json", write_json},
	{"prometheus", write_metrics},
};
#define NUM_FORMATS (sizeof(formats) / sizeof(formats[0]))

static size_t format_of(const char *name)
{
	size_t i = 0;

	while (name != NULL && i < NUM_FORMATS &&
	       strcmp(formats[i].name, name) != 0)
	{
		i++;
	}
	return i;
}

bool policy_is_format(const char *name)
{
	return format_of(name) < NUM_FORMATS;
}

int policy_status_all(TALLOC_CTX *mem_ctx, const struct policy_tool *tool)
{
	const char *reason = NULL;
	struct spn_dcs *dcs = spn_dcs_read(mem_ctx, tool->connect, &reason);

	if (dcs == NULL) {
		spn_connect_message(tool->connect,
				    "%s",
				    reason != NULL ? reason : "out of memory");
		return SPN_EXIT_CANNOT_RUN;
	}
	if (!spn_dcs_ask(tool->connect, dcs) ||
	    !formats[format_of(tool->format)].write(mem_ctx, tool, dcs))
	{
		return policy_oom(tool);
	}
	return spn_dcs_letting_in(dcs) == 0 ? SPN_EXIT_DONE : POLICY_EXIT_OFF;
}
