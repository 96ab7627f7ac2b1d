/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the web server says: without a token, and to the token that a browser
 * would send. Never a password, never NTLM.
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
	 * server spells it, in its order; at most 16, others are counted. */
	const char **schemes;
	size_t num_schemes;
	bool offers_negotiate;
	bool offers_ntlm;
	bool offers_basic;
	const char *server;   /* Server:, cut to 200 bytes; or NULL */
	const char *location; /* of a redirect */
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
	/* One line when there was no answer at all: no connection, no
	 * certificate, too long a header, time is up. Else NULL. */
	const char *failure;
	bool is_proxy;		  /* the answers are a proxy's (407) */
	struct probe_reply plain; /* no Authorization */
	struct probe_reply with_token;
	bool is_token_sent;
	size_t token_len; /* of the Authorization value, base64 */
};

/*
 * krb NULL, or spn NULL: only the plain request. The token is for exactly that
 * service; DNS is not asked for another name. NULL: out of memory.
 */
struct probe_http *probe_http_ask(TALLOC_CTX *mem_ctx,
				  const struct probe_target *target,
				  struct probe_kerberos *krb,
				  const char *spn,
				  const struct probe_http_options *options);

#endif
