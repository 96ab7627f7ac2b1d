/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libcurl reads, and asks us for each header and each piece of the body
 * whether it is to go on. It has bounds of its own for a header (100 KiB), but
 * none for a body, and a server's time is as long as ours.
 */
#include "request.h"

#include <string.h>

#include "common/children.h"
#include "policy/quote.h"

#include "challenge.h"

#define MOST_HEADERS 100
#define MOST_HEADER_BYTES 65536
#define MOST_BODY_BYTES 65536
#define MOST_BODY_MS 1000
#define MOST_SCHEMES 16
#define LONGEST_SCHEME 64
#define LONGEST_SERVER 200
#define LONGEST_LOCATION 2000
#define PROXY_AUTHENTICATION 407

/* What libcurl calls a header of more than 100 KiB. */
#if LIBCURL_VERSION_NUM >= 0x080600
#define HEADER_TOO_LONG CURLE_TOO_LARGE
#else
#define HEADER_TOO_LONG CURLE_OUT_OF_MEMORY
#endif

struct reading {
	TALLOC_CTX *mem_ctx;
	CURL *curl;
	struct probe_answer *answer;
	long status; /* of the status line that was read last */
	size_t num_headers;
	size_t num_header_bytes;
	size_t num_body_bytes;
	bool has_headers;   /* all of them; whatever comes now is the body */
	int64_t body_since; /* milliseconds */
	bool is_out_of_memory;
	const char *reason; /* why we have broken it off; constant */
};

/* ------------------------------------------------------------- headers */

static bool note(struct reading *reading,
		 struct spn_str value,
		 size_t longest,
		 const char **_text)
{
	char *text = talloc_strndup(reading->mem_ctx,
				    value.data,
				    (value.len < longest) ? value.len
							  : longest);

	reading->is_out_of_memory |= (text == NULL);
	*_text = text;
	return text != NULL;
}

static bool has_scheme(const struct probe_reply *reply, struct spn_str scheme)
{
	size_t i;

	for (i = 0; i < reply->num_schemes; i++) {
		if (spn_str_is(scheme, reply->schemes[i])) {
			return true;
		}
	}
	return false;
}

static bool note_scheme(struct reading *reading, struct spn_str scheme)
{
	struct probe_reply *reply = &reading->answer->reply;

	if (scheme.len > LONGEST_SCHEME) {
		scheme.len = LONGEST_SCHEME;
	}
	reply->offers_negotiate |= spn_str_is(scheme, "negotiate");
	reply->offers_ntlm |= spn_str_is(scheme, "ntlm");
	reply->offers_basic |= spn_str_is(scheme, "basic");
	if (has_scheme(reply, scheme)) {
		return true;
	}
	if (reply->num_schemes == MOST_SCHEMES) {
		reply->num_left_out++;
		return true;
	}
	if (reply->schemes == NULL) {
		reply->schemes = talloc_zero_array(reading->mem_ctx,
						   const char *,
						   MOST_SCHEMES);
		reading->is_out_of_memory |= (reply->schemes == NULL);
	}
	return reply->schemes != NULL &&
	       note(reading,
		    scheme,
		    LONGEST_SCHEME,
		    &reply->schemes[reply->num_schemes]) &&
	       ++reply->num_schemes > 0;
}

static bool note_challenges(struct reading *reading, struct spn_str value)
{
	struct probe_answer *answer = reading->answer;
	struct probe_challenge challenge = {};

	while (probe_challenge_next(&value, &challenge)) {
		if (!note_scheme(reading, challenge.scheme)) {
			return false;
		}
		if (answer->token68 == NULL && challenge.token68.len > 0 &&
		    spn_str_is(challenge.scheme, "negotiate") &&
		    !note(reading,
			  challenge.token68,
			  MOST_HEADER_BYTES,
			  &answer->token68))
		{
			return false;
		}
	}
	return true;
}

static bool note_date(struct reading *reading, struct spn_str value)
{
	struct probe_reply *reply = &reading->answer->reply;
	const char *text = NULL;
	time_t date = -1;

	if (!note(reading, value, LONGEST_SCHEME, &text)) {
		return false;
	}
	date = curl_getdate(text, NULL);
	if (date != -1) {
		reply->has_date = true;
		reply->clock_offset = (int64_t)date - (int64_t)time(NULL);
	}
	return true;
}

/* Of 407 what a proxy asks for, else what the server asks for. */
static bool take_field(struct reading *reading,
		       struct spn_str name,
		       struct spn_str value)
{
	struct probe_reply *reply = &reading->answer->reply;
	bool is_proxy = reading->status == PROXY_AUTHENTICATION;

