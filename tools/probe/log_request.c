/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Only what begins where a message begins counts, since a name that somebody
 * has chosen can contain anything that stands in a log: behind the blanks of a
 * file, or behind "Nov 29 15:46:27 dc1 samba[123]: ".
 */
#include "log_request.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "log_json.h"

#define KERBEROS "Kerberos: "
#define KDC_AUTHORIZATION "KDC Authorization"
/* ERROR_TABLE_BASE_krb5: "UNKNOWN--1765328347" is error 37. */
#define KRB5_BASE (-1765328384L)
#define S_PRINCIPAL_UNKNOWN 7
#define RC4_LEAST 23 /* arcfour-hmac-md5 */
#define RC4_MOST 24  /* arcfour-hmac-md5-56 */

struct error_name {
	const char *name;
	int32_t error;
};

/* _kdc_audit_trail() in kdc/process.c; the second half since 4.19. */
static const struct error_name error_names[] = {
	{"ERR_NAME_EXP", 1},
	{"ERR_SERVICE_EXP", 2},
	{"ERR_C_PRINCIPAL_UNKNOWN", 6},
	{"ERR_S_PRINCIPAL_UNKNOWN", S_PRINCIPAL_UNKNOWN},
	{"ERR_NULL_KEY", 9},
	{"ERR_CANNOT_POSTDATE", 10},
	{"ERR_NEVER_VALID", 11},
	{"ERR_POLICY", 12},
	{"ERR_BADOPTION", 13},
	{"ERR_ETYPE_NOSUPP", 14},
	{"ERR_PADATA_TYPE_NOSUPP", 16},
	{"ERR_TRTYPE_NOSUPP", 17},
	{"ERR_CLIENT_NOTYET", 21},
	{"ERR_SERVICE_NOTYET", 22},
	{"ERR_KEY_EXPIRED", 23},
	{"ERR_PREAUTH_FAILED", 24},
	{"ERR_PREAUTH_REQUIRED", 25},
	{"ERR_SERVER_NOMATCH", 26},
	{"KRB5KRB_ERR_RESPONSE_TOO_BIG", 52},
	{"KRB5KRB_AP_ERR_BAD_INTEGRITY", 31},
	{"KRB5KRB_AP_ERR_TKT_EXPIRED", 32},
	{"KRB5KRB_AP_ERR_TKT_NYV", 33},
	{"KRB5KRB_AP_ERR_REPEAT", 34},
	{"KRB5KRB_AP_ERR_NOT_US", 35},
	{"KRB5KRB_AP_ERR_BADMATCH", 36},
	{"KRB5KRB_AP_ERR_SKEW", 37},
	{"KRB5KRB_AP_ERR_BADADDR", 38},
	{"KRB5KRB_AP_ERR_MODIFIED", 41},
	{"KRB5KRB_AP_ERR_BADKEYVER", 44},
	{"KRB5KRB_AP_ERR_NOKEY", 45},
	{"KRB5KRB_ERR_GENERIC", 60},
};

static bool starts_with(struct spn_str s, const char *text)
{
	size_t len = strlen(text);

	return s.len >= len && memcmp(s.data, text, len) == 0;
}

