/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * http-pair: http/NetBIOS and http/FQDN are on the same account. KB 871179
 * registers both, because with one half only the other name falls to the
 * computer through HOST: wrong key, 401.1, a prompt after 30 minutes.
 *
 * On a computer its own HOST pair is as good: what counts is who a KDC
 * takes the partner to be (spn_case_effective).
 */
#include "http_pair.h"

#include "http_pair_audit.h"
#include "replace_half.h"
#include "rule_table.h"

const char spn_http_pair_name[] = "http-pair";
#define rule_name spn_http_pair_name

static const struct spn_message pair_no_short = {
	.code = "SPN-301",
	.id = "PAIR-NO-SHORT",
	.rule = rule_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_REFUSE,
	.rank = 2,
	.summary = "http/FQDN without its NetBIOS half",
	.client = "'{spn}' needs its other half '{partner}' on the "
		  "same account: add or remove both in one request",
	.reason = "nobody holds its other half {partner}: who asks by "
		  "the short name gets no ticket",
	.fix = "add {partner} to the same account, if the service has "
	       "the key of that",
	.repair = SPN_REPAIR_ADD_PARTNER,
};

static const struct spn_message pair_no_fqdn = {
	.code = "SPN-302",
	.id = "PAIR-NO-FQDN",
	.rule = rule_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_REFUSE,
	.rank = 2,
	.summary = "http/NetBIOS without its FQDN half",
	.client = "'{spn}' needs its other half '{partner}' on the "
		  "same account: add or remove both in one request",
	.reason = "nobody holds its other half {partner}: who asks by "
		  "the full name gets no ticket",
	.fix = "add {partner} to the same account, if the service has "
	       "the key of that",
	.repair = SPN_REPAIR_ADD_PARTNER,
};

const struct spn_message spn_pair_split = {
	.code = "SPN-303",
	.id = "PAIR-SPLIT",
	.rule = rule_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_REFUSE,
	.rank = 1,
	.summary = "The halves of a pair are on different accounts",
	.client = "'{spn}' needs its other half '{partner}' on the "
		  "same account, but another account holds it: remove "
		  "it there first",
	.reason = "its other half {partner} is on another account: one "
		  "of the two names gets the wrong key",
	.fix = "move both halves to the account whose key the "
	       "service has",
};

static const struct spn_message pair_split_alias = {
	.code = "SPN-304",
	.id = "PAIR-SPLIT-ALIAS",
	.rule = rule_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_REFUSE,
	.rank = 1,
	.summary = "The missing half falls to a computer, through its "
		   "HOST SPN or its name",
	.client = "'{spn}' needs its other half '{partner}' on the "
		  "same account: without it a computer answers, through "
		  "HOST or by its name",
	.reason = "its other half {partner} is missing and falls to "
		  "another account, through HOST or by its name: wrong "
		  "key, 401.1 or a prompt after 30 minutes",
	.fix = "find out whose key the service has: if this account's, "
	       "add {partner} to it; if the other's, remove {spn}",
	.repair = SPN_REPAIR_ADD_PARTNER,
};

/* A plain SPN of a class that goes in pairs. */
static bool is_half(const struct spn_case *c,
		    const struct spn_value *value,
		    struct spn *_spn)
{
	struct spn room;
	const struct spn *spn = spn_case_parts(c, value, &room);

	if (spn == NULL || !spn_is_plain(spn) ||
	    !spn_settings_is_pair_class(c->settings, spn->service_class))
	{
		return false;
	}
	*_spn = *spn;
	return true;
}

static bool find_partner(const struct spn_case *c,
			 struct spn_report *report,
			 struct spn_half *half)
{
	const struct spn *spn = &half->spn;
	struct spn_str host = {};

	if (!spn_host_partner(c,
			      report,
			      spn->host_name,
			      &half->partner,
			      &half->computer))
	{
		return false;
	}
	if (half->partner == NULL) {
		return true;
	}
	host = spn_str_of(half->partner);
	if (!c->is_write && c->after->is_alone) {
		struct spn_value other = {};

		if (!spn_index_key(c->index,
				   report,
				   spn->service_class,
				   host,
				   &other))
		{
			return false;
		}
		half->is_here = spn_account_find(c->after, other.key) != NULL;
		if (half->is_here) {
			half->partner_spn = other.value.data;
			return true;
		}
	}
	half->partner_spn = spn_format(report, spn->service_class, host);
	return half->partner_spn != NULL &&
	       spn_index_holders(c->index,
				 report,
				 spn->service_class,
				 host,
				 &half->exact) &&
	       spn_case_effective(c,
				  report,
				  spn->service_class,
				  host,
				  &half->effective);
}

/* What is known of the account while its values are judged, on the report. */
struct known {
	struct spn_set orphaned; /* by key: see collect_orphaned() */
	struct spn_set kin;
	struct spn_fqdns fqdns;
};

/*
 * The other halves of what the write took away. Names need not lead both
 * ways: a computer's own two names are a pair, whatever they are.
 */
static bool collect_orphaned(const struct spn_case *c,
			     struct known *known,
			     struct spn_report *report)
{
	size_t i;

	for (i = 0; c->is_write && i < c->diff->num_gone; i++) {
		struct spn_value partner = {};
		struct spn_half half = {.value = c->diff->gone[i]};

		if (!spn_host_note_kin(c, report, half.value, &known->kin)) {
			return false;
		}
		if (!is_half(c, half.value, &half.spn)) {
			continue;
		}
		if (!spn_host_partner(c,
				      report,
				      half.spn.host_name,
				      &half.partner,
				      NULL))
		{
			return false;
		}
		if (half.partner == NULL) {
			continue;
		}
		if (!spn_index_key(c->index,
				   report,
				   half.spn.service_class,
				   spn_str_of(half.partner),
				   &partner) ||
		    !spn_set_add(report, &known->orphaned, &partner))
		{
			return false;
		}
	}
	return true;
}

