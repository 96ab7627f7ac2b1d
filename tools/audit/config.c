/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was typed wins: an option on the command line takes the lines of the
 * file about the same away, and about what does not go with it. --rule and
 * --option, of which there may be several, are added, and the later ones win.
 */
#include "config.h"

#include "command_line.h"
#include "config_file.h"

#include <string.h>

#define NUM(array) (sizeof(array) / sizeof((array)[0]))

static bool is_one_of(const char *name, const char *const *names, size_t num)
{
	size_t i;

	for (i = 0; i < num; i++) {
		if (strcmp(name, names[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* Who logs on is one thing: half of it from the file would be another user. */
static bool is_of_logon(const char *name)
{
	static const char *const names[] = {
		"user",
		"no-pass",
		"password",
		"pw-nt-hash",
		"authentication-file",
		"machine-pass",
		"simple-bind-dn",
		"use-kerberos",
		"use-krb5-ccache",
		"use-winbind-ccache",
		"kerberos",
	};

	return is_one_of(name, names, NUM(names));
}

static bool writes_files(const char *name)
{
	static const char *const names[] = {
		"output",
		"write-baseline",
		"fix-ldif",
		"fix-setspn",
		"log-basename",
	};

	return is_one_of(name, names, NUM(names));
}

/* Does the option that was typed take a line of the file away? */
static bool overrides(const char *typed, const char *line)
{
	static const char *const added[] = {"rule", "option"};
	static const struct {
		const char *typed;
		const char *line;
	} pairs[] = {
		{"format", "output"}, /* a report of another kind */
		{"format", "trend"},
		{"from-ldif", "url"},
		{"from-ldif", "check-dcs"},
		{"url", "from-ldif"},
		{"watch", "from-ldif"},
		{"apply", "from-ldif"},
		{"apply", "format"},
		{"apply", "partial"},
		{"apply", "watch"},
		/* a report of another kind has none of these */
		{"format", "limit"},
		{"format", "group-by"},
		{"format", "summary"},
		{"watch", "limit"},
		{"watch", "group-by"},
		{"watch", "summary"},
		/* what is said of the work */
		{"quiet", "verbose"},
		{"verbose", "quiet"},
	};
	size_t i;

	if (strcmp(typed, "list-rules") == 0 || strcmp(typed, "explain") == 0)
	{
		return strcmp(line, "rule") != 0;
	}
	if ((strcmp(typed, "watch") == 0 || strcmp(typed, "apply") == 0) &&
	    writes_files(line))
	{
		return true;
	}
	for (i = 0; i < NUM(pairs); i++) {
		if (strcmp(pairs[i].typed, typed) == 0 &&
		    strcmp(pairs[i].line, line) == 0)
		{
			return true;
		}
	}
	if (is_of_logon(typed) && is_of_logon(line)) {
		return true;
	}
	return strcmp(typed, line) == 0 && !is_one_of(line, added, NUM(added));
}

static bool is_overridden(char **argv, const struct audit_config_line *line)
{
	struct audit_words words = {
		.argv = (const char *const *)argv,
		.next = 1,
	};

	while (audit_words_next(&words)) {
		if (overrides(words.option->longName, line->option->longName))
		{
			return true;
		}
	}
	return false;
}

static bool is_typed(char **argv, const char *name)
{
	return audit_words_last((const char *const *)argv, name) != NULL;
}

/* Which file; *_path NULL: none. */
static bool find_file(char **argv, const char **_path, const char **_reason)
{
	const char *path = audit_words_last((const char *const *)argv,
					    "config");
	bool is_off = is_typed(argv, "no-config");

	*_path = NULL;
	*_reason = NULL;
	if (is_off && path != NULL) {
		*_reason = "--config and --no-config do not go together";
		return false;
	}
	if (path != NULL && path[0] == '\0') {
		*_reason = "--config: the value is empty";
		return false;
	}
	if (!is_off && !is_typed(argv, "help") && !is_typed(argv, "usage") &&
	    !is_typed(argv, "version"))
	{
		*_path = (path == NULL) ? AUDIT_CONFIG_FILE : path;
	}
	return true;
}

/* Nobody writes a file because somebody else has said so. */
static bool note_left_out(TALLOC_CTX *mem_ctx,
			  const char *path,
			  const struct audit_config_line *line,
			  const char **_notice)
{
	*_notice = talloc_asprintf(mem_ctx,
				   "%s%s%s:%zu: %s writes a file, and this "
				   "file is not yours: left out; --config=%s "
				   "takes it",
				   (*_notice == NULL) ? "" : *_notice,
				   (*_notice == NULL) ? "" : "\n",
				   path,
				   line->number,
				   line->option->longName,
				   path);
	return *_notice != NULL;
}

static bool add_line(struct audit_command_line *all,
		     const struct audit_config_line *line)
{
	char *word = talloc_asprintf(all->argv,
				     "--%s%s%s",
				     line->option->longName,
				     (line->value == NULL) ? "" : "=",
				     (line->value == NULL) ? "" : line->value);

	if (word == NULL) {
		return false;
	}
	all->argv[all->argc++] = word;
	return true;
}

static bool add_all(TALLOC_CTX *mem_ctx,
		    const char *path,
		    const struct audit_config *config,
		    char **argv,
		    struct audit_command_line *all)
{
	bool may_write = config->is_own || is_typed(argv, "config");
	size_t i;

	for (i = 0; i < config->num_lines; i++) {
		const struct audit_config_line *line = &config->lines[i];

		if (is_overridden(argv, line)) {
			continue;
		}
		if (!may_write && writes_files(line->option->longName)) {
			if (!note_left_out(mem_ctx, path, line, &all->notice))
			{
				return false;
			}
			continue;
		}
		if (!add_line(all, line)) {
			return false;
		}
	}
	return true;
}

bool audit_config_add(TALLOC_CTX *mem_ctx,
		      int argc,
		      char **argv,
		      struct audit_command_line *_all,
		      const char **_reason)
{
	struct audit_command_line all = {};
	struct audit_config empty = {};
	struct audit_config *config = &empty;
	const char *path = NULL;
	int i;

	if (!find_file(argv, &path, _reason) ||
	    (path != NULL && !audit_config_read(mem_ctx,
						path,
						!is_typed(argv, "config"),
						&config,
						_reason)))
	{
		return false;
	}
	all.argv = talloc_zero_array(mem_ctx,
				     char *,
				     (size_t)argc + config->num_lines + 1);
	if (all.argv == NULL) {
		return false;
	}
	all.argv[all.argc++] = argv[0];
	if (!add_all(mem_ctx, path, config, argv, &all)) {
		return false;
	}
	for (i = 1; i < argc; i++) {
		all.argv[all.argc++] = argv[i];
	}
	*_all = all;
	return true;
}