static struct spn_str without_blanks(struct spn_str s)
{
	while (s.len > 0 && s.data[0] == ' ') {
		s = spn_str_from(s, 1);
	}
	while (s.len > 0 &&
	       (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\r'))
	{
		s.len--;
	}
	return s;
}

/* As form, in which 0 is any digit and a any letter. */
static bool looks_like(struct spn_str s, const char *form)
{
	size_t i;

	for (i = 0; form[i] != '\0'; i++) {
		unsigned char c = 0;
		bool fits = false;

		if (i == s.len) {
			return false;
		}
		c = (unsigned char)s.data[i];
		fits = (form[i] == '0')	  ? isdigit(c) != 0
		       : (form[i] == 'a') ? isalpha(c) != 0
					  : s.data[i] == form[i];

		if (!fits) {
			return false;
		}
	}
	return true;
}

/* What syslog and the journal begin a line with, up to the seconds. */
static const char *const stamp_forms[] = {
	"aaa 00 00:00:00",
	"aaa  0 00:00:00",
	"0000-00-00T00:00:00",
	"aaa 0000-00-00 00:00:00",
};

/* How long the time stamp is that a line of syslog begins with; 0: none. */
static size_t syslog_stamp_len(struct spn_str line)
{
	size_t i;

	for (i = 0; i < sizeof(stamp_forms) / sizeof(stamp_forms[0]); i++) {
		size_t len = strlen(stamp_forms[i]);
		const char *blank = NULL;

		if (!looks_like(line, stamp_forms[i])) {
			continue;
		}
		blank = memchr(line.data + len, ' ', line.len - len);
		return (blank == NULL) ? 0 : (size_t)(blank - line.data);
	}
	return 0;
}

/* " dc1 samba": a file of syslog has lines of all programs, and what stands
 * behind the name of another one may be anybody's. */
static bool names_samba(struct spn_str s)
{
	size_t at = s.len;

	while (at > 0 && s.data[at - 1] != ' ') {
		at--;
	}
	return memmem(s.data, at, ": ", 2) == NULL &&
	       memmem(s.data + at, s.len - at, "samba", 5) != NULL;
}

/* Behind "samba[123]: ", the first bracket of the line; empty: there is none.
 */
static struct spn_str behind_pid(struct spn_str line)
{
	const char *bracket = memchr(line.data, '[', line.len);
	struct spn_str rest = {};
	size_t num = 0;

	if (bracket == NULL || !names_samba((struct spn_str){
				       .data = line.data,
				       .len = (size_t)(bracket - line.data),
			       }))
	{
		return rest;
	}
	rest = spn_str_from(line, (size_t)(bracket - line.data) + 1);
	while (num < rest.len && isdigit((unsigned char)rest.data[num])) {
		num++;
	}
	rest = spn_str_from(rest, num);
	if (num == 0 || !starts_with(rest, "]: ")) {
		return (struct spn_str){};
	}
	return spn_str_from(rest, strlen("]: "));
}

/* What Samba has said in this line, and when, if that stands in it. */
static struct spn_str message_of(struct spn_str line, struct spn_str *_stamp)
{
	size_t len = syslog_stamp_len(line);

	*_stamp = (struct spn_str){};
	if (len == 0) {
		return without_blanks(line);
	}
	*_stamp = (struct spn_str){.data = line.data, .len = len};
	return without_blanks(behind_pid(spn_str_from(line, len)));
}

/* The next field, up to a blank with no backslash before it; false when no
 * blank follows: the line may be cut there. */
static bool take_field(struct spn_str *rest, struct spn_str *_field)
{
	size_t i = 0;

	while (i < rest->len && rest->data[i] != ' ') {
		i += (rest->data[i] == '\\') ? 2 : 1;
	}
	if (i == 0 || i >= rest->len) {
		return false;
	}
	*_field = (struct spn_str){.data = rest->data, .len = i};
	*rest = spn_str_from(*rest, i + 1);
	return memchr(_field->data, '\0', i) == NULL;
}

/* A name as it was asked for: quote_string() of Heimdal undone. */
static char *plain_name(TALLOC_CTX *mem_ctx, struct spn_str s)
{
	static const char names[] = "ntb";
	static const char values[] = "\n\t\b";
	char *text = talloc_array(mem_ctx, char, s.len + 1);
	size_t len = 0;
	size_t i;

	for (i = 0; text != NULL && i < s.len; i++) {
		char c = s.data[i];

		if (c == '\\' && i + 1 < s.len) {
			const char *found = strchr(names, s.data[++i]);

			c = s.data[i];
			if (found != NULL) {
				c = values[found - names];
			}
		}
		text[len++] = c;
	}
	if (text != NULL) {
		text[len] = '\0';
	}
	return text;
}

/* Where the realm begins: behind the last "@" with no backslash before it. */
static size_t realm_at(struct spn_str principal)
{
	size_t at = principal.len;
	size_t i;

	for (i = 0; i < principal.len; i++) {
		if (principal.data[i] == '\\') {
			i++;
		} else if (principal.data[i] == '@') {
			at = i;
		}
	}
	return at;
}

/* The service, in both forms. False when out of memory. */
static bool set_server(TALLOC_CTX *mem_ctx,
		       struct spn_str server,
		       struct probe_request *r)
{
	size_t at = realm_at(server);
	struct spn_str realm = {};

	if (at < server.len) {
		realm = spn_str_from(server, at + 1);
	}
	r->server = talloc_strndup(mem_ctx, server.data, server.len);
	r->spn = plain_name(mem_ctx,
			    (struct spn_str){.data = server.data, .len = at});
	r->realm = plain_name(mem_ctx, realm);
	return r->server != NULL && r->spn != NULL && r->realm != NULL;
}

static int32_t error_of(struct spn_str word)
{
	size_t i;

	for (i = 0; i < sizeof(error_names) / sizeof(error_names[0]); i++) {
		if (spn_str_equal(word, spn_str_of(error_names[i].name))) {
			return error_names[i].error;
		}
	}
	if (starts_with(word, "UNKNOWN-")) {
		/* A blank or a NUL byte follows every field. */
		long code = strtol(word.data + strlen("UNKNOWN-"), NULL, 10) -
			    KRB5_BASE;

		return (code > 0 && code < 128) ? (int32_t)code : 0;
	}
	return 0;
}

/* " etype=18/23": of the session key, and of what the ticket is encrypted
 * with. No blank of a name looks like this one. */
static bool is_rc4(struct spn_str rest)
{
	const char *found = memmem(rest.data, rest.len, " etype=", 7);
	const char *end = rest.data + rest.len;
	const char *slash = NULL;
	int etype = 0;

	if (starts_with(rest, "etype=")) {
		found = rest.data;
	}
	slash = (found == NULL) ? NULL
				: memchr(found, '/', (size_t)(end - found));
	for (slash += (slash != NULL) ? 1 : 0;
	     slash != NULL && slash < end && etype < 1000 &&
	     isdigit((unsigned char)*slash);
	     slash++)
	{
		etype = etype * 10 + (*slash - '0');
	}
	return etype >= RC4_LEAST && etype <= RC4_MOST;
}

/*
 * An AS-REQ is the logon of its client, and nearly always for the KDC itself.
 * What fails in one for the client's sake says nothing of the service.
 */
static bool is_of_service(bool is_as, const struct probe_request *r)
{
	if (!is_as) {
		return true;
	}
	return strncmp(r->spn, "krbtgt/", 7) != 0 &&
	       (!r->is_failed || r->error == S_PRINCIPAL_UNKNOWN);
}

/* The line that begins a request has "from" in the place of the address. */
static enum probe_log_kind text_request(TALLOC_CTX *mem_ctx,
					struct spn_str message,
					struct probe_request *r)
{
	struct spn_str rest = spn_str_from(message, strlen(KERBEROS));
	struct spn_str word = {};
	struct spn_str result = {};
	struct spn_str address = {};
	struct spn_str client = {};
	struct spn_str server = {};
	bool is_as = false;

	if (!take_field(&rest, &word) || !take_field(&rest, &result) ||
	    !take_field(&rest, &address) || !take_field(&rest, &client) ||
	    !take_field(&rest, &server) ||
	    memchr(address.data, ':', address.len) == NULL ||
	    spn_str_equal(server, spn_str_of("<unknown>")) ||
	    memchr(rest.data, '=', rest.len) == NULL)
	{
		return PROBE_LOG_OTHER;
	}
	is_as = spn_str_equal(word, spn_str_of("AS-REQ"));
	if (!is_as && !spn_str_equal(word, spn_str_of("TGS-REQ"))) {
		return PROBE_LOG_OTHER;
	}
	r->is_failed = !spn_str_equal(result, spn_str_of("SUCCESS"));
	r->error = r->is_failed ? error_of(result) : 0;
	r->has_rc4 = !r->is_failed && is_rc4(rest);
	r->address = talloc_strndup(mem_ctx, address.data, address.len);
	r->client = plain_name(mem_ctx, client);
	if (!set_server(mem_ctx, server, r) || r->address == NULL ||
	    r->client == NULL)
	{
		return PROBE_LOG_NO_MEMORY;
	}
	return (is_of_service(is_as, r) && r->spn[0] != '\0')
		       ? PROBE_LOG_REQUEST
		       : PROBE_LOG_OTHER;
}

static enum probe_log_kind json_request(TALLOC_CTX *mem_ctx,
					struct spn_str message,
					struct probe_request *r)
{
	struct spn_str inner = {};
	const char *status = NULL;
	const char *server = NULL;
	const char *account = NULL;
	const char *domain = NULL;

	/* Most lines of JSON are of something else. */
	if (memmem(message.data,
		   message.len,
		   KDC_AUTHORIZATION,
		   strlen(KDC_AUTHORIZATION)) == NULL ||
	    !probe_json_member(message, KDC_AUTHORIZATION, &inner))
	{
		return PROBE_LOG_OTHER;
	}
	status = probe_json_string(mem_ctx, inner, "status");
	server = probe_json_string(mem_ctx, inner, "serviceDescription");
	r->address = probe_json_string(mem_ctx, inner, "remoteAddress");
	/* Without an address it could count twice. */
	if (status == NULL || server == NULL || server[0] == '\0' ||
	    r->address == NULL)
	{
		return PROBE_LOG_OTHER;
	}
	account = probe_json_string(mem_ctx, inner, "account");
	domain = probe_json_string(mem_ctx, inner, "domain");
	r->stamp = probe_json_string(mem_ctx, message, "timestamp");
	r->is_json = true;
	r->is_failed = strcmp(status, "NT_STATUS_OK") != 0;
	r->client = (account == NULL)
			    ? ""
			    : talloc_asprintf(mem_ctx,
					      "%s\\%s",
					      (domain == NULL) ? "" : domain,
					      account);
	if (!set_server(mem_ctx, spn_str_of(server), r) || r->client == NULL) {
		return PROBE_LOG_NO_MEMORY;
	}
	return (r->spn[0] != '\0') ? PROBE_LOG_REQUEST : PROBE_LOG_OTHER;
}

enum probe_log_kind probe_log_line(TALLOC_CTX *mem_ctx,
				   struct spn_str line,
				   struct spn_str *_stamp,
				   struct probe_request *_request)
{
	enum probe_log_kind kind = PROBE_LOG_OTHER;
	struct probe_request request = {};
	struct spn_str message = {};
	struct spn_str stamp = {};

	if (looks_like(line, "[0000/00/00 00:00:00")) {
		const char *comma = memchr(line.data, ',', line.len);
		size_t end = (comma == NULL) ? 0 : (size_t)(comma - line.data);

		stamp = spn_str_from(line, 1);
		stamp.len = (end > 1 && end < 40) ? end - 1
						  : strlen("0000/00/00 "
							   "00:00:00");
		*_stamp = stamp;
		return PROBE_LOG_HEADER;
	}
	message = message_of(line, &stamp);
	if (spn_str_equal(message, spn_str_of("+>"))) {
		return PROBE_LOG_GOES_ON;
	}
	if (starts_with(message, KERBEROS)) {
		kind = text_request(mem_ctx, message, &request);
	} else if (starts_with(message, "{")) {
		kind = json_request(mem_ctx, message, &request);
	}
	if (kind == PROBE_LOG_REQUEST) {
		if (request.stamp == NULL && stamp.len > 0) {
			request.stamp = talloc_strndup(mem_ctx,
						       stamp.data,
						       stamp.len);
		}
		*_request = request;
	}
	return kind;
}
