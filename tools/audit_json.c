/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The report for programs: docs/spn-audit.schema.json says what is in it.
 *
 * JSON knows only UTF-8. SPNs are escaped as everywhere (a backslash is
 * \5c), so that each value has one form; other texts are left as they are
 * unless they are no UTF-8.
 */
#include "audit_format.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

/* Adds a member; takes the value. False when out of memory. */
static bool add(json_t *object, const char *name, json_t *value)
{
	return json_object_set_new(object, name, value) == 0;
}

static bool add_to_array(json_t *array, json_t *value)
{
	return json_array_append_new(array, value) == 0;
}

/* NULL text becomes null. */
static json_t *json_text(TALLOC_CTX *mem_ctx, const char *text)
{
	json_t *value = NULL;
	char *escaped = NULL;

	if (text == NULL) {
		return json_null();
	}
	if (u8_check((const uint8_t *)text, strlen(text)) == NULL) {
		return json_string(text);
	}
	escaped = spn_printable(mem_ctx, spn_str_of(text));
	if (escaped != NULL) {
		value = json_string(escaped);
	}
	talloc_free(escaped);
	return value;
}

static json_t *json_spn(TALLOC_CTX *mem_ctx, struct spn_str spn)
{
	char *escaped = NULL;
	json_t *value = NULL;

	if (spn.len == 0) {
		return json_null();
	}
	escaped = spn_escape(mem_ctx, spn);
	if (escaped != NULL) {
		value = json_string(escaped);
	}
	talloc_free(escaped);
	return value;
}

static json_t *json_number(size_t number)
{
	return json_integer((json_int_t)number);
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

static json_t *json_account(TALLOC_CTX *mem_ctx,
			    const struct spn_account *account)
{
	json_t *object = json_object();

	if (add(object, "dn", json_text(mem_ctx, account->dn)) &&
	    add(object,
		"sAMAccountName",
		json_text(mem_ctx, account->sam_account_name)) &&
	    add(object, "kind", json_string(kind_text(account->kind))))
	{
		return object;
	}
	json_decref(object);
	return NULL;
}

static json_t *json_accounts(TALLOC_CTX *mem_ctx,
			     const struct audit_accounts *accounts)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < accounts->num_accounts; i++) {
		json_t *account = json_account(mem_ctx, accounts->accounts[i]);

		if (!add_to_array(array, account)) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *json_finding(TALLOC_CTX *mem_ctx, const struct audit_finding *f)
{
	const struct spn_message *message = f->message;
	const char *severity = spn_severity_text(f->severity);
	struct spn_str partner = spn_str_of(f->partner);
	json_t *object = json_object();

	if (add(object, "code", json_string(message->code)) &&
	    add(object, "id", json_string(message->id)) &&
	    add(object, "rule", json_string(message->rule)) &&
	    add(object, "severity", json_string(severity)) &&
	    add(object, "spn", json_spn(mem_ctx, f->spn)) &&
	    add(object, "holders", json_accounts(mem_ctx, &f->holders)) &&
	    add(object, "others", json_accounts(mem_ctx, &f->others)) &&
	    add(object, "partner", json_spn(mem_ctx, partner)) &&
	    add(object, "reason", json_text(mem_ctx, f->reason)) &&
	    add(object, "cure", json_text(mem_ctx, f->cure)))
	{
		return object;
	}
	json_decref(object);
	return NULL;
}

static json_t *json_findings(TALLOC_CTX *mem_ctx,
			     const struct audit_findings *findings)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < findings->num_findings; i++) {
		json_t *finding = json_finding(mem_ctx,
					       &findings->findings[i]);

		if (!add_to_array(array, finding)) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *json_rule(const struct audit_choice *choice,
			 const struct spn_message *message)
{
	enum spn_severity severity = audit_choice_severity(choice,
							   message,
							   message->severity);
	const char *text = audit_choice_is_on(choice, message)
				   ? spn_severity_text(severity)
				   : "off";
	json_t *object = json_object();

	if (add(object, "code", json_string(message->code)) &&
	    add(object, "id", json_string(message->id)) &&
	    add(object, "rule", json_string(message->rule)) &&
	    add(object, "severity", json_string(text)) &&
	    add(object, "summary", json_string(message->summary)))
	{
		return object;
	}
	json_decref(object);
	return NULL;
}

static json_t *json_rules(const struct audit_choice *choice)
{
	const struct spn_message *message = spn_messages();
	json_t *array = json_array();

	for (; message->code != NULL; message++) {
		if (!add_to_array(array, json_rule(choice, message))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *json_counts(const struct audit_result *result)
{
	json_t *object = json_object();
	bool ok = add(object, "accounts", json_number(result->num_accounts)) &&
		  add(object, "spns", json_number(result->num_spns)) &&
		  add(object, "accepted", json_number(result->num_accepted));
	int s;

	for (s = SPN_SEVERITY_ERROR; s >= SPN_SEVERITY_INFO && ok; s--) {
		ok = add(object,
			 spn_severity_text((enum spn_severity)s),
			 json_number(result->findings->counts[s]));
	}
	if (!ok) {
		json_decref(object);
		return NULL;
	}
	return object;
}

static json_t *json_losses(TALLOC_CTX *mem_ctx,
			   const struct audit_result *result)
{
	const char *const *loss = result->losses;
	json_t *array = json_array();

	for (; loss != NULL && *loss != NULL; loss++) {
		if (!add_to_array(array, json_text(mem_ctx, *loss))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *json_meta(TALLOC_CTX *mem_ctx,
			 const struct audit_result *result)
{
	json_t *object = json_object();

	if (add(object, "tool", json_string("spn-audit")) &&
	    add(object, "version", json_string(SPN_POLICY_VERSION)) &&
	    add(object, "domain", json_text(mem_ctx, result->domain)) &&
	    add(object, "url", json_text(mem_ctx, result->url)) &&
	    add(object, "dc", json_text(mem_ctx, result->dc)) &&
	    add(object, "time", json_string(result->time)) &&
	    add(object, "part", json_text(mem_ctx, result->part)) &&
	    add(object, "incomplete", json_losses(mem_ctx, result)) &&
	    add(object, "counts", json_counts(result)) &&
	    add(object, "rules", json_rules(result->choice)))
	{
		return object;
	}
	json_decref(object);
	return NULL;
}

bool audit_write_json(TALLOC_CTX *mem_ctx,
		      const struct audit_result *result,
		      FILE *stream)
{
	json_t *document = json_object();
	bool ok = add(document, "meta", json_meta(mem_ctx, result)) &&
		  add(document,
		      "findings",
		      json_findings(mem_ctx, result->findings));

	if (ok) {
		ok = json_dumpf(document, stream, JSON_INDENT(2)) == 0;
		fputc('\n', stream);
	}
	json_decref(document);
	return ok;
}

char *audit_json_finding(TALLOC_CTX *mem_ctx, const struct audit_finding *f)
{
	json_t *object = json_finding(mem_ctx, f);
	char *dumped = (object == NULL) ? NULL : json_dumps(object, 0);
	char *line = (dumped == NULL) ? NULL : talloc_strdup(mem_ctx, dumped);

	free(dumped);
	json_decref(object);
	return line;
}
