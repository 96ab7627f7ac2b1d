/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line that all tools have in common: Samba's options, -H, and
 * the tool's own table.
 *
 * Samba's rows call exit(1) on a bad argument. 1 is a result in our tools, so
 * an exit handler turns it into 2 while the command line is being read.
 */

#include "connect_private.h"
#include "policy/quote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <ldb_module.h>

#ifndef SPN_POLICY_VERSION
#define SPN_POLICY_VERSION "unknown"
#endif

/* Above every val that a tool may use. */
enum connect_option {
	CONNECT_OPT_URL = 0x10000,
	CONNECT_OPT_CONFIGFILE,
	CONNECT_OPT_VERSION,
	CONNECT_OPT_TIMEOUT,
};

#define DEFAULT_TIMEOUT 60
#define MAX_TIMEOUT 86400

/* true from spn_connect_new() to the last option */
static bool connect_reading_options;

static void connect_on_exit(int status, void *private_data)
{
	const bool *reading = private_data;

	if (*reading && status != 0) {
		fflush(NULL);
		_exit(SPN_EXIT_CANNOT_RUN);
	}
}

/* Overwrites what follows the first '%', or all of it. */
static void connect_wipe(char *arg, bool after_percent)
{
	char *secret = after_percent ? strchr(arg, '%') : arg;

	if (secret != NULL) {
		memset(secret, 'x', strlen(secret));
	}
}

/*
 * argv as talloc'ed copies; passwords in the original are overwritten, since
 * every local user can read that in /proc.
 */
static const char **connect_take_argv(struct spn_connect *connect,
				      int argc,
				      char **argv)
{
	static const struct {
		const char *option;
		bool after_percent;
	} secrets[] = {
		{"-U", true},
		{"--user", true},
		{"--password", false},
	};
	const char **copy = talloc_zero_array(connect,
					      const char *,
					      (size_t)argc + 1);
	size_t j;
	int i;

	if (copy == NULL) {
		return NULL;
	}
	for (i = 0; i < argc; i++) {
		copy[i] = talloc_strdup(copy, argv[i]);
		if (copy[i] == NULL) {
			return NULL;
		}
	}
	for (i = 1; i < argc; i++) {
		for (j = 0; j < sizeof(secrets) / sizeof(secrets[0]); j++) {
			size_t len = strlen(secrets[j].option);

			if (strncmp(argv[i], secrets[j].option, len) != 0) {
				continue;
			}
			if (argv[i][len] != '\0') {
				connect_wipe(argv[i] + len,
					     secrets[j].after_percent);
			} else if (i + 1 < argc) {
				connect_wipe(argv[i + 1],
					     secrets[j].after_percent);
			}
		}
	}
	return copy;
}

static bool connect_is_end(const struct poptOption *row)
{
	return row->longName == NULL && row->shortName == '\0' &&
	       row->arg == NULL;
}

/* The tool's rows, then ours. */
static struct poptOption *connect_own_table(struct spn_connect *connect,
					    const struct poptOption *options)
{
	const struct poptOption own[] = {
		{
			.longName = "url",
			.shortName = 'H',
			.argInfo = POPT_ARG_STRING,
			.val = CONNECT_OPT_URL,
			.descrip = "Local sam.ldb, or ldap://, ldaps://, "
				   "ldapi:// (default: the sam.ldb of "
				   "smb.conf)",
			.argDescrip = "URL",
		},
		{
			.shortName = 's',
			.argInfo = POPT_ARG_STRING,
			.val = CONNECT_OPT_CONFIGFILE,
			.descrip = "Same as --configfile",
			.argDescrip = "CONFIGFILE",
		},
		{
			.longName = "timeout",
			.argInfo = POPT_ARG_STRING,
			.val = CONNECT_OPT_TIMEOUT,
			.descrip = "Give a server up that says nothing for so "
				   "long (default: 60; 0: never)",
			.argDescrip = "SECONDS",
		},
		{
			.longName = "version",
			.shortName = 'V',
			.argInfo = POPT_ARG_NONE,
			.val = CONNECT_OPT_VERSION,
			.descrip = "Print version",
		},
		POPT_AUTOHELP POPT_TABLEEND};
	struct poptOption *table = NULL;
	size_t len = 0;

	while (!connect_is_end(&options[len])) {
		len++;
	}
	table = talloc_array(connect,
			     struct poptOption,
			     len + sizeof(own) / sizeof(own[0]));
	if (table == NULL) {
		return NULL;
	}
	memcpy(table, options, len * sizeof(options[0]));
	memcpy(table + len, own, sizeof(own));
	return table;
}

