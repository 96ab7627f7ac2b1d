/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why a logon with Kerberos failed. Samba's client says one of a few NTSTATUS
 * for whatever it was. What is the matter can be seen: in the URL, in the
 * credentials cache, and in the rootDSE of the server, which it shows to who
 * has not logged on: its name, its realm and its clock.
 */
#include "connect_private.h"

#include "policy/host_pair.h"
#include "shell_command.h"
#include "store/values.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <ldb_module.h>

/* RFC 4120 names five minutes, and every KDC in the field has them. */
#define MOST_SKEW 300

struct seen {
	struct connect_ticket ticket;
	char *complaint;  /* of the cache, or NULL */
	char *host;	  /* of the URL */
	const char *name; /* that the server has for itself, or NULL */
	const char *realm;
	time_t now; /* there; 0: it does not say */
};

/* "dc1" of "ldap://dc1:389/", "::1" of "ldap://[::1]". */
static char *host_of(TALLOC_CTX *mem_ctx, const char *url)
{
	const char *start = strstr(url, "://");

	start = (start == NULL) ? url : start + strlen("://");
	if (start[0] == '[') {
		return talloc_strndup(mem_ctx,
				      start + 1,
				      strcspn(start + 1, "]"));
	}
	return talloc_strndup(mem_ctx, start, strcspn(start, ":/"));
}

__attribute__((format(printf, 3, 0))) static void ignore(
	void *context,
	enum ldb_debug_level level,
	const char *format,
	va_list ap)
{
	(void)context;
	(void)level;
	(void)format;
	(void)ap;
}

/* Nobody has proven to be the server, and the name will be typed. */
const char *connect_safe_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_.";

	return (name == NULL || name[0] == '\0' || name[0] == '-' ||
		name[strspn(name, allowed)] != '\0')
		       ? NULL
		       : name;
}

/* Without credentials. False if the server does not answer. */
static bool ask_server(struct spn_connect *connect,
		       TALLOC_CTX *mem_ctx,
		       const char *url,
		       struct seen *seen)
{
	static const char *const attrs[] = {"dnsHostName",
					    "ldapServiceName",
					    "currentTime",
					    NULL};
	struct ldb_context *ldb = ldb_init(mem_ctx, NULL);
	struct ldb_result *res = NULL;
	const char *service = NULL;
	const char *now = NULL;

	if (ldb == NULL) {
		return false;
	}
	ldb_set_debug(ldb, ignore, NULL);
	if (ldb_set_opaque(ldb, "loadparm", connect->loadparm) !=
		    LDB_SUCCESS ||
	    !connect_watch_silence(connect, ldb, url) ||
	    ldb_connect(ldb, url, LDB_FLG_DONT_CREATE_DB, NULL) !=
		    LDB_SUCCESS ||
	    ldb_search(ldb,
		       mem_ctx,
		       &res,
		       ldb_dn_new(mem_ctx, ldb, NULL),
		       LDB_SCOPE_BASE,
		       attrs,
		       NULL) != LDB_SUCCESS ||
	    res->count != 1)
	{
		return false;
	}
	seen->name = connect_safe_name(
		spn_values_text(res->msgs[0], "dnsHostName"));
	service = spn_values_text(res->msgs[0], "ldapServiceName");
	if (service != NULL && strrchr(service, '@') != NULL) {
		seen->realm = strrchr(service, '@') + 1;
	}
	now = spn_values_text(res->msgs[0], "currentTime");
	if (now != NULL) {
		seen->now = ldb_string_to_time(now);
	}
	return true;
}

static const char *or_else(const char *text, const char *other)
{
	return (text != NULL && text[0] != '\0') ? text : other;
}

static char *say_address(TALLOC_CTX *mem_ctx, const struct seen *seen)
{
	bool is_local = strcasecmp(seen->host, "localhost") == 0;

	if (!is_local && !spn_host_is_ip(spn_str_of(seen->host))) {
		return NULL;
	}
	return talloc_asprintf(mem_ctx,
			       "Kerberos asks for a server by its name, and "
			       "%s is %s; give -H ldap://%s, or --user=USER "
			       "for a password",
			       seen->host,
			       is_local ? "no name of it" : "an address",
			       or_else(seen->name, "NAME"));
}

static char *say_clock(TALLOC_CTX *mem_ctx, const struct seen *seen)
{
	double ahead = (seen->now == 0) ? 0 : difftime(time(NULL), seen->now);

	if (ahead > -MOST_SKEW && ahead < MOST_SKEW) {
		return NULL;
	}
	return talloc_asprintf(mem_ctx,
			       "the clock here is %.0f seconds %s that of "
			       "the server, and Kerberos allows %d; set the "
			       "clock",
			       (ahead > 0) ? ahead : -ahead,
			       (ahead > 0) ? "ahead of" : "behind",
			       MOST_SKEW);
}

/* Where tickets are kept, for a sentence. */
static const char *cache_of(const struct seen *seen)
{
	return or_else(seen->ticket.path, "this user's cache");
}

/* The command that gets a ticket; "kinit" alone where a name cannot be typed.
 * NULL when out of memory. */
