/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules by name, for the table in rules.c only.
 */
#ifndef SPN_POLICY_RULES_RULE_TABLE_H
#define SPN_POLICY_RULES_RULE_TABLE_H

#include "rules.h"

extern const struct spn_rule spn_rule_duplicate_spn;
extern const struct spn_rule spn_rule_http_pair;
extern const struct spn_rule spn_rule_syntax;
extern const struct spn_rule spn_rule_alias_spn;

#endif
