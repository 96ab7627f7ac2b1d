/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The KDC, asked with MIT's libkrb5 as a client asks it. Nothing is written:
 * tickets live in memory, unless a cache is named, and keys are wiped.
 */
#ifndef SPN_PROBE_KERBEROS_H
#define SPN_PROBE_KERBEROS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <krb5.h>
#include <talloc.h>

/* Who asks; a password goes before a cache. */
struct probe_login {
	const char *principal; /* with password: a TGT is got */
	const char *password;
	/* The TGT is read from there; NULL: from the default cache. Those that
	 * are there already are never taken for an answer of the KDC. */
	const char *ccache;
	bool is_kept;	  /* new tickets go there; else it is left as it is */
	unsigned timeout; /* seconds for one request, all KDCs together */
};

struct probe_kerberos {
	/* Tickets refer to it, and may be freed after this. */
	struct probe_library *library;
	krb5_context ctx;  /* its own */
	krb5_ccache cache; /* in memory: the TGT, and every ticket we got */
	/* What was in the user's: the one that was named, or the default one,
	 * in memory, too; NULL with a password. */
	krb5_ccache users;
	const char *kept_in;	 /* the one that gets new tickets, or NULL */
	const char *kept_reason; /* why one could not; NULL: each could */
	unsigned timeout;
	const char *client; /* the principal */
	const char *realm;  /* of it */
	time_t tgt_end;
	/* KDC's clock minus ours in seconds, once it is known. */
	int32_t clock_offset;
	bool is_clock_known;
};

/*
 * NULL and one line in *_reason (no ticket, it has expired, no KDC, wrong
 * password), with the remedy: the probe goes on without a KDC then. Freeing it
 * releases and wipes all.
 */
struct probe_kerberos *probe_kerberos_open(TALLOC_CTX *mem_ctx,
					   const struct probe_login *login,
					   const char **_reason);

/* A KDC's answer for one name. */
struct probe_ticket {
	struct probe_library *library;
	/* 0: there is a ticket. Else the KRB-ERROR's code (RFC 4120 7.5.9), 7
	 * for a name that nobody has; or -1, no answer: see text. */
	int32_t error;
	const char *text;  /* "Server not found in Kerberos database" */
	const char *name;  /* KDC_ERR_S_PRINCIPAL_UNKNOWN; NULL if none */
	const char *realm; /* whose KDC was the last that answered; or NULL */
	const char *kdc;   /* the address of that KDC; NULL: not known */
	unsigned num_requests; /* sent for it */
	/* The rest only with a ticket. */
	/* The name in it, with its realm: that of the request, or another. */
	const char *server;
	int32_t enctype; /* what it is encrypted with: the account's key */
	int32_t session_enctype;
	uint32_t kvno; /* of the account's key */
	bool is_forwardable;
	bool is_ok_as_delegate;
	time_t end_time;
	krb5_data ciphertext; /* of it, for keytab.h; on the struct */
	krb5_creds *creds;    /* for a token; released with the struct */
};

/*
 * service is "HTTP/web01.example.com"; no DNS is asked. Without a realm in it,
 * the one that krb5.conf has for the host, else the KDC of the client decides.
 * The KDC is asked each time. NULL: out of memory.
 */
struct probe_ticket *probe_ticket_get(TALLOC_CTX *mem_ctx,
				      struct probe_kerberos *krb,
				      const char *service);

/* One for each service, each on the array; a single process asks, as long as
 * the KDC answers. */
struct probe_ticket **probe_tickets_get(TALLOC_CTX *mem_ctx,
					struct probe_kerberos *krb,
					const char *const *services,
					size_t num);

/* Why no ticket can be kept in the cache that --ccache names, as far as that
 * is known before: one line, on mem_ctx. NULL: nothing speaks against it.
 * Nothing is written. */
const char *probe_ccache_why_not(TALLOC_CTX *mem_ctx, const char *name);

/*
 * The ticket for it in the user's own cache (ccache, or the default one),
 * which a client there goes on using until it ends, although the KDC has
 * another one by now. NULL when there is none that is valid; and when out of
 * memory.
 */
struct probe_ticket *probe_ticket_cached(TALLOC_CTX *mem_ctx,
					 struct probe_kerberos *krb,
					 const char *service);

/* "KDC_ERR_S_PRINCIPAL_UNKNOWN" of 7 (RFC 4120 7.5.9); NULL: no such code. */
const char *probe_krb_error_name(int32_t code);

/* "aes256-cts-hmac-sha1-96", on mem_ctx; "etype 99" for what is not known. */
const char *probe_enctype_name(TALLOC_CTX *mem_ctx, int32_t enctype);

#endif
