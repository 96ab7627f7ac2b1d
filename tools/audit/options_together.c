/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Options that are right by themselves but not with each other. All of these
 * are usage errors, so that nobody waits for an audit that ends in one.
 */
#include "options_together.h"

#include "common/place.h"

#include <string.h>
#include <unistd.h>

/* What goes on for ever has no end at which a file could be written. */
static int check_watch(struct spn_connect *connect,
		       const struct audit_options *options)
{
	const struct {
		const char *option;
		bool is_there;
	} others[] = {
		{"--output", options->output != NULL},
		{"--write-baseline", options->write_baseline != NULL},
		{"--fix-ldif", options->fix_ldif != NULL},
		{"--fix-setspn", options->fix_setspn != NULL},
		{"--from-ldif", options->from_ldif != NULL},
		{"--baseline=-",
		 options->baseline != NULL &&
			 audit_place_is_stream(options->baseline)},
		{"--format other than text and json",
		 strcmp(options->format->name, "text") != 0 &&
			 strcmp(options->format->name, "json") != 0},
	};
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (options->watch > 0 && others[i].is_there) {
			return spn_connect_usage_error(connect,
						       "--watch goes with no "
						       "%s",
						       others[i].option);
		}
	}
	return SPN_EXIT_DONE;
}

/* What is written must be right: all of the directory is seen, and a person
 * sees what is asked. */
static int check_apply(struct spn_connect *connect,
		       const struct audit_options *options)
{
	const struct {
		const char *option;
		bool is_there;
	} others[] = {
		{"--from-ldif", options->from_ldif != NULL},
		{"--partial", options->partial},
		{"--watch", options->watch > 0},
		{"--output", options->output != NULL},
		{"--write-baseline", options->write_baseline != NULL},
		{"--fix-ldif", options->fix_ldif != NULL},
		{"--fix-setspn", options->fix_setspn != NULL},
		{"--list-rules", options->list_rules},
		{"--explain", options->explain != NULL},
		{"--baseline=-",
		 options->baseline != NULL &&
			 audit_place_is_stream(options->baseline)},
		{"--undo=-",
		 options->undo != NULL &&
			 audit_place_is_stream(options->undo)},
		{"--format other than text",
		 strcmp(options->format->name, "text") != 0},
	};
	size_t i;

	if (!options->apply && options->keytab != NULL) {
		return spn_connect_usage_error(
			connect,
			"--keytab goes with --apply only: it tells whose key "
			"a service has, where --apply asks for that; what is "
			"in a keytab says spn-probe --keytab=FILE");
	}
	if (!options->apply && (options->yes || options->undo != NULL)) {
		return spn_connect_usage_error(connect,
					       "%s goes with --apply only",
					       options->yes ? "--yes"
							    : "--undo");
	}
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (options->apply && others[i].is_there) {
			return spn_connect_usage_error(connect,
						       "--apply goes with no "
						       "%s",
						       others[i].option);
		}
	}
	if (options->apply && !options->yes && isatty(STDIN_FILENO) != 1) {
		return spn_connect_usage_error(
			connect,
			"--apply asks, and standard input is no terminal; "
			"give --yes for the repairs that need no decision");
	}
	return SPN_EXIT_DONE;
}

/* What is said of rules has no findings to be written in a format. */
static int check_catalogue(struct spn_connect *connect,
			   const struct audit_options *options)
{
	const char *format = options->format->name;
	bool is_text = strcmp(format, "text") == 0;

	if (options->explain != NULL && !is_text) {
		return spn_connect_usage_error(connect,
					       "--explain goes with no "
					       "--format other than text");
	}
	if (options->list_rules && !is_text && strcmp(format, "json") != 0) {
		return spn_connect_usage_error(connect,
					       "--list-rules goes with no "
					       "--format other than text and "
					       "json");
	}
	return SPN_EXIT_DONE;
}

