/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An ldb context that reads by libldap from a server which is this test: the
 * other end of its socket. What the server says is put there before anybody
 * asks, since message ids are counted from 1 on.
 */
#ifndef SPN_POLICY_TESTS_LDAP_ANSWERS_H
#define SPN_POLICY_TESTS_LDAP_ANSWERS_H

#include "common/ldap_private.h"
#include "policy/spn.h"

/* The id of the first search after the one by which ldb connects. */
#define FIRST_ID 2

/* An element of BER: tag, then the parts up to one without data. */
struct spn_str ber_tlv(TALLOC_CTX *mem_ctx, int tag, ...);
struct spn_str ber_number(TALLOC_CTX *mem_ctx, int tag, int number);
struct spn_str ber_text(TALLOC_CTX *mem_ctx, const char *text);
#define BER_END ((struct spn_str){})

/* Messages of RFC 4511. */
struct spn_str ldap_message(TALLOC_CTX *mem_ctx,
			    int id,
			    struct spn_str operation,
			    struct spn_str controls);
struct spn_str ldap_entry(TALLOC_CTX *mem_ctx,
			  int id,
			  const char *dn,
			  struct spn_str attributes);
struct spn_str ldap_attribute(TALLOC_CTX *mem_ctx,
			      const char *name,
			      const char *const *values);
struct spn_str ldap_done(TALLOC_CTX *mem_ctx, int id, int code);

/* The context, on mem_ctx, and the server's end of the socket. */
struct ldb_context *ldap_answers_open(TALLOC_CTX *mem_ctx, int *_server);

/* The same, for a server that is said to be there. */
struct ldb_context *ldap_answers_at(TALLOC_CTX *mem_ctx,
				    const char *url,
				    int *_server);

/* All of it, or the test ends. */
void ldap_answers_put(int server, struct spn_str bytes);

#endif
