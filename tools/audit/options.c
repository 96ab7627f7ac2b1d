/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of options, and one small function for each kind of argument.
 */
#include "options.h"

#include "catalogue.h"
#include "options_together.h"
#include "options_table.h"
#include "options_view.h"

#include <stdlib.h>
#include <string.h>

#define WATCH_SECONDS 10
#define LONGEST_WATCH 86400

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
	case OPT_QUIET:
		return &options->quiet;
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
	case OPT_KEYTAB:
		return &options->keytab;
	default:
		return NULL;
	}
}

/* "base", as the table calls it. */
static const char *word_of(int opt)
{
	const struct poptOption *option = audit_option_table();

	while (option->val != opt) {
		option++;
	}
	return option->longName;
}

static int read_value(struct reading *reading, int opt, const char *value)
{
	const char **name = name_of(reading, opt);

	if (opt >= OPT_VIEW && opt < OPT_NUMBERS) {
		return audit_view_read(reading->connect,
				       reading->options,
				       (enum audit_view_option)(opt -
								OPT_VIEW),
				       value);
	}
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
	if (opt == OPT_VIEW + AUDIT_VIEW_SUMMARY) {
		return read_value(reading, opt, NULL);
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
	audit_view_settle(reading->options);
	status = audit_tunables_read(reading->connect,
				     &reading->texts,
				     &reading->options->tunables);
	return (status == SPN_EXIT_DONE)
		       ? audit_options_together(reading->connect,
						reading->options)
		       : status;
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
