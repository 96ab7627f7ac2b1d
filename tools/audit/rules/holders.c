/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * holders: who has SPNs is in use, and meant to have them.
 */
#include "holders.h"

#include <fnmatch.h>
#include <string.h>
#include <strings.h>

#include "purpose.h"
#include "rule_table.h"

static const char rule_name[] = "holders";

static const struct spn_message owner_disabled = {
	.code = "SPN-501",
	.id = "OWNER-DISABLED",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 4,
	.summary = "A disabled or expired account holds SPNs",
	.reason = "the account is disabled or expired; a Samba KDC still "
		  "gives tickets for its SPNs, with its key",
	.fix = "if it is not to be used again, remove its SPNs, or the "
	       "account",
	.is_of_account = true,
};

static const struct spn_message owner_stale = {
	.code = "SPN-502",
	.id = "OWNER-STALE",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 4,
	.summary = "A computer that nobody has heard of for long holds "
		   "SPNs",
	.reason = "neither a logon nor a new password for longer than "
		  "--stale-days says",
	.fix = "remove the computer if it is gone",
	.is_of_account = true,
};

static const struct spn_message owner_cnf = {
	.code = "SPN-503",
	.id = "OWNER-CNF",
	.rule = rule_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 1,
	.summary = "An object that lost a replication conflict holds "
		   "SPNs",
	.reason = "two objects of one name were made at the same "
		  "time; this one was set aside with its SPNs",
	.fix = "find out which of the two is used; if it is the other "
	       "one, take the SPNs from this one, or remove it; else "
	       "remove the other one and rename this one",
	.is_of_account = true,
};

const struct spn_message spn_owner_deleted = {
	.code = "SPN-504",
	.id = "OWNER-DELETED",
	.rule = rule_name,
	.severity = SPN_SEVERITY_INFO,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 5,
	.summary = "A deleted object would bring an SPN back",
	.reason = "{others} is deleted and has the same SPN: "
		  "restoring it makes a duplicate or fails",
	.fix = "remember it before you restore that object",
};

static const struct spn_message admin_spn = {
	.code = "SPN-505",
	.id = "ADMIN-SPN",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 4,
	.summary = "An account that is named like an administrator's "
		   "holds SPNs",
	.reason = "by its name ({partner}) this may be the account of a "
		  "person who administers: everybody in the domain may "
		  "try to crack its password offline",
	.fix = "give the service an account of its own, best a "
	       "managed one",
	.technique = AUDIT_KERBEROASTING,
	.is_of_account = true,
};

static const struct spn_message gmsa_check = {
	.code = "SPN-506",
	.id = "GMSA-CHECK",
	.rule = rule_name,
	.severity = SPN_SEVERITY_INFO,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 5,
	.summary = "A managed service account serves a host that may "
		   "not use it",
	.reason = "the computer of that name is none of those that "
		  "may use the password of this account",
	.fix = "let the computer use the account, if the service runs "
	       "there; otherwise find out what the SPN is for",
};

static const struct spn_message addl_name = {
	.code = "SPN-507",
	.id = "ADDL-NAME",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 3,
	.summary = "An additional name of a computer is another's, or "
		   "has no HOST SPN",
	.reason = "the additional name {partner} is also a name of "
		  "another computer, or this one does not hold {spn}",
	.fix = "remove the additional name if it is not meant, "
	       "else add the SPN",
	.repair = SPN_REPAIR_ADD_ADDITIONAL,
};

static const struct spn_message on_purpose = {
	.code = "SPN-508",
	.id = "ON-PURPOSE",
	.rule = rule_name,
	.severity = SPN_SEVERITY_INFO,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 5,
	.summary = "An account that looks unused holds SPNs on purpose",
	.reason = "it is disabled, expired or silent, but it is {words}",
	.fix = "nothing; if you do not know why it is there, find out "
	       "before you change it",
	.is_of_account = true,
};

