/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names of hosts in the DNS zones that the directory itself holds: what is
 * known of DNS without asking it.
 */
#ifndef SPN_AUDIT_FACTS_DNS_ZONES_H
#define SPN_AUDIT_FACTS_DNS_ZONES_H

#include "store/store.h"

#include "audit/rules/facts.h"

struct audit_names;

/* NULL when out of memory. */
struct audit_names *audit_names_new(TALLOC_CTX *mem_ctx);

/* An entry of class dnsNode. False when out of memory. */
bool audit_names_add(struct audit_names *names, const struct ldb_message *msg);

/*
 * For struct spn_surroundings. A name without a dot is looked for in every
 * zone. SPN_DNS_ABSENT only for names in a zone that is held here.
 */
enum spn_dns_answer audit_names_ask(void *names, struct spn_str name);

/*
 * For struct spn_surroundings, too: whether the zones lead alias, by CNAME or
 * by an address that both have, to the computer with that DNS name. An alias
 * without a dot is looked for beside the computer.
 */
bool audit_names_lead_to(void *names,
			 struct spn_str alias,
			 struct spn_str computer);

#endif
