/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * alias-spn: c/h on one account while map(c)/h is on another. The exact SPN
 * wins, so one of the two accounts answers for a service it may not run.
 * The target state of KB 871179 (HOST on the computer, the complete http
 * pair on one service account) is meant to be so.
 */
#include "alias_spn.h"

#include <string.h>

#include "policy/host_pair.h"
#include "rule_table.h"
#include "policy/quote.h"

static const char rule_name[] = "alias-spn";

static const struct spn_message alias_clash = {
	.code = "SPN-201",
	.id = "ALIAS-CLASH",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_REFUSE,
	.rank = 3,
	.summary = "An SPN and the HOST SPN that stands for it on two "
		   "accounts",
	.client = "'{spn}' clashes with '{partner}' of another "
		  "account: one stands for the other (sPNMappings)",
	.reason = "'{partner}' is on another account, and one stands "
		  "for the other (sPNMappings): who has the exact SPN "
		  "answers alone",
	.fix = "make sure that the service has the key of this account, "
	       "and accept this finding; otherwise remove the SPN here",
};

const struct spn_message spn_host_on_user = {
	.code = "SPN-202",
	.id = "HOST-ON-USER",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 3,
	.summary = "A HOST SPN on an account that is not a computer",
	.reason = "HOST stands for some fifty classes, so this account "
		  "answers for all of them on that host",
	.fix = "replace it by the class that the service really uses, "
	       "unless the manual of a product asks for HOST, as that "
	       "of AD FS does",
};

static const struct spn_message map_odd = {
	.code = "SPN-203",
	.id = "MAP-ODD",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 3,
	.summary = "sPNMappings is not that of a new domain",
	.reason = "sPNMappings {words}",
	.fix = "restore the value that a new domain has, unless somebody "
	       "has changed it on purpose",
};

static const struct spn_message heur_21 = {
	.code = "SPN-204",
	.id = "HEUR-21",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 3,
	.summary = "dSHeuristics turns uniqueness checks off",
	.reason = "character 21 of dSHeuristics turns off: {words}; "
		  "Samba's own check stays on",
	.fix = "set it to 0 unless a migration is under way",
};

/* Not every computer object has a dNSHostName. */
static bool has_either(const struct spn_account *account,
		       struct spn_str host,
		       struct spn_str partner)
{
	return spn_account_has_name(account, host) ||
	       spn_account_has_name(account, partner);
}

/*
 * specific/h on one account, generic/h on another. *_meant: as in the KB, the
 * generic one is the computer's own and the whole http pair is on one account.
 * That may be a computer object, too, made for a service of that host: its
 * dNSHostName says so.
 */
static bool is_meant(const struct spn_case *c,
		     struct spn_report *report,
		     const struct spn_account *specific_holder,
		     const struct spn_account *generic_holder,
		     const struct spn *specific,
		     bool *_meant)
{
	struct spn_holders holders = {};
	struct spn_str partner = {};
	const char *name = NULL;

	*_meant = false;
	if (generic_holder->kind != SPN_KIND_COMPUTER ||
	    !spn_settings_is_pair_class(c->settings, specific->service_class))
	{
		return true;
	}
	if (!spn_host_partner(c, report, specific->host_name, &name, NULL)) {
		return false;
	}
	if (name == NULL) {
		return true;
	}
	partner = spn_str_of(name);
	if (!has_either(generic_holder, specific->host_name, partner) ||
	    (specific_holder->kind == SPN_KIND_COMPUTER &&
	     !has_either(specific_holder, specific->host_name, partner)))
	{
		return true;
	}
	if (!spn_index_holders(c->index,
			       report,
			       specific->service_class,
			       partner,
			       &holders))
	{
		return false;
	}
	*_meant = spn_holders_has(&holders, specific_holder);
	return true;
}

static enum spn_severity severity_of(const struct spn_account *a,
				     const struct spn_account *b)
{
	if (a->kind == SPN_KIND_COMPUTER && b->kind == SPN_KIND_COMPUTER) {
		return SPN_SEVERITY_ERROR;
	}
	return SPN_SEVERITY_WARNING;
}

