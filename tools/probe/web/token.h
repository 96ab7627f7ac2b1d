/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a browser sends in "Authorization: Negotiate ...", and what becomes of
 * the answer. By GSSAPI, with a ticket that is there already: no KDC is asked,
 * no DNS, and no other mechanism than Kerberos is offered.
 */
#ifndef SPN_PROBE_TOKEN_H
#define SPN_PROBE_TOKEN_H

#include "probe/kerberos/kerberos.h"
#include "http.h"

struct probe_token;

/*
 * For the service of this ticket, which has no error. NULL and one line in
 * *_reason when there is none, NULL without one when out of memory. Freeing it
 * releases all.
 */
struct probe_token *probe_token_new(TALLOC_CTX *mem_ctx,
				    struct probe_kerberos *krb,
				    const struct probe_ticket *ticket,
				    const char **_reason);

/* In base64, on the token. */
const char *probe_token_text(const struct probe_token *token);

/* What the server's token (in base64) says; text goes on mem_ctx. Once. False
 * when out of memory. */
bool probe_token_take_answer(TALLOC_CTX *mem_ctx,
			     struct probe_token *token,
			     const char *answer,
			     struct probe_reply *reply);

#endif
