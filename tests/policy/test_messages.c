/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The catalogue: every message once, in its place, and with all its words.
 */
#include "lib/policy_fixture.h"

#include <stdarg.h>

#include "audit/rules/messages.h"

/* Says what is wrong with a message, by its code. Returns false. */
__attribute__((format(printf, 2, 3))) static bool complain(
	const struct spn_message *m,
	const char *format,
	...)
{
	char text[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	print_error("%s: %s\n", m->code, text);
	return false;
}

static bool is_code(const char *code)
{
	return strlen(code) == 7 && strncmp(code, "SPN-", 4) == 0 &&
	       strspn(code + 4, "0123456789") == 3;
}

/* SPN-nnn, ascending, each once; found by their code, and only they. */
static void codes_are_unique(void **state)
{
	const struct spn_message *m = NULL;
	const char *last = "";
	size_t num = 0;
	bool ok = true;

	(void)state;
	for (m = audit_message_next(NULL); m != NULL;
	     m = audit_message_next(m))
	{
		if (!is_code(m->code)) {
			ok = complain(m, "is not of the form SPN-nnn");
		}
		if (strcmp(last, m->code) >= 0) {
			ok = complain(m, "does not follow %s in order", last);
		}
		if (audit_message_by_code(m->code) != m) {
			ok = complain(m, "another is found by its code");
		}
		last = m->code;
		num++;
	}
	assert_true(ok);
	assert_true(num > 20);
	assert_ptr_equal(audit_message_by_code("spn-901"), &spn_check_failed);
	assert_null(audit_message_by_code("SPN-999"));
	assert_null(audit_message_by_code(""));
}

/* One in a list; first and before it: of the same list, or NULL. */
static bool place_is_right(const struct spn_message *m,
			   const struct spn_message *first,
			   const struct spn_message *before)
{
	const struct spn_message *found = audit_message_by_code(m->code);
	bool ok = true;

	if (m->rule != first->rule) {
		ok = complain(m,
			      ".rule is %s, that of %s in the same messages[] "
			      "is %s",
			      m->rule,
			      first->code,
			      first->rule);
	}
	if (found != m) {
		ok = complain(m,
			      "the code is there twice, as %s of rule %s and "
			      "as %s of rule %s",
			      m->id,
			      m->rule,
			      (found == NULL) ? "nothing" : found->id,
			      (found == NULL) ? "none" : found->rule);
	}
	if (before != NULL && strcmp(before->code, m->code) >= 0) {
		ok = complain(
			m,
			"stands behind %s in messages[]: by code, please",
			before->code);
	}
	return ok;
}

/*
 * Each list in order of code and of one rule, each message in one list, once:
 * of two messages with one code the catalogue would show only one.
 */
static void lists_are_in_order(void **state)
{
	const struct spn_message *const *list = NULL;
	const struct spn_message *m = NULL;
	size_t num_lists = 0;
	size_t num = 0;
	bool ok = true;
	size_t i;

	(void)state;
	for (; (list = audit_message_list(num_lists)) != NULL; num_lists++) {
		assert_non_null(list[0]);
		for (i = 0; list[i] != NULL; i++) {
			ok &= place_is_right(list[i],
					     list[0],
					     (i == 0) ? NULL : list[i - 1]);
			num++;
		}
	}
	assert_true(ok);
	assert_true(num_lists > spn_num_rules());
	for (m = audit_message_next(NULL); m != NULL;
	     m = audit_message_next(m))
	{
		num--;
	}
	assert_int_equal(num, 0);
}

/* Of a rule that is there. */
static bool is_listed(const struct spn_message *m, const struct spn_rule *rule)
{
	size_t i;

	for (i = 0; rule->messages[i] != NULL; i++) {
		if (rule->messages[i] == m) {
			return true;
		}
	}
	return false;
}

/* The rule of a message is the one in whose list it is. */
static void messages_know_their_rule(void **state)
{
	const struct spn_message *m = audit_message_next(NULL);
	bool ok = true;

	(void)state;
	for (; m != NULL; m = audit_message_next(m)) {
		const struct spn_rule *rule = audit_message_rule(m);

		if (rule == NULL) {
			if (m->rule != spn_no_rule) {
				ok = complain(m, "no rule is %s", m->rule);
			}
			continue;
		}
		if (m->rule != rule->name) {
			ok = complain(m,
				      ".rule is not the rule_name that rule "
				      "%s has as its .name",
				      rule->name);
		}
		if (!is_listed(m, rule)) {
			ok = complain(m,
				      "is not in messages[] of rule %s",
				      rule->name);
		}
	}
	assert_true(ok);
}

static bool message_is_complete(const struct spn_message *m)
{
	const struct spn_rule *rule = audit_message_rule(m);
	const char *lack = audit_message_lack(m);
	bool ok = true;

	if (lack != NULL) {
		return complain(m, "%s", lack);
	}
	if (!fixture_is_one_line(m->summary) ||
	    !fixture_is_one_line(m->reason) || !fixture_is_one_line(m->fix))
	{
		ok = complain(m, ".summary, .reason or .fix: not one line");
	}
	if (m->rank == 0) {
		ok = complain(m, "has no rank (.rank)");
	}
	/* A client must not learn of objects that it may not read. */
	if (m->client != NULL && (strstr(m->client, "{account}") != NULL ||
				  strstr(m->client, "{others}") != NULL))
	{
		ok = complain(m, ".client: the client is told a DN");
	}
	/* No write meets it. */
	if (rule != NULL && rule->modes == 0 &&
	    m->on_write != SPN_ON_WRITE_IGNORE)
	{
		ok = complain(m,
			      "rule %s is for audits, so .on_write must be "
			      "SPN_ON_WRITE_IGNORE",
			      rule->name);
	}
	return ok;
}

/* Every code has its texts, and those that refuse one for the client. */
static void catalogue_is_complete(void **state)
{
	const struct spn_message *m = audit_message_next(NULL);
	bool ok = true;

	(void)state;
	for (; m != NULL; m = audit_message_next(m)) {
		const struct spn_message *other = audit_message_next(m);

		ok &= message_is_complete(m);
		for (; other != NULL; other = audit_message_next(other)) {
			if (strcmp(m->id, other->id) == 0) {
				ok = complain(m,
					      "%s has the same .id, %s",
					      other->code,
					      m->id);
			}
		}
	}
	assert_true(ok);
}

/* Each text that is not there, or empty, is named; a client's only where one
 * is refused. */
static void what_is_missing_is_named(void **state)
{
	static const struct {
		size_t offset; /* of the text that is taken away */
		const char *field;
	} rows[] = {
		{offsetof(struct spn_message, code), "(.code)"},
		{offsetof(struct spn_message, id), "(.id)"},
		{offsetof(struct spn_message, rule), "(.rule)"},
		{offsetof(struct spn_message, summary), "(.summary)"},
		{offsetof(struct spn_message, reason), "(.reason)"},
		{offsetof(struct spn_message, fix), "(.fix)"},
		{offsetof(struct spn_message, client), "(.client)"},
	};
	static const char *const missing[] = {NULL, ""};
	struct spn_message m = spn_check_failed;
	size_t i;

	(void)state;
	for (i = 0; i < 2 * ARRAY_SIZE(rows); i++) {
		m = spn_check_failed;
		memcpy((char *)&m + rows[i / 2].offset,
		       &missing[i % 2],
		       sizeof(missing[0]));
		assert_non_null(audit_message_lack(&m));
		assert_non_null(
			strstr(audit_message_lack(&m), rows[i / 2].field));
	}
	assert_string_equal(
		audit_message_lack(&m),
		"refuses, but has no text for the client (.client)");
	m.on_write = SPN_ON_WRITE_WARN;
	assert_null(audit_message_lack(&m));
}

/*
 * The codes of a rule begin with one digit, and no other rule's stand between
 * them, since --list-rules and docs/messages.md go by code. 9 is no rule's.
 */
static void codes_belong_to_rules(void **state)
{
	const struct spn_message *m = audit_message_next(NULL);
	const struct spn_message *last = NULL;
	bool ok = true;

	(void)state;
	for (; m != NULL; m = audit_message_next(m)) {
		const struct spn_message *before = audit_message_next(NULL);

		if ((audit_message_rule(m) == NULL) != (m->code[4] == '9')) {
			ok = complain(m,
				      "rule %s: 9 is the first digit of what "
				      "is no rule's, and only of that",
				      m->rule);
		}
		if (last != NULL && last->rule == m->rule) {
			if (last->code[4] != m->code[4]) {
				ok = complain(m,
					      "begins with another digit than "
					      "%s of the same rule",
					      last->code);
			}
			before = m;
		}
		for (; before != m; before = audit_message_next(before)) {
			if (before->rule == m->rule) {
				ok = complain(m,
					      "codes of other rules stand "
					      "between %s and this one of "
					      "rule %s",
					      before->code,
					      m->rule);
			}
		}
		last = m;
	}
	assert_true(ok);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(codes_are_unique),
		fixture_test(lists_are_in_order),
		fixture_test(messages_know_their_rule),
		fixture_test(catalogue_is_complete),
		fixture_test(what_is_missing_is_named),
		fixture_test(codes_belong_to_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
