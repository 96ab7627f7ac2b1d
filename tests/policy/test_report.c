/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Violations in words: what a refused client is told, the log
 * line, and the JSON line read back with a parser that is not ours.
 */
#include "lib/policy_fixture.h"

#include <jansson.h>
#include <stdlib.h>

#include "audit/rules/messages.h"

static const struct spn_log_context log_context = {
	.user_sid = "S-1-5-21-1-2-3-1104",
	.timestamp = "2026-01-02T03:04:05.000006+0000",
	.mode = "enforce",
	.action = "refused",
};

/* A violation of this code, of svc, held also by other. */
static struct spn_violation *violation_of(struct fixture *f,
					  const char *code,
					  struct spn_str spn)
{
	struct spn_report *report = spn_report_new(f->mem_ctx);
	const struct spn_account **others = NULL;
	struct spn_violation details = {.spn = spn};
	struct spn_violation *v = NULL;

	assert_non_null(report);
	others = talloc_array(f->mem_ctx, const struct spn_account *, 1);
	assert_non_null(others);
	others[0] = fixture_account(f, "other", NULL, "");
	details.account = fixture_account(f, "svc", NULL, "");
	details.partner = "http/partner";
	details.others.accounts = others;
	details.others.num_accounts = 1;
	assert_true(spn_report_add(report,
				   audit_message_by_code(code),
				   &details,
				   &v));
	return v;
}

/* No {name} of a template is left over in any text, of any code. */
static void templates_expand(void **state)
{
	struct fixture *f = *state;
	const struct spn_message *m = audit_message_next(NULL);

	for (; m != NULL; m = audit_message_next(m)) {
		struct spn_violation *v = violation_of(f,
						       m->code,
						       STR("http/web01"));
		char *texts[4] = {
			spn_violation_reason(f->mem_ctx, v),
			spn_violation_fix(f->mem_ctx, v),
			spn_violation_log_text(f->mem_ctx, v, &log_context),
			NULL,
		};
		size_t j;

		if (m->client != NULL) {
			texts[3] = spn_violation_client_text(f->mem_ctx, v);
			assert_non_null(texts[3]);
		}
		for (j = 0; j < 4 && texts[j] != NULL; j++) {
			assert_null(strchr(texts[j], '{'));
			assert_null(strchr(texts[j], '}'));
			assert_true(fixture_is_one_line(texts[j]));
		}
		assert_true(j >= 3);
	}
}

/*
 * Eight hex digits that Windows decodes (21C7 for duplicates,
 * 202F for the rest), the code, the client's own value, no other's DN.
 */
static void client_text(void **state)
{
	struct fixture *f = *state;
	const struct spn_message *m = audit_message_next(NULL);

	for (; m != NULL; m = audit_message_next(m)) {
		struct spn_violation *v = NULL;
		char *start = NULL;
		char *text = NULL;

		if (m->client == NULL) {
			continue;
		}
		v = violation_of(f, m->code, STR("http/web01"));
		text = spn_violation_client_text(f->mem_ctx, v);
		start = talloc_asprintf(f->mem_ctx,
					"%s: spn_policy: %s ",
					(m->code[4] == '1') ? "000021C7"
							    : "0000202F",
					m->code);
		assert_memory_equal(text, start, strlen(start));
		assert_null(strstr(text, "CN="));
		assert_null(strstr(text, "other,"));
	}
}

/* The text of the promise P1. */
static void client_text_of_a_duplicate(void **state)
{
	struct fixture *f = *state;
	char *text = spn_violation_client_text(
		f->mem_ctx,
		violation_of(f, "SPN-101", STR("http/web01")));
	const char *start = "000021C7: spn_policy: SPN-101 'http/web01' is in "
			    "use by another account";

	assert_non_null(text);
	assert_memory_equal(text, start, strlen(start));
}

/* What a value holds cannot break the line, end it or forge a template. */
static void values_are_escaped(void **state)
{
	struct fixture *f = *state;
	struct spn_violation *v =
		violation_of(f,
			     "SPN-101",
			     STR("a/\n\r\0\x1b\x7f{others}{spn}%s%n\xff"));
	const char *wanted = "a/\\0a\\0d\\00\\1b\\7f{others}{spn}%s%n\\ff";
	char *text = spn_violation_client_text(f->mem_ctx, v);

	assert_non_null(strstr(text, wanted));
	assert_true(fixture_is_one_line(text));
	assert_null(strstr(text, "CN="));
	text = spn_violation_log_text(f->mem_ctx, v, &log_context);
	assert_non_null(strstr(text, wanted));
	assert_true(fixture_is_one_line(text));
}