/* How people name the accounts with which they administer. */
static const char *const admin_patterns[] = {
	"adm-*",
	"adm_*",
	"adm.*",
	"*-adm",
	"*_adm",
	"*.adm",
	"admin-*",
	"*-admin",
	"admin",
	"administrator",
	"da-*",
	"ea-*",
};

/* For what is said of the account as a whole. */
static struct spn_str first_spn(const struct spn_account *account)
{
	return (account->spns.values != NULL && account->spns.num > 0)
		       ? account->spns.values[0].value
		       : (struct spn_str){};
}

static bool is_out_of_use(const struct audit_case *a,
			  const struct spn_account *account)
{
	const struct spn_facts *facts = account->facts;

	return account->is_disabled ||
	       (facts != NULL && a->surroundings != NULL &&
		facts->expires > 0 && facts->expires < a->surroundings->now);
}

/* One of its SPNs that an account in use has, too. */
static bool find_wanted(const struct audit_case *a,
			struct spn_report *report,
			const struct spn_value **_wanted)
{
	const struct spn_case *c = &a->c;
	size_t i;
	size_t j;

	*_wanted = NULL;
	for (i = 0; i < c->after->spns.num; i++) {
		const struct spn_value *value = &c->after->spns.values[i];
		struct spn_holders holders = {};

		if (!spn_index_holders_of(c->index, report, value, &holders)) {
			return false;
		}
		for (j = 0; j < holders.num_accounts; j++) {
			if (!is_out_of_use(a, holders.accounts[j])) {
				*_wanted = value;
				return true;
			}
		}
	}
	return true;
}

static bool say_purpose(const struct spn_case *c,
			const char *purpose,
			struct spn_report *report)
{
	struct spn_violation v = {
		.account = c->after,
		.spn = first_spn(c->after),
		.partner = purpose,
	};

	return spn_report_add(report, &on_purpose, &v, NULL);
}

/* It has what every krbtgt has, and nothing that somebody else gave it. */
static bool all_are_shared(const struct spn_account *account)
{
	size_t i;

	for (i = 0; i < account->spns.num; i++) {
		if (!spn_account_shares(account,
					account->spns.values[i].value))
		{
			return false;
		}
	}
	return true;
}

static bool judge_disabled(const struct audit_case *a,
			   struct spn_report *report)
{
	const struct spn_case *c = &a->c;
	struct spn_violation v = {.account = c->after};
	struct spn_violation *added = NULL;
	const struct spn_value *wanted = NULL;
	const char *purpose = NULL;
	bool is_krbtgt = false;

	if (!is_out_of_use(a, c->after)) {
		return true;
	}
	purpose = audit_purpose_of(c->after);
	is_krbtgt = spn_account_is_krbtgt(c->after);
	if (is_krbtgt && all_are_shared(c->after)) {
		return true;
	}
	if (!find_wanted(a, report, &wanted)) {
		return false;
	}
	/* Whatever krbtgt is in the way of: it must not go. */
	if (purpose != NULL && (wanted == NULL || is_krbtgt)) {
		return say_purpose(c, purpose, report);
	}
	v.spn = (wanted != NULL) ? wanted->value : first_spn(c->after);
	if (!spn_report_add(report, &owner_disabled, &v, &added)) {
		return false;
	}
	if (wanted != NULL) {
		added->severity = SPN_SEVERITY_ERROR;
	}
	return true;
}

static bool judge_silent(const struct audit_case *a, struct spn_report *report)
{
	const struct spn_case *c = &a->c;
	const struct spn_surroundings *s = a->surroundings;
	const struct spn_facts *facts = c->after->facts;
	struct spn_violation v = {
		.account = c->after,
		.spn = first_spn(c->after),
	};
	const char *purpose = NULL;
	int64_t limit = 0;

	if (c->after->kind != SPN_KIND_COMPUTER || facts == NULL ||
	    s == NULL || is_out_of_use(a, c->after))
	{
		return true;
	}
	limit = s->now - s->stale_age;
	/* Both must be known: an appliance may never change its password. */
	if (facts->password_set == 0 || facts->last_logon == 0 ||
	    facts->password_set >= limit || facts->last_logon >= limit)
	{
		return true;
	}
	purpose = audit_purpose_of(c->after);
	return (purpose != NULL)
		       ? say_purpose(c, purpose, report)
		       : spn_report_add(report, &owner_stale, &v, NULL);
}

