/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules that only an audit has. They may ask all that rules of writes may,
 * and besides whatever only a whole forest can tell: no write can meet them,
 * since no write has an audit_case.
 */
#ifndef SPN_AUDIT_RULES_RULES_H
#define SPN_AUDIT_RULES_RULES_H

#include "audit/census/census.h"
#include "facts.h"
#include "policy/rules/rules.h"

/* "Steal or Forge Kerberos Tickets: Kerberoasting" of MITRE ATT&CK. */
#define AUDIT_KERBEROASTING "T1558.003"

struct audit_case {
	struct spn_case c; /* no write; its index is that of the census */
	struct spn_census *census;
	const struct spn_surroundings *surroundings; /* NULL: not known */
};

/* What a rule judges by besides SPNs and names of accounts; what none that is
 * asked for looks at is not read at all. */
enum audit_looks_at {
	AUDIT_LOOKS_AT_FACTS = 1, /* struct spn_facts; the next two imply it */
	AUDIT_LOOKS_AT_RIGHTS = 2, /* its writers */
	AUDIT_LOOKS_AT_GROUPS = 4, /* its is_privileged */
	AUDIT_LOOKS_AT_ZONES = 8,  /* of struct spn_surroundings */
};

struct audit_rule {
	struct spn_rule about; /* without a function, or a mode to be set */
	unsigned looks_at;     /* bits */
	bool (*judge)(const struct audit_case *a, struct spn_report *report);
};

/* Those that only an audit has, NULL-terminated. The table in
 * rule_table.h is the only list. */
const struct audit_rule *const *audit_rules(void);

/* Each rule there is, first those that judge writes; NULL for a number behind
 * the last one. */
const struct spn_rule *audit_rule_number(size_t number);

/* What those that are wanted look at: bits of audit_looks_at. unwanted: as in
 * struct spn_case. */
unsigned audit_rules_look_at(uint32_t unwanted);

/* The rule of that name, of those here or those that judge writes; or NULL. */
const struct spn_rule *audit_rule_by_name(const char *name);

/* Every rule over one case, first those that judge writes, too. False when out
 * of memory. */
bool audit_rules_judge(const struct audit_case *a, struct spn_report *report);

#endif