	if (spn_str_is(name,
		       is_proxy ? "proxy-authenticate" : "www-authenticate"))
	{
		return note_challenges(reading, value);
	}
	if (spn_str_is(name, "server") && reply->server == NULL) {
		return note(reading, value, LONGEST_SERVER, &reply->server);
	}
	if (spn_str_is(name, "location") && reply->location == NULL) {
		return note(reading,
			    value,
			    LONGEST_LOCATION,
			    &reply->location);
	}
	if (spn_str_is(name, "date") && !reply->has_date) {
		return note_date(reading, value);
	}
	return true;
}

static struct spn_str trimmed(struct spn_str s)
{
	while (s.len > 0 && strchr(" \t\r\n", s.data[s.len - 1]) != NULL) {
		s.len--;
	}
	while (s.len > 0 && strchr(" \t", s.data[0]) != NULL) {
		s = spn_str_from(s, 1);
	}
	return s;
}

/* "HTTP/1.1 401 ...": what came before was an interim answer, or a proxy's. */
static bool begins_answer(struct reading *reading, struct spn_str line)
{
	const char *blank = memchr(line.data, ' ', line.len);
	size_t i;

	if (line.len < 5 || memcmp(line.data, "HTTP/", 5) != 0) {
		return false;
	}
	*reading->answer = (struct probe_answer){};
	reading->has_headers = false;
	reading->status = 0;
	for (i = 1; blank != NULL && i <= 3; i++) {
		if (blank + i >= line.data + line.len || blank[i] < '0' ||
		    blank[i] > '9')
		{
			break;
		}
		reading->status = reading->status * 10 + (blank[i] - '0');
	}
	return true;
}

/* A proxy has opened the tunnel: what comes next is the server's. */
static bool is_of_connect(const struct reading *reading)
{
	long connect = 0;
	long server = 0;

	return curl_easy_getinfo(reading->curl,
				 CURLINFO_HTTP_CONNECTCODE,
				 &connect) == CURLE_OK &&
	       curl_easy_getinfo(reading->curl,
				 CURLINFO_RESPONSE_CODE,
				 &server) == CURLE_OK &&
	       connect >= 200 && connect < 300 && server == 0;
}

/* An interim answer is followed by another one. */
static void end_headers(struct reading *reading)
{
	if (reading->status >= 200 && !is_of_connect(reading)) {
		reading->has_headers = true;
		reading->body_since = spn_children_now();
	}
}

static size_t take_header(char *data, size_t size, size_t num, void *private)
{
	struct reading *reading = private;
	struct spn_str line = {.data = data, .len = size * num};
	const char *colon = memchr(line.data, ':', line.len);

	reading->num_headers++;
	reading->num_header_bytes += line.len;
	if (reading->num_headers > MOST_HEADERS) {
		reading->reason = "the server sends more than 100 headers";
		return 0;
	}
	if (reading->num_header_bytes > MOST_HEADER_BYTES) {
		reading->reason = "the server sends more than 64 KiB of "
				  "headers";
		return 0;
	}
	if (begins_answer(reading, line)) {
		return size * num;
	}
	if (trimmed(line).len == 0) {
		end_headers(reading);
	}
	/* Behind a body there may be more of them. */
	if (colon == NULL || reading->has_headers) {
		return size * num;
	}
	if (!take_field(reading,
			(struct spn_str){.data = line.data,
					 .len = (size_t)(colon - line.data)},
			trimmed(spn_str_from(line,
					     (size_t)(colon - line.data) +
						     1))))
	{
		return 0;
	}
	return size * num;
}

/* ---------------------------------------------------------------- body */

static size_t take_body(char *data, size_t size, size_t num, void *private)
{
	struct reading *reading = private;

	(void)data;
	reading->num_body_bytes += size * num;
	return (reading->num_body_bytes > MOST_BODY_BYTES) ? 0 : size * num;
}

/* Called once a second at least, and with each piece. */
static int see_progress(void *private,
			curl_off_t down_total,
			curl_off_t down,
			curl_off_t up_total,
			curl_off_t up)
{
	const struct reading *reading = private;

	(void)down_total;
	(void)down;
	(void)up_total;
	(void)up;
	return reading->has_headers &&
	       spn_children_now() - reading->body_since > MOST_BODY_MS;
}

/* ------------------------------------------------------------- request */

/* The header goes to nobody else: not through the tunnel to the server what is
 * the proxy's. */
static bool set_headers(TALLOC_CTX *mem_ctx,
			CURL *curl,
			const struct probe_request_options *options,
			struct curl_slist **_list)
{
	const char *name = options->is_for_proxy ? "Proxy-Authorization"
						 : "Authorization";
	char *header = NULL;

