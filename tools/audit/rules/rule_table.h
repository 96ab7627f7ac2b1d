/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules by name, for the table in policy/rules/rules.c only.
 */
#ifndef SPN_AUDIT_RULES_RULE_TABLE_H
#define SPN_AUDIT_RULES_RULE_TABLE_H

#include "rules.h"

extern const struct audit_rule audit_rule_hosts;
extern const struct audit_rule audit_rule_holders;
extern const struct audit_rule audit_rule_logon_names;
extern const struct audit_rule audit_rule_keys;
extern const struct audit_rule audit_rule_delegation;

#endif
