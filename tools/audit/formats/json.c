/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The report for programs: docs/spn-audit.schema.json says what is in it.
 *
 * SPNs are escaped as everywhere (a backslash is \5c), so that each value has
 * one form; other texts are the same bytes to whoever parses the JSON.
 */
#include "format.h"

#include "audit/rules/messages.h"
#include "common/json.h"
#include "policy/quote.h"

#include <stdlib.h>

static void put_spn(struct json *json, const char *name, struct spn_str spn)
{
	char *escaped = NULL;

	if (spn.len == 0) {
		json_text(json, name, NULL);
		return;
	}
	escaped = spn_escape(json->mem_ctx, spn);
	json->ok = json->ok && escaped != NULL;
	json_text(json, name, escaped);
	talloc_free(escaped);
}

static const char *kind_text(enum spn_kind kind)
{
	static const char *const texts[] = {
		[SPN_KIND_OTHER] = "other",
		[SPN_KIND_USER] = "user",
		[SPN_KIND_COMPUTER] = "computer",
		[SPN_KIND_GMSA] = "gmsa",
	};

	return texts[kind];
}

static void put_accounts(struct json *json,
			 const char *name,
			 const struct audit_accounts *accounts)
{
	size_t i;

	json_open(json, name, '[');
	for (i = 0; i < accounts->num_accounts; i++) {
		const struct spn_account *account = accounts->accounts[i];

		json_open(json, NULL, '{');
		json_text(json, "dn", account->dn);
		json_text(json, "sAMAccountName", account->sam_account_name);
		json_text(json, "kind", kind_text(account->kind));
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void put_message(struct json *json,
			const struct spn_message *message,
			const char *severity)
{
	json_text(json, "code", message->code);
	json_text(json, "id", message->id);
	json_text(json, "rule", message->rule);
	json_text(json, "severity", severity);
}

static void put_finding(struct json *json, const struct audit_finding *f)
{
	json_open(json, NULL, '{');
	put_message(json, f->message, spn_severity_text(f->severity));
	json_text(json, "subject", audit_subject(f));
	put_spn(json, "spn", f->spn);
	put_accounts(json, "holders", &f->holders);
	put_accounts(json, "others", &f->others);
	put_spn(json, "partner", spn_str_of(f->partner));
	json_text(json, "reason", f->reason);
	json_text(json, "cure", f->fix);
	json_close(json, '}');
}

static void put_findings(struct json *json,
			 const struct audit_findings *findings)
{
	size_t i;

	json_open(json, "findings", '[');
	for (i = 0; i < findings->num_findings && json->ok; i++) {
		put_finding(json, &findings->findings[i]);
	}
	json_close(json, ']');
}

static void put_rules(struct json *json, const struct audit_choice *choice)
{
	const struct spn_message *message = audit_message_next(NULL);

	json_open(json, "rules", '[');
	for (; message != NULL; message = audit_message_next(message)) {
		enum spn_severity severity =
			audit_choice_severity(choice,
					      message,
					      message->severity);

		json_open(json, NULL, '{');
		put_message(json,
			    message,
			    audit_choice_is_on(choice, message)
				    ? spn_severity_text(severity)
				    : "off");
		json_text(json, "summary", message->summary);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void put_counts(struct json *json, const struct audit_result *result)
{
	int s;

	json_open(json, "counts", '{');
	json_number(json, "accounts", result->num_accounts);
	json_number(json, "spns", result->num_spns);
	json_number(json, "accepted", result->num_accepted);
	for (s = SPN_SEVERITY_ERROR; s >= SPN_SEVERITY_INFO; s--) {
		json_number(json,
			    spn_severity_text((enum spn_severity)s),
			    result->findings->counts[s]);
	}
	json_close(json, '}');
}

static void put_losses(struct json *json, const struct audit_result *result)
{
	const char *const *gap = result->gaps;

	json_open(json, "incomplete", '[');
	for (; gap != NULL && *gap != NULL; gap++) {
		json_text(json, NULL, *gap);
	}
	json_close(json, ']');
}

bool audit_write_json(TALLOC_CTX *mem_ctx,
		      const struct audit_result *result,
		      FILE *stream)
{
	struct json json = {
		.mem_ctx = mem_ctx,
		.stream = stream,
		.is_indented = true,
		.ok = true,
	};

	json_open(&json, NULL, '{');
	json_open(&json, "meta", '{');
	json_text(&json, "tool", "spn-audit");
	json_text(&json, "version", SPN_POLICY_VERSION);
	json_text(&json, "domain", result->domain);
	json_text(&json, "url", result->url);
	json_text(&json, "dc", result->dc);
	json_text(&json, "time", result->time);
	json_text(&json, "part", result->part);
	put_losses(&json, result);
	put_counts(&json, result);
	put_rules(&json, result->choice);
	json_close(&json, '}');
	put_findings(&json, result->findings);
	json_close(&json, '}');
	fputc('\n', stream);
	return json.ok;
}

bool audit_json_rules(TALLOC_CTX *mem_ctx,
		      const struct audit_choice *choice,
		      FILE *stream)
{
	struct json json = {
		.mem_ctx = mem_ctx,
		.stream = stream,
		.is_indented = true,
		.ok = true,
	};

	json_open(&json, NULL, '{');
	json_text(&json, "tool", "spn-audit");
	json_text(&json, "version", SPN_POLICY_VERSION);
	put_rules(&json, choice);
	json_close(&json, '}');
	fputc('\n', stream);
	return json.ok;
}

char *audit_json_finding(TALLOC_CTX *mem_ctx, const struct audit_finding *f)
{
	struct json json = {.mem_ctx = mem_ctx, .ok = true};
	char *text = NULL;
	char *line = NULL;
	size_t len = 0;

	json.stream = open_memstream(&text, &len);
	if (json.stream == NULL) {
		return NULL;
	}
	put_finding(&json, f);
	if (fclose(json.stream) == 0 && json.ok) {
		line = talloc_strdup(mem_ctx, text);
	}
	free(text);
	return line;
}
