/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Violations into words. All text that leaves here is one line: values and
 * DNs pass through quote.h on their way into a template.
 */
#include "report.h"

#include "quote.h"
#include "room.h"

#include <stdlib.h>
#include <string.h>

struct spn_report *spn_report_new(TALLOC_CTX *mem_ctx)
{
	return talloc_zero(mem_ctx, struct spn_report);
}

static bool copy_details(TALLOC_CTX *mem_ctx,
			 const struct spn_violation *details,
			 struct spn_violation *v)
{
	size_t num = details->others.num_accounts;

	v->account = details->account;
	v->spn = spn_str_dup(mem_ctx, details->spn);
	if (v->spn.data == NULL) {
		return false;
	}
	if (details->partner != NULL) {
		v->partner = talloc_strdup(mem_ctx, details->partner);
		if (v->partner == NULL) {
			return false;
		}
	}
	if (details->others.many != NULL) {
		v->others = details->others;
	} else if (num > 0) {
		v->others.accounts =
			talloc_memdup(mem_ctx,
				      details->others.accounts,
				      num * sizeof(struct spn_account *));
		if (v->others.accounts == NULL) {
			return false;
		}
		v->others.num_accounts = num;
	}
	return true;
}

bool spn_report_add(struct spn_report *report,
		    const struct spn_message *message,
		    const struct spn_violation *details,
		    struct spn_violation **_violation)
{
	struct spn_violation *all = NULL;
	struct spn_violation *added = NULL;

	all = spn_room(report,
		       report->violations,
		       report->num_violations,
		       struct spn_violation);
	if (all == NULL) {
		return false;
	}
	report->violations = all;
	added = &all[report->num_violations];
	*added = (struct spn_violation){
		.message = message,
		.level = SPN_LEVEL_WARN,
		.severity = message->severity,
	};
	if (!copy_details(all, details, added)) {
		return false;
	}
	report->num_violations++;
	if (_violation != NULL) {
		*_violation = added;
	}
	return true;
}

const struct spn_violation *spn_report_refusal(const struct spn_report *r)
{
	size_t i;

	for (i = 0; i < r->num_violations; i++) {
		if (r->violations[i].level >= SPN_LEVEL_DENY) {
			return &r->violations[i];
		}
	}
	return NULL;
}

/* Other holders in one line; an attacker can make them many. */
#define MAX_OTHERS 10

static size_t shown_others(const struct spn_violation *v)
{
	size_t num = v->others.num_accounts;

	return (num < MAX_OTHERS) ? num : MAX_OTHERS;
}

static struct spn_str dn_of(const struct spn_account *account)
{
	return spn_str_of((account == NULL) ? "" : account->dn);
}

static char *quoted_dn(TALLOC_CTX *mem_ctx, const struct spn_account *account)
{
	return spn_quote(mem_ctx,
			 dn_of(account),
			 SPN_QUOTE_DN | SPN_QUOTE_CUT);
}

static int compare_dns(const void *a, const void *b)
{
	const struct spn_account *const *left = a;
	const struct spn_account *const *right = b;

	return spn_str_compare(spn_str_of((*left)->dn),
			       spn_str_of((*right)->dn));
}

/* The other holders sorted by DN: the order in which a directory hands them
 * out says nothing, and may be another one tomorrow. NULL when out of memory.
 */
static const struct spn_account **by_dn(TALLOC_CTX *mem_ctx,
					const struct spn_violation *v)
{
	size_t num = v->others.num_accounts;
	const struct spn_account **sorted =
		talloc_array(mem_ctx, const struct spn_account *, num);

	if (sorted == NULL || num == 0) {
		return sorted;
	}
	memcpy(sorted,
	       v->others.accounts,
	       num * sizeof(const struct spn_account *));
	qsort(sorted, num, sizeof(const struct spn_account *), compare_dns);
	return sorted;
}

/* "'CN=a,...' and 'CN=b,...' and 7 more" */
static char *others_text(TALLOC_CTX *mem_ctx, const struct spn_violation *v)
{
	const struct spn_account **others = by_dn(mem_ctx, v);
	char *text = (others == NULL) ? NULL : talloc_strdup(mem_ctx, "");
	size_t num = shown_others(v);
	size_t i;

	for (i = 0; text != NULL && i < num; i++) {
		char *dn = quoted_dn(mem_ctx, others[i]);

		if (dn == NULL) {
			return NULL;
		}
		text = talloc_asprintf_append(text,
					      "%s%s",
					      (i > 0) ? " and " : "",
					      dn);
	}
	if (text != NULL && num < v->others.num_accounts) {
		text = talloc_asprintf_append(text,
					      " and %zu more",
					      v->others.num_accounts - num);
	}
	return text;
}

/* Nothing where there is no partner. */
static char *meant_text(TALLOC_CTX *mem_ctx, struct spn_str partner)
{
	char *quoted = NULL;
	char *text = NULL;

	if (partner.len == 0) {
		return talloc_strdup(mem_ctx, "");
	}
	quoted = spn_quote(mem_ctx, partner, SPN_QUOTE_CUT);
	if (quoted != NULL) {
		text = talloc_asprintf(mem_ctx, "; did you mean %s?", quoted);
	}
	return text;
}

