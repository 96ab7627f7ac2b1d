/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spn-guard: run by systemd before samba. If sam.ldb does not open because of
 * spn_policy, samba is to start without it.
 *
 * It is called with the options of samba, and takes what concerns smb.conf
 * from them: nothing in them may keep it from its work. Whatever happens, it
 * ends in time.
 */

#include "guard.h"

#include "common/output.h"
#include "policy/quote.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <param.h>
#include <sys/stat.h>

#ifndef SPN_POLICY_VERSION
#define SPN_POLICY_VERSION "unknown"
#endif

/* Of the 90 that samba has to start. */
#define MOST_SECONDS 20

bool guard_is_in_journal(void)
{
	return getenv("JOURNAL_STREAM") != NULL;
}

void guard_say(enum guard_priority priority, const char *format, ...)
{
	char *text = NULL;
	char *line = NULL;
	va_list ap;

	va_start(ap, format);
	text = talloc_vasprintf(NULL, format, ap);
	va_end(ap);
	if (text != NULL) {
		line = spn_printable(text, spn_str_of(text));
	}
	if (guard_is_in_journal()) {
		fprintf(stderr, "<%d>", (int)priority);
	}
	fprintf(stderr,
		"spn-guard: %s\n",
		line != NULL ? line : "out of memory");
	talloc_free(text);
}

/* -s FILE, -sFILE, --name FILE, --name=FILE: FILE. *_i is at its last word. */
static const char *argument_of(char **argv,
			       int *_i,
			       const char *name,
			       const char *short_name)
{
	const char *word = argv[*_i];
	size_t len = strlen(name);

	if (short_name != NULL && strncmp(word, short_name, 2) == 0 &&
	    word[2] != '\0')
	{
		return word + 2;
	}
	if (strncmp(word, name, len) == 0 && word[len] == '=') {
		return word + len + 1;
	}
	if ((strcmp(word, name) == 0 ||
	     (short_name != NULL && strcmp(word, short_name) == 0)) &&
	    argv[*_i + 1] != NULL)
	{
		(*_i)++;
		return argv[*_i];
	}
	return NULL;
}

static bool add_argument(struct guard *guard,
			 const char *option,
			 const char *value)
{
	char *word = talloc_asprintf(guard->argv, "%s=%s", option, value);

	if (word == NULL) {
		return false;
	}
	guard->argv[guard->argc] = word;
	guard->argc++;
	return true;
}

/* False. */
static bool refuse(struct guard *guard,
		   const char *option,
		   const char *value,
		   const char *reason)
{
	char *quoted = spn_quote(guard->argv,
				 spn_str_of(value),
				 SPN_QUOTE_DN | SPN_QUOTE_CUT);

	guard_say(GUARD_ERR,
		  "%s: %s %s",
		  option,
		  (quoted == NULL) ? "" : quoted,
		  reason);
	return false;
}

/* smb.conf, as samba will read it, and how the tools hear of it. False after a
 * message. */
static bool read_options(struct guard *guard, int argc, char **argv)
{
	static const char configfile[] = "--configfile";
	static const char option[] = "--option";
	const char *file = NULL;
	const char *value = NULL;
	int i;

	guard->argv = talloc_zero_array(NULL, char *, (size_t)argc + 2);
	guard->loadparm = loadparm_init_global(false);
	if (guard->argv == NULL || guard->loadparm == NULL) {
		guard_say(GUARD_CRIT, "out of memory");
		return false;
	}
	guard->argv[0] = argv[0];
	guard->argc = 1;
	for (i = 1; i < argc && argv[i] != NULL; i++) {
		value = argument_of(argv, &i, configfile, "-s");
		if (value != NULL) {
			file = value;
			continue;
		}
		value = argument_of(argv, &i, option, NULL);
		if (value == NULL) {
			continue;
		}
		if (!lpcfg_set_option(guard->loadparm, value) ||
		    !add_argument(guard, option, value))
		{
			return refuse(guard,
				      option,
				      value,
				      "is refused by Samba; write NAME=VALUE, "
				      "as in smb.conf");
		}
	}
	if (file != NULL && (!add_argument(guard, configfile, file) ||
			     !lpcfg_load(guard->loadparm, file)))
	{
		return refuse(guard,
			      configfile,
			      file,
			      "cannot be read; give the path of an smb.conf");
	}
	if (file == NULL && !lpcfg_load_default(guard->loadparm)) {
		guard_say(GUARD_ERR, "smb.conf cannot be read");
		return false;
	}
	return true;
}

/* Where libldb would find it first, or where it belongs. */
static const char *module_file(TALLOC_CTX *mem_ctx)
{
	const char *folder = getenv("LDB_MODULES_PATH");

	while (folder != NULL && folder[0] != '\0') {
		size_t len = strcspn(folder, ":");
		char *path = talloc_asprintf(mem_ctx,
					     "%.*s/" SPN_MODULE_FILE,
					     (int)len,
					     folder);
		struct stat st = {};

		if (path != NULL && lstat(path, &st) == 0) {
			return path;
		}
		folder += len + (folder[len] == ':');
	}
	return module_list_file;
}

static bool is_asked_for(int argc, char **argv, const char *option)
{
	return argc == 2 && strcmp(argv[1], option) == 0;
}

int main(int argc, char **argv)
{
	struct guard guard = {};
	TALLOC_CTX *mem_ctx = NULL;
	struct stat st = {};
	int ret;

	if (!audit_output_guard()) {
		return GUARD_EXIT_CANNOT;
	}
	if (is_asked_for(argc, argv, "--version")) {
		printf("spn-guard %s\n", SPN_POLICY_VERSION);
		return GUARD_EXIT_FINE;
	}
	if (is_asked_for(argc, argv, "--help")) {
		printf("Usage: spn-guard [OPTION OF SAMBA...]\n"
		       "Run by systemd before samba, with its options; see "
		       "spn-guard(8).\n");
		return GUARD_EXIT_FINE;
	}
	guard_limit_time(MOST_SECONDS);
	mem_ctx = talloc_new(NULL);
	if (!read_options(&guard, argc, argv)) {
		return GUARD_EXIT_CANNOT;
	}
	guard.database = lpcfg_private_path(mem_ctx,
					    guard.loadparm,
					    "sam.ldb");
	guard.file = module_file(mem_ctx);
	if (guard.database == NULL || guard.file == NULL) {
		guard_say(GUARD_CRIT, "out of memory");
		return GUARD_EXIT_CANNOT;
	}
	if (stat(guard.database, &st) != 0) {
		return GUARD_EXIT_FINE; /* no domain controller yet */
	}
	ret = guard_run(mem_ctx, &guard);
	talloc_free(mem_ctx);
	return ret;
}
