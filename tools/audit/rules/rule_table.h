/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of the rules that only an audit has: one line each, in the order
 * in which they judge. The name is that of the rule with _ for -.
 */
#ifndef SPN_AUDIT_RULES_RULE_TABLE_H
#define SPN_AUDIT_RULES_RULE_TABLE_H

#include "rules.h"

#define AUDIT_RULE_TABLE(RULE)                                                \
	RULE(hosts)                                                           \
	RULE(holders)                                                         \
	RULE(logon_names)                                                     \
	RULE(keys)                                                            \
	RULE(delegation)

/* Each is defined in its own file. */
#define AUDIT_RULE_DECLARE(name)                                              \
	extern const struct audit_rule audit_rule_##name;
AUDIT_RULE_TABLE(AUDIT_RULE_DECLARE)

#endif
