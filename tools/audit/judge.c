/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Account by account, each unpacked for the moment; what is found outlives
 * them in a few bytes.
 */
#include "judge.h"

#include "notices.h"

#include "audit/rules/messages.h"
#include "common/arena.h"
#include "gives_way.h"

#include <string.h>

#define SCRATCH ((size_t)16 * 1024)

/* An account of either page as one that outlives both; the numbers in the two
 * are the same. */
static bool keep_account(const struct audit_scan *scan,
			 const struct spn_account **account)
{
	size_t number = 0;

	if (*account == NULL) {
		return true;
	}
	if (!spn_census_number(*account, &number)) {
		return true; /* it is kept already */
	}
	return spn_census_keep(scan->census, number, account);
}

/* A list that many have is kept once. */
static bool keep_many(struct audit_scan *scan, struct spn_holders *others)
{
	struct spn_many *many = others->many;
	struct spn_holders kept = {.num_accounts = others->num_accounts};
	const struct spn_account **own = NULL;
	size_t i;

	if (many->kept == NULL) {
		own = talloc_memdup(scan,
				    others->accounts,
				    kept.num_accounts *
					    sizeof(struct spn_account *));
		if (own == NULL) {
			return false;
		}
		for (i = 0; i < kept.num_accounts; i++) {
			if (!keep_account(scan, &own[i])) {
				return false;
			}
		}
		kept.accounts = own;
		if (!audit_lists_keep(scan->lists, &kept)) {
			return false;
		}
		talloc_free(own);
		many->kept = kept.accounts;
	}
	others->accounts = many->kept;
	return true;
}

static bool keep_accounts(struct audit_scan *scan, struct spn_report *report)
{
	size_t i;
	size_t j;

	for (i = 0; i < report->num_violations; i++) {
		struct spn_violation *v = &report->violations[i];

		if (!keep_account(scan, &v->account)) {
			return false;
		}
		if (v->others.many != NULL) {
			if (!keep_many(scan, &v->others)) {
				return false;
			}
			continue;
		}
		for (j = 0; j < v->others.num_accounts; j++) {
			if (!keep_account(scan, &v->others.accounts[j])) {
				return false;
			}
		}
	}
	return true;
}

/* Most of what is not wanted is known here already. A finding is as severe as
 * the gravest of its sides, so of one that has several all are kept; and one
 * to which others give way silences them, however mild it is. */
static void drop_unwanted(const struct audit_choice *choice,
			  struct spn_report *report)
{
	size_t kept = 0;
	size_t i;

	for (i = 0; i < report->num_violations; i++) {
		const struct spn_violation *v = &report->violations[i];

		if (audit_choice_is_on(choice, v->message) &&
		    (v->others.num_accounts > 0 ||
		     audit_choice_severity(choice, v->message, v->severity) >=
			     audit_choice_lowest(choice) ||
		     audit_is_given_way(v->message)))
		{
			report->violations[kept++] = *v;
		}
	}
	report->num_violations = kept;
}

/* Its accounts are kept already. */
static bool keep_violation(struct audit_scan *scan, struct spn_violation v)
{
	size_t num = v.others.num_accounts;
	const struct spn_account **others = NULL;
	struct spn_str partner = {};

	if (v.others.many != NULL) {
		v.others.many = NULL; /* of the page, which goes */
	} else if (num > 0) {
		others = spn_arena_take_object(
			scan,
			&scan->arena,
			num * sizeof(struct spn_account *));
		if (others == NULL) {
			return false;
		}
		memcpy(others,
		       v.others.accounts,
		       num * sizeof(struct spn_account *));
		v.others.accounts = others;
	}
	if (v.partner != NULL) {
		if (!spn_arena_copy(scan,
				    &scan->arena,
				    spn_str_of(v.partner),
				    &partner))
		{
			return false;
		}
		v.partner = partner.data;
	}
	return spn_arena_copy(scan, &scan->arena, v.spn, &v.spn) &&
	       audit_violations_add(scan, &scan->violations, &v);
}

static bool keep_report(struct audit_scan *scan,
			const struct spn_report *report)
{
	size_t i;

	for (i = 0; i < report->num_violations; i++) {
		if (!keep_violation(scan, report->violations[i])) {
			return false;
		}
	}
	return true;
}

