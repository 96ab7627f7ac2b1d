/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The catalogue: every message once, in its place, and with all its words.
 */
#include "lib/policy_fixture.h"

#include <ctype.h>

#include "audit/rules/messages.h"

/* SPN-nnn, ascending, each once; found by their code, and only they. */
static void codes_are_unique(void **state)
{
	const struct spn_message *m = NULL;
	const char *last = "";
	size_t num = 0;

	(void)state;
	for (m = audit_message_next(NULL); m != NULL;
	     m = audit_message_next(m)) {
		assert_int_equal(strlen(m->code), 7);
		assert_memory_equal(m->code, "SPN-", 4);
		assert_true(isdigit((unsigned char)m->code[4]));
		assert_true(isdigit((unsigned char)m->code[5]));
		assert_true(isdigit((unsigned char)m->code[6]));
		assert_true(strcmp(last, m->code) < 0);
		assert_ptr_equal(audit_message_by_code(m->code), m);
		last = m->code;
		num++;
	}
	assert_true(num > 20);
	assert_ptr_equal(audit_message_by_code("spn-901"), &spn_check_failed);
	assert_null(audit_message_by_code("SPN-999"));
	assert_null(audit_message_by_code(""));
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
	size_t i;

	(void)state;
	for (; (list = audit_message_list(num_lists)) != NULL; num_lists++) {
		assert_non_null(list[0]);
		for (i = 0; list[i] != NULL; i++) {
			assert_ptr_equal(list[i]->rule, list[0]->rule);
			assert_ptr_equal(audit_message_by_code(list[i]->code),
					 list[i]);
			assert_true(i == 0 || strcmp(list[i - 1]->code,
						     list[i]->code) < 0);
			num++;
		}
	}
	assert_true(num_lists > spn_num_rules());
	for (m = audit_message_next(NULL); m != NULL;
	     m = audit_message_next(m)) {
		num--;
	}
	assert_int_equal(num, 0);
}

/* The rule of a message is the one in whose list it is. */
static void messages_know_their_rule(void **state)
{
	const struct spn_message *m = audit_message_next(NULL);

	(void)state;
	for (; m != NULL; m = audit_message_next(m)) {
		const struct spn_rule *rule = audit_message_rule(m);
		size_t i = 0;

		if (rule == NULL) {
			assert_ptr_equal(m->rule, spn_no_rule);
			continue;
		}
		assert_ptr_equal(m->rule, rule->name);
		while (rule->messages[i] != NULL && rule->messages[i] != m) {
			i++;
		}
		assert_non_null(rule->messages[i]);
	}
}

static bool message_is_complete(const struct spn_message *m)
{
	bool ok = true;

	if (m->id == NULL || m->rule == NULL || m->summary == NULL ||
	    m->reason == NULL || m->fix == NULL)
	{
		print_error("%s: a text is missing\n", m->code);
		return false;
	}
	if (!fixture_is_one_line(m->summary) ||
	    !fixture_is_one_line(m->reason) || !fixture_is_one_line(m->fix))
	{
		print_error("%s: not one line\n", m->code);
		ok = false;
	}
	if (m->rank == 0) {
		print_error("%s: no rank\n", m->code);
		ok = false;
	}
	if (m->on_write == SPN_ON_WRITE_REFUSE && m->client == NULL) {
		print_error("%s: refuses without a word\n", m->code);
		ok = false;
	}
	/* A client must not learn of objects that it may not read. */
	if (m->client != NULL && (strstr(m->client, "{account}") != NULL ||
				  strstr(m->client, "{others}") != NULL))
	{
		print_error("%s: the client is told a DN\n", m->code);
		ok = false;
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
			if (m->id != NULL && other->id != NULL &&
			    strcmp(m->id, other->id) == 0) {
				print_error("%s twice\n", m->id);
				ok = false;
			}
		}
	}
	assert_true(ok);
}

/*
 * The codes of a rule begin with one digit, and no other rule's stand between
 * them, since --list-rules and docs/messages.md go by code. 9 is no rule's.
 */
static void codes_belong_to_rules(void **state)
{
	const struct spn_message *m = audit_message_next(NULL);
	const struct spn_message *last = NULL;

	(void)state;
	for (; m != NULL; m = audit_message_next(m)) {
		const struct spn_message *before = audit_message_next(NULL);

		assert_true((audit_message_rule(m) == NULL) ==
			    (m->code[4] == '9'));
		if (last != NULL && last->rule == m->rule) {
			assert_int_equal(last->code[4], m->code[4]);
			before = m;
		}
		for (; before != m; before = audit_message_next(before)) {
			assert_ptr_not_equal(before->rule, m->rule);
		}
		last = m;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(codes_are_unique),
		fixture_test(lists_are_in_order),
		fixture_test(messages_know_their_rule),
		fixture_test(catalogue_is_complete),
		fixture_test(codes_belong_to_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
