/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * delegation: what an account may act for others to (msDS-AllowedToDelegateTo)
 * names services that there are; and nobody but administrators may change
 * who holds an SPN.
 */
#include "delegation.h"

#include <string.h>

#include "policy/host_pair.h"
#include "policy/slots.h"
#include "rule_table.h"

static const char rule_name[] = "delegation";

static const struct spn_message deleg_ghost = {
	.code = "SPN-801",
	.id = "DELEG-GHOST",
	.rule = rule_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 2,
	.summary = "An account may delegate to an SPN that nobody "
		   "holds",
	.reason = "no account holds it; whoever may write an SPN "
		  "anywhere can become the target",
	.fix = "remove the entry from msDS-AllowedToDelegateTo",
};

static const struct spn_message deleg_ambig = {
	.code = "SPN-802",
	.id = "DELEG-AMBIG",
	.rule = rule_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 2,
	.summary = "An account may delegate to an SPN of several "
		   "accounts, or of a dead one",
	.reason = "'{account}' may delegate to it, but more than one "
		  "account answers to it, or one that is disabled",
	.fix = "let one account that is in use hold it, and no other: "
	       "{others}",
};

static const struct spn_message deleg_unpaired = {
	.code = "SPN-803",
	.id = "DELEG-UNPAIRED",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 2,
	.summary = "An account may delegate to one half of an http "
		   "pair",
	.reason = "its other half {partner} is not in the list: "
		  "delegation works by one name of the web site only",
	.fix = "add {partner} to msDS-AllowedToDelegateTo",
};

const struct spn_message spn_acl_writespn = {
	.code = "SPN-804",
	.id = "ACL-WRITESPN",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 4,
	.summary = "Somebody who is not an administrator may write the "
		   "SPNs of an account",
	.reason = "may write their SPNs: {words}",
	.fix = "take the right away if it is not needed",
};

/*
 * Who a KDC takes the entry to mean: the holders of the whole value, or for
 * what is left without its third part those of class and host.
 */
static bool find_targets(const struct spn_case *c,
			 struct spn_str entry,
			 const struct spn *spn,
			 struct spn_report *report,
			 struct spn_holders *_targets)
{
	const struct spn_fold *fold = spn_index_fold(c->index);
	struct spn_value value = {.value = entry};

	if (!spn_fold_text(fold, report, entry, &value.key) ||
	    !spn_index_holders_of(c->index, report, &value, _targets))
	{
		return false;
	}
	if (_targets->num_accounts > 0 || spn->has_suffix) {
		return true;
	}
	return spn_case_effective(c,
				  report,
				  spn->service_class,
				  spn->host_name,
				  _targets);
}

static bool is_dead(const struct spn_account *account)
{
	return account->is_disabled ||
	       (account->dn != NULL &&
		strcasestr(account->dn, "\\0ACNF:") != NULL);
}

static bool judge_targets(const struct spn_case *c,
			  struct spn_str entry,
			  const struct spn *spn,
			  struct spn_report *report)
{
	struct spn_violation v = {.account = c->after, .spn = entry};

	if (!find_targets(c, entry, spn, report, &v.others)) {
		return false;
	}
	if (v.others.num_accounts == 0) {
		return spn_report_add(report, &deleg_ghost, &v, NULL);
	}
	if (v.others.num_accounts == 1 && !is_dead(v.others.accounts[0])) {
		return true;
	}
	return spn_report_add(report, &deleg_ambig, &v, NULL);
}

/* The plain entries of an account by class and host: there may be thousands,
 * and each wants to know if its other half is there. */
struct listed {
	const struct spn_facts *facts;
	struct spn_slots by_name; /* delegate_to */
};

static uint32_t hash_of(struct spn_str service_class, struct spn_str host)
{
	return spn_slots_hash(spn_slots_hash(0, service_class, true),
			      host,
			      true);
}

static bool list_entries(TALLOC_CTX *mem_ctx, struct listed *listed)
{
	size_t i;

	for (i = 0; i < listed->facts->num_delegate_to; i++) {
		struct spn spn = {};

		if (spn_parse(listed->facts->delegate_to[i], &spn) ==
			    SPN_SYNTAX_OK &&
		    spn_is_plain(&spn) &&
		    !spn_slots_add(mem_ctx,
				   &listed->by_name,
				   hash_of(spn.service_class, spn.host_name),
				   (uint32_t)i))
		{
			return false;
		}
	}
	return true;
}

