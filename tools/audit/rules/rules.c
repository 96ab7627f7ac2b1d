/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of rules that only an audit has.
 */
#include "rules.h"

#include <string.h>

#include "rule_table.h"

#define AUDIT_RULE_ENTRY(name) &audit_rule_##name,

static const struct audit_rule *const rules[] = {
	AUDIT_RULE_TABLE(AUDIT_RULE_ENTRY) /* each with its comma */
	NULL,
};

const struct audit_rule *const *audit_rules(void)
{
	return rules;
}

const struct spn_rule *audit_rule_number(size_t number)
{
	size_t i = 0;

	if (number < spn_num_rules()) {
		return spn_rules()[number];
	}
	number -= spn_num_rules();
	while (i < number && rules[i] != NULL) {
		i++;
	}
	return (rules[i] == NULL) ? NULL : &rules[i]->about;
}

const struct spn_rule *audit_rule_by_name(const char *name)
{
	const struct spn_rule *rule = NULL;
	size_t i = 0;

	do {
		rule = audit_rule_number(i++);
	} while (rule != NULL && strcasecmp(rule->name, name) != 0);
	return rule;
}

static bool is_unwanted(uint32_t unwanted, size_t number)
{
	return (unwanted >> (spn_num_rules() + number) & 1) != 0;
}

unsigned audit_rules_look_at(uint32_t unwanted)
{
	unsigned looks_at = 0;
	size_t i;

	for (i = 0; rules[i] != NULL; i++) {
		if (!is_unwanted(unwanted, i)) {
			looks_at |= rules[i]->looks_at;
		}
	}
	return looks_at;
}

bool audit_rules_judge(const struct audit_case *a, struct spn_report *report)
{
	bool exempt = spn_case_is_exempt(&a->c);
	size_t i;

	if (!spn_rules_judge(&a->c, report)) {
		return false;
	}
	for (i = 0; rules[i] != NULL; i++) {
		size_t first = report->num_violations;
		bool obeys = rules[i]->about.obeys_exemptions;

		if ((exempt && obeys) || is_unwanted(a->c.unwanted_rules, i)) {
			continue;
		}
		if (!rules[i]->judge(a, report)) {
			return false;
		}
		if (obeys) {
			spn_case_drop_exempt(&a->c, report, first);
		}
	}
	return true;
}
