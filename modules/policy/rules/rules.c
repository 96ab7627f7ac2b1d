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
		    level > SPN_LEVEL_WARN) {
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

bool spn_case_exceeds_limit(const struct spn_case *c)
{
	size_t before = (c->before == NULL) ? 0 : c->before->spns.num;
	size_t limit = c->settings->machine_spn_limit;

	return c->is_write && limit > 0 && c->after->spns.num > limit &&
	       c->after->spns.num > before && spn_account_is_machine(c->after);
}

/* The setting machine-spn-limit, which is no rule of its own. */
static bool judge_limit(const struct spn_case *c, struct spn_report *report)
{
	struct spn_violation v = {.account = c->after};
	struct spn_violation *added = NULL;

	if (!c->is_own || !spn_case_exceeds_limit(c) ||
	    c->diff->num_brought == 0) {
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

		if (c->is_write && level == SPN_LEVEL_OFF) {
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
		    !rules[i]->judge_forest(forest, report)) {
			return false;
		}
	}
	return true;
}

/* Both in one go: what a write leaves alone stands in the same order in both,
 * and is passed over without looking it up. */
static void compare(const struct spn_set *before,
		    const struct spn_set *after,
		    struct spn_diff *diff)
{
	size_t i = 0;
	size_t j = 0;

	/* No pointer is counted up: that of an empty set is NULL. */
	while (i < before->num || j < after->num) {
		const struct spn_value *old = (i < before->num)
						      ? &before->values[i]
						      : NULL;
		const struct spn_value *new = (j < after->num)
						      ? &after->values[j]
						      : NULL;
		bool is_same = old != NULL &&
			       new != NULL &&spn_str_equal(old->value,
							   new->value);

		if (!is_same && old != NULL &&
		    !spn_set_has_exactly(after, old)) {
			if (!spn_set_has(after, old->key)) {
				diff->gone[diff->num_gone++] = old;
			}
			i++;
			continue;
		}
		if (!is_same && new != NULL &&
		    !spn_set_has_exactly(before, new)) {
			diff->brought[diff->num_brought++] = new;
			j++;
			continue;
		}
		i += (old != NULL) ? 1 : 0;
		j += (new != NULL) ? 1 : 0;
	}
}

bool spn_case_compare(struct spn_case *c, TALLOC_CTX *mem_ctx)
{
	static const struct spn_set nothing;
	const struct spn_set *before = (c->before == NULL) ? &nothing
							   : &c->before->spns;
	struct spn_diff *diff = NULL;

	if (c->diff != NULL) {
		return true;
	}
	diff = talloc_zero(mem_ctx, struct spn_diff);
	if (diff == NULL) {
		return false;
	}
	diff->brought = talloc_array(diff,
				     const struct spn_value *,
				     c->after->spns.num);
	diff->gone = talloc_array(diff, const struct spn_value *, before->num);
	if (diff->brought == NULL || diff->gone == NULL) {
		talloc_free(diff);
		return false;
	}
	compare(before, &c->after->spns, diff);
	c->diff = diff;
	return true;
}

size_t spn_case_num_values(const struct spn_case *c)
{
	return c->is_write ? c->diff->num_brought : c->after->spns.num;
}

const struct spn_value *spn_case_value(const struct spn_case *c, size_t i)
{
	return c->is_write ? c->diff->brought[i] : &c->after->spns.values[i];
}

bool spn_case_added(const struct spn_case *c, const struct spn_value *value)
{
	if (!c->is_write) {
		return true;
	}
	/* One more of the same, in another spelling, is new, too. */
	return spn_account_count(c->after, value->key) >
	       spn_account_count(c->before, value->key);
}

bool spn_case_removed(const struct spn_case *c,
		      struct spn_str service_class,
		      struct spn_str host,
		      bool *_removed)
{
	TALLOC_CTX *tmp_ctx = NULL;
	struct spn_value spn = {};
	bool ok = false;

	*_removed = false;
	if (!c->is_write || c->before == NULL) {
		return true;
	}
	tmp_ctx = talloc_new(c->index);
	ok = tmp_ctx != NULL &&
	     spn_index_key(c->index, tmp_ctx, service_class, host, &spn);
	if (ok) {
		*_removed = spn_account_find(c->before, spn.key) != NULL &&
			    spn_account_find(c->after, spn.key) == NULL;
	}
	talloc_free(tmp_ctx);
	return ok;
}

bool spn_case_effective(const struct spn_case *c,
			TALLOC_CTX *mem_ctx,
			struct spn_str service_class,
			struct spn_str host,
			struct spn_holders *_holders)
{
	const char *target = spn_mappings_target(c->forest->mappings,
						 service_class);
	struct spn_holders exact = {};
	struct spn_holders mapped = {};

	/* Both are asked at once: one search instead of two. */
	if (!spn_index_holders(c->index, mem_ctx, service_class, host, &exact))
	{
		return false;
	}
	if (target != NULL && !spn_index_domain_holders(c->index,
							mem_ctx,
							spn_str_of(target),
							host,
							&mapped))
	{
		return false;
	}
	*_holders = (exact.num_accounts > 0) ? exact : mapped;
	return true;
}

/* In the order of the census. */
static bool many_has(const struct spn_holders *holders,
		     const struct spn_account *account)
{
	size_t low = 0;
	size_t high = holders->num_accounts;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (holders->accounts[middle]->census_number <
		    account->census_number) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low < holders->num_accounts &&
	       holders->accounts[low]->census_number == account->census_number;
}

bool spn_holders_has(const struct spn_holders *holders,
		     const struct spn_account *account)
{
	size_t i;

	if (holders->many != NULL && account->census_number != 0) {
		return many_has(holders, account);
	}
	for (i = 0; i < holders->num_accounts; i++) {
		if (spn_account_same(holders->accounts[i], account)) {
			return true;
		}
	}
	return false;
}

bool spn_holders_is_only(const struct spn_holders *holders,
			 const struct spn_account *account)
{
	return holders->num_accounts == 1 && spn_holders_has(holders, account);
}

void spn_holders_leave_out(struct spn_holders *holders,
			   const struct spn_account *account)
{
	size_t kept = 0;
	size_t i;

	if (holders->many != NULL) {
		return;
	}
	for (i = 0; i < holders->num_accounts; i++) {
		if (!spn_account_same(holders->accounts[i], account)) {
			holders->accounts[kept++] = holders->accounts[i];
		}
	}
	holders->num_accounts = kept;
}
