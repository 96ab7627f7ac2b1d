/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of rules: one line each, in the order in which they judge. The
 * name is that of the rule with _ for -.
 */
#ifndef SPN_POLICY_RULES_RULE_TABLE_H
#define SPN_POLICY_RULES_RULE_TABLE_H

#include "rules.h"

#define SPN_RULE_TABLE(RULE)                                                  \
	RULE(duplicate_spn)                                                   \
	RULE(hidden_duplicate)                                                \
	RULE(http_pair)                                                       \
	RULE(syntax)                                                          \
	RULE(alias_spn)

/* Each is defined in its own file. */
#define SPN_RULE_DECLARE(name) extern const struct spn_rule spn_rule_##name;
SPN_RULE_TABLE(SPN_RULE_DECLARE)

#endif
