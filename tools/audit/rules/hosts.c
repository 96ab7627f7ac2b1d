/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hosts: the names behind SPNs are those of hosts that there are, a computer
 * has the SPNs of its own names, and only those.
 */
#include <stdio.h>
#include <string.h>

#include "own_spns.h"
#include "policy/host_pair.h"
#include "policy/slots.h"
#include "purpose.h"
#include "rule_table.h"

const char audit_rule_name_hosts[] = "hosts";
#define rule_name audit_rule_name_hosts

static const struct spn_message stale_nohost = {
	.code = "SPN-401",
	.id = "STALE-NOHOST",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 4,
	.summary = "The host of an SPN is no computer and not in DNS",
	.reason = "no computer of the forest has this name, and the "
		  "DNS zone that the directory holds does not have it "
		  "either",
	.fix = "remove the SPNs of this host, unless the name is still "
	       "to come",
};

static const struct spn_message ghost_dns = {
	.code = "SPN-402",
	.id = "GHOST-DNS",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 4,
	.summary = "DNS does not know the host of an SPN",
	.reason = "DNS does not know this name; whoever may register "
		  "it gets what clients send to {account}",
	.fix = "remove the SPNs of this host, or register the name in "
	       "DNS yourself",
};

static const struct spn_message host_mismatch = {
	.code = "SPN-403",
	.id = "HOST-MISMATCH",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 3,
	.summary = "A computer has the SPN of a name that is not its "
		   "own",
	.reason = "this is no name of the computer that holds it, "
		  "maybe one from before it was renamed",
	.fix = "if clients know the computer by that name, as by an alias "
	       "in DNS, and no other computer has it, add the full name to "
	       "msDS-AdditionalDnsHostName; else remove the SPNs of that "
	       "name",
};

static const struct spn_message foreign_name = {
	.code = "SPN-406",
	.id = "FOREIGN-NAME",
	.rule = rule_name,
	.severity = SPN_SEVERITY_INFO,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 5,
	.summary = "A computer has the SPN of a name outside of this forest",
	.reason = "the name ends in no DNS suffix of the forest, so the "
		  "directory cannot tell whose it is",
	.fix = "if you do not know why it is there, find out before you "
	       "remove it: a single sign-on to a cloud is made of such names",
};

static const struct spn_message alias_name = {
	.code = "SPN-408",
	.id = "ALIAS-NAME",
	.rule = rule_name,
	.severity = SPN_SEVERITY_INFO,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 5,
	.summary = "A computer has the SPN of a name that DNS leads to it",
	.reason = "this is no name of the computer in the directory, but its "
		  "DNS zones lead clients that use the name to it",
	.fix = "if you do not know the alias, find out who made it; else "
	       "nothing needs to be done",
};

/* Classes whose second part is no host's name. */
static const char *const other_classes[] = {
	"E3514235-4B06-11D1-AB04-00C04FC2DCD2", /* DRS: objectGUID */
	"kadmin",
	"krbtgt",
	NULL,
};

/* What a computer is asked for by its name. */
static const char *const machine_classes[] = {
	"host",
	"RestrictedKrbHost",
	"termsrv",
	"wsman",
	"cifs",
	NULL,
};

static bool is_one_of(struct spn_str text, const char *const *texts)
{
	for (; *texts != NULL; texts++) {
		if (spn_str_is(text, *texts)) {
			return true;
		}
	}
	return false;
}

/* A DNS name of a domain, and what is below _msdcs: not of one host. */
static bool is_domain_name(const struct spn_case *c, struct spn_str host)
{
	static const char msdcs[] = "._msdcs.";

	return is_one_of(host, c->forest->dns_suffixes) ||
	       memmem(host.data, host.len, msdcs, strlen(msdcs)) != NULL;
}

static bool names_a_host(const struct spn_case *c, const struct spn *spn)
{
	return spn_host_is_dns_name(spn->host_name) &&
	       !spn_host_is_ip(spn->host_name) &&
	       !is_one_of(spn->service_class, other_classes) &&
	       !is_domain_name(c, spn->host_name);
}

/* "web01" and "web01.example.com" are one finding. */
static bool is_same_host(struct spn_str a, struct spn_str b)
{
	return spn_str_equal_nocase(a, b) ||
	       (spn_host_is_fqdn(a) != spn_host_is_fqdn(b) &&
		spn_str_equal_nocase(spn_first_label(a), spn_first_label(b)));
}

static enum spn_dns_answer ask_dns(const struct audit_case *a,
				   struct spn_str host)
{
	const struct spn_surroundings *s = a->surroundings;

	return (s->ask_dns == NULL) ? SPN_DNS_UNKNOWN
				    : s->ask_dns(s->private_data, host);
}

/* Only the zones tell: what DNS itself answers says nothing of CNAMEs. */
static bool leads_here(const struct audit_case *a, struct spn_str host)
{
	const struct spn_surroundings *s = a->surroundings;
	const char *name = a->c.after->dns_host_name;

	return s != NULL && s->leads_to != NULL && name != NULL &&
	       s->leads_to(s->zones, host, spn_str_of(name));
}

