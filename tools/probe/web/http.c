/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * First without a token, then, if that was asked for, with one.
 */
#include "http.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/children.h"
#include "policy/quote.h"

#include "request.h"
#include "token.h"

#define MOST_REDIRECTS 5

struct asking {
	const struct probe_target *target;
	struct probe_kerberos *krb;
	const char *spn;
	const struct probe_http_options *options;
	struct probe_http *http;
	CURL *curl;
	char *url;		/* of the next request */
	const char *proxy_host; /* NULL: there is no proxy */
	int64_t end;		/* milliseconds */
};

static int clean_up(struct asking *asking)
{
	curl_easy_cleanup(asking->curl);
	curl_global_cleanup();
	return 0;
}

/* --------------------------------------------------------------- proxy */

static const char *from_environment(const struct probe_target *target)
{
	/* Never HTTP_PROXY, which a CGI's client can set. */
	static const char *const names[2][5] = {
		{"http_proxy", "all_proxy", "ALL_PROXY", NULL},
		{"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", NULL},
	};
	size_t i;

	for (i = 0; names[target->is_https][i] != NULL; i++) {
		const char *value = getenv(names[target->is_https][i]);

		if (value != NULL && value[0] != '\0') {
			return value;
		}
	}
	return "";
}

static char *get_part(TALLOC_CTX *mem_ctx, CURLU *parts, CURLUPart part)
{
	char *text = NULL;
	char *copy = NULL;

	if (curl_url_get(parts, part, &text, 0) != CURLUE_OK) {
		return NULL;
	}
	copy = talloc_strdup(mem_ctx, text);
	curl_free(text);
	return copy;
}

/* The URL of the proxy without user and password, and its host. */
static bool take_proxy_apart(struct asking *asking,
			     const char *proxy,
			     char **_url)
{
	CURLU *parts = curl_url();
	char *full = talloc_asprintf(asking,
				     "%s%s",
				     (strstr(proxy, "://") == NULL) ? "http://"
								    : "",
				     proxy);
	bool ok = parts != NULL && full != NULL &&
		  curl_url_set(parts,
			       CURLUPART_URL,
			       full,
			       CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
		  curl_url_set(parts, CURLUPART_USER, NULL, 0) == CURLUE_OK &&
		  curl_url_set(parts, CURLUPART_PASSWORD, NULL, 0) ==
			  CURLUE_OK;

	if (ok) {
		*_url = get_part(asking, parts, CURLUPART_URL);
		asking->proxy_host = get_part(asking, parts, CURLUPART_HOST);
		ok = *_url != NULL && asking->proxy_host != NULL;
	}
	curl_url_cleanup(parts);
	return ok;
}

static bool is_http_url(const char *url)
{
	return strncasecmp(url, "http://", strlen("http://")) == 0 ||
	       strncasecmp(url, "https://", strlen("https://")) == 0;
}

/* Ours to set even where there is none: else libcurl would look for one, and
 * send the password that stands in its URL. */
static bool set_proxy(struct asking *asking)
{
	const char *proxy = asking->options->proxy;
	char *url = NULL;

	if (proxy == NULL) {
		proxy = from_environment(asking->target);
	}
	if (proxy[0] != '\0' && !take_proxy_apart(asking, proxy, &url)) {
		asking->http->failure = talloc_asprintf(
			asking->http,
			"%s is no URL of a proxy",
			spn_quote(asking, spn_str_of(proxy), SPN_QUOTE_CUT));
		return asking->http->failure != NULL;
	}
	return curl_easy_setopt(asking->curl,
				CURLOPT_PROXY,
				(url == NULL) ? "" : url) == CURLE_OK;
}

/* ------------------------------------------------------------ settings */

static bool set_certificates(struct asking *asking)
{
	const struct probe_http_options *options = asking->options;
	long checks = options->is_insecure ? 0 : 1;
	CURL *curl = asking->curl;

	if (options->ca_file != NULL &&
	    (curl_easy_setopt(curl, CURLOPT_CAINFO, options->ca_file) !=
		     CURLE_OK ||
	     curl_easy_setopt(curl, CURLOPT_PROXY_CAINFO, options->ca_file) !=
		     CURLE_OK))
	{
		return false;
	}
	return curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, checks) ==
		       CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2 * checks) ==
		       CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROXY_SSL_VERIFYPEER, checks) ==
		       CURLE_OK &&
	       curl_easy_setopt(curl,
				CURLOPT_PROXY_SSL_VERIFYHOST,
				2 * checks) == CURLE_OK;
}

/* What libcurl would do by itself, and we do not want. */
static bool set_all(struct asking *asking)
{
	CURL *curl = asking->curl;

	return curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") ==
		       CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) ==
		       CURLE_OK &&
	       curl_easy_setopt(curl,
				CURLOPT_HTTP_VERSION,
				(long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_HTTP09_ALLOWED, 0L) ==
		       CURLE_OK &&
	       curl_easy_setopt(curl,
				CURLOPT_NETRC,
				(long)CURL_NETRC_IGNORED) == CURLE_OK &&
	       curl_easy_setopt(curl,
				CURLOPT_HEADEROPT,
				(long)CURLHEADER_SEPARATE) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_USERAGENT, "spn-probe") ==
		       CURLE_OK &&
	       set_certificates(asking) && set_proxy(asking);
}

/* ------------------------------------------------------------ requests */

/* authorization: a token, or NULL. */
static bool send_one(struct asking *asking,
		     const struct probe_token *token,
		     bool is_for_proxy,
		     struct probe_answer *_answer)
{
	struct probe_request_options options = {
		.url = asking->url,
		.is_for_proxy = is_for_proxy,
		.timeout = asking->end - spn_children_now(),
	};

