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

/* Who asks; the first that is given counts. */
struct probe_login {
	const char *principal; /* with password: a TGT is got */
	const char *password;
	const char *ccache; /* tickets are read from there, and kept there */
	/* neither: the default cache is read, and left as it is */
	unsigned timeout; /* seconds for one request, all KDCs together */
};

struct probe_kerberos {
	krb5_context ctx;
	krb5_ccache cache;  /* in memory, or the one that was named */
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
	/* 0: there is a ticket. Else the KRB-ERROR's code (RFC 4120 7.5.9), 7
	 * for a name that nobody has; or -1, no answer: see text. */
	int32_t error;
	const char *text; /* "Server not found in Kerberos database" */
	const char *name; /* KDC_ERR_S_PRINCIPAL_UNKNOWN; NULL if none */
	/* The rest only with a ticket. */
	const char
		*server; /* the name in it: that of the request, or another */
	int32_t enctype; /* what it is encrypted with: the account's key */
	int32_t session_enctype;
	uint32_t kvno; /* of the account's key */
	bool is_forwardable;
	bool is_ok_as_delegate;
	time_t end_time;
	krb5_data ciphertext; /* of it, for keytab.h; on the struct */
	krb5_creds *creds;    /* for a token; released with the struct */
};

/* service is "HTTP/web01.example.com"; no DNS is asked. NULL: out of memory.
 */
struct probe_ticket *probe_ticket_get(TALLOC_CTX *mem_ctx,
				      struct probe_kerberos *krb,
				      const char *service);

/* "aes256-cts-hmac-sha1-96", on mem_ctx; "etype 99" for what is not known. */
const char *probe_enctype_name(TALLOC_CTX *mem_ctx, int32_t enctype);

#endif
