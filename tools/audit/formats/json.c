/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The report for programs: docs/spn-audit.schema.json says what is in it.
 *
 * SPNs are escaped as everywhere (a backslash is \5c), so that each value has
 * one form; other texts are the same bytes to whoever parses the JSON. Each
 * string goes through spn_json(), and is written at once: a report of a big
 * forest is never held as a whole.
 */
#include "format.h"

#include "audit/rules/messages.h"

#include <stdlib.h>

#include "audit/rules/messages.h"
#include "policy/quote.h"

/* Where in a document we are. */
struct json {
	TALLOC_CTX *mem_ctx;
	FILE *stream;
	bool is_indented; /* else one line */
	unsigned depth;
	bool is_empty; /* the innermost object or array */
	bool ok;       /* false once something failed */
};

static void new_line(const struct json *json)
{
	if (json->is_indented) {
		fprintf(json->stream, "\n%*s", (int)(2 * json->depth), "");
	}
}

/* What stands before a value; name is NULL in an array. */
static void begin(struct json *json, const char *name)
{
	if (json->depth > 0) {
		fputs(json->is_empty	  ? ""
		      : json->is_indented ? ","
					  : ", ",
		      json->stream);
		new_line(json);
	}
	json->is_empty = false;
	if (name != NULL) {
		fprintf(json->stream, "\"%s\": ", name);
	}
}

static void open_with(struct json *json, const char *name, char bracket)
{
	begin(json, name);
	fputc(bracket, json->stream);
	json->depth++;
	json->is_empty = true;
}

static void close_with(struct json *json, char bracket)
{
	json->depth--;
	if (!json->is_empty) {
		new_line(json);
	}
	json->is_empty = false;
	fputc(bracket, json->stream);
}

static void put(struct json *json, const char *name, struct spn_str text)
{
	char *quoted = spn_json(json->mem_ctx, text);

	begin(json, name);
	fputs((quoted == NULL) ? "null" : quoted, json->stream);
	json->ok = json->ok && quoted != NULL;
	talloc_free(quoted);
}

/* NULL text becomes null. */
static void put_text(struct json *json, const char *name, const char *text)
{
	put(json, name, spn_str_of(text));
}

static void put_spn(struct json *json, const char *name, struct spn_str spn)
{
	char *escaped = NULL;

	if (spn.len == 0) {
		put_text(json, name, NULL);
		return;
	}
	escaped = spn_escape(json->mem_ctx, spn);
	json->ok = json->ok && escaped != NULL;
	put_text(json, name, escaped);
	talloc_free(escaped);
}

static void put_number(struct json *json, const char *name, size_t number)
{
	begin(json, name);
	fprintf(json->stream, "%zu", number);
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

	open_with(json, name, '[');
	for (i = 0; i < accounts->num_accounts; i++) {
		const struct spn_account *account = accounts->accounts[i];

		open_with(json, NULL, '{');
		put_text(json, "dn", account->dn);
		put_text(json, "sAMAccountName", account->sam_account_name);
		put_text(json, "kind", kind_text(account->kind));
		close_with(json, '}');
	}
	close_with(json, ']');
}

static void put_message(struct json *json,
			const struct spn_message *message,
			const char *severity)
{
	put_text(json, "code", message->code);
	put_text(json, "id", message->id);
	put_text(json, "rule", message->rule);
	put_text(json, "severity", severity);
}

static void put_finding(struct json *json, const struct audit_finding *f)
{
	open_with(json, NULL, '{');
	put_message(json, f->message, spn_severity_text(f->severity));
	put_text(json, "subject", audit_subject(f));
	put_spn(json, "spn", f->spn);
	put_accounts(json, "holders", &f->holders);
	put_accounts(json, "others", &f->others);
	put_spn(json, "partner", spn_str_of(f->partner));
	put_text(json, "reason", f->reason);
	put_text(json, "cure", f->fix);
	close_with(json, '}');
}

static void put_findings(struct json *json,
			 const struct audit_findings *findings)
{
	size_t i;

	open_with(json, "findings", '[');
	for (i = 0; i < findings->num_findings && json->ok; i++) {
		put_finding(json, &findings->findings[i]);
	}
	close_with(json, ']');
}

static void put_rules(struct json *json, const struct audit_choice *choice)
{
	const struct spn_message *message = audit_message_next(NULL);

	open_with(json, "rules", '[');
	for (; message != NULL; message = audit_message_next(message)) {
		enum spn_severity severity =
			audit_choice_severity(choice,
					      message,
					      message->severity);

		open_with(json, NULL, '{');
		put_message(json,
			    message,
			    audit_choice_is_on(choice, message)
				    ? spn_severity_text(severity)
				    : "off");
		put_text(json, "summary", message->summary);
		close_with(json, '}');
	}
	close_with(json, ']');
}

static void put_counts(struct json *json, const struct audit_result *result)
{
	int s;

	open_with(json, "counts", '{');
	put_number(json, "accounts", result->num_accounts);
	put_number(json, "spns", result->num_spns);
	put_number(json, "accepted", result->num_accepted);
	for (s = SPN_SEVERITY_ERROR; s >= SPN_SEVERITY_INFO; s--) {
		put_number(json,
			   spn_severity_text((enum spn_severity)s),
			   result->findings->counts[s]);
	}
	close_with(json, '}');
}

static void put_losses(struct json *json, const struct audit_result *result)
{
	const char *const *gap = result->gaps;

	open_with(json, "incomplete", '[');
	for (; gap != NULL && *gap != NULL; gap++) {
		put_text(json, NULL, *gap);
	}
	close_with(json, ']');
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

	open_with(&json, NULL, '{');
	open_with(&json, "meta", '{');
	put_text(&json, "tool", "spn-audit");
	put_text(&json, "version", SPN_POLICY_VERSION);
	put_text(&json, "domain", result->domain);
	put_text(&json, "url", result->url);
	put_text(&json, "dc", result->dc);
	put_text(&json, "time", result->time);
	put_text(&json, "part", result->part);
	put_losses(&json, result);
	put_counts(&json, result);
	put_rules(&json, result->choice);
	close_with(&json, '}');
	put_findings(&json, result->findings);
	close_with(&json, '}');
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

	open_with(&json, NULL, '{');
	put_text(&json, "tool", "spn-audit");
	put_text(&json, "version", SPN_POLICY_VERSION);
	put_rules(&json, choice);
	close_with(&json, '}');
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
