/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From an entry to the facts of an account.
 */
#ifndef SPN_AUDIT_FACTS_ATTRIBUTES_H
#define SPN_AUDIT_FACTS_ATTRIBUTES_H

#include "store/store.h"

#include "audit/rules/facts.h"

/*
 * On mem_ctx; texts may point into the entry. is_privileged is what adminCount
 * says; who may write SPNs is for others to fill in. is_described: the account
 * is to be described whether it holds SPNs or not. NULL when out of memory.
 */
struct spn_facts *audit_facts_of(TALLOC_CTX *mem_ctx,
				 const struct ldb_message *msg,
				 bool is_described);

#endif