/* So few that each value is not worth to be parsed beforehand. */
static bool is_for_few_rules(const struct audit_case *a)
{
	unsigned num = 0;
	size_t i;

	for (i = 0; audit_rule_number(i) != NULL; i++) {
		num += (a->c.unwanted_rules >> i & 1) ^ 1;
	}
	return num < 2;
}

/* What a rule leaves on the report while it looks around goes away with it.
 */
static bool judge_account(struct audit_scan *scan,
			  const struct audit_choice *choice,
			  TALLOC_CTX *scratch,
			  struct audit_case *a,
			  bool parses,
			  bool is_trial)
{
	struct spn_report *report = spn_report_new(scratch);

	a->c.parsed = NULL;
	if (parses) {
		a->c.parsed = spn_case_parse_all(&a->c, scratch);
		if (a->c.parsed == NULL) {
			return false;
		}
	}
	if (report == NULL || !audit_rules_judge(a, report)) {
		return false;
	}
	drop_unwanted(choice, report);
	if (is_trial) {
		return true;
	}
	return keep_accounts(scan, report) && keep_report(scan, report);
}

/* Nothing that is asked for would be said of an account that is alone. */
static bool pass_over_alone(const struct audit_case *a)
{
	const struct spn_rule *rule = NULL;
	size_t i;

	for (i = 0; audit_rule_number(i) != NULL; i++) {
		rule = audit_rule_number(i);
		if (!rule->of_shared && (a->c.unwanted_rules >> i & 1) == 0) {
			return false;
		}
	}
	return a->c.wide_index == NULL;
}

/* What belongs to no account. */
bool audit_judge_forest(struct audit_scan *scan, const char **problems)
{
	struct spn_report *report = spn_report_new(scan);
	size_t i;

	if (report == NULL || !spn_rules_judge_forest(scan->forest, report)) {
		return false;
	}
	for (i = 0; problems != NULL && problems[i] != NULL; i++) {
		struct spn_violation details = {.partner = problems[i]};

		if (!spn_report_add(report, &spn_setting_bad, &details, NULL))
		{
			return false;
		}
	}
	return keep_report(scan, report);
}

static bool judge_dc(const struct spn_dc *dc, struct spn_report *report)
{
	struct spn_violation v = {};
	char *says = spn_dc_says(report, dc);

	if (says == NULL) {
		return false;
	}
	if (says[0] == '\0' || dc->standing == SPN_STANDING_UNREACHABLE) {
		return true;
	}
	v.partner = talloc_asprintf(report, "%s: %s", dc->name, says);
	if (v.partner == NULL) {
		return false;
	}
	if (spn_dc_lets_in(dc)) {
		return spn_report_add(report, &audit_dc_lets_in, &v, NULL);
	}
	return dc->is_read_only ||
	       spn_report_add(report, &audit_dc_restart, &v, NULL);
}

bool audit_judge_dcs(struct audit_scan *scan, const struct spn_dcs *dcs)
{
	struct spn_report *report = spn_report_new(scan);
	size_t i;

	if (report == NULL) {
		return false;
	}
	for (i = 0; dcs != NULL && i < dcs->num_dcs; i++) {
		if (!judge_dc(&dcs->dcs[i], report)) {
			return false;
		}
	}
	return keep_report(scan, report);
}

bool audit_judge_accounts(struct audit_scan *scan,
			  const struct audit_choice *choice,
			  struct audit_case *a,
			  struct spn_census *wide,
			  bool is_trial)
{
	struct spn_census *census = scan->census;
	const struct spn_account **after = &a->c.after;
	TALLOC_CTX *scratch = talloc_pool(scan, SCRATCH);
	bool of_shared = pass_over_alone(a);
	bool parses = !is_for_few_rules(a);
	bool ok = scratch != NULL;
	size_t i;

	if (scan->lists == NULL) {
		scan->lists = audit_lists_new(scan);
		ok = ok && scan->lists != NULL;
	}
	for (i = 0; ok && i < spn_census_num(census); i++) {
		audit_tell_judging(scan, i);
		if (of_shared && spn_census_is_alone(census, i)) {
			continue;
		}
		ok = spn_census_get(census, i, after);
		if (ok && *after != NULL && !(*after)->is_deleted) {
			ok = judge_account(scan,
					   choice,
					   scratch,
					   a,
					   parses,
					   is_trial);
			talloc_free_children(scratch);
		}
		spn_census_turn_page(census);
		if (wide != NULL) {
			spn_census_turn_page(wide);
		}
	}
	talloc_free(scratch);
	return ok;
}
