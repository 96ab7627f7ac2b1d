/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Security identifiers (MS-DTYP 2.4.2) and whom they stand for.
 */
#ifndef SPN_AUDIT_FACTS_TRUSTEES_H
#define SPN_AUDIT_FACTS_TRUSTEES_H

#include "store/store.h"

#include "audit/rules/facts.h"

struct audit_trustees;

/* NULL when out of memory. */
struct audit_trustees *audit_trustees_new(TALLOC_CTX *mem_ctx);

/* An entry with objectSid and sAMAccountName. False when out of memory. */
bool audit_trustees_add(struct audit_trustees *trustees,
			const struct ldb_message *msg);

/* An entry with objectSid that the caller knows by a number. False when out of
 * memory. */
bool audit_trustees_add_account(struct audit_trustees *trustees,
				const struct ldb_message *msg,
				size_t number);

/* The number of the account with that SID; false: of none. */
bool audit_trustees_account(struct audit_trustees *trustees,
			    const char *sid,
			    size_t *_number);

/* The name of a SID as text, or that text. Not of accounts. */
const char *audit_trustees_name(const struct audit_trustees *trustees,
				const char *sid);

#endif
