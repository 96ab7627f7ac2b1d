/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line of spn-probe.
 */
#include "options.h"

#include <string.h>
#include <unistd.h>

#define USUAL_SECONDS 10

enum option {
	OPT_KEYTAB = 1,
	OPT_ACCOUNT,
	OPT_SERVER,
	OPT_HTTP,
	OPT_PROXY,
	OPT_CA_FILE,
	OPT_INSECURE,
	OPT_CCACHE,
	OPT_KDC_LOG,
	OPT_ALL_CLIENTS,
	OPT_NO_DIRECTORY,
	OPT_NO_KDC,
	OPT_JSON,
	OPT_QUIET,
	OPT_COLOR,
	OPT_LIST_CODES,
	OPT_LIST_CLIENTS,
	OPT_LIST_SERVERS,
	OPT_EXPLAIN,
};

#define TEXT(name, number, text, what)                                        \
	{                                                                     \
		.longName = (name),                                           \
		.argInfo = POPT_ARG_STRING,                                   \
		.val = (number),                                              \
		.descrip = (text),                                            \
		.argDescrip = (what),                                         \
	}
#define FLAG(name, number, text)                                              \
	{                                                                     \
		.longName = (name),                                           \
		.argInfo = POPT_ARG_NONE,                                     \
		.val = (number),                                              \
		.descrip = (text),                                            \
	}

const struct poptOption probe_option_table[] = {
	FLAG("http",
	     OPT_HTTP,
	     "Ask the web server, too: what it offers, and what it says to a "
	     "ticket"),
	TEXT("keytab",
	     OPT_KEYTAB,
	     "Can the web server open the tickets with this keytab? Without a "
	     "URL: whose keys are these, and are they still current?",
	     "FILE"),
	TEXT("account",
	     OPT_ACCOUNT,
	     "With --keytab alone: has it the current key of this account? "
	     "May "
	     "be repeated",
	     "NAME"),
	TEXT("server",
	     OPT_SERVER,
	     "Kind of web server, see --list-servers (default: apache)",
	     "WORD"),
	TEXT("kdc-log",
	     OPT_KDC_LOG,
	     "Which names did clients ask for and not get? The log of a Samba "
	     "DC; \"-\" is standard input",
	     "FILE"),
	TEXT("ccache",
	     OPT_CCACHE,
	     "Take tickets from this cache, and keep new ones there",
	     "NAME"),
	TEXT("proxy",
	     OPT_PROXY,
	     "Probe this proxy by way of the URL: its names, its answers",
	     "URL"),
	TEXT("cafile",
	     OPT_CA_FILE,
	     "--http: certificates that are trusted",
	     "FILE"),
	FLAG("insecure", OPT_INSECURE, "--http: take any certificate"),
	FLAG("all-clients",
	     OPT_ALL_CLIENTS,
	     "The names that any known client asks for, not only usual ones"),
	FLAG("no-directory", OPT_NO_DIRECTORY, "Do not look who has a name"),
	FLAG("no-kdc", OPT_NO_KDC, "Do not ask for tickets"),
	FLAG("json", OPT_JSON, "The report as JSON"),
	FLAG("quiet", OPT_QUIET, "Only the answer, one line"),
	TEXT("color", OPT_COLOR, SPN_COLOR_HELP, "WHEN"),
	FLAG("list-codes", OPT_LIST_CODES, "All that may be found"),
	FLAG("list-clients",
	     OPT_LIST_CLIENTS,
	     "The clients that are known, and from where"),
	FLAG("list-servers", OPT_LIST_SERVERS, "The words for --server"),
	TEXT("explain", OPT_EXPLAIN, "What a code means", "CODE"),
	POPT_TABLEEND};

static bool take_flag(struct probe_command *command, int opt)
{
	struct probe_options *o = &command->options;

	switch (opt) {
	case OPT_HTTP:
		o->asks_http = true;
		return true;
	case OPT_INSECURE:
		o->is_insecure = true;
		return true;
	case OPT_ALL_CLIENTS:
		o->all_clients = true;
		return true;
	case OPT_NO_DIRECTORY:
		o->no_directory = true;
		return true;
	case OPT_NO_KDC:
		o->no_kdc = true;
		return true;
	case OPT_JSON:
		o->as_json = true;
		return true;
	case OPT_QUIET:
		o->is_quiet = true;
		return true;
	case OPT_LIST_CODES:
		command->list = PROBE_LIST_CODES;
		return true;
	case OPT_LIST_CLIENTS:
		command->list = PROBE_LIST_CLIENTS;
		return true;
	case OPT_LIST_SERVERS:
		command->list = PROBE_LIST_SERVERS;
		return true;
	default:
		return false;
	}
}