static bool is_listed(const struct listed *listed,
		      struct spn_str service_class,
		      struct spn_str host)
{
	uint32_t hash = hash_of(service_class, host);
	uint32_t i = 0;
	size_t place = 0;

	while (spn_slots_next(&listed->by_name, hash, &place, &i)) {
		struct spn spn = {};

		if (spn_parse(listed->facts->delegate_to[i], &spn) ==
			    SPN_SYNTAX_OK &&
		    spn_str_equal_nocase(spn.service_class, service_class) &&
		    spn_str_equal_nocase(spn.host_name, host))
		{
			return true;
		}
	}
	return false;
}

static bool judge_pair(const struct spn_case *c,
		       struct spn_str entry,
		       const struct spn *spn,
		       const struct listed *listed,
		       struct spn_report *report)
{
	struct spn_violation v = {.account = c->after, .spn = entry};
	const char *partner = NULL;

	if (!spn_is_plain(spn) ||
	    !spn_settings_is_pair_class(c->settings, spn->service_class))
	{
		return true;
	}
	if (!spn_host_partner(c, report, spn->host_name, &partner, NULL)) {
		return false;
	}
	if (partner == NULL ||
	    is_listed(listed, spn->service_class, spn_str_of(partner)))
	{
		return true;
	}
	v.partner = spn_format(report,
			       spn->service_class,
			       spn_str_of(partner));
	return v.partner != NULL &&
	       spn_report_add(report, &deleg_unpaired, &v, NULL);
}

static bool judge_entries(const struct spn_case *c, struct spn_report *report)
{
	const struct spn_facts *facts = c->after->facts;
	struct listed listed = {.facts = facts};
	size_t i;

	if (!list_entries(report, &listed)) {
		return false;
	}
	for (i = 0; i < facts->num_delegate_to; i++) {
		struct spn_str entry = facts->delegate_to[i];
		struct spn_violation v = {.account = c->after, .spn = entry};
		struct spn spn = {};

		if (spn_parse(entry, &spn) != SPN_SYNTAX_OK) {
			if (!spn_report_add(report, &deleg_ghost, &v, NULL)) {
				return false;
			}
			continue;
		}
		if (!judge_targets(c, entry, &spn, report) ||
		    !judge_pair(c, entry, &spn, &listed, report))
		{
			return false;
		}
	}
	return true;
}

/* All accounts that the same one may write to are one finding. */
static bool judge_writers(const struct spn_case *c, struct spn_report *report)
{
	const struct spn_facts *facts = c->after->facts;
	struct spn_violation v = {.account = c->after};
	size_t i;

	for (i = 0; i < facts->num_writers; i++) {
		v.partner = talloc_asprintf(report,
					    "%s (%s)",
					    facts->writers[i].trustee,
					    facts->writers[i].right);
		if (v.partner == NULL ||
		    !spn_report_add(report, &spn_acl_writespn, &v, NULL))
		{
			return false;
		}
	}
	return true;
}

static bool judge(const struct audit_case *a, struct spn_report *report)
{
	const struct spn_case *c = &a->c;
	return c->after->facts == NULL ||
	       (judge_entries(c, report) && judge_writers(c, report));
}

static const struct spn_message *const messages[] = {
	&deleg_ghost,
	&deleg_ambig,
	&deleg_unpaired,
	&spn_acl_writespn,
	NULL,
};

const struct audit_rule audit_rule_delegation = {
	.about =
		{
			.name = rule_name,
			.messages = messages,
			.level = SPN_LEVEL_OFF,
			.summary = "delegation leads to services that there "
				   "are, and only "
				   "administrators change SPNs",
			.source = "MS-SFU 3.2.5.2; MS-ADTS 3.1.1.5.3.1.1.4",
		},
	.looks_at = AUDIT_LOOKS_AT_FACTS | AUDIT_LOOKS_AT_RIGHTS,
	.judge = judge,
};
