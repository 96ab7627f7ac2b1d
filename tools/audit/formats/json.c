/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The report for programs: docs/spn-audit.schema.json says what is in it.
 *
 * SPNs are escaped as everywhere (a backslash is \5c), so that each value has
 * one form; other texts are the same bytes to whoever parses the JSON.
 */
#include "format.h"

#include "audit/facts/groups.h"
#include "audit/rules/messages.h"
#include "common/json.h"
#include "policy/quote.h"

#include <stdlib.h>

/* Of the document; raised with each member that is added. 1 had none. */
#define SCHEMA 2

static void put_spn(struct spn_json_out *json,
		    const char *name,
		    struct spn_str spn)
{
	char *escaped = NULL;

	if (spn.len == 0) {
		spn_json_text(json, name, NULL);
		return;
	}
	escaped = spn_escape(json->mem_ctx, spn);
	json->ok = json->ok && escaped != NULL;
	spn_json_text(json, name, escaped);
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

static void put_accounts(struct spn_json_out *json,
			 const char *name,
			 const struct audit_accounts *accounts)
{
	size_t i;

	spn_json_open(json, name, '[');
	for (i = 0; i < accounts->num_accounts; i++) {
		const struct spn_account *account = accounts->accounts[i];

		spn_json_open(json, NULL, '{');
		spn_json_text(json, "dn", account->dn);
		spn_json_text(json,
			      "sAMAccountName",
			      account->sam_account_name);
		spn_json_text(json, "kind", kind_text(account->kind));
		spn_json_close(json, '}');
	}
	spn_json_close(json, ']');
}

static void put_message(struct spn_json_out *json,
			const struct spn_message *message,
			const char *severity)
{
	spn_json_text(json, "code", message->code);
	spn_json_text(json, "id", message->id);
	spn_json_text(json, "rule", message->rule);
	spn_json_text(json, "severity", severity);
	spn_json_text(json, "technique", message->technique);
}

/* What a finding and a consequence have in common. */
static void put_case(struct spn_json_out *json, const struct audit_finding *f)
{
	put_message(json, f->message, spn_severity_text(f->severity));
	spn_json_text(json, "subject", audit_subject(f));
	put_spn(json, "spn", f->spn);
	put_accounts(json, "holders", &f->holders);
	put_accounts(json, "others", &f->others);
	put_spn(json, "partner", spn_str_of(f->partner));
	spn_json_text(json, "reason", f->reason);
}

/* Without a cure: that of the finding comes first. */
static void put_consequences(struct spn_json_out *json,
			     const struct audit_finding *f)
{
	size_t i;

	spn_json_open(json, "consequences", '[');
	for (i = 0; i < f->num_consequences; i++) {
		spn_json_open(json, NULL, '{');
		put_case(json, &f->consequences[i]);
		spn_json_text(json, "because", f->consequences[i].because);
		spn_json_close(json, '}');
	}
	spn_json_close(json, ']');
}

static void put_finding(struct spn_json_out *json,
			const struct audit_finding *f)
{
	spn_json_open(json, NULL, '{');
	put_case(json, f);
	spn_json_text(json, "cure", f->fix);
	put_consequences(json, f);
	spn_json_close(json, '}');
}

static void put_findings(struct spn_json_out *json,
			 const struct audit_findings *findings)
{
	size_t i;

	spn_json_open(json, "findings", '[');
	for (i = 0; i < findings->num_findings && json->ok; i++) {
		put_finding(json, &findings->findings[i]);
	}
	spn_json_close(json, ']');
}

/* ------------------------------------------------------------- of accounts */

/* 0: never, or not known. */
static void put_time(struct spn_json_out *json, const char *name, int64_t time)
{
	char text[AUDIT_TIME_TEXT];

	audit_time_text(time, text);
	spn_json_text(json, name, (time == 0) ? NULL : text);
}

static void put_types(struct spn_json_out *json,
		      const struct audit_key_types *key)
{
	const char *type = NULL;
	size_t i = 0;

	if (key->state == AUDIT_KEY_UNKNOWN) {
		spn_json_text(json, "encryptionTypes", NULL);
		return;
	}
	spn_json_open(json, "encryptionTypes", '[');
	while ((type = audit_next_type(key->types, &i)) != NULL) {
		spn_json_text(json, NULL, type);
	}
	spn_json_close(json, ']');
}

static void put_bits(struct spn_json_out *json,
		     const char *name,
		     unsigned bits,
		     const char *(*text)(size_t i))
{
	size_t i;

	spn_json_open(json, name, '[');
	for (i = 0; (bits >> i) != 0; i++) {
		if ((bits >> i & 1) != 0) {
			spn_json_text(json, NULL, text(i));
		}
	}
	spn_json_close(json, ']');
}

static void put_profile(struct spn_json_out *json,
			const struct audit_result *result,
			const struct audit_profile *p)
{
	spn_json_open(json, NULL, '{');
	spn_json_text(json, "dn", p->account->dn);
	spn_json_text(json, "sAMAccountName", p->account->sam_account_name);
	spn_json_text(json, "kind", kind_text(p->account->kind));
	spn_json_bool(json, "enabled", !p->account->is_disabled);
	put_time(json, "pwdLastSet", p->password_set);
	if (p->password_set == 0) {
		spn_json_text(json, "passwordAgeDays", NULL);
	} else {
		spn_json_number(json,
				"passwordAgeDays",
				audit_age_days(result, p->password_set));
	}
	spn_json_bool(json, "mustChangePassword", p->must_change_password);
	put_time(json, "lastLogonTimestamp", p->last_logon);
	put_types(json, &p->key);
	spn_json_bool(json, "privileged", p->is_privileged);
	put_bits(json,
		 "privilegedGroups",
		 p->admin_groups,
		 audit_admin_group_name);
	put_bits(json, "delegation", p->delegates, audit_delegates_text);
	spn_json_close(json, '}');
}

/* Of those that hold SPNs without being accounts nothing is known. */
static void put_profiles(struct spn_json_out *json,
			 const struct audit_result *result)
{
	const struct audit_profiles *all = result->profiles;
	size_t i;

	spn_json_open(json, "accounts", '[');
	for (i = 0; all != NULL && i < all->num_profiles && json->ok; i++) {
		const struct audit_profile *p = &all->profiles[i];

		if (audit_profile_is_told(p)) {
			put_profile(json, result, p);
		}
	}
	spn_json_close(json, ']');
}

/* ----------------------------------------------------------------- of a run
 */

static void put_rules(struct spn_json_out *json,
		      const struct audit_choice *choice)
{
	const struct spn_message *message = audit_message_next(NULL);

	spn_json_open(json, "rules", '[');
	for (; message != NULL; message = audit_message_next(message)) {
		enum spn_severity severity =
			audit_choice_severity(choice,
					      message,
					      message->severity);

		spn_json_open(json, NULL, '{');
		put_message(json,
			    message,
			    audit_choice_is_on(choice, message)
				    ? spn_severity_text(severity)
				    : "off");
		spn_json_text(json, "summary", message->summary);
		spn_json_close(json, '}');
	}
	spn_json_close(json, ']');
}

static void put_counts(struct spn_json_out *json,
		       const struct audit_result *result)
{
	int s;

	spn_json_open(json, "counts", '{');
	spn_json_number(json, "accounts", result->num_accounts);
	spn_json_number(json, "spns", result->num_spns);
	spn_json_number(json, "accepted", result->num_accepted);
	spn_json_number(json,
			"consequences",
			result->findings->num_consequences);
	for (s = SPN_SEVERITY_ERROR; s >= SPN_SEVERITY_INFO; s--) {
		spn_json_number(json,
				spn_severity_text((enum spn_severity)s),
				result->findings->counts[s]);
	}
	spn_json_close(json, '}');
}

static void put_losses(struct spn_json_out *json,
		       const struct audit_result *result)
{
	const char *const *gap = result->gaps;

	spn_json_open(json, "incomplete", '[');
	for (; gap != NULL && *gap != NULL; gap++) {
		spn_json_text(json, NULL, *gap);
	}
	spn_json_close(json, ']');
}

bool audit_write_json(TALLOC_CTX *mem_ctx,
		      const struct audit_result *result,
		      FILE *stream)
{
	struct spn_json_out json = {
		.mem_ctx = mem_ctx,
		.stream = stream,
		.is_indented = true,
		.ok = true,
	};

	spn_json_open(&json, NULL, '{');
	spn_json_open(&json, "meta", '{');
	spn_json_text(&json, "tool", "spn-audit");
	spn_json_text(&json, "version", SPN_POLICY_VERSION);
	spn_json_number(&json, "schema", SCHEMA);
	spn_json_text(&json, "domain", result->domain);
	spn_json_text(&json, "url", result->url);
	spn_json_text(&json, "dc", result->dc);
	spn_json_text(&json, "time", result->time);
	spn_json_text(&json, "part", result->part);
	put_losses(&json, result);
	put_counts(&json, result);
	put_rules(&json, result->choice);
	spn_json_close(&json, '}');
	put_findings(&json, result->findings);
	put_profiles(&json, result);
	spn_json_close(&json, '}');
	fputc('\n', stream);
	return json.ok;
}

bool audit_json_rules(TALLOC_CTX *mem_ctx,
		      const struct audit_choice *choice,
		      FILE *stream)
{
	struct spn_json_out json = {
		.mem_ctx = mem_ctx,
		.stream = stream,
		.is_indented = true,
		.ok = true,
	};

	spn_json_open(&json, NULL, '{');
	spn_json_text(&json, "tool", "spn-audit");
	spn_json_text(&json, "version", SPN_POLICY_VERSION);
	put_rules(&json, choice);
	spn_json_close(&json, '}');
	fputc('\n', stream);
	return json.ok;
}

char *audit_json_finding(TALLOC_CTX *mem_ctx, const struct audit_finding *f)
{
	struct spn_json_out json = {.mem_ctx = mem_ctx, .ok = true};
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
