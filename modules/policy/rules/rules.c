/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the rules have in common, and how they are run.
 */
#include "rules.h"

#include <string.h>

#include "rule_table.h"

#define SPN_RULE_ENTRY(name) &spn_rule_##name,

static const struct spn_rule *const rules[] = {
	SPN_RULE_TABLE(SPN_RULE_ENTRY) /* each with its comma */
	NULL,
};

const struct spn_rule *const *spn_rules(void)
{
	return rules;
}

size_t spn_num_rules(void)
{
	return sizeof(rules) / sizeof(rules[0]) - 1;
}

const struct spn_rule *spn_rule_by_name(const char *name)
{
	size_t i;

	for (i = 0; rules[i] != NULL; i++) {
		if (strcasecmp(rules[i]->name, name) == 0) {
			return rules[i];
		}
	}
	return NULL;
}

/*
 * In a write: drops what only audits report, and gives the rest the level
 * that the settings say.
 */
static void settle_levels(struct spn_report *report,
			  size_t first,
			  enum spn_level level)
{
	size_t kept = first;
	size_t i;

	for (i = first; i < report->num_violations; i++) {
		struct spn_violation v = report->violations[i];

		if (v.message->on_write == SPN_ON_WRITE_IGNORE) {
			continue;
		}
		v.level = SPN_LEVEL_WARN;
		if (v.message->on_write == SPN_ON_WRITE_REFUSE &&
		    level > SPN_LEVEL_WARN && !v.is_allowed)
		{
			v.level = SPN_LEVEL_DENY;
		}
		report->violations[kept++] = v;
	}
	report->num_violations = kept;
}

bool spn_case_is_exempt(const struct spn_case *c)
{
	return spn_settings_is_exempt_account(c->settings,
					      c->after->object_guid,
					      c->after->sam_account_name);
}

void spn_case_drop_exempt(const struct spn_case *c,
			  struct spn_report *report,
			  size_t first)
{
	size_t kept = first;
	size_t i;

	for (i = first; i < report->num_violations; i++) {
		struct spn_violation v = report->violations[i];
		struct spn spn = {};

		if (spn_parse(v.spn, &spn) == SPN_SYNTAX_OK &&
		    spn_settings_is_exempt_host(c->settings, spn.host_name))
		{
			continue;
		}
		report->violations[kept++] = v;
	}
	report->num_violations = kept;
}

/* The setting machine-spn-limit, which is no rule of its own. */
static bool judge_limit(const struct spn_case *c, struct spn_report *report)
{
	struct spn_violation v = {.account = c->after};
	struct spn_violation *added = NULL;

	if (!c->is_own || !spn_case_exceeds_limit(c) ||
	    c->diff->num_brought == 0)
	{
		return true;
	}
	v.spn = c->diff->brought[0]->value;
	v.partner =
		talloc_asprintf(report,
				"%lu",
				(unsigned long)c->settings->machine_spn_limit);
	if (v.partner == NULL ||
	    !spn_report_add(report, &spn_machine_limit, &v, &added))
	{
		return false;
	}
	added->level = (c->settings->mode == SPN_MODE_AUDIT) ? SPN_LEVEL_WARN
							     : SPN_LEVEL_DENY;
	return true;
}

static bool judge(const struct spn_case *c, struct spn_report *report)
{
	bool exempt = spn_case_is_exempt(c);
	size_t i;

	for (i = 0; rules[i] != NULL; i++) {
		size_t first = report->num_violations;
		enum spn_level level = spn_settings_level(c->settings, i);

		if ((c->is_write && level == SPN_LEVEL_OFF) ||
		    (c->unwanted_rules >> i & 1) != 0)
		{
			continue;
		}
		if (exempt && rules[i]->obeys_exemptions) {
			continue;
		}
		if (!rules[i]->judge(c, report)) {
			return false;
		}
		if (rules[i]->obeys_exemptions) {
			spn_case_drop_exempt(c, report, first);
		}
		if (c->is_write) {
			settle_levels(report, first, level);
		}
	}
	return true;
}

bool spn_rules_judge(const struct spn_case *c, struct spn_report *report)
{
	struct spn_case whole = *c;

	if (c->is_write && !spn_case_compare(&whole, report)) {
		return false;
	}
	return judge_limit(&whole, report) && judge(&whole, report);
}

bool spn_rules_judge_forest(const struct spn_forest *forest,
			    struct spn_report *report)
{
	size_t i;

	for (i = 0; rules[i] != NULL; i++) {
		if (rules[i]->judge_forest != NULL &&
		    !rules[i]->judge_forest(forest, report))
		{
			return false;
		}
	}
	return true;
}
