/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Command line, credentials and the open directory, for all tools.
 *
 * A sam.ldb cannot be opened by ldb_connect() alone: Samba's modules want
 * smb.conf (the "loadparm" opaque) and a session. ldb's own programs get both
 * from a hook that Samba registers with libldb, in three steps:
 *
 *	OPTIONS		adds Samba's rows to the popt table; once in a process,
 *			and the context it ran on owns smb.conf and credentials
 *	PRECONNECT	hands smb.conf, credentials and the SYSTEM session to
 *			the context that is about to connect; any number
 *	POSTCONNECT	reads the domain SID
 *
 * So "home" is a context that is never connected: the OPTIONS step runs on it
 * and it lives as long as struct spn_connect. Nothing private of Samba is
 * linked for all this.
 *
 * Samba's rows call exit(1) on a bad argument. 1 is a result in our tools, so
 * an exit handler turns it into 2 while the command line is being read.
 */

#include "connect.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <ldb_module.h>
#include <param.h>

#ifndef SPN_POLICY_VERSION
#define SPN_POLICY_VERSION "unknown"
#endif

/* Above every val that a tool may use. */
enum connect_option {
	CONNECT_OPT_URL = 0x10000,
	CONNECT_OPT_CONFIGFILE,
	CONNECT_OPT_VERSION,
};

struct spn_connect {
	const char *tool;
	const char *url;
	const char **argv;
	struct ldb_context *home;
	poptContext popt;
	struct loadparm_context *loadparm;
	/* what libldb said while a directory was being opened */
	bool collecting;
	char *first_complaint;
	char *reason;
};

/* An error text and what helps. */
struct connect_remedy {
	const char *text;
	const char *remedy;
};

static const struct connect_remedy connect_remedies[] = {
	{
		.text = "Module [spn_policy] not found",
		.remedy = "the database asks for spn_policy.so: install it, "
			  "or type 'spn-policy disable'",
	},
	{
		.text = "No such file or directory",
		.remedy = "is this a domain controller? For another one give "
			  "-H ldap://SERVER",
	},
	{
		.text = "Permission denied",
		.remedy = "local databases belong to root; as somebody else "
			  "give -H ldap://SERVER",
	},
	{
		.text = "NT_STATUS_LOGON_FAILURE",
		.remedy = "wrong user name or password",
	},
	{
		.text = "NT_STATUS_CONNECTION_REFUSED",
		.remedy = "is samba running there?",
	},
	{
		.text = "NT_STATUS_INVALID_PARAMETER",
		.remedy = "with Kerberos give the server's name, "
			  "not its address",
	},
	{
		.text = "NT_STATUS_OBJECT_NAME_NOT_FOUND",
		.remedy = "is the server's name right?",
	},
};

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

static bool connect_is_control(const char *p)
{
	unsigned char c = p[0];
	unsigned char next = c == '\0' ? '\0' : p[1];

	if (c < 0x20 || c == 0x7f) {
		return true;
	}
	/* U+0080 to U+009F: some terminals obey these as well */
	return c == 0xc2 && next >= 0x80 && next <= 0x9f;
}

char *spn_connect_printable(TALLOC_CTX *mem_ctx, const char *text)
{
	size_t len = strlen(text);
	char *printable = talloc_array(mem_ctx, char, 3 * len + 1);
	char *out = printable;
	size_t i;

	if (printable == NULL) {
		return NULL;
	}
	for (i = 0; i < len; i++) {
		if (connect_is_control(text + i)) {
			snprintf(out, 4, "\\%02x", (unsigned char)text[i]);
			out += 3;
		} else {
			*out = text[i];
			out++;
		}
	}
	*out = '\0';
	return printable;
}

static void connect_vmessage(const struct spn_connect *connect,
			     const char *format,
			     va_list ap)
{
	char *text = talloc_vasprintf(connect, format, ap);
	char *printable = NULL;

	if (text != NULL) {
		printable = spn_connect_printable(text, text);
	}
	fprintf(stderr,
		"%s: %s\n",
		connect->tool,
		printable != NULL ? printable : "out of memory");
	talloc_free(text);
}