/* "CN=web01\0ACNF:...": what lost a conflict of replication, or its place. */
static bool is_conflict(const char *dn)
{
	static const char lost[] = "CN=LostAndFound";

	if (strchr(dn, '\\') != NULL && strcasestr(dn, "\\0ACNF:") != NULL) {
		return true;
	}
	for (dn = strchr(dn, ','); dn != NULL; dn = strchr(dn, ',')) {
		dn++;
		if (spn_ascii_lower(dn[0]) == 'c' &&
		    strncasecmp(dn, lost, sizeof(lost) - 1) == 0)
		{
			const char *end = dn + sizeof(lost) - 1;

			if (end[0] == ',' ||
			    strncasecmp(end, "Config,", 7) == 0)
			{
				return true;
			}
		}
	}
	return false;
}

static bool judge_conflict(const struct spn_case *c, struct spn_report *report)
{
	struct spn_violation v = {
		.account = c->after,
		.spn = first_spn(c->after),
	};

	return c->after->dn == NULL || !is_conflict(c->after->dn) ||
	       spn_report_add(report, &owner_cnf, &v, NULL);
}

static bool judge_deleted(const struct audit_case *a,
			  struct spn_report *report)
{
	const struct spn_case *c = &a->c;
	size_t num = spn_census_has_deleted(a->census) ? c->after->spns.num
						       : 0;
	size_t i;

	for (i = 0; i < num; i++) {
		const struct spn_value *value = &c->after->spns.values[i];
		struct spn_violation v = {
			.account = c->after,
			.spn = value->value,
		};

		if (!spn_census_deleted_holders(a->census,
						report,
						value,
						&v.others) ||
		    (v.others.num_accounts > 0 &&
		     !spn_report_add(report, &spn_owner_deleted, &v, NULL)))
		{
			return false;
		}
	}
	return true;
}

static bool judge_admin(const struct spn_case *c, struct spn_report *report)
{
	const char *name = c->after->sam_account_name;
	struct spn_violation v = {
		.account = c->after,
		.spn = first_spn(c->after),
	};
	size_t i;

	if (c->after->kind != SPN_KIND_USER || name == NULL) {
		return true;
	}
	for (i = 0; i < sizeof(admin_patterns) / sizeof(admin_patterns[0]);
	     i++)
	{
		if (fnmatch(admin_patterns[i], name, FNM_CASEFOLD) == 0) {
			v.partner = admin_patterns[i];
			return spn_report_add(report, &admin_spn, &v, NULL);
		}
	}
	return true;
}

static bool any_is_called(const struct spn_holders *computers,
			  struct spn_str name)
{
	size_t i;

	for (i = 0; i < computers->num_accounts; i++) {
		if (spn_str_equal_nocase(spn_account_netbios_name(
						 computers->accounts[i]),
					 name))
		{
			return true;
		}
	}
	return false;
}

/* One of the computers may use the password of the account. */
static bool may_use(const struct spn_case *c,
		    const struct spn_holders *computers,
		    bool *_may)
{
	const char *const *reader = c->after->facts->password_readers;

	*_may = false;
	for (; *reader != NULL && !*_may; reader++) {
		struct spn_str name = spn_str_of(*reader);
		const struct spn_account *computer = NULL;

		if (computers->many == NULL) {
			*_may = any_is_called(computers, name);
			continue;
		}
		if (!spn_index_computer_by_name(c->index, name, &computer)) {
			return false;
		}
		*_may = computer != NULL &&
			spn_holders_has(computers, computer);
	}
	return true;
}