	if (token != NULL) {
		options.authorization = talloc_asprintf(asking,
							"Negotiate %s",
							probe_token_text(
								token));
		if (options.authorization == NULL) {
			return false;
		}
	}
	return probe_request_send(asking->http,
				  asking->curl,
				  &options,
				  _answer);
}

/* NULL: it is no URL that we go to. */
static char *host_of(TALLOC_CTX *mem_ctx, const char *url)
{
	CURLU *parts = curl_url();
	char *host = NULL;

	if (parts != NULL && is_http_url(url) &&
	    curl_url_set(parts, CURLUPART_URL, url, CURLU_DISALLOW_USER) ==
		    CURLUE_OK)
	{
		host = get_part(mem_ctx, parts, CURLUPART_HOST);
	}
	curl_url_cleanup(parts);
	return host;
}

/* The next URL is on the same host, and as safe as this one. */
static bool goes_on(struct asking *asking, const char *location)
{
	char *here = host_of(asking, asking->url);
	char *there = (location == NULL) ? NULL : host_of(asking, location);

	return here != NULL && there != NULL && strcasecmp(here, there) == 0 &&
	       (!asking->target->is_https ||
		strncasecmp(location, "https:", strlen("https:")) == 0);
}

static bool ask_plain(struct asking *asking, struct probe_answer *_answer)
{
	size_t num_left = asking->options->follows_redirects ? MOST_REDIRECTS
							     : 0;

	while (send_one(asking, NULL, false, _answer)) {
		const char *location = _answer->reply.location;

		if (num_left-- == 0 || !goes_on(asking, location)) {
			return true;
		}
		asking->url = talloc_strdup(asking, location);
		if (asking->url == NULL) {
			return false;
		}
	}
	return false;
}

/* "HTTP/proxy.example.com", as clients ask for it. */
static bool set_proxy_spn(struct asking *asking)
{
	const char *host = asking->proxy_host;
	char *spn = NULL;
	char *at = NULL;

	if (host == NULL) {
		return true; /* a 407 without a proxy */
	}
	spn = talloc_asprintf(asking->http, "HTTP/%s", host);
	for (at = (spn == NULL) ? NULL : spn + strlen("HTTP/");
	     at != NULL && *at != '\0';
	     at++)
	{
		*at = (char)tolower((unsigned char)*at);
	}
	asking->http->proxy_spn = spn;
	return spn != NULL;
}

/* NULL and http->no_token, or NULL without it when out of memory. */
static struct probe_token *make_token(struct asking *asking, const char *spn)
{
	struct probe_ticket *ticket = probe_ticket_get(asking,
						       asking->krb,
						       spn);
	struct probe_token *token = NULL;
	const char *reason = NULL;

	if (ticket == NULL) {
		return NULL;
	}
	if (ticket->error != 0) {
		reason = ticket->text;
	} else {
		token = probe_token_new(asking, asking->krb, ticket, &reason);
	}
	if (token == NULL && reason != NULL) {
		asking->http->no_token = talloc_asprintf(asking->http,
							 "no token for %s: %s",
							 spn,
							 reason);
	}
	return token;
}

static bool ask_with_token(struct asking *asking)
{
	struct probe_http *http = asking->http;
	const char *spn = http->is_proxy ? http->proxy_spn : asking->spn;
	struct probe_token *token = NULL;
	struct probe_answer answer = {};

	if (spn == NULL) {
		return true;
	}
	token = make_token(asking, spn);
	if (token == NULL) {
		return http->no_token != NULL;
	}
	if (!send_one(asking, token, http->is_proxy, &answer)) {
		return false;
	}
	http->is_token_sent = true;
	http->token_len = strlen(probe_token_text(token));
	http->failure = answer.failure;
	http->with_token = answer.reply;
	return answer.token68 == NULL ||
	       probe_token_take_answer(http,
				       token,
				       answer.token68,
				       &http->with_token);
}

static bool ask(struct asking *asking)
{
	struct probe_http *http = asking->http;
	struct probe_answer answer = {};

	if (http->failure != NULL) {
		return true; /* of the proxy */
	}
	if (!ask_plain(asking, &answer)) {
		return false;
	}
	http->failure = answer.failure;
	http->plain = answer.reply;
	http->is_proxy = answer.is_proxy;
	if (http->is_proxy && !set_proxy_spn(asking)) {
		return false;
	}
	if (asking->krb == NULL || !http->plain.offers_negotiate ||
	    (http->plain.status != 401 && !http->is_proxy))
	{
		return true;
	}
	return ask_with_token(asking);
}

struct probe_http *probe_http_ask(TALLOC_CTX *mem_ctx,
				  const struct probe_target *target,
				  struct probe_kerberos *krb,
				  const char *spn,
				  const struct probe_http_options *options)
{
	struct probe_http *http = talloc_zero(mem_ctx, struct probe_http);
	struct asking *asking = NULL;
	bool ok = false;

	if (http == NULL) {
		return NULL;
	}
	asking = talloc_zero(http, struct asking);
	if (asking == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
		talloc_free(http);
		return NULL;
	}
	talloc_set_destructor(asking, clean_up);
	asking->target = target;
	asking->krb = krb;
	asking->spn = spn;
	asking->options = options;
	asking->http = http;
	asking->curl = curl_easy_init();
	asking->url = talloc_strdup(asking, target->url);
	asking->end = spn_children_now() + (int64_t)options->timeout * 1000;
	ok = asking->curl != NULL && asking->url != NULL && set_all(asking) &&
	     ask(asking);
	talloc_free(asking);
	if (!ok) {
		TALLOC_FREE(http);
	}
	return http;
}
