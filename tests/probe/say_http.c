/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a web server says, as JSON:
 *
 *	say_http URL [timeout=N] [proxy=URL] [ca=FILE] [insecure] [follow]
 *		[spn=NAME]
 *
 * With spn the user's tickets are read. tests/tools/tool_http.py and
 * tests/dc/tool_http_token.py read it.
 */
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "policy/quote.h"

#include "probe/web/http.h"

#include "lib/peak.h"

static void say_reply(struct spn_json_out *json,
		      const char *name,
		      const struct probe_reply *reply)
{
	size_t i;

	spn_json_open(json, name, '{');
	spn_json_number(json, "status", (size_t)reply->status);
	spn_json_open(json, "schemes", '[');
	for (i = 0; i < reply->num_schemes; i++) {
		spn_json_text(json, NULL, reply->schemes[i]);
	}
	spn_json_close(json, ']');
	spn_json_number(json, "left_out", reply->num_left_out);
	spn_json_bool(json, "negotiate", reply->offers_negotiate);
	spn_json_bool(json, "ntlm", reply->offers_ntlm);
	spn_json_bool(json, "basic", reply->offers_basic);
	spn_json_text(json, "server", reply->server);
	spn_json_text(json, "location", reply->location);
	if (reply->has_date) {
		spn_json_bool(json, "ahead", reply->clock_offset > 0);
		spn_json_number(json,
				"offset",
				(size_t)llabs(reply->clock_offset));
	}
	spn_json_bool(json, "token", reply->has_token);
	spn_json_bool(json, "mutual", reply->is_mutual);
	spn_json_number(json, "error", (size_t)reply->krb_error);
	spn_json_text(json, "text", reply->gss_text);
	spn_json_close(json, '}');
}

static void say(struct spn_json_out *json, const struct probe_http *http)
{
	spn_json_open(json, NULL, '{');
	spn_json_text(json, "failure", http->failure);
	spn_json_text(json, "no_token", http->no_token);
	spn_json_bool(json, "proxy", http->is_proxy);
	spn_json_text(json, "proxy_spn", http->proxy_spn);
	spn_json_bool(json, "sent", http->is_token_sent);
	spn_json_number(json, "token_len", http->token_len);
	say_reply(json, "plain", &http->plain);
	say_reply(json, "with_token", &http->with_token);
	spn_json_number(json, "memory", peak_memory());
	spn_json_close(json, '}');
}

/* "name=value": value; else NULL. */
static const char *value_of(const char *word, const char *name)
{
	size_t len = strlen(name);

	return (strncmp(word, name, len) == 0 && word[len] == '=')
		       ? word + len + 1
		       : NULL;
}

static void read_word(const char *word,
		      struct probe_http_options *options,
		      const char **_spn)
{
	const char *timeout = value_of(word, "timeout");
	const char *proxy = value_of(word, "proxy");
	const char *ca = value_of(word, "ca");
	const char *spn = value_of(word, "spn");

	options->timeout = (timeout == NULL)
				   ? options->timeout
				   : (unsigned)strtoul(timeout, NULL, 10);
	options->proxy = (proxy == NULL) ? options->proxy : proxy;
	options->ca_file = (ca == NULL) ? options->ca_file : ca;
	options->is_insecure |= strcmp(word, "insecure") == 0;
	options->follows_redirects |= strcmp(word, "follow") == 0;
	*_spn = (spn == NULL) ? *_spn : spn;
}

int main(int argc, char **argv)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct probe_http_options options = {.timeout = 10};
	struct spn_json_out json = {
		.mem_ctx = mem_ctx,
		.stream = stdout,
		.ok = true,
	};
	const struct probe_login login = {.timeout = 10};
	struct probe_kerberos *krb = NULL;
	const char *reason = NULL;
	struct probe_target target = {};
	struct probe_http *http = NULL;
	const char *spn = NULL;
	int i;

	for (i = 2; i < argc; i++) {
		read_word(argv[i], &options, &spn);
	}
	target.url = (argc > 1) ? argv[1] : "";
	target.is_https = strncmp(target.url, "https:", 6) == 0;
	if (spn != NULL) {
		krb = probe_kerberos_open(mem_ctx, &login, &reason);
		if (krb == NULL) {
			fprintf(stderr, "%s\n", reason);
			talloc_free(mem_ctx);
			return 1;
		}
	}
	http = probe_http_ask(mem_ctx, &target, krb, spn, &options);
	if (http == NULL) {
		return 1;
	}
	say(&json, http);
	talloc_free(mem_ctx);
	return json.ok ? 0 : 1;
}
