/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hidden-duplicate: a Samba KDC looks for HOST/x in the SPNs, and besides for
 * a computer object whose CN is x up to its first dot (docs/kdc.md). If these
 * are two accounts it gives no ticket, though the directory has one holder.
 */
#include "rule_table.h"

#include <string.h>

#include "policy/kdc_names.h"
#include "policy/names.h"

static const char rule_name[] = "hidden-duplicate";

static const struct spn_message hidden_dup = {
	.code = "SPN-105",
	.id = "DUP-HIDDEN",
	.rule = rule_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_REFUSE,
	.rank = 1,
	.summary = "A Samba KDC finds one SPN twice: by SPN and by the CN of "
		   "a computer object",
	.client = "'{spn}' would get no ticket: a Samba KDC finds two "
		  "accounts for it, one that holds it and a computer object "
		  "with this CN: rename or remove one of the two",
	.reason = "another computer object has this name as its CN, so a "
		  "Samba KDC finds two accounts and gives no ticket, neither "
		  "for this SPN nor for http, cifs and all the others that "
		  "HOST stands for",
	.fix = "rename or remove the computer object if it is not needed any "
	       "more, else move the SPN to it",
};

static bool report_it(const struct spn_case *c,
		      struct spn_str spn,
		      const struct spn_kdc_answer *answer,
		      struct spn_report *report)
{
	struct spn_violation v = {
		.account = c->after,
		.spn = spn,
		.others = answer->found,
	};

	spn_holders_leave_out(&v.others, c->after);
	return spn_report_add(report, &hidden_dup, &v, NULL);
}

/*
 * An audit knows all computers at once: where no other one has the CN there is
 * nothing hidden, and the KDC need not be asked. Not where it may go on to
 * another name.
 */
static bool may_be_hidden(const struct spn_case *c,
			  const struct spn_value *value,
			  const struct spn *spn,
			  struct spn_report *report,
			  bool *_may)
{
	struct spn_str label = spn_first_label(spn->host_name);
	struct spn_holders computers = {};
	struct spn_str cn = {};

	*_may = true;
	if (c->is_write || !spn_case_is_ordinary(c, value) ||
	    spn_mappings_target(c->forest->mappings, spn->service_class) !=
		    NULL)
	{
		return true;
	}
	if (c->after->has_own_cn) {
		if (!spn_account_cn(report, c->after, &cn)) {
			return false;
		}
		if (spn_str_equal_nocase(label, cn)) {
			*_may = false;
			return true;
		}
	}
	if (!spn_index_computers_by_cn(c->index, report, label, &computers)) {
		return false;
	}
	*_may = computers.num_accounts > 0 &&
		!spn_holders_is_only(&computers, c->after);
	spn_holders_free(&computers);
	return true;
}

/* The account holds it. */
static bool judge_value(const struct spn_case *c,
			const struct spn_value *value,
			struct spn_report *report)
{
	struct spn_kdc_answer answer = {};
	struct spn room;
	const struct spn *spn = spn_case_parts(c, value, &room);
	bool may = false;

	if (spn == NULL || spn->has_service_name ||
	    !spn_class_is(spn, "host") || !spn_case_added(c, value))
	{
		return true;
	}
	if (!may_be_hidden(c, value, spn, report, &may)) {
		return false;
	}
	if (!may) {
		return true;
	}
	if (!spn_case_kdc_answer(c, report, value->value, &answer)) {
		return false;
	}
	return answer.reason != SPN_KDC_HIDDEN_DUPLICATE ||
	       report_it(c, value->value, &answer, report);
}

/* Another account holds HOST/name: is this the computer that has the CN? */
static bool judge_name(const struct spn_case *c,
		       struct spn_str name,
		       struct spn_report *report)
{
	struct spn_kdc_answer answer = {};
	struct spn_value spn = {};

	if (!spn_index_key(c->index, report, spn_str_of("HOST"), name, &spn)) {
		return false;
	}
	if (spn_account_find(c->after, spn.key) != NULL) {
		return true; /* judge_value() */
	}
	if (!spn_case_kdc_answer(c, report, spn.value, &answer)) {
		return false;
	}
	return answer.reason != SPN_KDC_HIDDEN_DUPLICATE ||
	       !spn_holders_has(&answer.found, c->after) ||
	       report_it(c, spn.value, &answer, report);
}

/* The CN by itself and in each DNS domain of the forest. */
static bool judge_cn(const struct spn_case *c,
		     struct spn_str cn,
		     struct spn_report *report)
{
	const char **lists[] = {
		c->forest->dns_suffixes,
		c->settings->dns_suffixes,
	};
	size_t l;
	size_t i;

	if (!judge_name(c, cn, report)) {
		return false;
	}
	for (l = 0; l < 2; l++) {
		for (i = 0; lists[l] != NULL && lists[l][i] != NULL; i++) {
			struct spn_str name = {};

			name.data = talloc_asprintf(report,
						    "%.*s.%s",
						    (int)cn.len,
						    cn.data,
						    lists[l][i]);
			if (name.data == NULL) {
				return false;
			}
			name.len = cn.len + 1 + strlen(lists[l][i]);
			if (!judge_name(c, name, report)) {
				return false;
			}
		}
	}
	return true;
}

/* A write that makes a computer object, or gives it another CN. */
static bool judge_new_cn(const struct spn_case *c, struct spn_report *report)
{
	struct spn_str before = {};
	struct spn_str cn = {};

	if (!c->is_write || !spn_account_is_machine(c->after)) {
		return true;
	}
	if (!spn_account_cn(report, c->after, &cn) ||
	    (c->before != NULL && !spn_account_cn(report, c->before, &before)))
	{
		return false;
	}
	return cn.len == 0 || spn_str_equal_nocase(cn, before) ||
	       judge_cn(c, cn, report);
}

static bool judge(const struct spn_case *c, struct spn_report *report)
{
	size_t i;

	if (c->forest->is_windows) {
		return true;
	}
	for (i = 0; i < spn_case_num_values(c); i++) {
		if (!judge_value(c, spn_case_value(c, i), report)) {
			return false;
		}
	}
	return judge_new_cn(c, report);
}

static const struct spn_message *const messages[] = {
	&hidden_dup,
	NULL,
};

const struct spn_rule spn_rule_hidden_duplicate = {
	.name = rule_name,
	.messages = messages,
	.level = SPN_LEVEL_DENY,
	.modes = (1u << SPN_LEVEL_DENY) | (1u << SPN_LEVEL_WARN) |
		 (1u << SPN_LEVEL_OFF),
	.summary = "HOST SPNs and the CN of computers lead to one account",
	.source = "Samba, source4/kdc/db-glue.c and dsdb/samdb/cracknames.c",
	.judge = judge,
};
