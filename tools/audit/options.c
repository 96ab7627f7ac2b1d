/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of options, and one small function for each kind of argument.
 */
#include "options.h"

#include "catalogue.h"
#include "options_together.h"

#include <stdlib.h>
#include <string.h>

#define WATCH_SECONDS 10
#define LONGEST_WATCH 86400

enum option {
	OPT_FORMAT = 1,
	OPT_OUTPUT,
	OPT_FROM_LDIF,
	OPT_RULE,
	OPT_ONLY,
	OPT_MIN_SEVERITY,
	OPT_ACCOUNT,
	OPT_BASE,
	OPT_BASELINE,
	OPT_WRITE_BASELINE,
	OPT_FIX_LDIF,
	OPT_FIX_SETSPN,
	OPT_TREND,
	OPT_APPLY,
	OPT_YES,
	OPT_UNDO,
	OPT_CHECK_DNS,
	OPT_CHECK_DCS,
	OPT_PARTIAL,
	OPT_VERBOSE,
	OPT_WATCH,
	OPT_LIST_RULES,
	OPT_EXPLAIN,
	OPT_DNS_SERVER,
	OPT_KDC_TYPES,
	OPT_CONFIG,
	OPT_NO_CONFIG,
	OPT_NUMBERS, /* and one for each AUDIT_... */
};

static const struct poptOption option_table[] = {
	{
		.longName = "format",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_FORMAT,
		.descrip = "How the report is written: text (default), "
			   "json, csv, html, prometheus, nagios",
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
		.longName = "from-ldif",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_FROM_LDIF,
		.descrip = "Audit an LDIF export instead of a directory; "
			   "\"-\" is standard input",
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
		.longName = "baseline",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_BASELINE,
		.descrip = "Count the findings that FILE accepts, and do not "
			   "report them",
		.argDescrip = "FILE",
	},
	{
		.longName = "write-baseline",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_WRITE_BASELINE,
		.descrip = "Write a FILE that accepts all findings of now",
		.argDescrip = "FILE",
	},
	{
		.longName = "fix-ldif",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_FIX_LDIF,
		.descrip = "Write the repairs that need no decision as LDIF",
		.argDescrip = "FILE",
	},
	{
		.longName = "fix-setspn",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_FIX_SETSPN,
		.descrip = "Write them as commands of setspn",
		.argDescrip = "FILE",
	},
	{
		.longName = "trend",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_TREND,
		.descrip = "With --format=html, show what earlier reports in "
			   "JSON had, too; \"*\" stands for any characters",
		.argDescrip = "FILES",
	},
	{
		.longName = "apply",
		.argInfo = POPT_ARG_NONE,
		.val = OPT_APPLY,
		.descrip = "Show each repair, ask, and make it; what has been "
			   "done can be undone",
	},
	{
		.longName = "yes",
		.argInfo = POPT_ARG_NONE,
		.val = OPT_YES,
		.descrip = "With --apply, make the repairs that need no "
			   "decision, and ask nothing",
	},
	{
		.longName = "undo",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_UNDO,
		.descrip = "With --apply, the new file that undoes it "
			   "(spn-audit-undo-TIME.ldif)",
		.argDescrip = "FILE",
	},
	{
		.longName = "check-dns",
		.argInfo = POPT_ARG_NONE,
		.val = OPT_CHECK_DNS,
		.descrip = "Ask DNS whether the hosts of SPNs exist",
	},
	{
		.longName = "check-dcs",
		.argInfo = POPT_ARG_NONE,
		.val = OPT_CHECK_DCS,
		.descrip = "Ask every DC of the domain whether spn_policy is "
			   "in force there",
	},
	{
		.longName = "partial",
		.argInfo = POPT_ARG_NONE,
		.val = OPT_PARTIAL,
		.descrip = "Report what could be read where a server does not "
			   "send everything",
	},
	{
		.longName = "verbose",
		.shortName = 'v',
		.argInfo = POPT_ARG_NONE,
		.val = OPT_VERBOSE,
		.descrip = "Say what is read, and how long it takes",
	},
	{
		.longName = "watch",
		.argInfo = POPT_ARG_STRING | POPT_ARGFLAG_OPTIONAL,
		.val = OPT_WATCH,
		.descrip = "Go on: look for changes every SECONDS (10), and "
			   "print a line for each new and each fixed finding",
		.argDescrip = "SECONDS",
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
		.descrip = "Say what rules, codes or ids mean (or all), and "
			   "exit",
		.argDescrip = "RULE,...",
	},
	{
		.longName = "config",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_CONFIG,
		.descrip = "Take options from FILE instead of "
			   "/etc/spn-audit.conf",
		.argDescrip = "FILE",
	},
	{
		.longName = "no-config",
		.argInfo = POPT_ARG_NONE,
		.val = OPT_NO_CONFIG,
		.descrip = "Take options from no file",
	},
	{
		.longName = "dns-server",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_DNS_SERVER,
		.descrip = "With --check-dns, ask these servers",
		.argDescrip = "ADDRESS,...",
	},
	{
		.longName = "kdc-default-enctypes",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_KDC_TYPES,
		.descrip = "What the KDC takes for accounts without "
			   "msDS-SupportedEncryptionTypes, if that is not "
			   "known",
		.argDescrip = "LIST",
	},
	{
		.longName = "page-size",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_NUMBERS + AUDIT_PAGE_SIZE,
		.descrip = "Ask a server for N entries at a time (default: 0, "
			   "all)",
		.argDescrip = "N",
	},
	{
		.longName = "stale-days",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_NUMBERS + AUDIT_STALE_DAYS,
		.descrip = "After how long without a logon a computer is "
			   "forgotten (90)",
		.argDescrip = "DAYS",
	},
	{
		.longName = "password-days",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_NUMBERS + AUDIT_PASSWORD_DAYS,
		.descrip = "From what age on the password of a service is old "
			   "(365)",
		.argDescrip = "DAYS",
	},
	{
		.longName = "dns-timeout",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_NUMBERS + AUDIT_DNS_TIMEOUT,
		.descrip = "How long the first try of --check-dns may last "
			   "(2000)",
		.argDescrip = "MILLISECONDS",
	},
	{
		.longName = "dns-tries",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_NUMBERS + AUDIT_DNS_TRIES,
		.descrip = "How often a DNS server is asked (3)",
		.argDescrip = "N",
	},
	{
		.longName = "dns-queries",
		.argInfo = POPT_ARG_STRING,
		.val = OPT_NUMBERS + AUDIT_DNS_QUERIES,
		.descrip = "How many questions to DNS are under way at a time "
			   "(50)",
		.argDescrip = "N",
	},
	POPT_TABLEEND,
};

