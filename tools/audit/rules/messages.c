/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The codes that only audits report, SPN-4xx to SPN-8xx, in order of code; and
 * all codes there are, these among those of modules/policy/messages.c.
 */
#include "messages.h"

#include <string.h>

static const struct spn_message messages[] = {
	{
		.code = "SPN-401",
		.id = "STALE-NOHOST",
		.rule = "hosts",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 4,
		.summary = "The host of an SPN is no computer and not in DNS",
		.reason = "no computer of the forest has this name, and the "
			  "DNS zone that the directory holds does not have it "
			  "either",
		.cure = "remove it, unless the name is still to come",
	},
	{
		.code = "SPN-402",
		.id = "GHOST-DNS",
		.rule = "hosts",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 4,
		.summary = "DNS does not know the host of an SPN",
		.reason = "DNS does not know this name; whoever may register "
			  "it gets what clients send to {account}",
		.cure = "remove the SPN, or register the name in DNS "
			"yourself",
	},
	{
		.code = "SPN-403",
		.id = "HOST-MISMATCH",
		.rule = "hosts",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 3,
		.summary = "A computer has the SPN of a name that is not its "
			   "own",
		.reason = "this is no name of the computer that holds it, "
			  "maybe one from before it was renamed",
		.cure = "remove it; if the computer really has that name, "
			"add it to msDS-AdditionalDnsHostName",
	},
	{
		.code = "SPN-404",
		.id = "HOST-MISSING",
		.rule = "hosts",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 3,
		.summary = "A computer lacks a HOST SPN of its own name",
		.reason = "the computer does not hold it, so no client gets a "
			  "ticket for that name",
		.cure = "add it: setspn -R, or join the computer again",
	},
	{
		.code = "SPN-405",
		.id = "DC-SET",
		.rule = "hosts",
		.severity = SPN_SEVERITY_ERROR,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 3,
		.summary = "A domain controller lacks one of its SPNs",
		.reason = "every domain controller has this SPN; without it "
			  "replication or clients fail",
		.cure = "run samba_spnupdate on the domain controller",
	},
	{
		.code = "SPN-501",
		.id = "OWNER-DISABLED",
		.rule = "holders",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 4,
		.summary = "A disabled or expired account holds SPNs",
		.reason = "the account is disabled or expired, so no client "
			  "gets a ticket for its SPNs",
		.cure = "remove the SPNs of the account, or the account",
	},
	{
		.code = "SPN-502",
		.id = "OWNER-STALE",
		.rule = "holders",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 4,
		.summary =
			"A computer that nobody has heard of for long holds "
			"SPNs",
		.reason = "neither a logon nor a new password for longer than "
			  "spn_audit:stale days",
		.cure = "remove the computer if it is gone",
	},
	{
		.code = "SPN-503",
		.id = "OWNER-CNF",
		.rule = "holders",
		.severity = SPN_SEVERITY_ERROR,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 1,
		.summary = "An object that lost a replication conflict holds "
			   "SPNs",
		.reason = "two objects of one name were made at the same "
			  "time; this one was set aside with its SPNs",
		.cure = "remove this object, or its SPNs if it is still "
			"needed",
	},
	{
		.code = "SPN-504",
		.id = "OWNER-DELETED",
		.rule = "holders",
		.severity = SPN_SEVERITY_INFO,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 5,
		.summary = "A deleted object would bring an SPN back",
		.reason = "{others} is deleted and has the same SPN: "
			  "restoring it makes a duplicate or fails",
		.cure = "remember it before you restore that object",
	},
	{
		.code = "SPN-505",
		.id = "ADMIN-SPN",
		.rule = "holders",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 4,
		.summary = "An account that is named like an administrator's "
			   "holds SPNs",
		.reason = "by its name ({partner}) this is the account of a "
			  "person who administers: everybody may try "
			  "passwords on it at home",
		.cure = "give the service an account of its own, best a "
			"managed one",
	},
	{
		.code = "SPN-506",
		.id = "GMSA-CHECK",
		.rule = "holders",
		.severity = SPN_SEVERITY_INFO,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 5,
		.summary = "A managed service account serves a host that may "
			   "not use it",
		.reason = "the computer of that name is none of those that "
			  "may use the password of this account",
		.cure = "let the computer use the account, or remove the "
			"SPN",
	},
	{
		.code = "SPN-507",
		.id = "ADDL-NAME",
		.rule = "holders",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 3,
		.summary = "An additional name of a computer is another's, or "
			   "has no HOST SPN",
		.reason = "the additional name {partner} is also a name of "
			  "another computer, or this one does not hold {spn}",
		.cure = "remove the additional name if it is not meant, "
			"else add the SPN",
	},
	{
		.code = "SPN-601",
		.id = "UPN-SAM",
		.rule = "logon-names",
		.severity = SPN_SEVERITY_ERROR,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 2,
		.summary = "A user principal name is another account's own "
			   "name",
		.reason = "the user principal name {partner} is the account "
			  "name of {others}: a KDC may take one for the other",
		.cure = "change the user principal name",
	},
	{
		.code = "SPN-602",
		.id = "UPN-DUP",
		.rule = "logon-names",
		.severity = SPN_SEVERITY_ERROR,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 2,
		.summary = "Two accounts have one user principal name",
		.reason = "{others} has the user principal name {partner}, "
			  "too: neither can log on with it",
		.cure = "change one of them",
	},
	{
		.code = "SPN-603",
		.id = "UPN-SPN",
		.rule = "logon-names",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 2,
		.summary = "A user principal name is another account's SPN",
		.reason = "the user principal name {partner} of this account "
			  "is an SPN of {others}: two accounts answer to one "
			  "name",
		.cure = "put both on the same account",
	},
	{
		.code = "SPN-604",
		.id = "SAM-DOLLAR",
		.rule = "logon-names",
		.severity = SPN_SEVERITY_ERROR,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 2,
		.summary = "The name of a computer does not end in $, or a "
			   "user has the rest of it",
		.reason = "the account name {partner} is a computer's without "
			  "its $, or a user's that a computer has with one",
		.cure = "rename the account",
	},
	{
		.code = "SPN-701",
		.id = "KRB-ROAST",
		.rule = "keys",
		.severity = SPN_SEVERITY_INFO,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 5,
		.summary = "A user account holds SPNs",
		.reason = "everybody in the domain may get a ticket for it "
			  "and try passwords on it at home",
		.cure = "a long random password, or a managed service "
			"account",
	},
	{
		.code = "SPN-702",
		.id = "KRB-ROAST-OLD",
		.rule = "keys",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 4,
		.summary = "A user account with SPNs has an old password",
		.reason = "everybody may try passwords on it at home, and its "
			  "own is older than spn_audit:password days",
		.cure = "set a new long random password, or use a managed "
			"service account",
	},
	{
		.code = "SPN-703",
		.id = "KRB-ROAST-PRIV",
		.rule = "keys",
		.severity = SPN_SEVERITY_ERROR,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 4,
		.summary = "An administrator's account holds SPNs",
		.reason = "everybody may try passwords on it at home, and who "
			  "finds it is an administrator",
		.cure = "move the SPNs to an account without such rights",
	},
	{
		.code = "SPN-704",
		.id = "KRB-ENC-WEAK",
		.rule = "keys",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 4,
		.summary = "Tickets for an account are weakly encrypted",
		.reason = "tickets for this account are weakly encrypted: "
			  "{words}",
		.cure = "set msDS-SupportedEncryptionTypes to 24 (AES), "
			"then set the password again",
	},
	{
		.code = "SPN-801",
		.id = "DELEG-GHOST",
		.rule = "delegation",
		.severity = SPN_SEVERITY_ERROR,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 2,
		.summary = "An account may delegate to an SPN that nobody "
			   "holds",
		.reason = "no account holds it; whoever may write an SPN "
			  "anywhere can become the target",
		.cure = "remove the entry from msDS-AllowedToDelegateTo",
	},
	{
		.code = "SPN-802",
		.id = "DELEG-AMBIG",
		.rule = "delegation",
		.severity = SPN_SEVERITY_ERROR,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 2,
		.summary = "An account may delegate to an SPN of several "
			   "accounts, or of a dead one",
		.reason = "'{account}' may delegate to it, but more than one "
			  "account answers to it, or one that is disabled",
		.cure = "repair the holders: {others}",
	},
	{
		.code = "SPN-803",
		.id = "DELEG-UNPAIRED",
		.rule = "delegation",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 2,
		.summary = "An account may delegate to one half of an http "
			   "pair",
		.reason = "its other half {partner} is not in the list: "
			  "delegation works by one name of the web site only",
		.cure = "add {partner} to msDS-AllowedToDelegateTo",
	},
	{
		.code = "SPN-804",
		.id = "ACL-WRITESPN",
		.rule = "delegation",
		.severity = SPN_SEVERITY_WARNING,
		.on_write = SPN_ON_WRITE_IGNORE,
		.rank = 4,
		.summary = "Somebody who is no administrator may write the "
			   "SPNs of an account",
		.reason = "may write their SPNs: {words}",
		.cure = "take the right away if it is not needed",
	},
};
#define NUM_MESSAGES (sizeof(messages) / sizeof(messages[0]))

