/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * duplicate-spn: one SPN, one account, in the whole forest. KB 871179: "An
 * SPN for a service can only be associated with one account." A KDC that
 * finds two holders gives no ticket at all.
 */
#include "rule_table.h"

static bool may_share(const struct spn_account *account, struct spn_str value)
{
	return spn_is_shared(value, spn_str_of(account->sam_account_name));
}

static bool all_may_share(const struct spn_account *account,
			  struct spn_str value,
			  const struct spn_holders *others)
{
	size_t i;

	if (!may_share(account, value)) {
		return false;
	}
	for (i = 0; i < others->num_accounts; i++) {
		if (!may_share(others->accounts[i], value)) {
			return false;
		}
	}
	return true;
}

/* A farm that was given the SPN machine by machine. */
static bool is_farm(const struct spn_case *c,
		    const struct spn_value *value,
		    const struct spn_holders *others)
{
	struct spn spn = {};
	size_t i;

	if (c->after->kind != SPN_KIND_COMPUTER ||
	    spn_parse(value->value, &spn) != SPN_SYNTAX_OK ||
	    !spn_settings_is_pair_class(c->settings, spn.service_class))
	{
		return false;
	}
	for (i = 0; i < others->num_accounts; i++) {
		if (others->accounts[i]->kind != SPN_KIND_COMPUTER) {
			return false;
		}
	}
	return true;
}

static bool judge_others(const struct spn_case *c,
			 const struct spn_value *value,
			 struct spn_report *report)
{
	struct spn_violation v = {.account = c->after, .spn = value->value};
	const char *code = "SPN-101";

	if (!spn_index_holders_of(c->index, report, value, &v.others)) {
		return false;
	}
	spn_holders_leave_out(&v.others, c->after);
	if (v.others.num_accounts == 0 ||
	    all_may_share(c->after, value->value, &v.others))
	{
		return true;
	}
	if (is_farm(c, value, &v.others)) {
		code = "SPN-104";
	}
	return spn_report_add(report, code, &v, NULL);
}

/* What another account's value looks like whose key is this one. */
static const char *spelling_of(const struct spn_holders *holders,
			       struct spn_str key)
{
	const struct spn_value *value = spn_account_find(holders->accounts[0],
							 key);

	return (value == NULL) ? NULL : value->value.data;
}

/* Equal only as a Windows DC compares: audits of mixed forests. */
static bool judge_wide(const struct spn_case *c,
		       const struct spn_value *value,
		       struct spn_report *report)
{
	const struct spn_fold *fold = spn_index_fold(c->wide_index);
	struct spn_violation v = {.account = c->after, .spn = value->value};
	struct spn_value wide = {.value = value->value};
	struct spn_holders exact = {};
	size_t i;

	if (!fold->fn(fold->private_data, report, wide.value, &wide.key) ||
	    !spn_index_holders_of(c->wide_index, report, &wide, &v.others) ||
	    !spn_index_holders_of(c->index, report, value, &exact))
	{
		return false;
	}
	spn_holders_leave_out(&v.others, c->after);
	for (i = 0; i < exact.num_accounts; i++) {
		spn_holders_leave_out(&v.others, exact.accounts[i]);
	}
	if (v.others.num_accounts == 0) {
		return true;
	}
	v.partner = spelling_of(&v.others, wide.key);
	return spn_report_add(report, "SPN-102", &v, NULL);
}

static bool judge(const struct spn_case *c, struct spn_report *report)
{
	size_t i;

	for (i = 0; i < spn_case_num_values(c); i++) {
		const struct spn_value *value = spn_case_value(c, i);
		struct spn_violation self = {
			.account = c->after,
			.spn = value->value,
		};

		if (!spn_case_added(c, value)) {
			continue;
		}
		if (spn_account_find(c->after, value->key) != value) {
			/* its second spelling: that is all to say */
			if (!spn_report_add(report, "SPN-103", &self, NULL)) {
				return false;
			}
			continue;
		}
		if (!judge_others(c, value, report)) {
			return false;
		}
		if (c->wide_index != NULL && !judge_wide(c, value, report)) {
			return false;
		}
	}
	return true;
}

const struct spn_rule spn_rule_duplicate_spn = {
	.name = "duplicate-spn",
	.codes = "SPN-1xx",
	.level = SPN_LEVEL_DENY,
	.modes = (1u << SPN_LEVEL_DENY) | (1u << SPN_LEVEL_WARN) |
		 (1u << SPN_LEVEL_OFF),
	.summary = "one SPN is on one account in the whole forest",
	.source = "KB 871179; MS-ADTS 3.1.1.5.1.3",
	.judge = judge,
};