	if (options->authorization == NULL) {
		return true;
	}
	header = talloc_asprintf(mem_ctx,
				 "%s: %s",
				 name,
				 options->authorization);
	if (header == NULL) {
		return false;
	}
	*_list = curl_slist_append(NULL, header);
	talloc_free(header);
	return *_list != NULL &&
	       curl_easy_setopt(curl,
				options->is_for_proxy ? CURLOPT_PROXYHEADER
						      : CURLOPT_HTTPHEADER,
				*_list) == CURLE_OK;
}

static bool set_request(CURL *curl,
			const struct probe_request_options *options,
			struct reading *reading,
			char *words)
{
	const int64_t timeout = (options->timeout > 0) ? options->timeout : 1;

	return curl_easy_setopt(curl, CURLOPT_URL, options->url) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)timeout) ==
		       CURLE_OK &&
	       curl_easy_setopt(curl,
				CURLOPT_CONNECTTIMEOUT_MS,
				(long)timeout) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words) ==
		       CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header) ==
		       CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_HEADERDATA, reading) ==
		       CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body) ==
		       CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEDATA, reading) ==
		       CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
	       curl_easy_setopt(curl,
				CURLOPT_XFERINFOFUNCTION,
				see_progress) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_XFERINFODATA, reading) ==
		       CURLE_OK;
}

/* Nothing of what dies with the call stays behind. */
static void unset_request(CURL *curl, struct curl_slist *list)
{
	(void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
	(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, NULL);
	(void)curl_easy_setopt(curl, CURLOPT_PROXYHEADER, NULL);
	(void)curl_easy_setopt(curl, CURLOPT_XFERINFODATA, NULL);
	(void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, NULL);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, NULL);
	curl_slist_free_all(list);
}

/* The absolute URL of a redirect, where libcurl can make one. */
static bool set_location(CURL *curl, struct reading *reading)
{
	struct probe_reply *reply = &reading->answer->reply;
	const char *url = NULL;

	if (reply->status < 300 || reply->status > 399) {
		reply->location = NULL;
		return true;
	}
	if (curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &url) != CURLE_OK ||
	    url == NULL)
	{
		return true;
	}
	return note(reading,
		    spn_str_of(url),
		    LONGEST_LOCATION,
		    &reply->location);
}

/* libcurl has words for what went wrong; not all of them are good ones. */
static bool set_failure(struct reading *reading,
			CURLcode code,
			const char *words,
			int64_t seconds)
{
	struct probe_answer *answer = reading->answer;
	TALLOC_CTX *mem_ctx = reading->mem_ctx;
	const char *text = reading->reason;

	*answer = (struct probe_answer){};
	if (text == NULL && code == HEADER_TOO_LONG &&
	    reading->num_headers > 0)
	{
		text = "the server sends a header that has no end";
	}
	if (text == NULL) {
		text = (words[0] != '\0') ? words : curl_easy_strerror(code);
	}
	answer->failure =
		(code == CURLE_OPERATION_TIMEDOUT)
			? talloc_asprintf(mem_ctx,
					  "no answer within %lld seconds",
					  (long long)seconds)
			: spn_printable(mem_ctx, spn_str_of(text));
	return answer->failure != NULL;
}

bool probe_request_send(TALLOC_CTX *mem_ctx,
			CURL *curl,
			const struct probe_request_options *options,
			struct probe_answer *_answer)
{
	struct probe_answer answer = {};
	struct reading reading = {
		.mem_ctx = mem_ctx,
		.curl = curl,
		.answer = &answer,
	};
	char words[CURL_ERROR_SIZE] = "";
	struct curl_slist *list = NULL;
	CURLcode code = CURLE_OUT_OF_MEMORY;
	bool ok = set_headers(mem_ctx, curl, options, &list) &&
		  set_request(curl, options, &reading, words);

	if (ok) {
		code = curl_easy_perform(curl);
		ok = !reading.is_out_of_memory;
	}
	if (ok && reading.has_headers) {
		/* The body may have broken off, by us or not. */
		answer.reply.status = reading.status;
		answer.is_proxy = reading.status == PROXY_AUTHENTICATION;
		ok = set_location(curl, &reading);
	} else if (ok) {
		ok = set_failure(&reading,
				 (code == CURLE_OK) ? CURLE_WEIRD_SERVER_REPLY
						    : code,
				 words,
				 (options->timeout + 999) / 1000);
	}
	unset_request(curl, list);
	if (ok) {
		*_answer = answer;
	}
	return ok;
}
