/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the names in the DNS zones of the directory lead: by CNAME to another
 * name, by A and AAAA to addresses.
 */
#ifndef SPN_AUDIT_FACTS_DNS_LEADS_H
#define SPN_AUDIT_FACTS_DNS_LEADS_H

#include "store/store.h"

struct audit_leads;

/* NULL when out of memory. */
struct audit_leads *audit_leads_new(TALLOC_CTX *mem_ctx);

/* All of dnsRecord of an entry, which is the name host. False when out of
 * memory. */
bool audit_leads_add(struct audit_leads *leads,
		     struct spn_str host,
		     const struct ldb_message *msg);

/* Whether a client that asks DNS for alias gets to the host: a CNAME leads
 * there, or both have an address in common. Full names, in any case. */
bool audit_leads_meet(const struct audit_leads *leads,
		      struct spn_str alias,
		      struct spn_str host);

#endif
