/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The Kerberos ticket with which this user would log on.
 */
#ifndef SPN_COMMON_CONNECT_TICKET_H
#define SPN_COMMON_CONNECT_TICKET_H

#include "policy/spn.h"

/* All zero: there is none that we could see. */
struct connect_ticket {
	const char *path;   /* of the cache; NULL: of a type that is no file */
	bool is_there;	    /* the cache holds one, valid or not */
	const char *client; /* "alice@EXAMPLE.COM"; NULL: no cache */
	const char *realm;
	/* Seconds since 1970, of the one that lives longest */
	uint32_t starts;
	uint32_t ends;
};

/*
 * cache: "FILE:/path", as KRB5CCNAME has it; NULL: that, or the usual file in
 * /tmp. Only files are looked at. Texts are on mem_ctx; false when out of
 * memory.
 */
bool connect_ticket_read(TALLOC_CTX *mem_ctx,
			 const char *cache,
			 struct connect_ticket *_ticket);

/*
 * The same of a cache of any type, which Samba's Kerberos library is asked of
 * where it is no plain file; then nothing is known of the times. A complaint,
 * or NULL: why it cannot use what is there, one line with a remedy.
 */
bool connect_ticket_find(TALLOC_CTX *mem_ctx,
			 const char *cache,
			 struct connect_ticket *_ticket,
			 char **_complaint);

/* The same of the bytes of such a file; without its path. */
bool connect_ticket_parse(TALLOC_CTX *mem_ctx,
			  struct spn_str bytes,
			  struct connect_ticket *_ticket);

#endif