/* Samba's --version speaks of Samba only: ours stands above, drop that. */
static void connect_drop_version_table(struct poptOption *table)
{
	struct poptOption *from = table;
	struct poptOption *to = table;

	for (; !connect_is_end(from); from++) {
		if ((from->argInfo & POPT_ARG_MASK) ==
			    POPT_ARG_INCLUDE_TABLE &&
		    from->descrip != NULL &&
		    strncmp(from->descrip, "Version", strlen("Version")) == 0)
		{
			continue;
		}
		*to = *from;
		to++;
	}
	*to = *from;
}

static int connect_destructor(struct spn_connect *connect)
{
	connect_reading_options = false;
	if (connect->popt != NULL) {
		connect->popt = poptFreeContext(connect->popt);
	}
	return 0;
}

static bool connect_start_popt(struct spn_connect *connect,
			       const struct poptOption *options,
			       const char *usage,
			       size_t argc)
{
	struct poptOption **table = ldb_module_popt_options(connect->home);
	int ret;

	*table = connect_own_table(connect, options);
	if (*table == NULL) {
		return false;
	}
	ret = ldb_modules_hook(connect->home, LDB_MODULE_HOOK_CMDLINE_OPTIONS);
	if (ret != LDB_SUCCESS) {
		spn_connect_message(connect,
				    "Samba's options are not there: %s",
				    ldb_strerror(ret));
		return false;
	}
	connect_drop_version_table(*table);

	connect->popt = poptGetContext(connect->tool,
				       (int)argc,
				       connect->argv,
				       *table,
				       0);
	if (connect->popt == NULL) {
		spn_connect_message(connect, "out of memory");
		return false;
	}
	poptSetOtherOptionHelp(connect->popt, usage);
	return true;
}

struct spn_connect *spn_connect_new(TALLOC_CTX *mem_ctx,
				    const char *tool,
				    const char *usage,
				    const struct poptOption *options,
				    int argc,
				    char **argv)
{
	struct spn_connect *connect = talloc_zero(mem_ctx, struct spn_connect);
	size_t num_args = (size_t)argc;

	if (connect == NULL) {
		fprintf(stderr, "%s: out of memory\n", tool);
		return NULL;
	}
	connect->tool = tool;
	connect->timeout = DEFAULT_TIMEOUT;
	connect_note_sockets(connect);
	talloc_set_destructor(connect, connect_destructor);

	connect->argv = connect_take_argv(connect, argc, argv);
	if (connect->argv == NULL ||
	    !connect_prefer_ticket(connect, &num_args))
	{
		spn_connect_message(connect, "out of memory");
		talloc_free(connect);
		return NULL;
	}
	/* loads all modules that are not loaded yet */
	if (connect_load_modules(connect)) {
		connect->home = ldb_init(connect, NULL);
	}
	if (connect->home == NULL) {
		spn_connect_message(connect, "ldb does not start");
		talloc_free(connect);
		return NULL;
	}
	if (!connect_start_popt(connect, options, usage, num_args)) {
		talloc_free(connect);
		return NULL;
	}

	connect_reading_options = true;
	if (on_exit(connect_on_exit, &connect_reading_options) != 0) {
		spn_connect_message(connect, "out of memory");
		talloc_free(connect);
		return NULL;
	}
	return connect;
}

static bool connect_read_url(struct spn_connect *connect)
{
	connect->has_url = true;
	connect->url = spn_connect_option_argument(connect, connect);
	if (connect->url == NULL || connect->url[0] == '\0') {
		spn_connect_usage_error(connect, "-H: no URL given");
		return false;
	}
	return true;
}

