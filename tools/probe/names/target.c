/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A URL is taken apart by libcurl. What it would take and no browser would, or
 * what would be asked with somebody's password, is refused before: the line
 * says what to type instead, and never repeats a password.
 */
#include "probe/names/target.h"

#include "policy/quote.h"
#include "policy/unicode.h"
#include "probe/names/host_name.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <idn2.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Browsers and servers take less, and a line of a report has to show it. */
#define MOST_BYTES 8000

static const char http[] = "http://";
static const char https[] = "https://";

struct parsing {
	TALLOC_CTX *mem_ctx; /* of the reason */
	const char *given;   /* as typed */
	const char *url;     /* the same, with a scheme */
	CURLU *handle;
	struct probe_target *target;
	const char *reason;
};

/* False, always. text is what is wrong, and what to type. */
static bool refuse(struct parsing *p, const char *text)
{
	char *quoted = spn_quote(p->mem_ctx,
				 spn_str_of(p->given),
				 SPN_QUOTE_CUT);

	p->reason = (quoted == NULL) ? NULL
				     : talloc_asprintf(p->mem_ctx,
						       "%s %s",
						       quoted,
						       text);
	talloc_free(quoted);
	return false;
}

/* ------------------------------------------------- before libcurl has it */

static bool has_only_text(struct spn_str rest)
{
	while (rest.len > 0) {
		uint32_t code_point = 0;
		size_t len = spn_unicode_next(rest, &code_point);

		if (len == 0 || spn_unicode_is_unsafe(code_point) ||
		    spn_unicode_is_blank(code_point) || code_point == '\\')
		{
			return false;
		}
		rest = spn_str_from(rest, len);
	}
	return true;
}

static bool has_scheme(const char *url, const char *scheme)
{
	return strncasecmp(url, scheme, strlen(scheme)) == 0;
}

/* Where "HOST:PORT/PATH" begins, without scheme and user. */
static const char *behind_user(const char *url)
{
	const char *scheme = strstr(url, "://");
	const char *host = (scheme == NULL) ? url : scheme + 3;
	size_t authority = strcspn(host, "/?#");
	const char *end = host + authority;

	while (end > host && end[-1] != '@') {
		end--;
	}
	return (end > host) ? end : host;
}

/* What to type, for a URL with another scheme, or with a user in it. */
static bool offer(struct parsing *p, const char *what)
{
	bool is_https = has_scheme(p->given, https);
	const char *host = behind_user(p->given);
	char *instead = talloc_asprintf(p->mem_ctx,
					"%s%s",
					is_https ? https : http,
					(host[0] == '\0') ? "HOST/" : host);
	char *quoted = (instead == NULL) ? NULL
					 : spn_quote(p->mem_ctx,
						     spn_str_of(instead),
						     SPN_QUOTE_CUT);

	p->reason = (quoted == NULL) ? NULL
				     : talloc_asprintf(p->mem_ctx,
						       "%s; type %s instead",
						       what,
						       quoted);
	talloc_free(instead);
	talloc_free(quoted);
	return false;
}

/* Of a URL with a scheme. */
static bool look_at_host(struct parsing *p)
{
	const char *host = strstr(p->url, "://") + 3;
	size_t len = strcspn(host, "/?#");

	if (len == 0) {
		return refuse(p, "has no host; type http://HOST/");
	}
	if (behind_user(p->url) != host) {
		return offer(p,
			     "the URL has a user or a password in it, which "
			     "is not shown and never sent");
	}
	/* In brackets it stands before a zone. */
	if (host[0] != '[' && strcspn(host, "%") < len) {
		return refuse(p,
			      "has a % in its host; type the name as it is");
	}
	return true;
}

