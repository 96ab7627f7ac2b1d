/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the module and `spn-audit --watch` say of values that somebody else has
 * chosen. On each line of standard input are a code and, in hex, an SPN, a
 * partner, the DN of the account and that of another; for each come five
 * lines: the log's text, its JSON, what the client is told, an event as text
 * and as JSON. tests/tools/tool_quotes.py reads them.
 */
#include "policy/report.h"
#include "audit/rules/messages.h"

#include "audit/events.h"
#include "audit/rules/messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct spn_log_context context = {
	.user_sid = "S-1-5-21-1-2-3-1104",
	.timestamp = "2026-01-02T03:04:05.000006+0000",
	.mode = "enforce",
	.action = "refused",
};

/* The bytes of "6869"; "-" is none. */
static struct spn_str bytes_of(TALLOC_CTX *mem_ctx, const char *hex)
{
	size_t len = (strcmp(hex, "-") == 0) ? 0 : strlen(hex) / 2;
	char *bytes = talloc_zero_array(mem_ctx, char, len + 1);
	size_t i;

	for (i = 0; bytes != NULL && i < len; i++) {
		const char digits[] = {hex[2 * i], hex[2 * i + 1], '\0'};

		bytes[i] = (char)strtoul(digits, NULL, 16);
	}
	return (struct spn_str){.data = bytes, .len = len};
}

static void say_event(TALLOC_CTX *mem_ctx,
		      const struct audit_findings *findings,
		      bool as_json)
{
	audit_events_write(NULL,
			   audit_events_new(mem_ctx, findings, as_json),
			   "2026-01-02T03:04:05Z",
			   stdout);
}

static void say(TALLOC_CTX *mem_ctx,
		const struct spn_violation *v,
		const struct spn_account *holder)
{
	const struct spn_account *holders[] = {holder, v->others.accounts[0]};
	struct audit_finding finding = {
		.message = v->message,
		.severity = v->severity,
		.spn = v->spn,
		.key = v->spn,
		.partner = v->partner,
		.holders = {.accounts = holders, .num_accounts = 2},
		.is_held = true,
		.reason = spn_violation_reason(mem_ctx, v),
		.fix = spn_violation_fix(mem_ctx, v),
	};
	const struct audit_findings findings = {
		.findings = &finding,
		.num_findings = 1,
	};

	puts(spn_violation_log_text(mem_ctx, v, &context));
	puts(spn_violation_log_json(mem_ctx, v, &context));
	puts((v->message->client == NULL)
		     ? ""
		     : spn_violation_client_text(mem_ctx, v));
	say_event(mem_ctx, &findings, false);
	say_event(mem_ctx, &findings, true);
}

int main(void)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		TALLOC_CTX *mem_ctx = talloc_new(NULL);
		const char *words[5] = {NULL};
		struct spn_account accounts[2] = {};
		const struct spn_account *others[] = {&accounts[1]};
		struct spn_violation v = {.account = &accounts[0]};
		size_t i;

		for (i = 0; i < 5; i++) {
			words[i] = strtok((i == 0) ? line : NULL, " \n");
			if (words[i] == NULL) {
				return 1;
			}
		}
		v.message = audit_message_by_code(words[0]);
		v.severity = v.message->severity;
		v.spn = bytes_of(mem_ctx, words[1]);
		v.partner = bytes_of(mem_ctx, words[2]).data;
		accounts[0].dn = bytes_of(mem_ctx, words[3]).data;
		accounts[1].dn = bytes_of(mem_ctx, words[4]).data;
		accounts[0].sam_account_name = v.partner;
		v.others.accounts = others;
		v.others.num_accounts = 1;
		say(mem_ctx, &v, &accounts[0]);
		talloc_free(mem_ctx);
	}
	free(line);
	return 0;
}