static char *kinit(TALLOC_CTX *mem_ctx, const char *principal)
{
	char *word = (principal == NULL)
			     ? NULL
			     : shell_word(mem_ctx, spn_str_of(principal));

	return talloc_asprintf(mem_ctx,
			       "kinit%s%s",
			       (word == NULL) ? "" : " ",
			       (word == NULL) ? "" : word);
}

/* ... of somebody of the server's realm. */
static char *kinit_there(TALLOC_CTX *mem_ctx, const struct seen *seen)
{
	return kinit(mem_ctx,
		     talloc_asprintf(mem_ctx,
				     "USER@%s",
				     or_else(seen->realm, "REALM")));
}

static char *say_unusable(TALLOC_CTX *mem_ctx, const struct seen *seen)
{
	return (seen->complaint == NULL)
		       ? NULL
		       : talloc_strdup(mem_ctx, seen->complaint);
}

static char *say_no_ticket(TALLOC_CTX *mem_ctx, const struct seen *seen)
{
	if (seen->ticket.path == NULL || seen->ticket.is_there) {
		return NULL;
	}
	return talloc_asprintf(mem_ctx,
			       "there is no Kerberos ticket in %s; type %s, "
			       "or give --user=USER",
			       cache_of(seen),
			       or_else(kinit_there(mem_ctx, seen), "kinit"));
}

char *connect_say_expired(TALLOC_CTX *mem_ctx,
			  const struct connect_ticket *ticket)
{
	time_t ends = (time_t)ticket->ends;
	struct tm tm = {};
	char text[64] = "";

	if (!ticket->is_there || ends > time(NULL) ||
	    localtime_r(&ends, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %Z", &tm) == 0)
	{
		return NULL;
	}
	return talloc_asprintf(mem_ctx,
			       "the Kerberos ticket of %s in %s has expired "
			       "at %s; type %s, or give --user=USER",
			       ticket->client,
			       or_else(ticket->path, "this user's cache"),
			       text,
			       or_else(kinit(mem_ctx, ticket->client),
				       "kinit"));
}

static char *say_expired(TALLOC_CTX *mem_ctx, const struct seen *seen)
{
	return connect_say_expired(mem_ctx, &seen->ticket);
}

static char *say_realm(TALLOC_CTX *mem_ctx, const struct seen *seen)
{
	if (!seen->ticket.is_there || seen->realm == NULL ||
	    strcasecmp(seen->realm, seen->ticket.realm) == 0)
	{
		return NULL;
	}
	return talloc_asprintf(mem_ctx,
			       "the Kerberos ticket in %s is one of %s, and "
			       "the server is of %s; type %s, or give "
			       "--user=USER",
			       cache_of(seen),
			       seen->ticket.client,
			       seen->realm,
			       or_else(kinit_there(mem_ctx, seen), "kinit"));
}

static char *say_name(TALLOC_CTX *mem_ctx, const struct seen *seen)
{
	if (seen->name == NULL || strcasecmp(seen->name, seen->host) == 0) {
		return NULL;
	}
	return talloc_asprintf(mem_ctx,
			       "Kerberos was asked for %s, and the server "
			       "calls itself %s; give -H ldap://%s",
			       seen->host,
			       seen->name,
			       seen->name);
}

/* All that can be seen is well. */
static char *say_unknown(TALLOC_CTX *mem_ctx, const struct seen *seen)
{
	char *spn = NULL;
	char *word = NULL;

	if (seen->ticket.is_there) {
		spn = talloc_asprintf(mem_ctx, "ldap/%s", seen->host);
	}
	if (spn != NULL) {
		word = shell_word(mem_ctx, spn_str_of(spn));
	}
	return (word == NULL) ? NULL
			      : talloc_asprintf(
					mem_ctx,
					"the logon with Kerberos failed; type "
					"kvno %s, which says whether the KDC "
					"knows the server",
					word);
}

char *connect_logon_reason(TALLOC_CTX *mem_ctx,
			   struct spn_connect *connect,
			   const char *url)
{
	/* The first that is so; what comes later may be the consequence. */
	static char *(*const reasons[])(TALLOC_CTX *mem_ctx,
					const struct seen *seen) = {
		say_address,
		say_clock,
		say_unusable,
		say_no_ticket,
		say_expired,
		say_realm,
		say_name,
		say_unknown,
	};
	struct connect_login login = connect_login_of(connect->argv);
	struct seen seen = {};
	TALLOC_CTX *tmp_ctx = NULL;
	char *reason = NULL;
	size_t i = 0;

	if (!login.needs_kerberos) {
		return NULL; /* a password was tried */
	}
	tmp_ctx = talloc_new(mem_ctx);
	seen.host = host_of(tmp_ctx, url);
	if (tmp_ctx == NULL || seen.host == NULL ||
	    (!login.names_user && !connect_ticket_find(tmp_ctx,
						       login.cache,
						       &seen.ticket,
						       &seen.complaint)) ||
	    !ask_server(connect, tmp_ctx, url, &seen))
	{
		talloc_free(tmp_ctx);
		return NULL;
	}
	while (reason == NULL && i < sizeof(reasons) / sizeof(reasons[0])) {
		reason = reasons[i++](mem_ctx, &seen);
	}
	talloc_free(tmp_ctx);
	return reason;
}
