/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the web server says: without a token, and to the token that a browser
 * would send. Never a password, never NTLM; user and password in the URL of a
 * proxy are left out. A token goes only to who has asked for one (401 or 407
 * with Negotiate).
 *
 * HTTP/1.1, by libcurl. Of one request at most 100 headers and 64 KiB of them
 * are taken, interim answers and a proxy's included, and at most 64 KiB and
 * one second of the body, which nobody looks at; it is not unpacked.
 */
#ifndef SPN_PROBE_HTTP_H
#define SPN_PROBE_HTTP_H

#include "probe/kerberos/kerberos.h"
#include "probe/names/target.h"

struct probe_http_options {
	unsigned timeout;	/* seconds for all requests together */
	const char *proxy;	/* NULL: as the environment says; "": none */
	const char *ca_file;	/* NULL: the system's */
	bool is_insecure;	/* any certificate */
	bool follows_redirects; /* on the same host only; at most 5 */
};

/* One request and its answer. */
struct probe_reply {
	long status; /* 0: none */
	/* Of WWW-Authenticate, or of a proxy's 407. Each scheme once, as the
	 * server spells it (RFC 9110 tokens, cut to 64 bytes), in its order;
	 * at most 16, others are counted. */
	const char **schemes;
	size_t num_schemes;
	size_t num_left_out;
	bool offers_negotiate;
	bool offers_ntlm;
	bool offers_basic;
	const char *server;   /* Server:, cut to 200 bytes, any bytes; or NULL
			       */
	const char *location; /* of a 3xx: the absolute URL, or what stands
				 there if that is no URL; any bytes */
	bool has_date;
	int64_t clock_offset; /* its Date minus our clock, in seconds */
	/* Of the answer token, when it has one: */
	bool has_token;
	bool is_mutual;	   /* the server proved who it is */
	int32_t krb_error; /* a KRB-ERROR in it: 37 clock skew, 35 not us, 44
			      key version; 0: none */
	const char *gss_text; /* what a client would show */
};

struct probe_http {
	/* One line when there was no answer to the last request: no
	 * connection, no certificate, too long a header, time is up. Else
	 * NULL. If it was the one with the token, plain has its answer. */
	const char *failure;
	/* Why there was no token though one was asked for: one line, or NULL.
	 */
	const char *no_token;
	bool is_proxy; /* the first answer is a proxy's (407) */
	/* What the proxy's ticket is for, "HTTP/proxy.example.com": its name
	 * as it is set. Only with is_proxy. */
	const char *proxy_spn;
	struct probe_reply plain; /* no Authorization */
	struct probe_reply with_token;
	bool is_token_sent;
	size_t token_len; /* of the Authorization value, base64 */
};

/*
 * krb NULL: only the plain request; spn NULL: the same, but for a proxy that
 * asks. The token is for exactly that service, and a proxy's for proxy_spn;
 * DNS is not asked for another name. A redirect that is not followed is an
 * answer as any other. NULL: out of memory.
 */
struct probe_http *probe_http_ask(TALLOC_CTX *mem_ctx,
				  const struct probe_target *target,
				  struct probe_kerberos *krb,
				  const char *spn,
				  const struct probe_http_options *options);

#endif
