/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which naming contexts an export is of: what a server would say itself is
 * seen from the DNs of the entries.
 */
#ifndef SPN_DIRECTORY_NAMING_CONTEXTS_H
#define SPN_DIRECTORY_NAMING_CONTEXTS_H

#include "store/store.h"

struct audit_contexts;

/* NULL when out of memory. */
struct audit_contexts *audit_contexts_new(TALLOC_CTX *mem_ctx,
					  struct ldb_context *ldb);

/* An entry. False when out of memory. */
bool audit_contexts_add(struct audit_contexts *contexts,
			const struct ldb_message *msg);

/* "ldap://host/DN": there is more; a text without a DN counts whole, as what
 * is missing. False when out of memory. */
bool audit_contexts_add_referral(struct audit_contexts *contexts,
				 const char *url);

/* The domain with most accounts; NULL when no DN has "DC=". */
const char *audit_contexts_domain(const struct audit_contexts *contexts);

/* As seen, or that of a forest which has only this domain. On mem_ctx; NULL
 * when out of memory. */
char *audit_contexts_configuration(const struct audit_contexts *contexts,
				   TALLOC_CTX *mem_ctx);

/*
 * The next DN that was referred to and of which there is no entry, NULL after
 * the last one; *_state begins as 0. *_has_accounts: it is a domain.
 */
const char *audit_contexts_missing(const struct audit_contexts *contexts,
				   size_t *_state,
				   bool *_has_accounts);

#endif