/* One label may stand for a name in each suffix; a zone that nobody can ask
 * may have it. */
static bool may_be_elsewhere(const struct audit_case *a,
			     const char *const *suffixes,
			     struct spn_str label)
{
	char name[SPN_DNS_NAME_LEN + 1];

	for (; suffixes != NULL && *suffixes != NULL; suffixes++) {
		struct spn_str host = spn_in_domain(name,
						    label,
						    spn_str_of(*suffixes));

		if (host.len > 0 && ask_dns(a, host) != SPN_DNS_ABSENT) {
			return true;
		}
	}
	return false;
}

/* DNS itself is asked for what was written, no more. */
static bool is_absent(const struct audit_case *a, struct spn_str host)
{
	const struct spn_case *c = &a->c;

	return ask_dns(a, host) == SPN_DNS_ABSENT &&
	       (a->surroundings->dns_is_live || spn_host_is_fqdn(host) ||
		!may_be_elsewhere(a, c->settings->dns_suffixes, host));
}

static bool is_computer_name(const struct audit_case *a,
			     struct spn_str host,
			     bool *_is_name)
{
	struct spn_holders computers = {};

	if (!spn_census_computers_named(a->census,
					a->census,
					host,
					&computers))
	{
		return false;
	}
	*_is_name = computers.num_accounts > 0;
	spn_holders_free(&computers);
	return true;
}

/* How far back: an account may have thousands of values. */
#define LOOK_BACK 100

/* What was cut at 15 characters to make the NetBIOS name, by itself or in the
 * domain: who joins again need not get to change dNSHostName. */
static bool is_uncut(const struct spn_account *computer,
		     struct spn_str netbios,
		     struct spn_str host)
{
	struct spn_str label = spn_first_label(host);

	return label.len > SPN_NETBIOS_LEN && spn_is_short_of(netbios, host) &&
	       (!spn_host_is_fqdn(host) ||
		spn_str_is(spn_str_from(host, label.len + 1),
			   computer->dns_domain));
}

/* Also the long form of a NetBIOS name that was cut, and what its DNS name
 * will be while it has none. */
static bool is_own_name(const struct spn_account *computer,
			struct spn_str host)
{
	struct spn_str netbios = {};
	struct spn_str label = {};

	if (spn_account_has_name(computer, host) ||
	    spn_names_like(computer->additional_dns_host_names,
			   computer->dns_names,
			   host) != NULL)
	{
		return true;
	}
	netbios = spn_account_netbios_name(computer);
	label = spn_first_label(host);
	if (is_uncut(computer, netbios, host)) {
		return true;
	}
	if (computer->dns_host_name != NULL) {
		return !spn_host_is_fqdn(host) &&
		       spn_str_equal_nocase(host,
					    spn_first_label(spn_str_of(
						    computer->dns_host_name)));
	}
	return spn_host_is_fqdn(host) && spn_str_equal_nocase(label, netbios);
}

/* The two ways in which the name in an SPN can be wrong. */
enum wrong {
	STALE,
	MISMATCH,
	NUM_WRONG
};

/* What was found of each value, in their order: the next ones look back. */
struct judged {
	struct spn spn;
	uint32_t label; /* hash of the first one of the host */
	bool is_wrong[NUM_WRONG];
};

/* A value a little earlier is wrong in the same way for the same host. */
static bool was_said(const struct judged *judged,
		     size_t place,
		     enum wrong wrong)
{
	size_t i = (place > LOOK_BACK) ? place - LOOK_BACK : 0;

	for (; i < place; i++) {
		if (judged[i].is_wrong[wrong] &&
		    judged[i].label == judged[place].label &&
		    is_same_host(judged[i].spn.host_name,
				 judged[place].spn.host_name))
		{
			return true;
		}
	}
	return false;
}

/* ------------------------------------------------------- STALE, GHOST-DNS */

static bool judge_ghost(const struct spn_case *c,
			struct spn_str value,
			const struct spn *spn,
			struct spn_report *report)
{
	struct spn_violation v = {.account = c->after, .spn = value};
	struct spn_violation *added = NULL;

	if (!spn_report_add(report, &ghost_dns, &v, &added)) {
		return false;
	}
	if (c->after->kind == SPN_KIND_COMPUTER &&
	    (spn_class_is(spn, "host") || spn_class_is(spn, "cifs")))
	{
		added->severity = SPN_SEVERITY_ERROR;
	}
	return true;
}

/* Neither DNS nor, unless that was asked itself, a computer has the name. */
static bool is_stale(const struct audit_case *a,
		     const struct spn *spn,
		     bool is_own,
		     bool *_is)
{
	const struct spn_case *c = &a->c;
	bool is_name = false;

	*_is = false;
	if (a->surroundings == NULL) {
		return true;
	}
	if (!a->surroundings->dns_is_live) {
		is_name = is_own;
		if (!is_name && !is_computer_name(a, spn->host_name, &is_name))
		{
			return false;
		}
	}
	*_is = !is_name && names_a_host(c, spn) &&
	       is_absent(a, spn->host_name);
	return true;
}

