/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * There are some sixty messages in ten lists, so the next code is looked for
 * among all of them: there is no sorted copy that has to be kept right.
 */
#include "messages.h"

#include <string.h>

const struct spn_message audit_baseline_stale = {
	.code = "SPN-903",
	.id = "BASELINE-STALE",
	.rule = spn_no_rule,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 5,
	.summary = "A line of the baseline matches nothing any more",
	.reason = "{words} accepts what is not there any more",
	.fix = "remove the line, or write the file anew with "
	       "--write-baseline",
};

const struct spn_message audit_dc_lets_in = {
	.code = "SPN-905",
	.id = "DC-LETS-IN",
	.rule = spn_no_rule,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 2,
	.summary = "A domain controller takes writes that the policy refuses",
	.reason = "{words}; what the policy refuses can be written there, and "
		  "replication brings it to the others",
	.fix = "run spn-policy status --all, which says what helps",
};

const struct spn_message audit_dc_restart = {
	.code = "SPN-906",
	.id = "DC-RESTART",
	.rule = spn_no_rule,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 4,
	.summary = "A domain controller does not run what is set up there",
	.reason = "{words}; until then it goes on as it was",
	.fix = "run spn-policy status there, and restart samba",
};

/* What an audit says of itself, and of the domain controllers. */
static const struct spn_message *const of_audit[] = {
	&audit_baseline_stale,
	&audit_dc_lets_in,
	&audit_dc_restart,
	NULL,
};

static const struct spn_message *const *const lists[] = {
	spn_messages_of_check,
	of_audit,
};

#define NUM_LISTS (sizeof(lists) / sizeof(lists[0]))

const struct spn_message *const *audit_message_list(size_t number)
{
	const struct spn_rule *rule = NULL;

	if (number < NUM_LISTS) {
		return lists[number];
	}
	rule = audit_rule_number(number - NUM_LISTS);
	return (rule == NULL) ? NULL : rule->messages;
}

const struct spn_message *audit_message_next(const struct spn_message *last)
{
	const struct spn_message *next = NULL;
	const struct spn_message *const *m = NULL;
	size_t i;

	for (i = 0; audit_message_list(i) != NULL; i++) {
		for (m = audit_message_list(i); *m != NULL; m++) {
			if ((last == NULL ||
			     strcmp((*m)->code, last->code) > 0) &&
			    (next == NULL ||
			     strcmp((*m)->code, next->code) < 0))
			{
				next = *m;
			}
		}
	}
	return next;
}

const struct spn_message *audit_message_by_code(const char *code)
{
	const struct spn_message *m = audit_message_next(NULL);

	while (m != NULL && strcasecmp(m->code, code) != 0) {
		m = audit_message_next(m);
	}
	return m;
}

const struct spn_rule *audit_message_rule(const struct spn_message *message)
{
	return audit_rule_by_name(message->rule);
}

/* One case of the message, in words that stand for any. */
static struct spn_violation example_of(const struct spn_message *message)
{
	static const struct spn_account account = {.dn = "ACCOUNT"};
	static const struct spn_account other = {.dn = "OTHERS"};
	static const struct spn_account *others[] = {&other};

	return (struct spn_violation){
		.message = message,
		.account = &account,
		.spn = spn_str_of("SPN"),
		.partner = "PARTNER",
		.others = {.accounts = others, .num_accounts = 1},
	};
}

char *audit_message_reason(TALLOC_CTX *mem_ctx, const struct spn_message *m)
{
	const struct spn_violation v = example_of(m);

	return spn_violation_reason(mem_ctx, &v);
}

char *audit_message_fix(TALLOC_CTX *mem_ctx, const struct spn_message *m)
{
	const struct spn_violation v = example_of(m);

	return spn_violation_fix(mem_ctx, &v);
}

char *audit_message_client(TALLOC_CTX *mem_ctx, const struct spn_message *m)
{
	const struct spn_violation v = example_of(m);

	return spn_violation_client_text(mem_ctx, &v);
}

/* The page of a technique of another one: T1558.003 is T1558/003. */
char *audit_message_technique(TALLOC_CTX *mem_ctx, const struct spn_message *m)
{
	const char *name = m->technique;
	int len = (name == NULL) ? 0 : (int)strcspn(name, ".");
	const char *sub = NULL;

	if (name == NULL) {
		return talloc_strdup(mem_ctx, "");
	}
	sub = (name[len] == '.') ? name + len + 1 : "";
	return talloc_asprintf(mem_ctx,
			       "MITRE ATT&CK %s, "
			       "https://attack.mitre.org/techniques/%.*s/%s%s",
			       name,
			       len,
			       name,
			       sub,
			       (sub[0] == '\0') ? "" : "/");
}

const char *audit_message_lack(const struct spn_message *message)
{
	const struct {
		const char *text;
		const char *lack;
	} texts[] = {
		{message->code, "has no code (.code)"},
		{message->id, "has no name (.id)"},
		{message->rule, "names no rule (.rule)"},
		{message->summary, "does not say what it means (.summary)"},
		{message->reason, "does not say why (.reason)"},
		{message->fix, "has no fix (.fix)"},
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts[i].text == NULL || texts[i].text[0] == '\0') {
			return texts[i].lack;
		}
	}
	if (message->on_write == SPN_ON_WRITE_REFUSE &&
	    (message->client == NULL || message->client[0] == '\0'))
	{
		return "refuses, but has no text for the client (.client)";
	}
	return NULL;
}

const char *audit_message_on_write(const struct spn_message *message)
{
	switch (message->on_write) {
	case SPN_ON_WRITE_REFUSE:
		return (audit_message_rule(message) == NULL)
			       ? "refused, whatever the settings say"
			       : "as the setting of the rule says";
	case SPN_ON_WRITE_WARN:
		return "logged, never refused";
	case SPN_ON_WRITE_IGNORE:
		break;
	}
	return "not looked at, audit only";
}