static bool look_at_text(struct parsing *p)
{
	const char *scheme = strstr(p->given, "://");
	size_t len = strlen(p->given);

	if (len == 0) {
		return refuse(p, "is no URL; type http://HOST/");
	}
	if (len > MOST_BYTES) {
		return refuse(p,
			      "is too long (more than 8000 bytes); type "
			      "http://HOST/ without what follows");
	}
	if (!has_only_text(spn_str_of(p->given))) {
		return refuse(p,
			      "has a blank, a backslash or a byte in it that "
			      "nobody sees; type http://HOST/");
	}
	/* Behind the path it is part of a query. */
	if (scheme != NULL &&
	    strcspn(p->given, "/?#") < (size_t)(scheme - p->given))
	{
		scheme = NULL;
	}
	if (scheme != NULL && !has_scheme(p->given, http) &&
	    !has_scheme(p->given, https))
	{
		return offer(p, "only http:// and https:// are asked");
	}
	p->url = (scheme != NULL)
			 ? talloc_strdup(p->mem_ctx, p->given)
			 : talloc_asprintf(p->mem_ctx, "%s%s", http, p->given);
	return p->url != NULL && look_at_host(p);
}

/* ------------------------------------------------------ what libcurl read */

/* On the target; NULL when it has none. False when out of memory. */
static bool get_part(struct parsing *p,
		     CURLUPart part,
		     unsigned flags,
		     const char **_text)
{
	char *text = NULL;
	CURLUcode code = curl_url_get(p->handle, part, &text, flags);

	*_text = NULL;
	if (code == CURLUE_OK) {
		*_text = talloc_strdup(p->target, text);
	}
	curl_free(text);
	return *_text != NULL ||
	       (code != CURLUE_OK && code != CURLUE_OUT_OF_MEMORY);
}

static bool read_port(struct parsing *p)
{
	struct probe_target *t = p->target;
	const char *text = NULL;

	if (!get_part(p, CURLUPART_PORT, CURLU_DEFAULT_PORT, &text)) {
		return false;
	}
	t->port = (text == NULL) ? 0 : spn_port(spn_str_of(text));
	t->is_default_port = t->port == (t->is_https ? 443 : 80);
	return t->port != 0 ||
	       refuse(p, "has no port from 1 to 65535 behind its colon");
}

/* An address in brackets. */
static bool read_ipv6(struct parsing *p, const char *host)
{
	struct probe_target *t = p->target;
	const char *zone = NULL;
	char text[INET6_ADDRSTRLEN] = "";
	struct in6_addr address = {};
	char *bare = talloc_strndup(t, host + 1, strcspn(host + 1, "]"));

	if (bare == NULL || !get_part(p, CURLUPART_ZONEID, 0, &zone)) {
		return false;
	}
	if (inet_pton(AF_INET6, bare, &address) != 1 ||
	    inet_ntop(AF_INET6, &address, text, sizeof(text)) == NULL)
	{
		return refuse(p, "has no IPv6 address in its brackets");
	}
	t->kind = PROBE_HOST_IPV6;
	t->typed = (zone == NULL) ? bare
				  : talloc_asprintf(t, "%s%%%s", bare, zone);
	t->host = talloc_strdup(t, text);
	t->host_utf8 = t->host;
	return t->typed != NULL && t->host != NULL;
}

static bool is_ascii(const char *text)
{
	while (*text != '\0' && (unsigned char)*text < 0x80) {
		text++;
	}
	return *text == '\0';
}

/* The two forms of an international name; from libidn2, since libcurl before
 * 8.3 gives only one. */
