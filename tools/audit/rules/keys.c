/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * keys: everybody may ask for a ticket to an account with an SPN, and crack
 * its password offline. What is said of one account is said once, by the
 * gravest code.
 */
#include "rule_table.h"

#include "policy/ticket_types.h"

static const char rule_name[] = "keys";

static const struct spn_message krb_roast = {
	.code = "SPN-701",
	.id = "KRB-ROAST",
	.rule = rule_name,
	.severity = SPN_SEVERITY_INFO,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 5,
	.summary = "A user account holds SPNs",
	.reason = "everybody in the domain may get a ticket for it, by an "
		  "SPN or by its account name, and crack its password "
		  "offline",
	.fix = "use a managed service account; or set a long random "
	       "password and accept this finding",
	.is_of_account = true,
};

static const struct spn_message krb_roast_old = {
	.code = "SPN-702",
	.id = "KRB-ROAST-OLD",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 4,
	.summary = "A user account with SPNs has an old password",
	.reason = "everybody in the domain may try to crack its password "
		  "offline, and it is older than --password-days says",
	.fix = "set a new long random password and renew the keytabs "
	       "of the service, or use a managed service account",
	.is_of_account = true,
};

static const struct spn_message krb_roast_priv = {
	.code = "SPN-703",
	.id = "KRB-ROAST-PRIV",
	.rule = rule_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 4,
	.summary = "An administrator's account holds SPNs",
	.reason = "everybody in the domain may try to crack its password "
		  "offline, and who finds it is an administrator",
	.fix = "run the service as an account without such rights, and "
	       "move the SPNs there",
	.is_of_account = true,
};

static const struct spn_message krb_enc_weak = {
	.code = "SPN-704",
	.id = "KRB-ENC-WEAK",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 4,
	.summary = "Tickets for an account are weakly encrypted",
	.reason = "tickets for this account are weakly encrypted: "
		  "{words}",
	.fix = "if the service can do AES, set "
	       "msDS-SupportedEncryptionTypes to 24, then set the "
	       "password again and renew its keytabs",
	.is_of_account = true,
};

#define YEAR_2009 1230768000 /* no domain made AES keys before */

static bool is_roastable(const struct spn_account *account)
{
	return account->kind == SPN_KIND_USER && !account->is_disabled &&
	       account->spns.num > 0 && !spn_account_is_krbtgt(account);
}

static const struct spn_message *roast_message(const struct audit_case *a)
{
	const struct spn_case *c = &a->c;
	const struct spn_facts *facts = c->after->facts;
	const struct spn_surroundings *s = a->surroundings;

	if (facts->is_privileged) {
		return &krb_roast_priv;
	}
	if (s != NULL && facts->password_set > 0 &&
	    facts->password_set < s->now - s->password_age)
	{
		return &krb_roast_old;
	}
	return &krb_roast;
}

/* A KDC takes the best key that there is. */
static const char *age_of_key(const struct spn_facts *facts)
{
	return (facts->password_set > 0 && facts->password_set < YEAR_2009)
		       ? "RC4, a password from before AES"
		       : NULL;
}

/*
 * What Samba's KDC makes of them (policy/ticket_types.h); tried for each with
 * kvno, tests/dc/tool_audit_ticket_types.py. NULL: nothing to say. *_is_none:
 * it gets no ticket at all.
 */
static const char *weakness(const struct audit_case *a, bool *_is_none)
{
	const struct spn_account *account = a->c.after;
	const struct spn_facts *facts = account->facts;
	uint32_t types = facts->encryption_types;
	bool is_default = (types == 0);

	*_is_none = (facts->control & SPN_UAC_USE_DES_KEY_ONLY) != 0;
	if (*_is_none) {
		return "only DES, which no KDC has any more";
	}
	if (account->kind == SPN_KIND_OTHER) {
		return NULL; /* no account: it has no keys */
	}
	if (account->is_dc) {
		return NULL; /* whatever the domain can do */
	}
	if (is_default && a->surroundings != NULL) {
		types = a->surroundings->ticket_types;
	}
	if (types == 0 || (types & SPN_TYPES_AES) != 0) {
		return (types == 0 || is_default) ? age_of_key(facts) : NULL;
	}
	if ((types & SPN_TYPE_RC4) != 0) {
		return is_default ? "RC4, since it has no "
				    "msDS-SupportedEncryptionTypes"
				  : "RC4, no AES";
	}
	*_is_none = true;
	return ((types & SPN_TYPES_DES) != 0)
		       ? "only DES, which no KDC has any more"
		       : "nothing that a KDC has";
}

static bool judge_types(const struct audit_case *a, struct spn_report *report)
{
	const struct spn_account *account = a->c.after;
	struct spn_violation v = {
		.account = account,
		.spn = account->spns.values[0].value,
	};
	struct spn_violation *added = NULL;
	bool is_none = false;

	v.partner = weakness(a, &is_none);
	if (v.partner == NULL || account->is_disabled) {
		return true;
	}
	if (!spn_report_add(report, &krb_enc_weak, &v, &added)) {
		return false;
	}
	if (is_none) {
		added->severity = SPN_SEVERITY_ERROR;
	}
	return true;
}

static bool judge(const struct audit_case *a, struct spn_report *report)
{
	const struct spn_case *c = &a->c;
	struct spn_violation v = {.account = c->after};

	if (c->after->facts == NULL || c->after->spns.num == 0) {
		return true;
	}
	v.spn = c->after->spns.values[0].value;
	if (is_roastable(c->after) &&
	    !spn_report_add(report, roast_message(a), &v, NULL))
	{
		return false;
	}
	return judge_types(a, report);
}

static const struct spn_message *const messages[] = {
	&krb_roast,
	&krb_roast_old,
	&krb_roast_priv,
	&krb_enc_weak,
	NULL,
};

const struct audit_rule audit_rule_keys = {
	.about =
		{
			.name = rule_name,
			.messages = messages,
			.level = SPN_LEVEL_OFF,
			.summary = "the keys of accounts with SPNs are hard "
				   "to guess",
			.source = "MS-KILE 2.2.7; RFC 4120 section 10; ANSSI "
				  "spn_priv",
		},
	.looks_at = AUDIT_LOOKS_AT_FACTS | AUDIT_LOOKS_AT_GROUPS,
	.judge = judge,
};
