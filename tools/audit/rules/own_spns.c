/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A computer has HOST of its names, a domain controller what it serves; and a
 * Samba KDC gives tickets for a name whose third part is the domain to domain
 * controllers only.
 */
#include "own_spns.h"

#define rule_name audit_rule_name_hosts

const struct spn_message audit_host_missing = {
	.code = "SPN-404",
	.id = "HOST-MISSING",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 3,
	.summary = "A computer lacks a HOST SPN of its own name",
	.reason = "the computer does not hold it: a Samba KDC finds "
		  "it only while its CN is that name, a Windows KDC "
		  "gives no ticket",
	.fix = "add it: setspn -R, or join the computer again",
	.repair = SPN_REPAIR_ADD_SPN,
};

const struct spn_message audit_dc_set = {
	.code = "SPN-405",
	.id = "DC-SET",
	.rule = rule_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 3,
	.summary = "A domain controller lacks one of its SPNs",
	.reason = "samba_spnupdate gives this SPN to every domain "
		  "controller; without it replication or logons may "
		  "fail",
	.fix = "run samba_spnupdate on the domain controller",
	.repair = SPN_REPAIR_ADD_SPN,
};

const struct spn_message audit_own_domain = {
	.code = "SPN-407",
	.id = "OWN-DOMAIN",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 3,
	.summary = "A three-part SPN that a Samba KDC gives to domain "
		   "controllers only",
	.reason = "its third part is the domain itself, and a Samba KDC "
		  "gives tickets for such a name to its domain controllers "
		  "only: whoever asks for it hears that it is unknown",
	.fix = "if clients ask for it, replace it by the same without the "
	       "third part, and have them ask for that; otherwise it does "
	       "no harm, and can go",
};

#define UAC_PARTIAL_SECRETS 0x04000000u /* a read-only DC */

/* As most computers do: not in another spelling than of case. */
static bool holds_host(const struct spn_case *c, struct spn_str name)
{
	size_t i;

	for (i = 0; i < c->after->spns.num; i++) {
		struct spn room;
		const struct spn *spn =
			spn_case_parts(c, &c->after->spns.values[i], &room);

		if (spn != NULL && spn_is_plain(spn) &&
		    spn_class_is(spn, "host") &&
		    spn_str_equal_nocase(spn->host_name, name))
		{
			return true;
		}
	}
	return false;
}

/* HOST/name, unless the account or somebody else holds it: then it cannot be
 * added here. */
static bool require_host(const struct spn_case *c,
			 struct spn_str name,
			 struct spn_report *report)
{
	struct spn_violation v = {.account = c->after};
	struct spn_holders holders = {};
	struct spn_value spn = {};

	if (holds_host(c, name)) {
		return true;
	}
	if (!spn_index_key(c->index, report, spn_str_of("HOST"), name, &spn) ||
	    !spn_index_holders_of(c->index, report, &spn, &holders))
	{
		return false;
	}
	v.spn = spn.value;
	return holders.num_accounts > 0 ||
	       spn_report_add(report, &audit_host_missing, &v, NULL);
}

static bool judge_missing(const struct spn_case *c, struct spn_report *report)
{
	const struct spn_account *account = c->after;
	struct spn_str name = spn_account_netbios_name(account);

	if (account->kind != SPN_KIND_COMPUTER || account->is_disabled ||
	    account->facts == NULL || account->dns_host_name == NULL ||
	    account->is_dc || name.len == 0)
	{
		return true;
	}
	return require_host(c, name, report) &&
	       require_host(c, spn_str_of(account->dns_host_name), report);
}

/* Of a domain controller: class/name and, if there is a third part, /name. */
static bool require(const struct spn_case *c,
		    const char *service_class,
		    const char *host,
		    const char *service,
		    struct spn_report *report)
{
	struct spn_violation v = {.account = c->after};
	const struct spn_fold *fold = spn_index_fold(c->index);
	struct spn_str key = {};
	char *text = talloc_asprintf(report,
				     "%s/%s%s%s",
				     service_class,
				     host,
				     (service == NULL) ? "" : "/",
				     (service == NULL) ? "" : service);

	if (text == NULL ||
	    !spn_fold_text(fold, report, spn_str_of(text), &key))
	{
		return false;
	}
	v.spn = spn_str_of(text);
	return spn_account_find(c->after, key) != NULL ||
	       spn_report_add(report, &audit_dc_set, &v, NULL);
}

/*
 * What samba_spnupdate gives every DC, as far as it can be told from the
 * directory alone: not what has a GUID or the NetBIOS name of the domain in
 * it, and the global catalog only where the forest is one domain.
 */
static bool judge_dc(const struct spn_case *c, struct spn_report *report)
{
	static const struct {
		const char *service_class;
		bool is_netbios;
		const char *zone; /* third part: in front of the domain */
	} wanted[] = {
		{"HOST", true, NULL},
		{"HOST", false, NULL},
		{"HOST", false, ""},
		{"ldap", true, NULL},
		{"ldap", false, NULL},
		{"ldap", false, ""},
		{"ldap", false, "DomainDnsZones."},
		{"ldap", false, "ForestDnsZones."},
		{"RestrictedKrbHost", true, NULL},
		{"RestrictedKrbHost", false, NULL},
	};
	const struct spn_account *dc = c->after;
	struct spn_str name = spn_account_netbios_name(dc);
	char *netbios = NULL;
	char *service = NULL;
	size_t i;

	if (!dc->is_dc || dc->is_disabled || dc->facts == NULL ||
	    dc->dns_host_name == NULL ||
	    (dc->facts->control & UAC_PARTIAL_SECRETS) != 0)
	{
		return true;
	}
	netbios = talloc_strndup(report, name.data, name.len);
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		service = NULL;
		if (wanted[i].zone != NULL) {
			service = talloc_asprintf(report,
						  "%s%s",
						  wanted[i].zone,
						  dc->dns_domain);
		}
		if (netbios == NULL ||
		    (wanted[i].zone != NULL && service == NULL) ||
		    !require(c,
			     wanted[i].service_class,
			     wanted[i].is_netbios ? netbios
						  : dc->dns_host_name,
			     service,
			     report))
		{
			return false;
		}
	}
	return c->forest->dns_suffixes[0] == NULL ||
	       c->forest->dns_suffixes[1] != NULL ||
	       require(c, "GC", dc->dns_host_name, dc->dns_domain, report);
}

static bool judge_own_domain(const struct spn_case *c,
			     const struct spn_value *value,
			     struct spn_report *report)
{
	struct spn_violation v = {.account = c->after, .spn = value->value};
	struct spn_kdc_answer answer = {};
	struct spn room;
	const struct spn *spn = spn_case_parts(c, value, &room);

	if (c->forest->is_windows || spn == NULL || !spn->has_service_name) {
		return true;
	}
	if (!spn_case_kdc_answer(c, report, value->value, &answer)) {
		return false;
	}
	return answer.reason != SPN_KDC_OWN_DOMAIN ||
	       spn_report_add(report, &audit_own_domain, &v, NULL);
}

bool audit_judge_own_spns(const struct spn_case *c, struct spn_report *report)
{
	size_t i;

	for (i = 0; i < c->after->spns.num; i++) {
		if (!judge_own_domain(c, &c->after->spns.values[i], report)) {
			return false;
		}
	}
	return judge_missing(c, report) && judge_dc(c, report);
}