/* value is specific: does somebody else hold the generic one? */
static bool judge_specific(const struct spn_case *c,
			   const struct spn_value *value,
			   const struct spn *spn,
			   struct spn_report *report)
{
	const char *target = spn_mappings_target(c->forest->mappings,
						 spn->service_class);
	struct spn_violation v = {.account = c->after, .spn = value->value};
	struct spn_violation *added = NULL;
	bool meant = false;

	if (target == NULL) {
		return true;
	}
	if (!spn_index_domain_holders(c->index,
				      report,
				      spn_str_of(target),
				      spn->host_name,
				      &v.others))
	{
		return false;
	}
	if (v.others.num_accounts == 0 || spn_holders_has(&v.others, c->after))
	{
		return true;
	}
	if (!is_meant(c, report, c->after, v.others.accounts[0], spn, &meant))
	{
		return false;
	}
	if (meant && c->is_write) {
		return true;
	}
	v.partner = spn_format(report, spn_str_of(target), spn->host_name);
	if (v.partner == NULL ||
	    !spn_report_add(report, &alias_clash, &v, &added))
	{
		return false;
	}
	added->severity = meant ? SPN_SEVERITY_INFO
				: severity_of(c->after, v.others.accounts[0]);
	return true;
}

/*
 * value is generic: does somebody else hold one it stands for? Those are fifty
 * look-ups. A modify makes them sooner or later, since Samba's own check below
 * does. For new accounts, which replication brings by the hundred, a warning
 * looks only at the classes that go in pairs.
 */
static bool judge_generic(const struct spn_case *c,
			  const struct spn_value *value,
			  const struct spn *spn,
			  struct spn_report *report)
{
	const char *const *aliases = spn_mappings_aliases(c->forest->mappings,
							  spn->service_class);
	bool all = c->before != NULL ||
		   spn_settings_level_of(c->settings, "alias-spn") >=
			   SPN_LEVEL_DENY;
	size_t i;

	for (i = 0; aliases != NULL && aliases[i] != NULL; i++) {
		struct spn_violation v = {
			.account = c->after,
			.spn = value->value,
		};
		struct spn specific = *spn;
		bool meant = false;

		specific.service_class = spn_str_of(aliases[i]);
		if (!all &&
		    !spn_settings_is_pair_class(c->settings,
						specific.service_class))
		{
			continue;
		}
		if (!spn_index_domain_holders(c->index,
					      report,
					      specific.service_class,
					      spn->host_name,
					      &v.others))
		{
			return false;
		}
		if (v.others.num_accounts == 0 ||
		    spn_holders_has(&v.others, c->after))
		{
			continue;
		}
		if (!is_meant(c,
			      report,
			      v.others.accounts[0],
			      c->after,
			      &specific,
			      &meant))
		{
			return false;
		}
		v.partner = spn_format(report,
				       specific.service_class,
				       spn->host_name);
		if (v.partner == NULL ||
		    (!meant &&
		     !spn_report_add(report, &alias_clash, &v, NULL)))
		{
			return false;
		}
	}
	return true;
}

bool spn_is_host_on_user(const struct spn_account *account,
			 const struct spn *spn)
{
	return spn_class_is(spn, "host") && !spn_account_is_machine(account);
}

static bool judge_value(const struct spn_case *c,
			const struct spn_value *value,
			struct spn_report *report)
{
	struct spn_violation v = {.account = c->after, .spn = value->value};
	struct spn room;
	const struct spn *spn = spn_case_parts(c, value, &room);

	if (spn == NULL) {
		return true;
	}
	if (spn_is_host_on_user(c->after, spn) &&
	    !spn_report_add(report, &spn_host_on_user, &v, NULL))
	{
		return false;
	}
	if (!spn_is_plain(spn)) {
		return true;
	}
	if (!judge_specific(c, value, spn, report)) {
		return false;
	}
	/* An audit sees every clash from its specific side already. */
	return !c->is_write || judge_generic(c, value, spn, report);
}

static bool judge(const struct spn_case *c, struct spn_report *report)
{
	size_t i;

	for (i = 0; i < spn_case_num_values(c); i++) {
		const struct spn_value *value = spn_case_value(c, i);

		if (spn_case_added(c, value) && spn_case_is_first(c, value) &&
		    !judge_value(c, value, report))
		{
			return false;
		}
	}
	return true;
}

static bool report_mapping(struct spn_report *report, char *what)
{
	struct spn_violation v = {.partner = what};

	return what != NULL && spn_report_add(report, &map_odd, &v, NULL);
}

