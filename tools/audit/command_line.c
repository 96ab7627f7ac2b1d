/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads words as popt does. Samba's own options are known to popt only, so
 * there is a table of them here; tests/tools/tool_audit_config.py compares it
 * with what --help shows.
 */
#include "command_line.h"

#include "options.h"

#include <string.h>

#define VALUE POPT_ARG_STRING
#define SWITCH POPT_ARG_NONE

static const struct poptOption common[] = {
	{.longName = "url", .shortName = 'H', .argInfo = VALUE},
	{.longName = "timeout", .argInfo = VALUE},
	{.longName = "version", .shortName = 'V', .argInfo = SWITCH},
	{.longName = "help", .shortName = '?', .argInfo = SWITCH},
	{.longName = "usage", .argInfo = SWITCH},
	{.longName = "debuglevel", .shortName = 'd', .argInfo = VALUE},
	{.longName = "debug-stdout", .argInfo = SWITCH},
	{.longName = "configfile", .shortName = 's', .argInfo = VALUE},
	{.longName = "option", .argInfo = VALUE},
	{.longName = "log-basename", .shortName = 'l', .argInfo = VALUE},
	{.longName = "leak-report", .argInfo = SWITCH},
	{.longName = "leak-report-full", .argInfo = SWITCH},
	{.longName = "name-resolve", .shortName = 'R', .argInfo = VALUE},
	{.longName = "socket-options", .shortName = 'O', .argInfo = VALUE},
	{.longName = "max-protocol", .shortName = 'm', .argInfo = VALUE},
	{.longName = "netbiosname", .shortName = 'n', .argInfo = VALUE},
	{.longName = "netbios-scope", .argInfo = VALUE},
	{.longName = "workgroup", .shortName = 'W', .argInfo = VALUE},
	{.longName = "realm", .argInfo = VALUE},
	{.longName = "user", .shortName = 'U', .argInfo = VALUE},
	{.longName = "no-pass", .shortName = 'N', .argInfo = SWITCH},
	{.longName = "password", .argInfo = VALUE},
	{.longName = "pw-nt-hash", .argInfo = SWITCH},
	{.longName = "authentication-file",
	 .shortName = 'A',
	 .argInfo = VALUE},
	{.longName = "machine-pass", .shortName = 'P', .argInfo = SWITCH},
	{.longName = "simple-bind-dn", .argInfo = VALUE},
	{.longName = "use-kerberos", .argInfo = VALUE},
	{.longName = "use-krb5-ccache", .argInfo = VALUE},
	{.longName = "use-winbind-ccache", .argInfo = SWITCH},
	{.longName = "client-protection", .argInfo = VALUE},
	{.longName = "kerberos", .shortName = 'k', .argInfo = VALUE},
	POPT_TABLEEND,
};

/* By its long name (len bytes), or by its letter where name is NULL. */
static const struct poptOption *find_in(const struct poptOption *row,
					const char *name,
					size_t len,
					char letter)
{
	for (; row->longName != NULL; row++) {
		if (name == NULL && row->shortName == letter) {
			return row;
		}
		if (name != NULL && strncmp(row->longName, name, len) == 0 &&
		    row->longName[len] == '\0')
		{
			return row;
		}
	}
	return NULL;
}

static const struct poptOption *find(const char *name, size_t len, char letter)
{
	const struct poptOption *row =
		find_in(audit_option_table(), name, len, letter);

	return (row != NULL) ? row : find_in(common, name, len, letter);
}

const struct poptOption *audit_word_option(const char *name)
{
	return find(name, strlen(name), '\0');
}

bool audit_word_has_value(const struct poptOption *option)
{
	return (option->argInfo & POPT_ARG_MASK) != POPT_ARG_NONE;
}

/* The word behind, if that is the value. */
static void take_next(struct audit_words *w)
{
	const char *word = w->argv[w->next];
	bool may_miss = (w->option->argInfo & POPT_ARGFLAG_OPTIONAL) != 0;

	if (word != NULL && !(may_miss && word[0] == '-')) {
		w->value = word;
		w->next++;
	}
}

/* "--name", "--name=value", "--name value" */
static void read_long(struct audit_words *w, const char *word)
{
	size_t len = strcspn(word, "=");

	w->option = find(word, len, '\0');
	if (w->option == NULL || !audit_word_has_value(w->option)) {
		return;
	}
	if (word[len] == '=') {
		w->value = word + len + 1;
	} else {
		take_next(w);
	}
}

/* "-v", "-vH URL", "-HURL", "-H=URL" */
static void read_letter(struct audit_words *w)
{
	const char *rest = w->rest + 1;

	w->option = find(NULL, 0, w->rest[0]);
	w->rest = (*rest == '\0') ? NULL : rest;
	if (w->option == NULL || !audit_word_has_value(w->option)) {
		return;
	}
	w->rest = NULL;
	if (*rest == '\0') {
		take_next(w);
	} else {
		w->value = rest + ((*rest == '=') ? 1 : 0);
	}
}

bool audit_words_next(struct audit_words *w)
{
	w->option = NULL;
	w->value = NULL;
	while (w->option == NULL) {
		const char *word = NULL;

		if (w->rest != NULL) {
			read_letter(w);
			continue;
		}
		word = w->argv[w->next];
		if (word == NULL || strcmp(word, "--") == 0) {
			return false;
		}
		w->next++;
		if (strncmp(word, "--", 2) == 0) {
			read_long(w, word + 2);
		} else if (word[0] == '-' && word[1] != '\0') {
			w->rest = word + 1;
		}
	}
	return true;
}

const char *audit_words_last(const char *const *argv, const char *name)
{
	struct audit_words w = {.argv = argv, .next = 1};
	const char *value = NULL;

	while (audit_words_next(&w)) {
		if (strcmp(w.option->longName, name) == 0) {
			value = (w.value == NULL) ? "" : w.value;
		}
	}
	return value;
}
