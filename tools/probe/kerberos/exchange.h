/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Questions to KDCs, with what libkrb5 does not tell: the KRB-ERROR itself,
 * and an end in time. For the files of this folder.
 */
#ifndef SPN_PROBE_EXCHANGE_H
#define SPN_PROBE_EXCHANGE_H

#include "probe/kerberos/kerberos.h"

struct probe_library {
	krb5_context ctx;
};

struct probe_exchange {
	struct probe_library *library;
	int32_t error;	   /* as in struct probe_ticket */
	const char *text;  /* NULL if error is 0 */
	const char *realm; /* whose KDC was the last that answered, or NULL
			    */
	const char *kdc;   /* its address, or NULL */
	unsigned num_requests;
	bool is_clock_known;
	int32_t clock_offset; /* as in struct probe_kerberos */
	/* NULL on error. Released with the struct, that is, mem_ctx, unless it
	 * was taken. */
	krb5_creds *creds;
};

struct probe_question {
	/* The call of libkrb5. It runs in a child: its context, its caches and
	 * the question are copies. */
	krb5_error_code (*ask)(krb5_context ctx,
			       struct probe_question *question,
			       krb5_creds **_creds);
	krb5_ccache cache;
	krb5_principal client;
	krb5_principal server;
	const char *password;
	/* Where this server is not known, no second request for it: libkrb5
	 * repeats it without the flag for referrals. After any other error
	 * about it there is none in any case. */
	bool is_asked_once;
};

/*
 * One for each question, each on the array. They are asked one after the
 * other, with so many seconds each; after one that no KDC has answered no
 * other of that realm, which is the one in its server. NULL: out of memory.
 */
struct probe_exchange **probe_exchange_run(TALLOC_CTX *mem_ctx,
					   struct probe_library *library,
					   unsigned timeout,
					   struct probe_question *questions,
					   size_t num);

/*
 * Of the tickets in a cache for which wanted() is true, the one that ends
 * last; KRB5_CC_NOTFOUND: none. The caller frees its contents.
 */
krb5_error_code probe_cache_find(krb5_context ctx,
				 krb5_ccache cache,
				 bool (*wanted)(krb5_context ctx,
						const krb5_creds *creds,
						krb5_const_principal name),
				 krb5_const_principal name,
				 krb5_creds *_creds);

/*
 * The user's cache of that name, or the default one, becomes krb->users. The
 * code, and one line on mem_ctx that says what it was; NULL with 0.
 */
krb5_error_code probe_cache_read(TALLOC_CTX *mem_ctx,
				 struct probe_kerberos *krb,
				 const char *name,
				 const char **_text);

/* One ticket, in place of those for its name. */
krb5_error_code probe_cache_keep(krb5_context ctx,
				 krb5_ccache cache,
				 krb5_creds *creds);

/* All that there are, into krb->kept_in. NULL, or why not. */
const char *probe_cache_keep_all(TALLOC_CTX *mem_ctx,
				 struct probe_kerberos *krb,
				 struct probe_ticket **tickets,
				 size_t num);

/* The line for a cache that cannot be written. */
const char *probe_ccache_say(TALLOC_CTX *mem_ctx,
			     const char *name,
			     const char *why);

/* What libkrb5 says of an error, as one line of readable text. */
const char *probe_krb5_text(TALLOC_CTX *mem_ctx,
			    krb5_context ctx,
			    krb5_error_code code);

/* "alice@EXAMPLE.COM", as one line of readable text; NULL: out of memory. */
const char *probe_principal_text(TALLOC_CTX *mem_ctx,
				 krb5_context ctx,
				 krb5_const_principal principal);

#endif
