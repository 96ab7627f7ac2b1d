/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logon-names: userPrincipalName, sAMAccountName and SPN are three ways to
 * name an account to a KDC; no two accounts share one.
 */
#include <string.h>

#include "rule_table.h"

static const char rule_name[] = "logon-names";

static const struct spn_message upn_sam = {
	.code = "SPN-601",
	.id = "UPN-SAM",
	.rule = rule_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 2,
	.summary = "A user principal name is another account's own "
		   "name",
	.reason = "the user principal name {partner} is the account "
		  "name of {others}: a KDC may take one for the other",
	.fix = "change the user principal name",
};

static const struct spn_message upn_dup = {
	.code = "SPN-602",
	.id = "UPN-DUP",
	.rule = rule_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 2,
	.summary = "Two accounts have one user principal name",
	.reason = "{others} has the user principal name {partner}, "
		  "too: a KDC cannot tell the two apart",
	.fix = "change one of them",
};

static const struct spn_message upn_spn = {
	.code = "SPN-603",
	.id = "UPN-SPN",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 2,
	.summary = "A user principal name is another account's SPN",
	.reason = "the user principal name {partner} of this account "
		  "is an SPN of {others}: two accounts answer to one "
		  "name",
	.fix = "put both on the account whose key the service has",
};

static const struct spn_message sam_dollar = {
	.code = "SPN-604",
	.id = "SAM-DOLLAR",
	.rule = rule_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 2,
	.summary = "The name of a computer does not end in $, or a "
		   "user has the rest of it",
	.reason = "the account name {partner} is a computer's without "
		  "its $, or a user's that a computer has with one",
	.fix = "find out who made the account; rename it, unless that "
	       "name is meant",
};

/* Of a UPN: what stands before its last "@", all of it without one. */
static struct spn_str name_of(struct spn_str upn, struct spn_str *_realm)
{
	const char *at = memrchr(upn.data, '@', upn.len);
	struct spn_str name = upn;

	*_realm = (struct spn_str){};
	if (at != NULL) {
		name.len = (size_t)(at - upn.data);
		_realm->data = at + 1;
		_realm->len = upn.len - name.len - 1;
	}
	return name;
}

/* Each account is NAME@REALM of its domain, whatever its UPN says. */
static bool judge_upn_sam(const struct audit_case *a,
			  struct spn_str upn,
			  struct spn_report *report)
{
	const struct spn_case *c = &a->c;
	const struct spn_account *other = NULL;
	struct spn_violation v = {
		.account = c->after,
		.partner = c->after->facts->user_principal_name,
	};
	struct spn_str realm = {};
	struct spn_str name = name_of(upn, &realm);

	if (!spn_census_account_by_name(a->census, name, &other)) {
		return false;
	}
	if (other == NULL || spn_account_same(other, c->after) ||
	    (realm.len > 0 && !spn_str_is(realm, other->dns_domain)))
	{
		return true;
	}
	v.others.accounts = &other;
	v.others.num_accounts = 1;
	return spn_report_add(report, &upn_sam, &v, NULL);
}

static bool judge_upn_double(const struct audit_case *a,
			     struct spn_str upn,
			     struct spn_report *report)
{
	const struct spn_case *c = &a->c;
	struct spn_violation v = {
		.account = c->after,
		.partner = c->after->facts->user_principal_name,
	};

	if (!spn_census_upn_holders(a->census, report, upn, &v.others)) {
		return false;
	}
	spn_holders_leave_out(&v.others, c->after);
	return v.others.num_accounts == 0 ||
	       spn_report_add(report, &upn_dup, &v, NULL);
}

/* ktpass writes the SPN of an account into its UPN, which is well. */
static bool judge_upn_spn(const struct spn_case *c,
			  struct spn_str upn,
			  struct spn_report *report)
{
	const struct spn_fold *fold = spn_index_fold(c->index);
	struct spn_violation v = {.account = c->after};
	struct spn_value spn = {};
	struct spn_str realm = {};

	spn.value = name_of(upn, &realm);
	if (memchr(spn.value.data, '/', spn.value.len) == NULL) {
		return true;
	}
	if (!spn_fold_text(fold, report, spn.value, &spn.key) ||
	    !spn_index_holders_of(c->index, report, &spn, &v.others))
	{
		return false;
	}
	spn_holders_leave_out(&v.others, c->after);
	v.spn = spn.value;
	v.partner = c->after->facts->user_principal_name;
	return v.others.num_accounts == 0 ||
	       spn_report_add(report, &upn_spn, &v, NULL);
}

/* Without its "$" a computer has the name that a user may have. */
static bool judge_dollar(const struct audit_case *a, struct spn_report *report)
{
	const struct spn_case *c = &a->c;
	const struct spn_account *computer = NULL;
	struct spn_str sam = spn_str_of(c->after->sam_account_name);
	struct spn_violation v = {
		.account = c->after,
		.partner = c->after->sam_account_name,
	};
	struct spn_violation *added = NULL;
	const struct spn_str parts[] = {sam, {.data = "$", .len = 1}};
	char *machine = NULL;

	if (sam.len == 0) {
		return true;
	}
	if (spn_account_is_machine(c->after)) {
		return sam.data[sam.len - 1] == '$' ||
		       spn_report_add(report, &sam_dollar, &v, NULL);
	}
	machine = spn_str_join(report, parts, 2);
	if (machine == NULL || !spn_census_account_by_name(a->census,
							   spn_str_of(machine),
							   &computer))
	{
		return false;
	}
	if (computer == NULL || !spn_account_is_machine(computer)) {
		return true;
	}
	v.others.accounts = &computer;
	v.others.num_accounts = 1;
	if (!spn_report_add(report, &sam_dollar, &v, &added)) {
		return false;
	}
	added->severity = SPN_SEVERITY_WARNING;
	return true;
}

static bool judge(const struct audit_case *a, struct spn_report *report)
{
	const struct spn_case *c = &a->c;
	struct spn_str upn = {};

	if (c->after->facts == NULL) {
		return true;
	}
	upn = spn_str_of(c->after->facts->user_principal_name);
	if (upn.len > 0 && (!judge_upn_sam(a, upn, report) ||
			    !judge_upn_double(a, upn, report) ||
			    !judge_upn_spn(c, upn, report)))
	{
		return false;
	}
	return judge_dollar(a, report);
}

static const struct spn_message *const messages[] = {
	&upn_sam,
	&upn_dup,
	&upn_spn,
	&sam_dollar,
	NULL,
};

const struct audit_rule audit_rule_logon_names = {
	.about =
		{
			.name = rule_name,
			.messages = messages,
			.level = SPN_LEVEL_OFF,
			.summary = "no two accounts answer to one logon name",
			.source = "MS-ADTS 3.1.1.5.1.3; KB5008102; "
				  "CVE-2020-25719",
		},
	.looks_at = AUDIT_LOOKS_AT_FACTS,
	.judge = judge,
};
