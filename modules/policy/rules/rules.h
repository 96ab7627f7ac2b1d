/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules: each one pure function over an account, what it was before,
 * and an index of the directory. No rule knows whether it runs in the
 * module, an audit, setspn or a test.
 */
#ifndef SPN_POLICY_RULES_RULES_H
#define SPN_POLICY_RULES_RULES_H

#include "policy/case.h"
#include "policy/report.h"

/* The rules that judge writes, NULL-terminated. The table in rule_table.h is
 * the only list. An audit has more of its own (tools/audit/rules/). */
const struct spn_rule *const *spn_rules(void);
size_t spn_num_rules(void);
const struct spn_rule *spn_rule_by_name(const char *name);

/*
 * Runs every rule that is on over one case and adds what it finds to the
 * report. In a write, a violation's level is what the settings say; in an
 * audit every rule runs whatever the settings say.
 * The report is only final when the case's index has no open question.
 * False when out of memory.
 */
bool spn_rules_judge(const struct spn_case *c, struct spn_report *report);
bool spn_rules_judge_forest(const struct spn_forest *forest,
			    struct spn_report *report);

/* What the administrator has exempted: the account; what the report has from
 * its violation number first on, by host name, which goes. For rules that
 * obey exemptions. */
bool spn_case_is_exempt(const struct spn_case *c);
void spn_case_drop_exempt(const struct spn_case *c,
			  struct spn_report *report,
			  size_t first);

#endif
