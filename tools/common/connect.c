/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the command line to an open directory, for all tools.
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
 */

#include "connect_private.h"
#include "progress.h"
#include "samba.h"

#include "policy/quote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ldb_module.h>

/* An error text and what helps. */
struct connect_remedy {
	const char *text;
	const char *remedy;
	bool of_logon; /* that may be said better */
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
		.text = "LDAP_INVALID_CREDENTIALS",
		.remedy = SPN_CONNECT_WRONG_LOGON,
		.of_logon = true,
	},
	{
		.text = "NT_STATUS_LOGON_FAILURE",
		.remedy = SPN_CONNECT_WRONG_LOGON,
		.of_logon = true,
	},
	{
		.text = "NT_STATUS_CONNECTION_REFUSED",
		.remedy = "is samba running there?",
	},
	{
		.text = "NT_STATUS_INVALID_PARAMETER_MIX",
		.remedy = "with ldaps:// the server's certificate must hold: "
			  "see 'tls verify peer' in smb.conf(5)",
	},
	{
		/* Samba 4.17 signs on top of TLS, and its server refuses */
		.text = "Sign or Seal are not allowed if TLS is used",
		.remedy = "with ldaps:// give --simple-bind-dn=USER@REALM, or "
			  "use ldap://, which is signed",
	},
	{
		.text = "Unable to find backend",
		.remedy = "give a path, ldap://, ldaps:// or ldapi://",
	},
	{
		.text = "NT_STATUS_OBJECT_NAME_NOT_FOUND",
		.remedy = "is the server's name right?",
	},
};