static bool read_international(struct parsing *p)
{
	struct probe_target *t = p->target;
	char *converted = NULL;
	int ret = IDN2_OK;

	if (!is_ascii(t->host)) {
		ret = idn2_to_ascii_8z(t->host,
				       &converted,
				       IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
		t->host = (ret == IDN2_OK) ? talloc_strdup(t, converted)
					   : NULL;
		idn2_free(converted);
		converted = NULL;
	}
	if (ret == IDN2_MALLOC || (ret == IDN2_OK && t->host == NULL)) {
		return false;
	}
	if (ret != IDN2_OK) {
		return refuse(p,
			      "has a host that is no international name; type "
			      "it as the administrator of its DNS writes it, "
			      "with \"xn--\"");
	}
	/* What cannot be shown otherwise stays as it is. */
	if (strstr(t->host, "xn--") != NULL) {
		ret = idn2_to_unicode_8z8z(t->host, &converted, 0);
		t->host_utf8 = (ret == IDN2_OK) ? talloc_strdup(t, converted)
						: NULL;
		idn2_free(converted);
		if (ret == IDN2_MALLOC ||
		    (ret == IDN2_OK && t->host_utf8 == NULL))
		{
			return false;
		}
	}
	if (t->host_utf8 == NULL || !probe_is_host_name(t->host_utf8)) {
		t->host_utf8 = t->host;
	}
	return true;
}

static bool read_name(struct parsing *p, const char *host)
{
	struct probe_target *t = p->target;
	struct in_addr address = {};

	t->typed = host;
	t->host = probe_host_fold(t, host);
	if (t->host == NULL) {
		return false;
	}
	if (inet_pton(AF_INET, t->host, &address) == 1) {
		t->kind = PROBE_HOST_IPV4;
		t->host_utf8 = t->host;
		return true;
	}
	t->kind = PROBE_HOST_NAME;
	if (!probe_is_host_name(t->host)) {
		return refuse(p, "has no name of a host; type http://HOST/");
	}
	if (!read_international(p)) {
		return false;
	}
	return probe_is_host_name(t->host) ||
	       refuse(p, "has no name of a host; type http://HOST/");
}

/* The URL again, as it will be asked: no fragment, an international name in
 * ASCII. */
static bool write_url(struct parsing *p)
{
	struct probe_target *t = p->target;
	CURLUcode code = CURLUE_OK;

	if (!is_ascii(t->typed)) {
		code = curl_url_set(p->handle, CURLUPART_HOST, t->host, 0);
	}
	if (code == CURLUE_OK) {
		code = curl_url_set(p->handle, CURLUPART_FRAGMENT, NULL, 0);
	}
	return code == CURLUE_OK && get_part(p, CURLUPART_URL, 0, &t->url) &&
	       t->url != NULL;
}

static bool read_parts(struct parsing *p)
{
	/* Whoever is a user for libcurl was one above. */
	CURLUcode code = curl_url_set(p->handle,
				      CURLUPART_URL,
				      p->url,
				      CURLU_DISALLOW_USER);
	const char *host = NULL;

	if (code == CURLUE_OUT_OF_MEMORY) {
		return false;
	}
	if (code != CURLUE_OK) {
		return refuse(p, "is no URL; type http://HOST/");
	}
	p->target->is_https = has_scheme(p->url, https);
	if (!get_part(p, CURLUPART_HOST, 0, &host)) {
		return false;
	}
	if (host == NULL || host[0] == '\0') {
		return refuse(p, "has no host; type http://HOST/");
	}
	return read_port(p) &&
	       ((host[0] == '[') ? read_ipv6(p, host) : read_name(p, host)) &&
	       write_url(p);
}

struct probe_target *probe_target_parse(TALLOC_CTX *mem_ctx,
					const char *url,
					const char **_reason)
{
	struct parsing p = {.mem_ctx = talloc_new(mem_ctx), .given = url};
	bool ok = false;

	*_reason = NULL;
	if (p.mem_ctx == NULL) {
		return NULL;
	}
	p.target = talloc_zero(p.mem_ctx, struct probe_target);
	p.handle = curl_url();
	if (p.target != NULL && p.handle != NULL) {
		ok = look_at_text(&p) && read_parts(&p);
	}
	curl_url_cleanup(p.handle);
	if (ok) {
		p.target = talloc_move(mem_ctx, &p.target);
	} else {
		*_reason = talloc_move(mem_ctx, &p.reason);
		p.target = NULL;
	}
	talloc_free(p.mem_ctx);
	return p.target;
}