void spn_connect_message(const struct spn_connect *connect,
			 const char *format,
			 ...)
{
	va_list ap;

	va_start(ap, format);
	connect_vmessage(connect, format, ap);
	va_end(ap);
}

int spn_connect_usage_error(const struct spn_connect *connect,
			    const char *format,
			    ...)
{
	va_list ap;

	va_start(ap, format);
	connect_vmessage(connect, format, ap);
	va_end(ap);
	fprintf(stderr, "Try '%s --help'.\n", connect->tool);
	return SPN_EXIT_CANNOT_RUN;
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
			       int argc)
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

	connect->popt =
		poptGetContext(connect->tool, argc, connect->argv, *table, 0);
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

	if (connect == NULL) {
		fprintf(stderr, "%s: out of memory\n", tool);
		return NULL;
	}
	connect->tool = tool;
	talloc_set_destructor(connect, connect_destructor);

	connect->argv = connect_take_argv(connect, argc, argv);
	if (connect->argv == NULL) {
		spn_connect_message(connect, "out of memory");
		talloc_free(connect);
		return NULL;
	}
	/* loads all modules: an unusable libldb shows here */
	connect->home = ldb_init(connect, NULL);
	if (connect->home == NULL) {
		spn_connect_message(connect, "ldb does not start");
		talloc_free(connect);
		return NULL;
	}
	if (!connect_start_popt(connect, options, usage, argc)) {
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

/* An option of ours; those of Samba never come back from popt. */
static bool connect_own_option(struct spn_connect *connect, int opt)
{
	switch (opt) {
	case CONNECT_OPT_URL:
		return connect_read_url(connect);
	case CONNECT_OPT_CONFIGFILE:
		return connect_read_short_s(connect);
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

struct loadparm_context *spn_connect_loadparm(
	const struct spn_connect *connect)
{
	return connect->loadparm;
}

char *spn_connect_private_path(TALLOC_CTX *mem_ctx,
			       const struct spn_connect *connect,
			       const char *name)
{
	return lpcfg_private_path(mem_ctx, connect->loadparm, name);
}

const char *spn_connect_url(struct spn_connect *connect)
{
	if (connect->url == NULL) {
		connect->url = spn_connect_private_path(connect,
							connect,
							"sam.ldb");
	}
	return connect->url;
}

const char *spn_connect_local_path(const char *url)
{
	const char *colon = strchr(url, ':');
	const char *slash = strchr(url, '/');

	if (strncmp(url, "tdb://", strlen("tdb://")) == 0) {
		return url + strlen("tdb://");
	}
	/* as libldb sees it: whatever has a colon names a backend first */
	if (colon != NULL && (slash == NULL || colon < slash)) {
		return NULL;
	}
	return url;
}

/*
 * libldb's messages: one that explains a failed open is kept for that one
 * line, the rest goes where ldb's own programs have it, with our name.
 */
static void connect_debug(void *context,
			  enum ldb_debug_level level,
			  const char *format,
			  va_list ap) __attribute__((format(printf, 3, 0)));
static void connect_debug(void *context,
			  enum ldb_debug_level level,
			  const char *format,
			  va_list ap)
{
	struct spn_connect *connect = context;

	if (level > LDB_DEBUG_WARNING) {
		return;
	}
	if (!connect->collecting) {
		connect_vmessage(connect, format, ap);
		return;
	}
	if (connect->first_complaint == NULL && level <= LDB_DEBUG_ERROR) {
		connect->first_complaint = talloc_vasprintf(connect,
							    format,
							    ap);
	}
}

static void connect_set_reason(struct spn_connect *connect,
			       struct ldb_context *ldb)
{
	const char *text = ldb_errstring(ldb);
	const char *module = NULL;
	const char *remedy = NULL;
	const char *hint = NULL;
	size_t len;
	size_t i;

	if (connect->first_complaint != NULL) {
		module = strstr(connect->first_complaint, "Module [");
	}
	if (module != NULL) {
		text = module;
	} else if (text == NULL || text[0] == '\0') {
		text = connect->first_complaint;
	}
	if (text == NULL) {
		text = "no reason given";
	}
	len = strcspn(text, "\n");
	hint = strstr(text, " - do you need to set LDB_MODULES_PATH");
	if (hint != NULL) {
		len = (size_t)(hint - text);
	}
	for (i = 0; i < sizeof(connect_remedies) / sizeof(connect_remedies[0]);
	     i++) {
		if (strstr(text, connect_remedies[i].text) != NULL) {
			remedy = connect_remedies[i].remedy;
			break;
		}
	}
	connect->reason = talloc_asprintf(connect,
					  "%.*s%s%s",
					  (int)len,
					  text,
					  remedy != NULL ? "; " : "",
					  remedy != NULL ? remedy : "");
}

/* The three steps for one context; false with the reason set. */
static bool connect_steps(struct spn_connect *connect,
			  struct ldb_context *ldb,
			  const struct spn_connect_options *options)
{
	const char *ldb_options[] = {NULL, NULL};
	unsigned int flags = LDB_FLG_DONT_CREATE_DB;
	const char *url = options->url;
	int ret;

	if (url == NULL) {
		url = spn_connect_url(connect);
	}
	if (options->modules != NULL) {
		ldb_options[0] = talloc_asprintf(ldb,
						 "modules:%s",
						 options->modules);
	}
	if (url == NULL ||
	    (options->modules != NULL && ldb_options[0] == NULL)) {
		ldb_oom(ldb);
		return false;
	}
	if (options->read_only) {
		flags |= LDB_FLG_RDONLY;
	}

	ret = ldb_modules_hook(ldb, LDB_MODULE_HOOK_CMDLINE_PRECONNECT);
	if (ret != LDB_SUCCESS) {
		return false;
	}
	ret = ldb_connect(ldb, url, flags, ldb_options);
	if (ret != LDB_SUCCESS) {
		return false;
	}
	if (options->modules != NULL && options->modules[0] == '\0') {
		return true; /* an empty stack has no domain */
	}
	ret = ldb_modules_hook(ldb, LDB_MODULE_HOOK_CMDLINE_POSTCONNECT);
	return ret == LDB_SUCCESS;
}

struct ldb_context *spn_connect_open(TALLOC_CTX *mem_ctx,
				     struct spn_connect *connect,
				     const struct spn_connect_options *options)
{
	static const struct spn_connect_options defaults = {};
	struct ldb_context *ldb = NULL;
	const char *url = NULL;
	bool ok;

	if (options == NULL) {
		options = &defaults;
	}
	TALLOC_FREE(connect->reason);
	TALLOC_FREE(connect->first_complaint);

	ldb = ldb_init(mem_ctx, NULL);
	if (ldb == NULL) {
		spn_connect_message(connect, "out of memory");
		return NULL;
	}
	ldb_set_debug(ldb, connect_debug, connect);

	connect->collecting = true;
	ok = connect_steps(connect, ldb, options);
	connect->collecting = false;
	if (ok) {
		return ldb;
	}

	connect_set_reason(connect, ldb);
	url = options->url != NULL ? options->url : connect->url;
	if (!options->quiet) {
		spn_connect_message(connect,
				    "cannot open %s: %s",
				    url,
				    spn_connect_reason(connect));
	}
	talloc_free(ldb);
	return NULL;
}

const char *spn_connect_reason(const struct spn_connect *connect)
{
	return connect->reason != NULL ? connect->reason : "out of memory";
}

const char *spn_connect_error(struct ldb_context *ldb, int ret)
{
	const char *text = ldb_errstring(ldb);

	if (text == NULL || text[0] == '\0') {
		text = ldb_strerror(ret);
	}
	return text;
}
