/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spn-audit: reports what is wrong with the SPNs of a directory. Never
 * writes to it.
 *
 * Nothing is printed before everything is known: whoever sees a report sees
 * all of it, and exit status 2 goes with an empty standard output.
 */
#include "spn_store.h"

#include "audit_catalogue.h"
#include "audit_format.h"
#include "audit_output.h"
#include "audit_scan.h"
#include "audit_select.h"
#include "connect.h"

#include <param.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define TOOL "spn-audit"
#define EXIT_FINDINGS 1

enum option {
	OPT_FORMAT = 1,
	OPT_OUTPUT,
	OPT_RULE,
	OPT_ONLY,
	OPT_MIN_SEVERITY,
	OPT_ACCOUNT,
	OPT_BASE,
	OPT_LIST_RULES,
	OPT_EXPLAIN,
};

struct audit {
	struct spn_connect *connect;
	struct audit_choice *choice;
	const struct audit_format *format;
	const char *output;  /* NULL: standard output */
	const char *account; /* NULL: all */
	const char *base;    /* NULL: everywhere */
	bool list_rules;
	const struct spn_message *explain; /* NULL: audit */
};

static const struct poptOption options[] = {
	{
		.longName = "format",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_FORMAT,
		.descrip = "How the report is written: text (default) or json",
		.argDescrip = "FORMAT",
	},
	{
		.longName = "output",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_OUTPUT,
		.descrip = "Write the report to FILE, whole or not at all",
		.argDescrip = "FILE",
	},
	{
		.longName = "rule",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_RULE,
		.descrip = "What a rule, code or id counts as: error, "
			   "warning, info, off; may be repeated",
		.argDescrip = "RULE=SEVERITY",
	},
	{
		.longName = "only",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_ONLY,
		.descrip = "Report only these rules, codes or ids",
		.argDescrip = "RULE,...",
	},
	{
		.longName = "min-severity",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_MIN_SEVERITY,
		.descrip = "Report only findings of error, warning or info "
			   "(default) and above; exit 1 for any of them",
		.argDescrip = "SEVERITY",
	},
	{
		.longName = "account",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_ACCOUNT,
		.descrip = "Report only findings of this account",
		.argDescrip = "NAME|DN",
	},
	{
		.longName = "base",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_BASE,
		.descrip = "Report only findings of accounts below DN",
		.argDescrip = "DN",
	},
	{
		.longName = "list-rules",
		.argInfo = POPT_ARG_NONE,
		.val = OPT_LIST_RULES,
		.descrip = "List all rules with their codes, and exit",
	},
	{
		.longName = "explain",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_EXPLAIN,
		.descrip = "Say what a code or id means, and exit",
		.argDescrip = "CODE",
	},
	POPT_TABLEEND,
};

static int out_of_memory(const struct audit *audit)
{
	spn_connect_message(audit->connect, "out of memory");
	return SPN_EXIT_CANNOT_RUN;
}

static int fail(const struct audit *audit, const char *reason)
{
	if (reason == NULL) {
		return out_of_memory(audit);
	}
	spn_connect_message(audit->connect, "%s", reason);
	return SPN_EXIT_CANNOT_RUN;
}

static int read_format(struct audit *audit, const char *name)
{
	const struct audit_format *format = audit_formats();
	char *names = NULL;

	audit->format = audit_format_by_name(name);
	if (audit->format != NULL) {
		return SPN_EXIT_DONE;
	}
	names = talloc_strdup(audit, "");
	for (; format->name != NULL; format++) {
		names = talloc_asprintf_append(names,
					       "%s%s",
					       (*names == '\0') ? "" : ", ",
					       format->name);
		if (names == NULL) {
			return out_of_memory(audit);
		}
	}
	return spn_connect_usage_error(audit->connect,
				       "--format: there is no format '%s'; "
				       "formats: %s",
				       name,
				       names);
}

static int read_explain(struct audit *audit, const char *key)
{
	audit->explain = audit_message_by_key(key);
	if (audit->explain != NULL) {
		return SPN_EXIT_DONE;
	}
	return spn_connect_usage_error(audit->connect,
				       "--explain: there is no code or id "
				       "'%s'; see --list-rules",
				       key);
}

/* *_slot is left alone if the argument is empty. */
static int read_name(struct audit *audit,
		     const char *option,
		     const char *value,
		     const char **_slot)
{
	if (value[0] == '\0') {
		return spn_connect_usage_error(audit->connect,
					       "%s: the value is empty",
					       option);
	}
	*_slot = value;
	return SPN_EXIT_DONE;
}

static int read_choice(struct audit *audit,
		       bool (*set)(struct audit_choice *choice,
				   const char *text,
				   const char **_reason),
		       const char *value)
{
	const char *reason = NULL;

	if (set(audit->choice, value, &reason)) {
		return SPN_EXIT_DONE;
	}
	if (reason == NULL) {
		return out_of_memory(audit);
	}
	return spn_connect_usage_error(audit->connect, "%s", reason);
}

