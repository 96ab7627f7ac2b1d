/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From an entry to the facts of an account.
 */
#ifndef SPN_AUDIT_FACTS_ATTRIBUTES_H
#define SPN_AUDIT_FACTS_ATTRIBUTES_H

#include "store/store.h"

#include "audit/rules/facts.h"

/*
 * Texts are on mem_ctx or point into the entry. is_privileged is what
 * adminCount says; who may write SPNs is for others to fill in. is_described:
 * the account is to be described whether it holds SPNs or not. False when out
 * of memory.
 */
bool audit_facts_of(TALLOC_CTX *mem_ctx,
		    const struct ldb_message *msg,
		    bool is_described,
		    struct spn_facts *_facts);

#endif
