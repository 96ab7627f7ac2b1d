/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spn-audit: how a Windows DC compares, and text that is safe on a terminal.
 */
#include "common/shell_command.h"
#include "lib/policy_fixture.h"

#include <stdlib.h>

#include "directory/fold.h"
#include "common/words.h"
#include "policy/quote.h"

struct fold_row {
	struct spn_str a;
	struct spn_str b;
	bool equal;
};

/* The first ones are from Samba's ldap_spn.py, run against Windows. */
static const struct fold_row folds[] = {
	{STR("host/HōST"), STR("host/host"), true},
	{STR("host/ħØşt"), STR("HOST/HOST"), true},
	{STR("host/h0st"), STR("host/host"), false},
	{STR("host/hоst"), STR("host/host"), false},	/* Cyrillic o */
	{STR("host/ｈｏｓｔ"), STR("host/host"), true}, /* full width */
	{STR("a/b／c"), STR("a/b/c"), false}, /* full-width solidus */
	{STR("http/café"), STR("http/cafe\xcc\x81"), true},
	{STR("http/カナ"), STR("http/かな"), true},
	{STR("http/ｶﾅ"), STR("http/かな"), true}, /* half width */
	{STR("http/straße"), STR("http/STRASSE"), true},
	{STR("http/łódź"), STR("http/LODZ"), true},
	{STR("http/đ"), STR("http/d"), true},
	{STR("http/a\0b"), STR("http/á\0b"), true},
	{STR("http/a\0b"), STR("http/á"), false},
	{STR("http/\xff\xfe"), STR("http/\xff"), false},
	{STR("HTTP/\xff"), STR("http/\xff"), true},
	{STR("http/é\xff"), STR("http/e\xff"), false},
	{STR(""), STR("\xcc\x81"), true},
};

static void test_fold(void **state)
{
	struct fixture *f = *state;
	struct spn_fold wide = audit_wide_fold(&f->fold);
	size_t bad = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(folds); i++) {
		struct spn_str a = {};
		struct spn_str b = {};

		assert_true(wide.fn(wide.private_data,
				    f->mem_ctx,
				    folds[i].a,
				    &a));
		assert_true(wide.fn(wide.private_data,
				    f->mem_ctx,
				    folds[i].b,
				    &b));
		if (spn_str_equal(a, b) != folds[i].equal) {
			fprintf(stderr,
				"%s and %s: %s, %s\n",
				folds[i].a.data,
				folds[i].b.data,
				a.data,
				b.data);
			bad++;
		}
	}
	assert_int_equal(bad, 0);
}

struct text_row {
	const char *in;
	const char *out;
};

static const struct text_row texts[] = {
	{"", ""},
	{"CN=a\\,b,DC=x", "CN=a\\,b,DC=x"},
	{"CN=\x1b[31m", "CN=\\1b[31m"},
	{"CN=a\\,b\n", "CN=a\\,b\\0a"},
	{"CN=bücher", "CN=bücher"},
	{"CN=\xff", "CN=\\ff"},
	{"\xe2\x80\xae", "\\e2\\80\\ae"}, /* right-to-left override */
};

static void test_printable(void **state)
{
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		char *out = spn_printable(f->mem_ctx, spn_str_of(texts[i].in));

		assert_non_null(out);
		assert_string_equal(out, texts[i].out);
	}
}

/* 80 columns, counted in characters; a long word stays whole. */
static void test_wrap(void **state)
{
	static const char words[] =
		"äääääääää äääääääää äääääääää äääääääää äääääääää äääääääää "
		"äääääääää ääääääää x "
		"CN=0123456789012345678901234567890123456789012345678901234567"
		"890123456789 y";
	static const char expected[] =
		"ab äääääääää äääääääää äääääääää äääääääää äääääääää "
		"äääääääää äääääääää\n"
		"   ääääääää x\n"
		"   CN=012345678901234567890123456789012345678901234567890123"
		"4567890123456789 y\n";
	char *data = NULL;
	size_t len = 0;
	FILE *stream = open_memstream(&data, &len);
	int failed = 0;

	(void)state;
	assert_non_null(stream);
	audit_wrap(stream, "ab", 3, words);
	failed = fclose(stream);
	assert_int_equal(failed, 0);
	assert_string_equal(data, expected);
	free(data);
}

/* What a shell would read otherwise than it is shown is no word of it. */
static void words_of_a_shell(void **state)
{
	struct fixture *f = *state;
	struct spn_account *a = fixture_account(f, "svc", NULL, "");

	assert_string_equal(shell_word(f->mem_ctx, STR("it's")), "'it'\\''s'");
	assert_null(shell_word(f->mem_ctx, STR("a\x01")));
	assert_null(shell_word(f->mem_ctx, STR("a\nb")));
	assert_string_equal(
		shell_setspn(f->mem_ctx, "", "-A", a, NULL, STR("-x/y")),
		"setspn -U -A -- '-x/y' 'svc'");
	assert_string_equal(
		shell_setspn(f->mem_ctx, "", "-A", a, NULL, STR("x/y")),
		"setspn -U -A 'x/y' 'svc'");
	assert_string_equal(shell_setspn_of(f->mem_ctx,
					    "-S",
					    STR("-Hldap://x"),
					    "THE-ACCOUNT"),
			    "setspn -S -- '-Hldap://x' THE-ACCOUNT");
	assert_string_equal(
		shell_setspn_of(f->mem_ctx, "-S", STR("x/y"), "THE-ACCOUNT"),
		"setspn -S 'x/y' THE-ACCOUNT");
	assert_null(shell_setspn_of(f->mem_ctx, "-S", STR("a\n"), "A"));
}

/* An account whose name is another one's with its domain, as long as nothing
 * stands in front of it. */
static void names_with_a_domain(void **state)
{
	static const char *const names[] = {"svc@example.com", "EXAMPLE\\svc"};
	struct fixture *f = *state;
	struct spn_account *a = fixture_account(f, "svc", NULL, "");
	size_t i;

	for (i = 0; i < 2; i++) {
		a->sam_account_name = names[i];
		assert_null(shell_setspn(f->mem_ctx,
					 "",
					 "-D",
					 a,
					 NULL,
					 STR("x/y")));
		assert_false(shell_is_bare_name(names[i]));
	}
	a->sam_account_name = names[0];
	assert_string_equal(
		shell_setspn(f->mem_ctx, "", "-D", a, "EXAMPLE", STR("x/y")),
		"setspn -U -D 'x/y' 'EXAMPLE\\svc@example.com'");
	assert_true(shell_is_bare_name("svc-web$"));
	assert_false(shell_is_bare_name("a/b"));
	assert_false(shell_is_bare_name("--option=x"));
	a->sam_account_name = NULL;
	assert_null(shell_setspn(f->mem_ctx, "", "-D", a, NULL, STR("x/y")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(words_of_a_shell),
		fixture_test(names_with_a_domain),
		fixture_test(test_fold),
		fixture_test(test_printable),
		fixture_test(test_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