static int read_option(struct audit *audit, int opt)
{
	char *value = NULL;

	if (opt == OPT_LIST_RULES) {
		audit->list_rules = true;
		return SPN_EXIT_DONE;
	}
	value = spn_connect_option_argument(audit, audit->connect);
	if (value == NULL) {
		return out_of_memory(audit);
	}
	switch (opt) {
	case OPT_FORMAT:
		return read_format(audit, value);
	case OPT_OUTPUT:
		return read_name(audit, "--output", value, &audit->output);
	case OPT_RULE:
		return read_choice(audit, audit_choice_rule, value);
	case OPT_ONLY:
		return read_choice(audit, audit_choice_only, value);
	case OPT_MIN_SEVERITY:
		return read_choice(audit, audit_choice_least, value);
	case OPT_ACCOUNT:
		return read_name(audit, "--account", value, &audit->account);
	case OPT_BASE:
		return read_name(audit, "--base", value, &audit->base);
	case OPT_EXPLAIN:
		return read_explain(audit, value);
	}
	return SPN_EXIT_CANNOT_RUN;
}

static int read_command_line(struct audit *audit)
{
	const char *const *rest = NULL;
	size_t num_rest = 0;
	int opt;
	int status;

	audit->format = audit_formats();
	audit->choice = audit_choice_new(audit);
	if (audit->choice == NULL) {
		return out_of_memory(audit);
	}
	while (true) {
		opt = spn_connect_next_option(audit->connect);
		if (opt == 0) {
			break;
		}
		if (opt < 0) {
			return SPN_EXIT_CANNOT_RUN;
		}
		status = read_option(audit, opt);
		if (status != SPN_EXIT_DONE) {
			return status;
		}
	}
	rest = spn_connect_arguments(audit->connect, &num_rest);
	if (num_rest > 0) {
		return spn_connect_usage_error(audit->connect,
					       "'%s': only options are taken",
					       rest[0]);
	}
	return SPN_EXIT_DONE;
}

static bool has_shown_progress;

/* On a terminal, and only if it takes more than a second. */
static void show_progress(size_t num_accounts)
{
	static time_t start;
	static time_t last;
	time_t now = time(NULL);

	if (start == 0) {
		start = now;
		last = now;
	}
	if (now == last || now - start < 2) {
		return;
	}
	last = now;
	has_shown_progress = true;
	fprintf(stderr, "\r" TOOL ": %zu accounts read ", num_accounts);
}

static void end_progress(void)
{
	fputs("\r\033[K", stderr);
}

/*
 * smb.conf or --option: "spn_audit:page size" and "spn_audit:one by one", for
 * servers that say they can do what they cannot.
 */
static void read_quirks(struct audit *audit,
			struct audit_scan_options *scan_options)
{
	struct loadparm_context *lp = spn_connect_loadparm(audit->connect);

	scan_options->page_size =
		lpcfg_parm_int(lp, NULL, "spn_audit", "page size", 0);
	scan_options->one_by_one =
		lpcfg_parm_bool(lp, NULL, "spn_audit", "one by one", false);
}

static int scan(struct audit *audit,
		struct ldb_context *ldb,
		struct audit_scan **_scan)
{
	struct audit_scan_options scan_options = {};
	const char *reason = NULL;
	bool on_terminal = isatty(STDERR_FILENO) == 1;
	bool ok;

	read_quirks(audit, &scan_options);
	if (on_terminal) {
		scan_options.progress = show_progress;
	}
	ok = audit_scan_run(audit, ldb, &scan_options, _scan, &reason);
	if (has_shown_progress) {
		end_progress();
	}
	return ok ? SPN_EXIT_DONE : fail(audit, reason);
}

static int select_accounts(struct audit *audit,
			   struct ldb_context *ldb,
			   struct audit_select **_select)
{
	const struct spn_store store = {.ldb = ldb};
	const char *reason = NULL;

	if (audit->account == NULL && audit->base == NULL) {
		*_select = NULL;
		return SPN_EXIT_DONE;
	}
	if (!audit_select_new(audit,
			      &store,
			      audit->account,
			      audit->base,
			      _select,
			      &reason))
	{
		return fail(audit, reason);
	}
	return SPN_EXIT_DONE;
}

/* "only account web01$ below OU=x": what the reader must not overlook. */
static bool part_text(const struct audit *audit, const char **_part)
{
	*_part = NULL;
	if (audit->account == NULL && audit->base == NULL) {
		return true;
	}
	*_part = talloc_asprintf(audit,
				 "only findings of %s%s%s%s",
				 (audit->account == NULL) ? "accounts"
							  : "account ",
				 (audit->account == NULL) ? ""
							  : audit->account,
				 (audit->base == NULL) ? "" : " below ",
				 (audit->base == NULL) ? "" : audit->base);
	return *_part != NULL;
}