static bool take_server(struct spn_connect *connect,
			struct probe_options *o,
			const char *word)
{
	o->server = probe_server_find(word);
	o->is_server_given = true;
	if (o->server == NULL) {
		spn_connect_usage_error(connect,
					"--server: %s is none that is known; "
					"see --list-servers",
					spn_connect_quote(connect, word));
	}
	return o->server != NULL;
}

static bool take_color(struct spn_connect *connect,
		       struct probe_options *o,
		       const char *word)
{
	bool ok = spn_color_by_name(word, &o->color);

	if (!ok) {
		spn_connect_usage_error(connect,
					"--color: there is no %s; there "
					"are: " SPN_COLOR_WORDS,
					spn_connect_quote(connect, word));
	}
	return ok;
}

/* False after a message. */
static bool take_account(struct spn_connect *connect,
			 struct probe_options *o,
			 const char *name)
{
	if (name[0] == '\0' || strchr(name, '/') != NULL) {
		spn_connect_usage_error(connect,
					"--account: %s is no logon name, as "
					"svc-web or web01$",
					spn_connect_quote(connect, name));
		return false;
	}
	if (o->num_accounts == PROBE_MOST_ACCOUNTS) {
		spn_connect_usage_error(connect,
					"--account: %d at most",
					PROBE_MOST_ACCOUNTS);
		return false;
	}
	o->accounts[o->num_accounts++] = name;
	return true;
}

/* False after a message. */
static bool take_text(struct spn_connect *connect,
		      struct probe_command *command,
		      int opt)
{
	struct probe_options *o = &command->options;
	const char *text = spn_connect_option_argument(connect, connect);

	if (text == NULL) {
		spn_connect_message(connect, "out of memory");
		return false;
	}
	switch (opt) {
	case OPT_KEYTAB:
		/* As krb5.conf has it; commands want the path. */
		o->keytab = (strncmp(text, "FILE:", 5) == 0) ? text + 5 : text;
		break;
	case OPT_ACCOUNT:
		return take_account(connect, o, text);
	case OPT_SERVER:
		return take_server(connect, o, text);
	case OPT_COLOR:
		return take_color(connect, o, text);
	case OPT_KDC_LOG:
		o->kdc_log = text;
		break;
	case OPT_CCACHE:
		o->ccache = text;
		break;
	case OPT_PROXY:
		o->proxy = text;
		break;
	case OPT_CA_FILE:
		o->ca_file = text;
		break;
	default:
		command->list = PROBE_EXPLAIN;
		command->code = text;
		break;
	}
	return true;
}

/* False after a message. */
static bool take_url(struct spn_connect *connect,
		     struct probe_command *command)
{
	struct probe_options *o = &command->options;
	size_t num = 0;
	const char *const *arguments = spn_connect_arguments(connect, &num);

	if (num > 1) {
		spn_connect_usage_error(connect,
					"one URL at a time, and not %s, too",
					spn_connect_quote(connect,
							  arguments[1]));
		return false;
	}
	o->url = (num == 1) ? arguments[0] : NULL;
	if (o->url == NULL && o->keytab == NULL && o->kdc_log == NULL) {
		spn_connect_usage_error(connect,
					"no URL given, as http://web01/");
		return false;
	}
	if (o->kdc_log != NULL && (o->url != NULL || o->keytab != NULL)) {
		spn_connect_usage_error(connect,
					"--kdc-log goes without a URL and "
					"without --keytab");
		return false;
	}
	if (o->num_accounts > 0 && (o->url != NULL || o->keytab == NULL)) {
		spn_connect_usage_error(connect,
					"--account goes with --keytab and "
					"without a URL");
		return false;
	}
	if (o->asks_http && o->url == NULL) {
		spn_connect_usage_error(connect, "--http needs a URL");
		return false;
	}
	return true;
}

bool probe_options_read(struct spn_connect *connect,
			struct probe_command *command)
{
	int opt = spn_connect_next_option(connect);

	for (; opt > 0; opt = spn_connect_next_option(connect)) {
		if (!take_flag(command, opt) &&
		    !take_text(connect, command, opt))
		{
			return false;
		}
	}
	if (opt < 0) {
		return false;
	}
	command->options.terminal = spn_terminal_of(STDOUT_FILENO,
						    command->options.color);
	command->options.timeout = spn_connect_timeout(connect, USUAL_SECONDS);
	if (command->options.timeout == 0) {
		command->options.timeout = 86400;
	}
	if (command->options.server == NULL) {
		command->options.server = probe_server_find("apache");
	}
	return command->list != PROBE_LIST_NONE || take_url(connect, command);
}