void connect_vmessage(const struct spn_connect *connect,
		      const char *format,
		      va_list ap)
{
	char *text = talloc_vasprintf(connect, format, ap);
	char *printable = NULL;

	if (text != NULL) {
		printable = spn_printable(text, spn_str_of(text));
	}
	spn_progress_wipe(connect->progress);
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

void spn_connect_note(const struct spn_connect *connect,
		      const char *format,
		      ...)
{
	va_list ap;

	if (connect->is_quiet) {
		return;
	}
	va_start(ap, format);
	connect_vmessage(connect, format, ap);
	va_end(ap);
}

void spn_connect_be_quiet(struct spn_connect *connect)
{
	connect->is_quiet = true;
}

void spn_connect_set_progress(struct spn_connect *connect,
			      struct spn_progress *progress)
{
	connect->progress = progress;
}

const char *spn_connect_quote(const struct spn_connect *connect,
			      const char *text)
{
	TALLOC_CTX *mem_ctx = talloc_new(connect);
	char *quoted = spn_quote(mem_ctx, spn_str_of(text), SPN_QUOTE_DN);

	return (quoted == NULL) ? "'out of memory'" : quoted;
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

struct loadparm_context *spn_connect_loadparm(struct spn_connect *connect)
{
	connect_load_config(connect);
	return connect->loadparm;
}

char *spn_connect_private_path(TALLOC_CTX *mem_ctx,
			       struct spn_connect *connect,
			       const char *name)
{
	return samba_config()->lpcfg_private_path(mem_ctx,
						  spn_connect_loadparm(
							  connect),
						  name);
}

bool spn_connect_has_url(const struct spn_connect *connect)
{
	return connect->has_url;
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
	/* At every comparison; what has such a value is said otherwise. */
	static const char not_utf8[] = "ldb_handler_fold: unable to casefold";
	struct spn_connect *connect = context;

	if (level > LDB_DEBUG_WARNING ||
	    strncmp(format, not_utf8, strlen(not_utf8)) == 0)
	{
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

void spn_connect_listen(struct spn_connect *connect, struct ldb_context *ldb)
{
	ldb_set_debug(ldb, connect_debug, connect);
}

/* The first bytes of text: a server may say as much as it likes. "" when out
 * of memory. */
static const char *connect_shortened(TALLOC_CTX *mem_ctx,
				     const char *text,
				     size_t len)
{
	const struct spn_str all = {.data = text, .len = len};
	const struct spn_str said = spn_cut(all, 1000);
	const char *dots = (said.len < len) ? "..." : "";
	const char *shorter = talloc_asprintf(mem_ctx,
					      "%.*s%s",
					      (int)said.len,
					      said.data,
					      dots);

	return (shorter == NULL) ? "" : shorter;
}

/* True if it may be the logon that failed. */
static bool connect_set_reason(struct spn_connect *connect,
			       struct ldb_context *ldb,
			       bool as_listed)
{
	const char *given_up = ldb_get_opaque(ldb, SPN_CONNECT_GIVEN_UP);
	const char *text = ldb_errstring(ldb);
	const char *module = NULL;
	const char *remedy = NULL;
	const char *hint = NULL;
	bool of_logon = given_up == NULL;
	size_t len;
	size_t i = 0;

	if (connect->first_complaint != NULL) {
		module = strstr(connect->first_complaint, "Module [");
	}
	if (module != NULL) {
		text = module;
		i = as_listed ? 0 : 1; /* else it was the caller who asked */
	} else if (text == NULL || text[0] == '\0') {
		text = connect->first_complaint;
	}
	if (given_up != NULL) {
		text = given_up;
	}
	if (text == NULL) {
		text = "no reason given";
	}
	len = strcspn(text, "\n");
	hint = strstr(text, " - do you need to set LDB_MODULES_PATH");
	if (hint != NULL) {
		len = (size_t)(hint - text);
	}
	for (; i < sizeof(connect_remedies) / sizeof(connect_remedies[0]); i++)
	{
		if (strstr(text, connect_remedies[i].text) != NULL) {
			remedy = connect_remedies[i].remedy;
			of_logon = connect_remedies[i].of_logon;
			break;
		}
	}
	connect->reason =
		talloc_asprintf(connect,
				"%s%s%s",
				connect_shortened(connect, text, len),
				remedy != NULL ? "; " : "",
				remedy != NULL ? remedy : "");
	return of_logon;
}

/* Why there is no directory at url. */
static void connect_find_reason(struct spn_connect *connect,
				struct ldb_context *ldb,
				const char *url,
				bool as_listed)
{
	char *reason = NULL;

	if (!connect_set_reason(connect, ldb, as_listed) || url == NULL ||
	    spn_connect_local_path(url) != NULL)
	{
		return;
	}
	reason = connect_logon_reason(connect, connect, url);
	if (reason != NULL) {
		talloc_free(connect->reason);
		connect->reason = reason;
	}
}

/*
 * A simple bind sends the password as it is. A Samba DC refuses that without
 * TLS, but by then everybody on the way has read it; a Windows DC takes it.
 */
static bool may_show_password(const struct spn_connect *connect,
			      struct ldb_context *ldb,
			      const char *url)
{
	static const char option[] = "--simple-bind-dn";
	size_t i;

	if (strncasecmp(url, "ldap://", strlen("ldap://")) != 0) {
		return true;
	}
	for (i = 0; connect->argv[i] != NULL; i++) {
		if (strncmp(connect->argv[i], option, sizeof(option) - 1) == 0)
		{
			ldb_set_errstring(
				ldb,
				"with --simple-bind-dn the password "
				"would go over the network in clear; "
				"use ldaps://, or --user instead, "
				"which does not send it");
			return false;
		}
	}
	return true;
}

/* Those that opening this needs and that are not there yet. */
static bool load_modules_for(struct spn_connect *connect,
			     const struct spn_connect_options *options,
			     const char *url)
{
	bool is_server = spn_connect_local_path(url) == NULL;

	return (!is_server && options->modules != NULL &&
		options->modules[0] == '\0') ||
	       connect_load_for(connect, is_server);
}

/* PRECONNECT, where Samba has been started. */
static bool introduce(struct spn_connect *connect,
		      struct ldb_context *ldb,
		      const struct spn_connect_options *options)
{
	int ret;

	if (connect->home == NULL) {
		connect_fold_case(ldb);
		return true;
	}
	ret = options->as_nobody
		      ? ldb_set_opaque(ldb, "loadparm", connect->loadparm)
		      : ldb_modules_hook(ldb,
					 LDB_MODULE_HOOK_CMDLINE_PRECONNECT);
	return ret == LDB_SUCCESS;
}

/* By Samba's client, or the files of a controller. */
static bool connect_by_samba(struct spn_connect *connect,
			     struct ldb_context *ldb,
			     const struct spn_connect_options *options,
			     const char *url)
{
	const char *ldb_options[] = {NULL, NULL};
	unsigned int flags = LDB_FLG_DONT_CREATE_DB;

	if (options->modules != NULL) {
		ldb_options[0] = talloc_asprintf(ldb,
						 "modules:%s",
						 options->modules);
	}
	if (options->read_only) {
		flags |= LDB_FLG_RDONLY;
	}
	if ((options->modules != NULL && ldb_options[0] == NULL) ||
	    !load_modules_for(connect, options, url))
	{
		ldb_oom(ldb);
		return false;
	}
	return ldb_connect(ldb, url, flags, ldb_options) == LDB_SUCCESS;
}

/* The three steps for one context; false with the reason set. */
static bool connect_steps(struct spn_connect *connect,
			  struct ldb_context *ldb,
			  const struct spn_connect_options *options,
			  const char *url)
{
	enum connect_ldap client = CONNECT_LDAP_LEFT;

	if (ldb_set_opaque(ldb,
			   SPN_CONNECT_NO_TICKET,
			   connect->cache_complaint) != LDB_SUCCESS ||
	    !introduce(connect, ldb, options) ||
	    !may_show_password(connect, ldb, url) ||
	    !connect_watch_silence(connect, ldb, url))
	{
		return false;
	}
	client = connect_ldap(connect, ldb, options, url);
	if (client == CONNECT_LDAP_REFUSED) {
		return false;
	}
	if (client == CONNECT_LDAP_LEFT) {
		if (connect->home == NULL &&
		    spn_connect_local_path(url) == NULL)
		{
			connect_start(connect);
			if (!introduce(connect, ldb, options)) {
				return false;
			}
		}
		if (!connect_by_samba(connect, ldb, options, url)) {
			return false;
		}
	}
	if (connect->home == NULL || options->as_nobody ||
	    (options->modules != NULL && options->modules[0] == '\0'))
	{
		return true; /* an empty stack has no domain */
	}
	return ldb_modules_hook(ldb, LDB_MODULE_HOOK_CMDLINE_POSTCONNECT) ==
	       LDB_SUCCESS;
}

/* ldb_init() loads all modules, unless something else has come before. */
static void make_ready(struct spn_connect *connect,
		       const struct spn_connect_options *options,
		       const char *url)
{
	bool is_server = spn_connect_local_path(url) == NULL;
	bool is_bare = options->modules != NULL && options->modules[0] == '\0';

	if (connect->home != NULL) {
		return;
	}
	if (!options->read_only || (!is_server && !is_bare) ||
	    !(is_server ? connect_load_none(connect)
			: connect_load_stores(connect)))
	{
		connect_start(connect);
	}
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

	url = (options->url != NULL) ? options->url : spn_connect_url(connect);
	if (url != NULL) {
		make_ready(connect, options, url);
		ldb = ldb_init(mem_ctx, NULL);
	}
	if (ldb == NULL || url == NULL) {
		spn_connect_message(connect, "out of memory");
		return NULL;
	}
	spn_connect_listen(connect, ldb);

	connect->collecting = true;
	ok = connect_steps(connect, ldb, options, url);
	connect->collecting = false;
	if (ok) {
		return ldb;
	}

	connect_find_reason(connect, ldb, url, options->modules == NULL);
	if (!options->quiet) {
		spn_connect_message(connect,
				    "cannot open %s: %s",
				    url,
				    spn_connect_reason(connect));
	}
	talloc_free(ldb);
	return NULL;
}

struct ldb_context *spn_connect_to_nothing(TALLOC_CTX *mem_ctx,
					   struct spn_connect *connect)
{
	static const struct spn_connect_options none = {};
	struct ldb_context *ldb = NULL;

	if (connect->home == NULL && !connect_load_stores(connect)) {
		connect_start(connect);
	}
	ldb = ldb_init(mem_ctx, NULL);
	if (ldb != NULL && !introduce(connect, ldb, &none)) {
		TALLOC_FREE(ldb);
	}
	return ldb;
}

const char *spn_connect_reason(const struct spn_connect *connect)
{
	return connect->reason != NULL ? connect->reason : "out of memory";
}

/* ------------------------------------------------------- failed requests */

/* What Samba and Windows say to who is nobody. */
static bool is_anonymous(const char *text)
{
	return strstr(text, "unavailable without authentication") != NULL ||
	       strstr(text, "a successful bind must be completed") != NULL;
}

static const char *say_anonymous(struct ldb_context *ldb)
{
	const char *why = ldb_get_opaque(ldb, SPN_CONNECT_NO_TICKET);
	const char *text =
		(why == NULL)
			? NULL
			: talloc_asprintf(ldb,
					  "the server answers only to who has "
					  "logged on, and %s",
					  why);

	return (text != NULL) ? text
			      : "the server answers only to who has logged "
				"on: give a user and a password, or get a "
				"Kerberos ticket with kinit";
}

bool spn_connect_is_given_up(struct ldb_context *ldb)
{
	return ldb_get_opaque(ldb, SPN_CONNECT_GIVEN_UP) != NULL;
}

const char *spn_connect_error(struct ldb_context *ldb, int ret)
{
	const char *given_up = ldb_get_opaque(ldb, SPN_CONNECT_GIVEN_UP);
	const char *text = ldb_errstring(ldb);

	if (given_up != NULL) {
		return given_up; /* whatever the cut connection looked like */
	}
	if (text == NULL || text[0] == '\0') {
		text = ldb_strerror(ret);
	}
	return is_anonymous(text) ? say_anonymous(ldb)
				  : connect_shortened(ldb, text, strlen(text));
}