static bool judge_gmsa(const struct audit_case *a, struct spn_report *report)
{
	const struct spn_case *c = &a->c;
	const struct spn_facts *facts = c->after->facts;
	size_t i;

	if (c->after->kind != SPN_KIND_GMSA || facts == NULL ||
	    facts->password_readers == NULL)
	{
		return true;
	}
	for (i = 0; i < c->after->spns.num; i++) {
		struct spn_violation v = {
			.account = c->after,
			.spn = c->after->spns.values[i].value,
		};
		struct spn_holders computers = {};
		struct spn spn = {};
		bool may = true;

		if (spn_parse(v.spn, &spn) != SPN_SYNTAX_OK) {
			continue;
		}
		if (!spn_census_computers_named(a->census,
						report,
						spn.host_name,
						&computers))
		{
			return false;
		}
		/* A name of no computer may be an alias of the right one. */
		if (computers.num_accounts > 0 &&
		    !may_use(c, &computers, &may))
		{
			return false;
		}
		if (!may && !spn_report_add(report, &gmsa_check, &v, NULL)) {
			return false;
		}
	}
	return true;
}

static bool judge_name(const struct audit_case *a,
		       struct spn_str name,
		       struct spn_report *report)
{
	const struct spn_case *c = &a->c;
	struct spn_violation v = {.account = c->after};
	struct spn_value spn = {};

	if (name.len > 0 && name.data[name.len - 1] == '$') {
		name.len--;
	}
	if (!spn_census_computers_named(a->census, report, name, &v.others) ||
	    !spn_index_key(c->index, report, spn_str_of("HOST"), name, &spn))
	{
		return false;
	}
	spn_holders_leave_out(&v.others, c->after);
	v.spn = spn.value;
	v.partner = talloc_strndup(report, name.data, name.len);
	if (v.partner == NULL) {
		return false;
	}
	return (v.others.num_accounts == 0 &&
		spn_account_find(c->after, spn.key) != NULL) ||
	       spn_report_add(report, &addl_name, &v, NULL);
}

static bool judge_more_names(const struct audit_case *a,
			     struct spn_report *report)
{
	const struct spn_case *c = &a->c;
	const char *const *lists[] = {
		c->after->additional_dns_host_names,
		c->after->additional_sam_names,
	};
	size_t l;
	size_t i;

	if (c->after->kind != SPN_KIND_COMPUTER) {
		return true;
	}
	for (l = 0; l < sizeof(lists) / sizeof(lists[0]); l++) {
		for (i = 0; lists[l] != NULL && lists[l][i] != NULL; i++) {
			if (!judge_name(a, spn_str_of(lists[l][i]), report)) {
				return false;
			}
		}
	}
	return true;
}

static bool judge(const struct audit_case *a, struct spn_report *report)
{
	const struct spn_case *c = &a->c;
	if (c->after->spns.num == 0) {
		return judge_more_names(a, report);
	}
	return judge_disabled(a, report) && judge_silent(a, report) &&
	       judge_conflict(c, report) && judge_deleted(a, report) &&
	       judge_admin(c, report) && judge_gmsa(a, report) &&
	       judge_more_names(a, report);
}

static const struct spn_message *const messages[] = {
	&owner_disabled,
	&owner_stale,
	&owner_cnf,
	&spn_owner_deleted,
	&admin_spn,
	&gmsa_check,
	&addl_name,
	&on_purpose,
	NULL,
};

const struct audit_rule audit_rule_holders = {
	.about =
		{
			.name = rule_name,
			.messages = messages,
			.level = SPN_LEVEL_OFF,
			.summary = "who has SPNs is in use, and meant to have "
				   "them",
			.source = "MS-ADTS 3.1.1.5.1.3; MS-ADA2 "
				  "msDS-AdditionalDnsHostName",
			.obeys_exemptions = true,
		},
	.looks_at = AUDIT_LOOKS_AT_FACTS,
	.judge = judge,
};
