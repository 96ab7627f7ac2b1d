/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line that all tools have in common: -H and the like, and the
 * tool's own table. With Samba's options in it Samba reads it
 * (connect_start.c).
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

#define DEFAULT_TIMEOUT 60
#define MAX_TIMEOUT 86400

/* Overwrites what follows the first '%', or all of it. */
static void connect_wipe(char *arg, bool after_percent)
{
	char *secret = after_percent ? strchr(arg, '%') : arg;

	if (secret != NULL) {
		memset(secret, 'x', strlen(secret));
	}
}

/* Of each option of that name. */
static void connect_wipe_values(int argc,
				char **argv,
				const char *name,
				char letter,
				bool after_percent)
{
	int i;

	for (i = 1; i < argc; i++) {
		const char *rest = connect_behind_name(argv[i], name, letter);

		if (rest == NULL) {
			continue;
		}
		if (rest[0] != '\0') {
			connect_wipe(argv[i] + (rest - argv[i]),
				     after_percent);
		} else if (i + 1 < argc) {
			connect_wipe(argv[i + 1], after_percent);
		}
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
	const char **copy = talloc_zero_array(connect,
					      const char *,
					      (size_t)argc + 1);
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
	connect_wipe_values(argc, argv, "user", 'U', true);
	connect_wipe_values(argc, argv, "password", '\0', false);
	return copy;
}

bool connect_is_end(const struct poptOption *row)
{
	return row->longName == NULL && row->shortName == '\0' &&
	       row->arg == NULL;
}

/* The tool's rows, then ours. */
struct poptOption *connect_own_table(struct spn_connect *connect)
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
	const struct poptOption *options = connect->options;
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

static int connect_destructor(struct spn_connect *connect)
{
	connect_stop(connect);
	if (connect->popt != NULL) {
		connect->popt = poptFreeContext(connect->popt);
	}
	return 0;
}

poptContext connect_new_popt(const struct spn_connect *connect,
			     const struct poptOption *table)
{
	poptContext popt = poptGetContext(connect->tool,
					  (int)connect->argc,
					  connect->argv,
					  table,
					  0);

	if (popt == NULL) {
		spn_connect_message(connect, "out of memory");
		return NULL;
	}
	poptSetOtherOptionHelp(popt, connect->usage);
	return popt;
}

struct spn_connect *spn_connect_new(TALLOC_CTX *mem_ctx,
				    const char *tool,
				    const char *usage,
				    const struct poptOption *options,
				    int argc,
				    char **argv)
{
	struct spn_connect *connect = talloc_zero(mem_ctx, struct spn_connect);

	if (connect == NULL) {
		fprintf(stderr, "%s: out of memory\n", tool);
		return NULL;
	}
	connect->tool = tool;
	connect->usage = usage;
	connect->options = options;
	connect->argc = (size_t)argc;
	connect->timeout = DEFAULT_TIMEOUT;
	connect_note_sockets(connect);
	talloc_set_destructor(connect, connect_destructor);

	connect->argv = connect_take_argv(connect, argc, argv);
	if (connect->argv == NULL || !connect_prefer_ticket(connect)) {
		spn_connect_message(connect, "out of memory");
		talloc_free(connect);
		return NULL;
	}
	if (!connect_check_values(connect) || !connect_begin(connect)) {
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
bool connect_pass_config_file(struct spn_connect *connect,
			      poptContext popt,
			      const char *file)
{
	const char **stuff = talloc_zero_array(connect, const char *, 3);

	if (stuff != NULL && file != NULL) {
		stuff[0] = "--configfile";
		stuff[1] = talloc_strdup(stuff, file);
	}
	if (stuff == NULL || stuff[1] == NULL ||
	    poptStuffArgs(popt, stuff) != 0)
	{
		spn_connect_message(connect, "out of memory");
		return false;
	}
	return true;
}

static bool connect_read_config_file(struct spn_connect *connect)
{
	connect->config_file = spn_connect_option_argument(connect, connect);
	return !connect_is_read_by_samba(connect) ||
	       connect_pass_config_file(connect,
					connect->popt,
					connect->config_file);
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

/* False after a message. */
static bool add_config_option(struct spn_connect *connect, const char *text)
{
	size_t num = 0;
	const char **list = connect->config_options;

	while (list != NULL && list[num] != NULL) {
		num++;
	}
	list = talloc_realloc(connect, list, const char *, (unsigned)num + 2);
	if (list == NULL) {
		spn_connect_message(connect, "out of memory");
		return false;
	}
	list[num] = text;
	list[num + 1] = NULL;
	connect->config_options = list;
	return true;
}

/* One of Samba's, which Samba need not read; see connect_start.c. */
static bool connect_read_its_option(struct spn_connect *connect, int opt)
{
	const char *argument = spn_connect_option_argument(connect, connect);

	if (argument == NULL) {
		spn_connect_message(connect, "out of memory");
		return false;
	}
	switch (opt) {
	case CONNECT_OPT_BIND_DN:
		connect->bind_dn = argument;
		return true;
	case CONNECT_OPT_PASSWORD:
		connect->password = argument;
		return true;
	case CONNECT_OPT_OPTION:
		return add_config_option(connect, argument);
	default:
		return true; /* connect_login_of() knows it */
	}
}

/* An option of ours; those of Samba come back from popt only where Samba has
 * not been started. */
static bool connect_own_option(struct spn_connect *connect, int opt)
{
	switch (opt) {
	case CONNECT_OPT_URL:
		return connect_read_url(connect);
	case CONNECT_OPT_CONFIGFILE:
		return connect_read_config_file(connect);
	case CONNECT_OPT_TIMEOUT:
		return connect_read_timeout(connect);
	case CONNECT_OPT_KERBEROS:
	case CONNECT_OPT_BIND_DN:
	case CONNECT_OPT_PASSWORD:
	case CONNECT_OPT_OPTION:
		return connect_read_its_option(connect, opt);
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
		return connect_end_options(connect) ? 0 : -1;
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