/* While they are read. */
struct reading {
	struct spn_connect *connect;
	struct audit_options *options;
	struct audit_tunable_texts texts;
};

static int out_of_memory(const struct reading *reading)
{
	spn_connect_message(reading->connect, "out of memory");
	return SPN_EXIT_CANNOT_RUN;
}

static int read_format(struct reading *reading, const char *name)
{
	const struct audit_format *format = audit_formats();
	char *names = NULL;

	reading->options->format = audit_format_by_name(name);
	if (reading->options->format != NULL) {
		return SPN_EXIT_DONE;
	}
	names = talloc_strdup(reading->options, "");
	for (; format->name != NULL; format++) {
		names = talloc_asprintf_append(names,
					       "%s%s",
					       (*names == '\0') ? "" : ", ",
					       format->name);
		if (names == NULL) {
			return out_of_memory(reading);
		}
	}
	return spn_connect_usage_error(reading->connect,
				       "--format: there is no format %s; "
				       "formats: %s",
				       spn_connect_quote(reading->connect,
							 name),
				       names);
}

/* *_slot is left alone if the argument is empty. */
static int read_name(struct reading *reading,
		     const char *option,
		     const char *value,
		     const char **_slot)
{
	if (value[0] == '\0') {
		return spn_connect_usage_error(reading->connect,
					       "--%s: the value is empty",
					       option);
	}
	*_slot = value;
	return SPN_EXIT_DONE;
}

static int read_choice(struct reading *reading,
		       bool (*set)(struct audit_choice *choice,
				   const char *text,
				   const char **_reason),
		       const char *value)
{
	const char *reason = NULL;

	if (set(reading->options->choice, value, &reason)) {
		return SPN_EXIT_DONE;
	}
	if (reason == NULL) {
		return out_of_memory(reading);
	}
	return spn_connect_usage_error(reading->connect, "%s", reason);
}

static int read_explain(struct reading *reading, const char *value)
{
	struct audit_options *options = reading->options;
	const char *reason = NULL;

	if (options->explain == NULL) {
		options->explain = audit_choice_new(options);
	}
	if (options->explain != NULL &&
	    audit_choice_explain(options->explain, value, &reason))
	{
		return SPN_EXIT_DONE;
	}
	if (reason == NULL) {
		return out_of_memory(reading);
	}
	return spn_connect_usage_error(reading->connect, "%s", reason);
}

/* The argument may be left out. */
static int read_watch(struct reading *reading)
{
	char *text = spn_connect_option_argument(reading->options,
						 reading->connect);
	char *end = NULL;
	long seconds = WATCH_SECONDS;

	if (text != NULL) {
		seconds = strtol(text, &end, 10);
	}
	if (text != NULL && (end == text || *end != '\0' || seconds < 1 ||
			     seconds > LONGEST_WATCH))
	{
		return spn_connect_usage_error(
			reading->connect,
			"--watch: %s is no number "
			"of seconds from 1 to %d",
			spn_connect_quote(reading->connect, text),
			LONGEST_WATCH);
	}
	reading->options->watch = (int)seconds;
	return SPN_EXIT_DONE;
}

