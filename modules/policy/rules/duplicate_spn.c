/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * duplicate-spn: one SPN, one account, in the whole forest. KB 871179: "An
 * SPN for a service can only be associated with one account." A KDC that
 * finds two holders gives no ticket at all.
 */
#include "rule_table.h"

static const char rule_name[] = "duplicate-spn";

static const struct spn_message dup_exact = {
	.code = "SPN-101",
	.id = "DUP-EXACT",
	.rule = rule_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_REFUSE,
	.rank = 1,
	.summary = "One SPN on several accounts",
	.client = "'{spn}' is in use by another account: remove it "
		  "there first, or choose another name",
	.reason = "several accounts hold it, so the KDC gives no "
		  "ticket for it",
	.fix = "keep it on the account whose key the service has, with its "
	       "other half if it has one, remove both from the others; "
	       "where one of them is an old object of this host, remove "
	       "that object",
};

static const struct spn_message dup_fold = {
	.code = "SPN-102",
	.id = "DUP-FOLD",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 1,
	.summary = "Two SPNs that only a Windows DC takes for one",
	.reason = "a Windows DC does not tell it from {partner} of "
		  "another account",
	.fix = "rename one of the two",
};

static const struct spn_message dup_self = {
	.code = "SPN-103",
	.id = "DUP-SELF",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_REFUSE,
	.rank = 3,
	.summary = "One account holds an SPN twice",
	.client = "'{spn}' would be on this account twice (upper and lower "
		  "case do not matter): send it once",
	.reason = "the account holds it twice (upper and lower case do not "
		  "matter)",
	.fix = "keep one of them, remove the others",
	.repair = SPN_REPAIR_REMOVE_TWIN,
};

static const struct spn_message multi_farm = {
	.code = "SPN-104",
	.id = "MULTI-FARM",
	.rule = rule_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_REFUSE,
	.rank = 1,
	.summary = "One http SPN on several computers",
	.client = "'{spn}' is in use by another computer: a farm needs "
		  "one service account for all its members",
	.reason = "several computers hold it, so the KDC gives no "
		  "ticket for it",
	.fix = "create one service account for the farm, move the SPN to "
	       "it from all members, with its other half if it has one, "
	       "and run the service on every member as that account",
};

static bool all_spn_account_shares(const struct spn_account *account,
				   struct spn_str value,
				   const struct spn_holders *others)
{
	struct spn_many *many = others->many;
	bool all = true;
	size_t i;

	if (!spn_account_shares(account, value)) {
		return false;
	}
	if (many != NULL && many->may_share != SPN_MANY_UNKNOWN) {
		return many->may_share == SPN_MANY_YES;
	}
	for (i = 0; i < others->num_accounts && all; i++) {
		all = spn_account_shares(others->accounts[i], value);
	}
	if (many != NULL) {
		many->may_share = all ? SPN_MANY_YES : SPN_MANY_NO;
	}
	return all;
}

/* A farm that was given the SPN machine by machine. Not where it is the name
 * of one of them: then that is an old object of a host, or has lost it. */
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
	if (others->many != NULL) {
		return others->many->has_only_computers;
	}
	for (i = 0; i < others->num_accounts; i++) {
		const struct spn_account *other = others->accounts[i];

		if (other->kind != SPN_KIND_COMPUTER ||
		    spn_account_has_name(other, spn.host_name))
		{
			return false;
		}
	}
	return !spn_account_has_name(c->after, spn.host_name);
}

static bool judge_others(const struct spn_case *c,
			 const struct spn_value *value,
			 struct spn_report *report)
{
	struct spn_violation v = {.account = c->after, .spn = value->value};
	const struct spn_message *message = &dup_exact;

	if (!spn_index_holders_of(c->index, report, value, &v.others)) {
		return false;
	}
	spn_holders_leave_out(&v.others, c->after);
	if (v.others.num_accounts == 0 ||
	    all_spn_account_shares(c->after, value->value, &v.others))
	{
		return true;
	}
	if (is_farm(c, value, &v.others)) {
		message = &multi_farm;
	}
	return spn_report_add(report, message, &v, NULL);
}

/*
 * One of a wide list that is not among those that hold the value exactly. Of a
 * list that many have only that one is looked for: the first, or the first
 * that is unlike it.
 */
static const struct spn_account *find_odd(const struct spn_holders *wide,
					  const struct spn_holders *exact)
{
	size_t i = (wide->many == NULL) ? 0 : wide->many->odd;

	if (!spn_holders_has(exact, wide->accounts[0])) {
		return wide->accounts[0];
	}
	if (i > 0 && !spn_holders_has(exact, wide->accounts[i])) {
		return wide->accounts[i];
	}
	for (i = 1; i < wide->num_accounts; i++) {
		if (!spn_holders_has(exact, wide->accounts[i])) {
			break;
		}
	}
	if (i == wide->num_accounts) {
		return NULL;
	}
	if (wide->many != NULL && wide->many->odd == 0) {
		wide->many->odd = i;
	}
	return wide->accounts[i];
}

/* What another account's value looks like whose key is this one. */
static const char *spelling_of(const struct spn_account *other,
			       struct spn_str key)
{
	const struct spn_value *value = spn_account_find(other, key);

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
	const struct spn_account *odd = NULL;
	struct spn_holders exact = {};
	size_t i;

	if (!spn_fold_text(fold, report, wide.value, &wide.key) ||
	    !spn_index_holders_of(c->wide_index, report, &wide, &v.others) ||
	    !spn_index_holders_of(c->index, report, value, &exact))
	{
		return false;
	}
	/* Who holds it exactly holds it in the wide sense, too. */
	if (v.others.num_accounts <= exact.num_accounts) {
		return true;
	}
	odd = find_odd(&v.others, &exact);
	if (odd == NULL) {
		return true;
	}
	for (i = 0; v.others.many == NULL && i < exact.num_accounts; i++) {
		spn_holders_leave_out(&v.others, exact.accounts[i]);
	}
	v.partner = spelling_of(odd, wide.key);
	return spn_report_add(report, &dup_fold, &v, NULL);
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
		if (!spn_case_is_first(c, value)) {
			/* once more, in whatever spelling: that is all to
			 * say */
			if (!spn_report_add(report, &dup_self, &self, NULL)) {
				return false;
			}
			continue;
		}
		if (!(c->after->is_alone && !c->is_write) &&
		    !judge_others(c, value, report))
		{
			return false;
		}
		if (c->wide_index != NULL && !judge_wide(c, value, report)) {
			return false;
		}
	}
	return true;
}

static const struct spn_message *const messages[] = {
	&dup_exact,
	&dup_fold,
	&dup_self,
	&multi_farm,
	NULL,
};

const struct spn_rule spn_rule_duplicate_spn = {
	.name = rule_name,
	.messages = messages,
	.level = SPN_LEVEL_DENY,
	.modes = (1u << SPN_LEVEL_DENY) | (1u << SPN_LEVEL_WARN) |
		 (1u << SPN_LEVEL_OFF),
	.summary = "one SPN is on one account in the whole forest",
	.source = "KB 871179; MS-ADTS 3.1.1.5.1.3",
	.of_shared = true,
	.judge = judge,
};
