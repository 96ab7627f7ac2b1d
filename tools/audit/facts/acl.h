/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who may write the servicePrincipalName of an account and is no
 * administrator: from the bytes of its nTSecurityDescriptor (MS-DTYP 2.4.6).
 */
#ifndef SPN_AUDIT_FACTS_ACL_H
#define SPN_AUDIT_FACTS_ACL_H

#include "trustees.h"

struct audit_acl;

/* NULL when out of memory. */
struct audit_acl *audit_acl_new(TALLOC_CTX *mem_ctx);

/*
 * What is found lives on acl: thousands of accounts share a few descriptors,
 * and each is looked at once. A descriptor that cannot be read has no writers
 * and is counted. False when out of memory.
 */
bool audit_acl_writers(struct audit_acl *acl,
		       struct spn_str descriptor,
		       enum spn_kind kind,
		       const struct spn_writer **_writers,
		       size_t *_num_writers);

size_t audit_acl_num_unreadable(const struct audit_acl *acl);

/* Puts names in the place of SIDs, where they are known. name_of tells that of
 * an account by its number, or NULL; it must live as long as acl. */
void audit_acl_settle(struct audit_acl *acl,
		      struct audit_trustees *trustees,
		      const char *(*name_of)(void *private_data,
					     size_t number),
		      void *private_data);

#endif