/* The one that comes next in an array that ends with end, or NULL. */
static const struct spn_message *next_of(const struct spn_message *m,
					 const struct spn_message *end,
					 const char *code)
{
	while (m < end && strcmp(m->code, code) <= 0) {
		m++;
	}
	return (m < end) ? m : NULL;
}

static size_t num_others(void)
{
	const struct spn_message *others = spn_messages();
	size_t num = 0;

	while (others[num].code != NULL) {
		num++;
	}
	return num;
}

const struct spn_message *audit_message_next(const struct spn_message *m)
{
	const char *code = (m == NULL) ? "" : m->code;
	const struct spn_message *others = spn_messages();
	const struct spn_message *own = NULL;
	const struct spn_message *other = NULL;

	own = next_of(messages, messages + NUM_MESSAGES, code);
	other = next_of(others, others + num_others(), code);
	if (own == NULL || other == NULL) {
		return (own == NULL) ? other : own;
	}
	return (strcmp(own->code, other->code) < 0) ? own : other;
}

size_t audit_num_messages(void)
{
	return NUM_MESSAGES + num_others();
}

size_t audit_message_place(const struct spn_message *message)
{
	if (message >= messages && message < messages + NUM_MESSAGES) {
		return (size_t)(message - messages);
	}
	return NUM_MESSAGES + (size_t)(message - spn_messages());
}

const struct spn_message *audit_message_by_code(const char *code)
{
	size_t i;

	for (i = 0; i < NUM_MESSAGES; i++) {
		if (strcasecmp(messages[i].code, code) == 0) {
			return &messages[i];
		}
	}
	return spn_message_by_code(code);
}

struct spn_report *audit_report_new(TALLOC_CTX *mem_ctx)
{
	struct spn_report *report = spn_report_new(mem_ctx);

	if (report != NULL) {
		report->by_code = audit_message_by_code;
	}
	return report;
}