/* The write took the partner, or the HOST SPN that stood for it, away. */
static bool lost_partner(const struct spn_case *c,
			 const struct spn_half *half,
			 bool *_lost)
{
	struct spn_str classes[2] = {half->spn.service_class};
	size_t i;

	*_lost = false;
	if (half->partner == NULL) {
		return true;
	}
	classes[1] = spn_str_of(
		spn_mappings_target(c->forest->mappings, classes[0]));
	for (i = 0; i < 2 && !*_lost; i++) {
		if (!spn_case_removed(c,
				      classes[i],
				      spn_str_of(half->partner),
				      _lost))
		{
			return false;
		}
	}
	return true;
}

static bool judge_half(const struct spn_case *c,
		       const struct spn_half *half,
		       struct known *known,
		       struct spn_report *report)
{
	struct spn_violation v = {
		.account = c->after,
		.spn = half->value->value,
		.partner = half->partner_spn,
	};
	const struct spn_message *message = &pair_no_fqdn;
	bool has_other = false;

	/* Held here, though a KDC may never find it: syntax says why not. */
	if (half->is_here || spn_holders_is_only(&half->effective, c->after) ||
	    spn_holders_is_only(&half->exact, c->after))
	{
		return true;
	}
	if (!spn_host_has_fqdn(c,
			       report,
			       &known->fqdns,
			       half->value,
			       NULL,
			       &has_other))
	{
		return false;
	}
	if (has_other) {
		return true;
	}
	if (spn_holders_has(&half->effective, c->after) && !c->is_write) {
		return true; /* a duplicate: duplicate-spn says so */
	}
	if (half->exact.num_accounts > 0) {
		message = &spn_pair_split;
		v.others = half->exact;
	} else if (half->effective.num_accounts == 1) {
		message = &pair_split_alias;
		v.others = half->effective;
	} else if (spn_host_is_fqdn(half->spn.host_name)) {
		message = &pair_no_short;
	}
	spn_holders_leave_out(&v.others, c->after);
	return spn_report_add(report, message, &v, NULL);
}

static bool is_new(const struct spn_case *c, const struct spn_value *value)
{
	return !c->is_write || c->before == NULL ||
	       !spn_set_has_exactly(&c->before->spns, value);
}

/* The same, but of what was there and a replace has left alone replace-half
 * has its say. */
static bool judge_lost_half(const struct spn_case *c,
			    const struct spn_half *half,
			    struct known *known,
			    struct spn_report *report)
{
	size_t first = report->num_violations;
	struct spn_value partner = {};

	if (!judge_half(c, half, known, report)) {
		return false;
	}
	if (report->num_violations == first || c->left_out == NULL ||
	    spn_account_find(c->before, half->value->key) == NULL)
	{
		return true;
	}
	if (!spn_index_key(c->index,
			   report,
			   half->spn.service_class,
			   spn_str_of(half->partner),
			   &partner))
	{
		return false;
	}
	if (spn_set_has(c->left_out, partner.key)) {
		spn_replace_half_settle(c->settings,
					&report->violations[first]);
	}
	return true;
}

static bool judge_value(const struct spn_case *c,
			const struct spn_value *value,
			struct known *known,
			struct spn_report *report)
{
	struct spn_half half = {.value = value};
	bool lost = false;

	if (!is_half(c, value, &half.spn)) {
		return c->is_write || spn_half_audit_other(c, value, report);
	}
	if (!find_partner(c, report, &half) || !lost_partner(c, &half, &lost))
	{
		return false;
	}
	lost = lost || spn_set_has(&known->orphaned, value->key);
	if (half.partner != NULL && (lost || is_new(c, value)) &&
	    !judge_lost_half(c, &half, known, report))
	{
		return false;
	}
	return c->is_write || spn_half_audit(c, &half, report);
}

static bool judge(const struct spn_case *c, struct spn_report *report)
{
	/* Only then can a value that stays have lost its other half. */
	bool all = c->is_write && c->diff->num_gone > 0;
	size_t num = all ? c->after->spns.num : spn_case_num_values(c);
	struct known known = {};
	size_t i;

	if (!collect_orphaned(c, &known, report)) {
		return false;
	}
	for (i = 0; i < num; i++) {
		const struct spn_value *value = all ? &c->after->spns.values[i]
						    : spn_case_value(c, i);

		if (spn_case_is_first(c, value) &&
		    (!all || is_new(c, value) ||
		     spn_host_is_kin(c, &known.kin, value)) &&
		    !judge_value(c, value, &known, report))
		{
			return false;
		}
	}
	return true;
}

static const struct spn_message *const messages[] = {
	&pair_no_short,
	&pair_no_fqdn,
	&spn_pair_split,
	&pair_split_alias,
	&spn_pair_mismatch,
	&spn_pair_port,
	&spn_winrm_hit,
	&spn_pair_foreign,
	&spn_pair_left_out,
	&spn_pair_port_half,
	NULL,
};

const struct spn_rule spn_rule_http_pair = {
	.name = rule_name,
	.messages = messages,
	.level = SPN_LEVEL_COMPLETE,
	.modes = (1u << SPN_LEVEL_COMPLETE) | (1u << SPN_LEVEL_DENY) |
		 (1u << SPN_LEVEL_WARN) | (1u << SPN_LEVEL_OFF),
	.summary = "http/NetBIOS and http/FQDN are on the same account",
	.source = "KB 871179; MS-DRSR LookupSPN",
	.obeys_exemptions = true,
	.judge = judge,
};