/* ldb's set of Samba's options has --configfile only; samba-tool knows -s. */
static bool connect_read_short_s(struct spn_connect *connect)
{
	const char **stuff = talloc_zero_array(connect, const char *, 3);

	if (stuff != NULL) {
		stuff[0] = "--configfile";
		stuff[1] = spn_connect_option_argument(stuff, connect);
	}
	if (stuff == NULL || stuff[1] == NULL ||
	    poptStuffArgs(connect->popt, stuff) != 0)
	{
		spn_connect_message(connect, "out of memory");
		return false;
	}
	return true;
}

static bool connect_read_timeout(struct spn_connect *connect)
{
	char *text = spn_connect_option_argument(connect, connect);
	size_t len = (text == NULL) ? 0 : strlen(text);
	unsigned long seconds = 0;

	if (len > 0 && len <= 5 && strspn(text, "0123456789") == len) {
		seconds = strtoul(text, NULL, 10);
	} else {
		seconds = MAX_TIMEOUT + 1;
	}
	if (seconds > MAX_TIMEOUT) {
		char *shown = spn_quote(connect,
					spn_str_of(text),
					SPN_QUOTE_DN | SPN_QUOTE_CUT);

		spn_connect_usage_error(connect,
					"--timeout: %s is no number of "
					"seconds from 0 to %d",
					(shown == NULL) ? "" : shown,
					MAX_TIMEOUT);
		talloc_free(shown);
		return false;
	}
	connect->timeout = (unsigned)seconds;
	connect->has_timeout = true;
	talloc_free(text);
	return true;
}

/* An option of ours; those of Samba never come back from popt. */
static bool connect_own_option(struct spn_connect *connect, int opt)
{
	switch (opt) {
	case CONNECT_OPT_URL:
		return connect_read_url(connect);
	case CONNECT_OPT_CONFIGFILE:
		return connect_read_short_s(connect);
	case CONNECT_OPT_TIMEOUT:
		return connect_read_timeout(connect);
	case CONNECT_OPT_VERSION:
		printf("%s %s (ldb %s)\n",
		       connect->tool,
		       SPN_POLICY_VERSION,
		       LDB_VERSION);
		exit(SPN_EXIT_DONE);
	default:
		spn_connect_usage_error(connect,
					"%s: %s",
					poptBadOption(connect->popt, 0),
					poptStrerror(opt));
		return false;
	}
}

/* After the last option: Samba's callbacks have loaded smb.conf. */
static bool connect_finish_options(struct spn_connect *connect)
{
	int ret;

	ret = ldb_modules_hook(connect->home,
			       LDB_MODULE_HOOK_CMDLINE_PRECONNECT);
	if (ret == LDB_SUCCESS) {
		connect->loadparm = ldb_get_opaque(connect->home, "loadparm");
	}
	if (connect->loadparm == NULL) {
		spn_connect_message(connect,
				    "Samba's ldb extensions are not there: "
				    "is samba-libs installed, and "
				    "LDB_MODULES_PATH right?");
		return false;
	}
	connect_reading_options = false;
	return true;
}

int spn_connect_next_option(struct spn_connect *connect)
{
	int opt = poptGetNextOpt(connect->popt);

	while (opt < -1 || opt >= CONNECT_OPT_URL) {
		if (!connect_own_option(connect, opt)) {
			return -1;
		}
		opt = poptGetNextOpt(connect->popt);
	}
	if (opt == -1) {
		return connect_finish_options(connect) ? 0 : -1;
	}
	return opt;
}

char *spn_connect_option_argument(TALLOC_CTX *mem_ctx,
				  struct spn_connect *connect)
{
	char *raw = poptGetOptArg(connect->popt);
	char *argument = NULL;

	if (raw != NULL) {
		argument = talloc_strdup(mem_ctx, raw);
		free(raw);
	}
	return argument;
}

const char *const *spn_connect_arguments(struct spn_connect *connect,
					 size_t *_num_arguments)
{
	static const char *const none[] = {NULL};
	const char *const *arguments = poptGetArgs(connect->popt);
	size_t num = 0;

	if (arguments == NULL) {
		arguments = none;
	}
	while (arguments[num] != NULL) {
		num++;
	}
	*_num_arguments = num;
	return arguments;
}