/* The whole report in memory; free() it. */
static bool format_report(struct audit *audit,
			  const struct audit_scan *scanned,
			  const struct audit_findings *findings,
			  char **_data,
			  size_t *_len)
{
	struct audit_result result = {
		.url = spn_connect_url(audit->connect),
		.dc = scanned->server->dns_host_name,
		.domain = scanned->forest->dns_domain,
		.num_accounts = scanned->num_accounts,
		.num_spns = scanned->num_spns,
		.choice = audit->choice,
		.findings = findings,
	};
	char text[sizeof("2000-01-01T00:00:00Z") + 8] = "";
	time_t now = time(NULL);
	struct tm tm = {};
	FILE *stream = NULL;
	bool ok = false;

	if (gmtime_r(&now, &tm) != NULL) {
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	}
	result.time = text;
	stream = open_memstream(_data, _len);
	if (stream == NULL) {
		return false;
	}
	ok = part_text(audit, &result.part) &&
	     audit->format->write(audit, &result, stream);
	ok = (ferror(stream) == 0) && ok;
	return fclose(stream) == 0 && ok;
}

static int put_out(struct audit *audit, char *data, size_t len)
{
	const char *reason = NULL;
	int status = SPN_EXIT_DONE;

	if (!audit_output_write(audit, audit->output, data, len, &reason)) {
		status = fail(audit, reason);
	}
	free(data);
	return status;
}

static int report(struct audit *audit,
		  const struct audit_scan *scanned,
		  struct audit_select *select)
{
	struct audit_findings *findings = NULL;
	char *data = NULL;
	size_t len = 0;
	int status;

	findings = audit_findings_new(audit,
				      &scanned->fold,
				      audit->choice,
				      &scanned->reports);
	if (findings == NULL) {
		return out_of_memory(audit);
	}
	if (select != NULL) {
		audit_findings_keep(findings, audit_select_wants, select);
	}
	if (!format_report(audit, scanned, findings, &data, &len)) {
		free(data);
		return out_of_memory(audit);
	}
	status = put_out(audit, data, len);
	if (status == SPN_EXIT_DONE &&
	    audit_findings_reach(findings,
				 audit_choice_threshold(audit->choice)))
	{
		return EXIT_FINDINGS;
	}
	return status;
}

static int run_audit(struct audit *audit)
{
	const struct spn_connect_options read_only = {.read_only = true};
	struct audit_scan *scanned = NULL;
	struct audit_select *select = NULL;
	struct ldb_context *ldb = NULL;
	int status;

	ldb = spn_connect_open(audit, audit->connect, &read_only);
	if (ldb == NULL) {
		return SPN_EXIT_CANNOT_RUN;
	}
	status = select_accounts(audit, ldb, &select);
	if (status == SPN_EXIT_DONE) {
		status = scan(audit, ldb, &scanned);
	}
	if (status != SPN_EXIT_DONE) {
		return status;
	}
	return report(audit, scanned, select);
}

/* --list-rules and --explain: what needs no directory. */
static int run_catalogue(struct audit *audit)
{
	char *data = NULL;
	size_t len = 0;
	FILE *stream = open_memstream(&data, &len);
	bool ok = true;

	if (stream == NULL) {
		return out_of_memory(audit);
	}
	if (audit->explain != NULL) {
		ok = audit_explain(audit,
				   audit->choice,
				   audit->explain,
				   stream);
	} else {
		audit_list_rules(audit->choice, stream);
	}
	ok = (ferror(stream) == 0) && ok;
	if (fclose(stream) != 0 || !ok) {
		free(data);
		return out_of_memory(audit);
	}
	return put_out(audit, data, len);
}

int main(int argc, char **argv)
{
	struct audit *audit = NULL;
	int status;

	if (!audit_output_guard()) {
		return SPN_EXIT_CANNOT_RUN;
	}
	audit = talloc_zero(NULL, struct audit);
	if (audit == NULL) {
		return SPN_EXIT_CANNOT_RUN;
	}
	audit->connect = spn_connect_new(audit,
					 TOOL,
					 "[OPTION...]",
					 options,
					 argc,
					 argv);
	if (audit->connect == NULL) {
		return SPN_EXIT_CANNOT_RUN;
	}
	status = read_command_line(audit);
	if (status == SPN_EXIT_DONE &&
	    (audit->list_rules || audit->explain != NULL)) {
		status = run_catalogue(audit);
	} else if (status == SPN_EXIT_DONE) {
		status = run_audit(audit);
	}
	/* A third of the time of a large audit would go into giving back
	 * block by block what the process is about to give back at once. */
	return status;
}