/* Where a switch or a name goes. */
static bool *switch_of(struct audit_options *options, int opt)
{
	switch (opt) {
	case OPT_APPLY:
		return &options->apply;
	case OPT_YES:
		return &options->yes;
	case OPT_CHECK_DNS:
		return &options->check_dns;
	case OPT_CHECK_DCS:
		return &options->check_dcs;
	case OPT_PARTIAL:
		return &options->partial;
	case OPT_VERBOSE:
		return &options->verbose;
	case OPT_LIST_RULES:
		return &options->list_rules;
	default:
		return NULL;
	}
}

static const char **name_of(struct reading *reading, int opt)
{
	struct audit_options *options = reading->options;

	if (opt >= OPT_NUMBERS) {
		return &reading->texts.numbers[opt - OPT_NUMBERS];
	}
	switch (opt) {
	case OPT_DNS_SERVER:
		return &reading->texts.dns_server;
	case OPT_KDC_TYPES:
		return &reading->texts.kdc_types;
	case OPT_OUTPUT:
		return &options->output;
	case OPT_FROM_LDIF:
		return &options->from_ldif;
	case OPT_ACCOUNT:
		return &options->account;
	case OPT_BASE:
		return &options->base;
	case OPT_BASELINE:
		return &options->baseline;
	case OPT_WRITE_BASELINE:
		return &options->write_baseline;
	case OPT_FIX_LDIF:
		return &options->fix_ldif;
	case OPT_FIX_SETSPN:
		return &options->fix_setspn;
	case OPT_TREND:
		return &options->trend;
	case OPT_UNDO:
		return &options->undo;
	default:
		return NULL;
	}
}

/* "base", as the table calls it. */
static const char *word_of(int opt)
{
	const struct poptOption *option = option_table;

	while (option->val != opt) {
		option++;
	}
	return option->longName;
}

static int read_value(struct reading *reading, int opt, const char *value)
{
	const char **name = name_of(reading, opt);

	if (name != NULL) {
		return read_name(reading, word_of(opt), value, name);
	}
	switch (opt) {
	case OPT_CONFIG:
		return SPN_EXIT_DONE; /* as above */
	case OPT_FORMAT:
		return read_format(reading, value);
	case OPT_RULE:
		return read_choice(reading, audit_choice_rule, value);
	case OPT_ONLY:
		return read_choice(reading, audit_choice_only, value);
	case OPT_MIN_SEVERITY:
		return read_choice(reading, audit_choice_least, value);
	case OPT_EXPLAIN:
		return read_explain(reading, value);
	default:
		return SPN_EXIT_CANNOT_RUN;
	}
}

static int read_option(struct reading *reading, int opt)
{
	bool *is_on = switch_of(reading->options, opt);
	char *value = NULL;

	if (opt == OPT_WATCH) {
		return read_watch(reading);
	}
	if (opt == OPT_NO_CONFIG) {
		return SPN_EXIT_DONE; /* config.c has seen to it */
	}
	if (is_on != NULL) {
		*is_on = true;
		return SPN_EXIT_DONE;
	}
	value = spn_connect_option_argument(reading->options,
					    reading->connect);
	return (value == NULL) ? out_of_memory(reading)
			       : read_value(reading, opt, value);
}

static int read_all(struct reading *reading)
{
	const char *const *rest = NULL;
	size_t num_rest = 0;
	int opt;
	int status;

	reading->options->format = audit_formats();
	reading->options->choice = audit_choice_new(reading->options);
	if (reading->options->choice == NULL) {
		return out_of_memory(reading);
	}
	while (true) {
		opt = spn_connect_next_option(reading->connect);
		if (opt == 0) {
			break;
		}
		if (opt < 0) {
			return SPN_EXIT_CANNOT_RUN;
		}
		status = read_option(reading, opt);
		if (status != SPN_EXIT_DONE) {
			return status;
		}
	}
	rest = spn_connect_arguments(reading->connect, &num_rest);
	if (num_rest > 0) {
		return spn_connect_usage_error(
			reading->connect,
			"%s: only options are taken",
			spn_connect_quote(reading->connect, rest[0]));
	}
	status = audit_tunables_read(reading->connect,
				     &reading->texts,
				     &reading->options->tunables);
	return (status == SPN_EXIT_DONE)
		       ? audit_options_together(reading->connect,
						reading->options)
		       : status;
}

const struct poptOption *audit_option_table(void)
{
	return option_table;
}

int audit_options_read(TALLOC_CTX *mem_ctx,
		       struct spn_connect *connect,
		       struct audit_options **_options)
{
	struct reading reading = {.connect = connect};
	int status;

	reading.options = talloc_zero(mem_ctx, struct audit_options);
	if (reading.options == NULL) {
		return out_of_memory(&reading);
	}
	status = read_all(&reading);
	if (status == SPN_EXIT_DONE) {
		*_options = reading.options;
	}
	return status;
}