/* What one {name} of a template stands for; how: SPN_QUOTE_IF_NEEDED where it
 * does not stand in quotes there. */
static char *expand_name(TALLOC_CTX *mem_ctx,
			 const struct spn_violation *v,
			 struct spn_str name,
			 unsigned how)
{
	struct spn_str partner = spn_str_of(v->partner);

	how |= SPN_QUOTE_CUT;
	if (spn_str_is(name, "spn")) {
		return spn_quote(mem_ctx, v->spn, how);
	}
	if (spn_str_is(name, "others")) {
		return others_text(mem_ctx, v);
	}
	if (spn_str_is(name, "account")) {
		return spn_quote(mem_ctx,
				 dn_of(v->account),
				 how | SPN_QUOTE_DN);
	}
	if (spn_str_is(name, "meant")) {
		return meant_text(mem_ctx, partner);
	}
	if (spn_str_is(name, "words")) {
		/* what is quoted in it is so already */
		return spn_excerpt(mem_ctx, partner, SPN_QUOTE_DN);
	}
	return spn_quote(mem_ctx, partner, how);
}

/* One {name} of a template, or '{name}', quotes included. */
struct place {
	struct spn_str before; /* it stands behind that text */
	struct spn_str name;
	bool is_quoted;
	const char *rest;
};

/* The first one; false when there is none. */
static bool find_place(const char *template, struct place *_place)
{
	const char *open = strchr(template, '{');
	const char *close = (open == NULL) ? NULL : strchr(open, '}');
	struct place place = {};

	if (close == NULL) {
		return false;
	}
	place.is_quoted = open > template && open[-1] == '\'' &&
			  close[1] == '\'';
	place.name.data = open + 1;
	place.name.len = (size_t)(close - open - 1);
	place.before.data = template;
	place.before.len = (size_t)(open - template) -
			   (place.is_quoted ? 1 : 0);
	place.rest = close + (place.is_quoted ? 2 : 1);
	*_place = place;
	return true;
}

bool spn_text_has_places(const char *template)
{
	struct place place = {};

	return find_place(template, &place);
}

bool spn_text_is_of_partner(const char *template)
{
	struct place place = {};

	while (find_place(template, &place)) {
		if (spn_str_is(place.name, "spn") ||
		    spn_str_is(place.name, "others") ||
		    spn_str_is(place.name, "account"))
		{
			return false;
		}
		template = place.rest;
	}
	return true;
}

static char *expand(TALLOC_CTX *mem_ctx,
		    const struct spn_violation *v,
		    const char *template)
{
	TALLOC_CTX *tmp_ctx = talloc_new(mem_ctx);
	struct place place = {};
	char *text = NULL;

	if (tmp_ctx == NULL) {
		return NULL;
	}
	text = talloc_strdup(mem_ctx, "");
	while (text != NULL && find_place(template, &place)) {
		char *value = expand_name(tmp_ctx,
					  v,
					  place.name,
					  place.is_quoted
						  ? 0
						  : SPN_QUOTE_IF_NEEDED);

		if (value == NULL) {
			TALLOC_FREE(text);
			break;
		}
		text = talloc_strndup_append_buffer(text,
						    place.before.data,
						    place.before.len);
		if (text != NULL) {
			text = talloc_strdup_append_buffer(text, value);
		}
		template = place.rest;
	}
	if (text != NULL) {
		text = talloc_strdup_append_buffer(text, template);
	}
	talloc_free(tmp_ctx);
	return text;
}

char *spn_violation_refusal(TALLOC_CTX *mem_ctx, const struct spn_violation *v)
{
	/* Codes that refuse have a text for clients: a test sees to it. */
	return expand(mem_ctx, v, v->message->client);
}

char *spn_violation_client_text(TALLOC_CTX *mem_ctx,
				const struct spn_violation *v)
{
	/* Not unique in forest, of whichever kind: the group SPN-1xx. */
	const char *werror = (strncmp(v->message->code, "SPN-1", 5) == 0)
				     ? "000021C7"
				     : "0000202F";
	char *text = NULL;
	char *line = NULL;

	text = spn_violation_refusal(mem_ctx, v);
	if (text == NULL) {
		return NULL;
	}
	line = talloc_asprintf(mem_ctx,
			       "%s: spn_policy: %s %s",
			       werror,
			       v->message->code,
			       text);
	talloc_free(text);
	return line;
}

char *spn_violation_reason(TALLOC_CTX *mem_ctx, const struct spn_violation *v)
{
	return expand(mem_ctx, v, v->message->reason);
}

char *spn_violation_fix(TALLOC_CTX *mem_ctx, const struct spn_violation *v)
{
	return expand(mem_ctx, v, v->message->fix);
}

