/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * keys: everybody may ask for a ticket to an account with an SPN, and crack
 * its password offline. What is said of one account is said once, by the
 * gravest code.
 */
#include "rule_table.h"

#include "key_types.h"

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
	.technique = AUDIT_KERBEROASTING,
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
	.technique = AUDIT_KERBEROASTING,
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
	.technique = AUDIT_KERBEROASTING,
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
	.technique = AUDIT_KERBEROASTING,
	.is_of_account = true,
};

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

/* NULL: nothing to say. */
static const char *weakness(enum audit_key_state state)
{
	static const char no_types[] = "RC4, since it has no "
				       "msDS-SupportedEncryptionTypes";
	static const char *const texts[] = {
		[AUDIT_KEY_UNKNOWN] = NULL,
		[AUDIT_KEY_STRONG] = NULL,
		[AUDIT_KEY_OLD_PASSWORD] = "RC4, a password from before AES",
		[AUDIT_KEY_RC4_DEFAULT] = no_types,
		[AUDIT_KEY_RC4] = "RC4, no AES",
		[AUDIT_KEY_DES] = "only DES, which no KDC has any more",
		[AUDIT_KEY_NOTHING] = "nothing that a KDC has",
	};

	return texts[state];
}

static bool judge_types(const struct audit_case *a, struct spn_report *report)
{
	const struct spn_account *account = a->c.after;
	const struct audit_key_types key = audit_key_types_of(
		account,
		account->facts,
		(a->surroundings == NULL) ? 0 : a->surroundings->ticket_types);
	struct spn_violation v = {
		.account = account,
		.spn = account->spns.values[0].value,
		.partner = weakness(key.state),
	};
	struct spn_violation *added = NULL;

	if (v.partner == NULL || account->is_disabled) {
		return true;
	}
	if (!spn_report_add(report, &krb_enc_weak, &v, &added)) {
		return false;
	}
	if (key.types == 0) {
		added->severity = SPN_SEVERITY_ERROR; /* no ticket at all */
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