static bool report_stale(const struct audit_case *a,
			 const struct spn *spn,
			 struct spn_report *report)
{
	const struct spn_case *c = &a->c;
	struct spn_violation v = {.account = c->after, .spn = spn->value};

	return a->surroundings->dns_is_live
		       ? judge_ghost(c, spn->value, spn, report)
		       : spn_report_add(report, &stale_nohost, &v, NULL);
}

static bool judge_delegation(const struct audit_case *a,
			     struct spn_report *report)
{
	const struct spn_case *c = &a->c;
	const struct spn_facts *facts = c->after->facts;
	size_t i;

	if (facts == NULL || a->surroundings == NULL ||
	    !a->surroundings->dns_is_live)
	{
		return true;
	}
	for (i = 0; i < facts->num_delegate_to; i++) {
		struct spn_violation v = {
			.account = c->after,
			.spn = facts->delegate_to[i],
		};
		struct spn_violation *added = NULL;
		struct spn spn = {};

		if (spn_parse(v.spn, &spn) != SPN_SYNTAX_OK ||
		    !names_a_host(c, &spn) ||
		    ask_dns(a, spn.host_name) != SPN_DNS_ABSENT)
		{
			continue;
		}
		if (!spn_report_add(report, &ghost_dns, &v, &added)) {
			return false;
		}
		added->severity = SPN_SEVERITY_ERROR;
	}
	return true;
}

/* ------------------------------------------------------------ own names */

static bool is_mismatch(const struct spn_case *c,
			const struct spn *spn,
			bool is_own)
{
	return !is_own && c->after->kind == SPN_KIND_COMPUTER &&
	       is_one_of(spn->service_class, machine_classes) &&
	       names_a_host(c, spn);
}

static bool report_mismatch(const struct audit_case *a,
			    const struct spn *spn,
			    struct spn_report *report)
{
	const struct spn_case *c = &a->c;
	struct spn_violation v = {.account = c->after, .spn = spn->value};
	const struct spn_message *message = &host_mismatch;
	struct spn_violation *added = NULL;

	if (!spn_census_computers_named(a->census,
					report,
					spn->host_name,
					&v.others))
	{
		return false;
	}
	if (v.others.num_accounts == 0) {
		if (leads_here(a, spn->host_name)) {
			message = &alias_name;
		} else if (audit_is_foreign(c, spn->host_name)) {
			message = &foreign_name;
		}
	}
	if (!spn_report_add(report, message, &v, &added)) {
		return false;
	}
	if (v.others.num_accounts > 0) {
		added->severity = SPN_SEVERITY_ERROR;
	}
	return true;
}

/* ------------------------------------------------------------- each value */

static bool judge_value(const struct audit_case *a,
			struct judged *judged,
			size_t place,
			struct spn_report *report)
{
	struct judged *this = &judged[place];
	const struct spn *spn = &this->spn;
	bool is_own = false;

	if (!spn_case_parse(&a->c,
			    &a->c.after->spns.values[place],
			    &this->spn))
	{
		return true;
	}
	is_own = is_own_name(a->c.after, spn->host_name);
	if (!is_stale(a, spn, is_own, &this->is_wrong[STALE])) {
		return false;
	}
	this->is_wrong[MISMATCH] = is_mismatch(&a->c, spn, is_own);
	if (!this->is_wrong[STALE] && !this->is_wrong[MISMATCH]) {
		return true;
	}
	this->label = spn_slots_hash(0, spn_first_label(spn->host_name), true);
	return (!this->is_wrong[STALE] || was_said(judged, place, STALE) ||
		report_stale(a, spn, report)) &&
	       (!this->is_wrong[MISMATCH] ||
		was_said(judged, place, MISMATCH) ||
		report_mismatch(a, spn, report));
}

static bool judge(const struct audit_case *a, struct spn_report *report)
{
	const struct spn_case *c = &a->c;
	struct judged *judged = talloc_zero_array(report,
						  struct judged,
						  c->after->spns.num);
	size_t i;

	if (judged == NULL) {
		return false;
	}
	for (i = 0; i < c->after->spns.num; i++) {
		if (!judge_value(a, judged, i, report)) {
			return false;
		}
	}
	return judge_delegation(a, report) && audit_judge_own_spns(c, report);
}

static const struct spn_message *const messages[] = {
	&stale_nohost,
	&ghost_dns,
	&host_mismatch,
	&audit_host_missing,
	&audit_dc_set,
	&foreign_name,
	&audit_own_domain,
	&alias_name,
	NULL,
};

const struct audit_rule audit_rule_hosts = {
	.about =
		{
			.name = rule_name,
			.messages = messages,
			.level = SPN_LEVEL_OFF,
			.summary = "SPNs name hosts that there are, each "
				   "computer its own",
			.source = "MS-ADTS 2.2.21; MS-DRSR LookupSPN; "
				  "spn_update_list of "
				  "Samba",
			.obeys_exemptions = true,
		},
	.looks_at = AUDIT_LOOKS_AT_FACTS | AUDIT_LOOKS_AT_ZONES,
	.judge = judge,
};