char *spn_violation_log_text(TALLOC_CTX *mem_ctx,
			     const struct spn_violation *v,
			     const struct spn_log_context *context)
{
	TALLOC_CTX *tmp_ctx = talloc_new(mem_ctx);
	char *reason = NULL;
	char *spn = NULL;
	char *dn = NULL;
	char *others = NULL;
	char *text = NULL;

	if (tmp_ctx == NULL) {
		return NULL;
	}
	reason = spn_violation_reason(tmp_ctx, v);
	spn = spn_quote(tmp_ctx, v->spn, SPN_QUOTE_CUT);
	dn = quoted_dn(tmp_ctx, v->account);
	others = others_text(tmp_ctx, v);
	if (reason != NULL && spn != NULL && dn != NULL && others != NULL) {
		text = talloc_asprintf(
			mem_ctx,
			"spn_policy: %s %s: %s on %s%s%s by %s: %s",
			context->action,
			v->message->code,
			spn,
			dn,
			(*others != '\0') ? ", also " : "",
			others,
			(context->user_sid != NULL) ? context->user_sid
						    : "unknown",
			reason);
	}
	talloc_free(tmp_ctx);
	return text;
}

/* As in the text line; NULL becomes null. */
static char *json_text(TALLOC_CTX *mem_ctx, struct spn_str text, unsigned how)
{
	char *excerpt = NULL;

	if (text.data == NULL) {
		return spn_json(mem_ctx, text);
	}
	excerpt = spn_excerpt(mem_ctx, text, how);
	return (excerpt == NULL) ? NULL
				 : spn_json(mem_ctx, spn_str_of(excerpt));
}

static char *json_word(TALLOC_CTX *mem_ctx, const char *word)
{
	return json_text(mem_ctx, spn_str_of(word), 0);
}

static char *json_dn(TALLOC_CTX *mem_ctx, const struct spn_account *account)
{
	return json_text(mem_ctx,
			 spn_str_of((account == NULL) ? NULL : account->dn),
			 SPN_QUOTE_DN);
}

/* DNs of the other holders as a JSON array. */
static char *json_others(TALLOC_CTX *mem_ctx, const struct spn_violation *v)
{
	const struct spn_account **others = by_dn(mem_ctx, v);
	char *text = (others == NULL) ? NULL : talloc_strdup(mem_ctx, "[");
	size_t num = shown_others(v);
	size_t i;

	for (i = 0; text != NULL && i < num; i++) {
		char *dn = json_dn(mem_ctx, others[i]);

		if (dn == NULL) {
			return NULL;
		}
		text = talloc_asprintf_append(text,
					      "%s%s",
					      (i > 0) ? ", " : "",
					      dn);
	}
	return (text == NULL) ? NULL : talloc_strdup_append_buffer(text, "]");
}

/* ", \"action\": ..., \"partner\": ..." */
static char *json_fields(TALLOC_CTX *mem_ctx,
			 const struct spn_violation *v,
			 const struct spn_log_context *context)
{
	const struct {
		const char *name;
		char *value;
	} fields[] = {
		{"action", json_word(mem_ctx, context->action)},
		{"mode", json_word(mem_ctx, context->mode)},
		{"rule", json_word(mem_ctx, v->message->rule)},
		{"code", json_word(mem_ctx, v->message->code)},
		{"userSid", json_word(mem_ctx, context->user_sid)},
		{"dn", json_dn(mem_ctx, v->account)},
		{"spn", json_text(mem_ctx, v->spn, 0)},
		{"partner", json_word(mem_ctx, v->partner)},
	};
	char *json = talloc_strdup(mem_ctx, "");
	size_t i;

	for (i = 0; json != NULL && i < sizeof(fields) / sizeof(fields[0]);
	     i++)
	{
		if (fields[i].value == NULL) {
			return NULL;
		}
		json = talloc_asprintf_append(json,
					      ", \"%s\": %s",
					      fields[i].name,
					      fields[i].value);
	}
	return json;
}

char *spn_violation_log_json(TALLOC_CTX *mem_ctx,
			     const struct spn_violation *v,
			     const struct spn_log_context *context)
{
	TALLOC_CTX *tmp_ctx = talloc_new(mem_ctx);
	char *time = NULL;
	char *fields = NULL;
	char *others = NULL;
	char *json = NULL;

	if (tmp_ctx == NULL) {
		return NULL;
	}
	time = json_word(tmp_ctx, context->timestamp);
	fields = json_fields(tmp_ctx, v, context);
	others = json_others(tmp_ctx, v);
	if (time != NULL && fields != NULL && others != NULL) {
		json = talloc_asprintf(mem_ctx,
				       "{\"timestamp\": %s, \"type\": "
				       "\"spnPolicy\", \"spnPolicy\": "
				       "{\"version\": {\"major\": 1, "
				       "\"minor\": 0}%s, \"conflictDns\": "
				       "%s, \"conflicts\": %zu}}",
				       time,
				       fields,
				       others,
				       v->others.num_accounts);
	}
	talloc_free(tmp_ctx);
	return json;
}