static char *mapping_text(TALLOC_CTX *mem_ctx,
			  const char *class,
			  const char *first,
			  const char *second)
{
	const unsigned bare = SPN_QUOTE_CUT | SPN_QUOTE_IF_NEEDED;
	char *a = spn_quote(mem_ctx, spn_str_of(class), SPN_QUOTE_CUT);
	char *b = spn_quote(mem_ctx, spn_str_of(first), bare);
	char *c = spn_quote(mem_ctx, spn_str_of(second), bare);

	if (a == NULL || b == NULL || c == NULL) {
		return NULL;
	}
	return talloc_asprintf(mem_ctx,
			       "sends %s to both %s and %s; the first wins",
			       a,
			       b,
			       c);
}

/* A class that two mappings, or one twice, send somewhere. */
static bool judge_doubles(const struct spn_mappings *mappings,
			  struct spn_report *report)
{
	size_t i;
	size_t j;

	for (i = 0; i < mappings->num_mappings; i++) {
		const char **names = mappings->mappings[i].aliases;
		const char *target = mappings->mappings[i].target;

		for (j = 0; names[j] != NULL; j++) {
			const char *first =
				spn_mappings_target(mappings,
						    spn_str_of(names[j]));

			if (strcasecmp(first, target) != 0 &&
			    !report_mapping(report,
					    mapping_text(report,
							 names[j],
							 first,
							 target)))
			{
				return false;
			}
		}
	}
	return true;
}

static char *absent_text(TALLOC_CTX *mem_ctx, const char *class)
{
	char *quoted = spn_quote(mem_ctx, spn_str_of(class), 0);

	return (quoted == NULL) ? NULL
				: talloc_asprintf(mem_ctx,
						  "does not send %s to host",
						  quoted);
}

static bool judge_mappings(const struct spn_mappings *mappings,
			   struct spn_report *report)
{
	static const char *const expected[] = {"http", "www", "cifs"};
	size_t i;

	if (mappings->num_mappings == 0) {
		return report_mapping(
			report,
			talloc_strdup(report,
				      "is absent: HOST stands for nothing"));
	}
	for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		const char *target =
			spn_mappings_target(mappings, spn_str_of(expected[i]));

		if ((target == NULL || strcasecmp(target, "host") != 0) &&
		    !report_mapping(report, absent_text(report, expected[i])))
		{
			return false;
		}
	}
	return judge_doubles(mappings, report);
}

/* Character 21 of dSHeuristics, a digit whose bits turn checks off. */
static bool judge_heuristics(const char *ds_heuristics,
			     struct spn_report *report)
{
	static const char *const texts[] = {
		NULL,
		"UPN uniqueness",
		"SPN uniqueness",
		"UPN and SPN uniqueness",
		"SPN alias uniqueness",
		"UPN and SPN alias uniqueness",
		"SPN and SPN alias uniqueness",
		"UPN, SPN and SPN alias uniqueness",
	};
	struct spn_violation v = {};
	char digit = '0';

	if (strlen(ds_heuristics) >= 21) {
		digit = ds_heuristics[20];
	}
	if (digit <= '0' || digit > '7') {
		return true;
	}
	v.partner = texts[digit - '0'];
	return spn_report_add(report, &heur_21, &v, NULL);
}

static bool judge_forest(const struct spn_forest *forest,
			 struct spn_report *report)
{
	return judge_mappings(forest->mappings, report) &&
	       judge_heuristics(forest->ds_heuristics, report);
}

static const struct spn_message *const messages[] = {
	&alias_clash,
	&spn_host_on_user,
	&map_odd,
	&heur_21,
	NULL,
};

const struct spn_rule spn_rule_alias_spn = {
	.name = rule_name,
	.messages = messages,
	.level = SPN_LEVEL_WARN,
	.modes = (1u << SPN_LEVEL_DENY) | (1u << SPN_LEVEL_WARN) |
		 (1u << SPN_LEVEL_OFF),
	.summary = "an SPN and the HOST SPN that stands for it are together",
	.source = "MS-ADTS 3.1.1.5.1.3; KB5008382; MS-DRSR LookupSPN",
	.obeys_exemptions = true,
	.judge = judge,
	.judge_forest = judge_forest,
};