/* The log has everything: action, code, SPN, DN, user, other holder. */
static void log_text(void **state)
{
	struct fixture *f = *state;
	struct spn_violation *v = violation_of(f,
					       "SPN-101",
					       STR("http/web01"));
	struct spn_log_context nobody = log_context;
	char *text = spn_violation_log_text(f->mem_ctx, v, &log_context);

	assert_non_null(strstr(text, "refused"));
	assert_non_null(strstr(text, "SPN-101"));
	assert_non_null(strstr(text, "http/web01"));
	assert_non_null(strstr(text, "CN=svc,DC=example,DC=com"));
	assert_non_null(strstr(text, "CN=other,DC=example,DC=com"));
	assert_non_null(strstr(text, log_context.user_sid));

	/* Nobody known and nobody else concerned: still a line. */
	nobody.user_sid = NULL;
	v->account = NULL;
	v->others.num_accounts = 0;
	text = spn_violation_log_text(f->mem_ctx, v, &nobody);
	assert_non_null(text);
	assert_null(strstr(text, "(null)"));
}

/* A line has an end, whatever somebody writes into a directory. */
/* Sorted, whatever the order of the directory; a DN stays the one it is, and
 * what nobody sees is written in DN's own way. */
static void others_in_order(void **state)
{
	struct fixture *f = *state;
	struct spn_violation *v = violation_of(f, "SPN-101", STR("a/b"));
	struct spn_account *accounts[] = {
		fixture_account(f, "second", NULL, ""),
		fixture_account(f, "first", NULL, ""),
	};
	const struct spn_account *others[] = {accounts[0], accounts[1]};
	char *text = NULL;

	accounts[0]->dn = "CN=Miller\\, Anna,DC=x";
	accounts[1]->dn = "CN=a\\0Ab\xe2\x80\xae,DC=x";
	v->others.accounts = others;
	v->others.num_accounts = ARRAY_SIZE(others);
	text = spn_violation_log_text(f->mem_ctx, v, &log_context);
	assert_non_null(strstr(text,
			       ", also 'CN=Miller\\, Anna,DC=x' and "
			       "'CN=a\\0Ab\\e2\\80\\ae,DC=x' by "));
	text = spn_violation_log_json(f->mem_ctx, v, &log_context);
	assert_non_null(strstr(text,
			       "\"conflictDns\": "
			       "[\"CN=Miller\\\\, Anna,DC=x\", "
			       "\"CN=a\\\\0Ab\\\\e2\\\\80\\\\ae,DC=x\"]"));
	others[0] = accounts[1];
	others[1] = accounts[0];
	assert_string_equal(spn_violation_log_json(f->mem_ctx,
						   v,
						   &log_context),
			    text);
}

static void lines_are_bounded(void **state)
{
	enum {
		LONG = 70000,
		MANY = 1000
	};
	struct fixture *f = *state;
	struct spn_violation *v = violation_of(f, "SPN-101", STR("a/b"));
	const struct spn_account **others = NULL;
	char *value = talloc_zero_array(f->mem_ctx, char, LONG + 1);
	char *text = NULL;
	size_t i;

	/* Each character has two bytes: the cut is between two of them. */
	for (i = 0; i < LONG; i++) {
		value[i] = (i % 2 == 0) ? '\xc3' : '\xb6';
	}
	value[0] = 'x';
	value[1] = '/';
	v->spn = spn_str_of(value);
	v->partner = value;
	others = talloc_array(f->mem_ctx, const struct spn_account *, MANY);
	for (i = 0; i < MANY; i++) {
		others[i] = v->account;
	}
	v->others.accounts = others;
	v->others.num_accounts = MANY;
	text = spn_violation_client_text(f->mem_ctx, v);
	assert_true(strlen(text) < 1000);
	assert_non_null(strstr(text, "\xb6...'"));
	text = spn_violation_log_text(f->mem_ctx, v, &log_context);
	assert_true(strlen(text) < 2000);
	assert_non_null(strstr(text, " and 990 more by "));
	text = spn_violation_log_json(f->mem_ctx, v, &log_context);
	assert_true(strlen(text) < 2500);
	assert_non_null(strstr(text, "\"conflicts\": 1000"));
}

static json_t *parse_json(struct fixture *f,
			  const struct spn_violation *v,
			  const struct spn_log_context *context)
{
	char *text = spn_violation_log_json(f->mem_ctx, v, context);
	json_error_t error = {};
	json_t *json = NULL;

	assert_non_null(text);
	assert_true(fixture_is_one_line(text));
	json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	if (json == NULL) {
		fail_msg("%s in %s", error.text, text);
	}
	return json;
}

static void assert_json_text(json_t *object,
			     const char *name,
			     const char *wanted)
{
	json_t *value = json_object_get(object, name);

	if (wanted == NULL) {
		assert_true(value == NULL || json_is_null(value));
		return;
	}
	assert_true(json_is_string(value));
	assert_string_equal(json_string_value(value), wanted);
}