/* Baselines may be one file: what is accepted now is added to it. */
static int check_places(struct spn_connect *connect,
			const struct audit_options *options)
{
	const struct audit_options *o = options;
	const struct audit_place all[] = {
		{"--from-ldif", o->from_ldif, true},
		{"--output", (o->output == NULL) ? "-" : o->output, false},
		{"--fix-ldif", o->fix_ldif, false},
		{"--fix-setspn", o->fix_setspn, false},
		{"--write-baseline", o->write_baseline, false},
		{"--baseline",
		 (o->write_baseline == NULL) ? o->baseline : NULL,
		 true},
	};
	struct audit_place given[sizeof(all) / sizeof(all[0])] = {};
	const struct audit_place *one = NULL;
	const struct audit_place *other = NULL;
	size_t num = 0;
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i].path != NULL) {
			given[num++] = all[i];
		}
	}
	if (audit_place_check(given, num, &one, &other)) {
		return SPN_EXIT_DONE;
	}
	return spn_connect_usage_error(
		connect,
		"%s and %s are one file: %s%s",
		one->option,
		other->option,
		audit_place_is_stream(other->path)
			? (other->is_input ? "standard input"
					   : "standard output")
			: spn_connect_quote(connect, other->path),
		(o->output == NULL && !one->is_input)
			? "; give --output=FILE for the report"
			: "; give each its own");
}

/* Whoever runs a plugin reads what it prints, and nothing else. */
static int check_plugin(struct spn_connect *connect,
			const struct audit_options *options)
{
	if (options->format->is_plugin && options->output != NULL) {
		return spn_connect_usage_error(connect,
					       "--format=%s goes with no "
					       "--output",
					       options->format->name);
	}
	return SPN_EXIT_DONE;
}

static int check_trend(struct spn_connect *connect,
		       const struct audit_options *options)
{
	if (options->trend != NULL &&
	    strcmp(options->format->name, "html") != 0)
	{
		return spn_connect_usage_error(connect,
					       "--trend goes with "
					       "--format=html only");
	}
	return SPN_EXIT_DONE;
}

/* All of these are about the text that people read. */
static int check_view(struct spn_connect *connect,
		      const struct audit_options *options)
{
	if (options->view_option == NULL) {
		return SPN_EXIT_DONE;
	}
	if (strcmp(options->format->name, "text") != 0) {
		return spn_connect_usage_error(connect,
					       "--%s goes with no --format "
					       "other than text",
					       options->view_option);
	}
	if (options->watch > 0) {
		return spn_connect_usage_error(connect,
					       "--watch goes with no --%s",
					       options->view_option);
	}
	return SPN_EXIT_DONE;
}

/* What cannot be read from two places, or said and not said. */
static int check_pairs(struct spn_connect *connect,
		       const struct audit_options *options)
{
	if (options->from_ldif != NULL && spn_connect_has_url(connect)) {
		return spn_connect_usage_error(connect,
					       "--from-ldif and -H: only one "
					       "can be audited");
	}
	if (options->from_ldif != NULL && options->check_dcs) {
		return spn_connect_usage_error(connect,
					       "--from-ldif and --check-dcs: "
					       "an export has no DC that "
					       "could be asked");
	}
	if (options->quiet && options->verbose) {
		return spn_connect_usage_error(connect,
					       "--quiet and --verbose do not "
					       "go together");
	}
	return SPN_EXIT_DONE;
}

int audit_options_together(struct spn_connect *connect,
			   const struct audit_options *options)
{
	static int (*const checks[])(struct spn_connect *connect,
				     const struct audit_options *options) = {
		check_pairs,
		check_view,
		check_apply,
		check_watch,
		check_catalogue,
		check_plugin,
		check_trend,
		check_places,
	};
	int status = SPN_EXIT_DONE;
	size_t i;

	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		if (status == SPN_EXIT_DONE) {
			status = checks[i](connect, options);
		}
	}
	return status;
}