/* The shape of Samba's audit log, and every field. */
static void json_line(void **state)
{
	struct fixture *f = *state;
	struct spn_violation *v = violation_of(f,
					       "SPN-101",
					       STR("http/web01"));
	json_t *json = parse_json(f, v, &log_context);
	json_t *body = json_object_get(json, "spnPolicy");
	json_t *version = json_object_get(body, "version");

	assert_json_text(json, "timestamp", log_context.timestamp);
	assert_json_text(json, "type", "spnPolicy");
	assert_true(json_is_object(body));
	assert_int_equal(json_integer_value(json_object_get(version, "major")),
			 1);
	assert_true(json_is_integer(json_object_get(version, "minor")));
	assert_json_text(body, "action", "refused");
	assert_json_text(body, "mode", "enforce");
	assert_json_text(body, "code", "SPN-101");
	assert_json_text(body, "rule", "duplicate-spn");
	assert_json_text(body, "userSid", log_context.user_sid);
	assert_json_text(body, "dn", "CN=svc,DC=example,DC=com");
	assert_json_text(body, "spn", "http/web01");
	json_decref(json);
}

/* Whatever a value holds, the line parses and says the same. */
static void json_of_odd_values(void **state)
{
	static const struct {
		struct spn_str in;
		const char *out;
	} rows[] = {
		{STR("a/\"b\\\""), "a/\"b\\\""},
		{STR("a/\n\0\x1f\x7f"), "a/\\0a\\00\\1f\\7f"},
		{STR("h\xc3\xb8st/\xf0\x9f\x90\xa7"),
		 "h\xc3\xb8st/\xf0\x9f\x90\xa7"},
		{STR("a/\xff\xc3"), "a/\\ff\\c3"},
		{STR("\", \"dn\": \"x"), "\", \"dn\": \"x"},
		{STR("{spn}{others}"), "{spn}{others}"},
		{STR("%s%n"), "%s%n"},
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct spn_violation *v = violation_of(f,
						       "SPN-001",
						       rows[i].in);
		json_t *json = parse_json(f, v, &log_context);

		assert_json_text(json_object_get(json, "spnPolicy"),
				 "spn",
				 rows[i].out);
		json_decref(json);
	}
}

/* What is not known is null, not a word that could be a name. */
static void json_without_user_and_account(void **state)
{
	static const struct spn_log_context nobody = {
		.timestamp = "x",
		.mode = "audit",
		.action = "warned",
	};
	struct fixture *f = *state;
	struct spn_violation *v = violation_of(f, "SPN-101", STR("a/b"));
	json_t *json = NULL;
	json_t *body = NULL;

	v->account = NULL;
	v->partner = NULL;
	v->others.num_accounts = 0;
	json = parse_json(f, v, &nobody);
	body = json_object_get(json, "spnPolicy");
	assert_json_text(body, "userSid", NULL);
	assert_json_text(body, "dn", NULL);
	assert_json_text(body, "action", "warned");
	assert_json_text(body, "mode", "audit");
	json_decref(json);
}

/* A violation keeps its own copies and starts with the catalogue's words. */
static void report_copies(void **state)
{
	struct fixture *f = *state;
	struct spn_report *report = spn_report_new(f->mem_ctx);
	char spn[] = "http/web01";
	char partner[] = "http/web01.example.com";
	struct spn_violation details = {
		.spn = {.data = spn, .len = 10},
		.partner = partner,
	};
	struct spn_violation *v = NULL;

	assert_null(spn_report_refusal(report));
	assert_true(spn_report_add(report,
				   audit_message_by_code("SPN-101"),
				   &details,
				   &v));
	memset(spn, 'x', 10);
	memset(partner, 'x', 10);
	assert_true(spn_str_equal(v->spn, STR("http/web01")));
	assert_string_equal(v->partner, "http/web01.example.com");
	assert_string_equal(v->message->code, "SPN-101");
	assert_int_equal(v->severity, v->message->severity);
	assert_int_equal(report->num_violations, 1);
}

/* The first violation at level deny refuses; warnings never do. */
static void report_refusal(void **state)
{
	struct fixture *f = *state;
	struct spn_report *report = spn_report_new(f->mem_ctx);
	struct spn_violation none = {};
	struct spn_violation *v = NULL;

	assert_true(spn_report_add(report,
				   audit_message_by_code("SPN-101"),
				   &none,
				   &v));
	v->level = SPN_LEVEL_WARN;
	assert_null(spn_report_refusal(report));
	assert_true(spn_report_add(report,
				   audit_message_by_code("SPN-301"),
				   &none,
				   &v));
	v->level = SPN_LEVEL_DENY;
	assert_true(spn_report_add(report,
				   audit_message_by_code("SPN-001"),
				   &none,
				   &v));
	v->level = SPN_LEVEL_DENY;
	assert_ptr_equal(spn_report_refusal(report), &report->violations[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(templates_expand),
		fixture_test(client_text),
		fixture_test(client_text_of_a_duplicate),
		fixture_test(values_are_escaped),
		fixture_test(log_text),
		fixture_test(others_in_order),
		fixture_test(lines_are_bounded),
		fixture_test(json_line),
		fixture_test(json_of_odd_values),
		fixture_test(json_without_user_and_account),
		fixture_test(report_copies),
		fixture_test(report_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
