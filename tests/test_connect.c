/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of tools/connect.c that need no directory: text for terminals,
 * kinds of URL, and passwords wiped out of the command line.
 */

#include "connect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

struct text_row {
	const char *in;
	const char *out;
};

/* Nothing that a terminal could obey comes through, everything else does. */
static const struct text_row printable_rows[] = {
	{"", ""},
	{"CN=a\\,b", "CN=a\\,b"},
	{"a\nb\tc", "a\\0ab\\09c"},
	{"\x1b[31m", "\\1b[31m"},
	{"\x7f", "\\7f"},
	{"M\xc3\xbcller", "M\xc3\xbcller"},
	{"\xe2\x82\xac", "\xe2\x82\xac"},
	{"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
	{"\xc2\x9b", "\\c2\\9b"},   /* CSI in one character */
	{"\x9b", "\\9b"},	    /* CSI in Latin-1 */
	{"\xc3", "\\c3"},	    /* cut off */
	{"\xe2\x82", "\\e2\\82"},   /* cut off */
	{"\xc0\x8a", "\\c0\\8a"},   /* a line feed, spelled too long */
	{"\xe2\x1b[", "\\e2\\1b["}, /* swallows no escape */
	{"\xf5\x80\x80\x80", "\\f5\\80\\80\\80"},
};

static const struct text_row path_rows[] = {
	{"/var/lib/samba/private/sam.ldb", "/var/lib/samba/private/sam.ldb"},
	{"sam.ldb", "sam.ldb"},
	{"tdb:///a/b", "/a/b"},
	{"./odd:name", "./odd:name"},
	{"ldap://dc1", NULL},
	{"ldaps://dc1", NULL},
	{"ldapi://%2Fa", NULL},
	{"LDAP://dc1", NULL},
	{"http://x", NULL},
};

static void test_printable(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	size_t wrong = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(printable_rows) / sizeof(printable_rows[0]);
	     i++) {
		const struct text_row *row = &printable_rows[i];
		char *out = spn_connect_printable(mem_ctx, row->in);

		if (strcmp(out, row->out) != 0) {
			printf("expected %s, got %s\n", row->out, out);
			wrong++;
		}
	}
	talloc_free(mem_ctx);
	assert_int_equal(wrong, 0);
}

static void test_local_path(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(path_rows) / sizeof(path_rows[0]); i++) {
		const char *path = spn_connect_local_path(path_rows[i].in);

		if (path_rows[i].out == NULL) {
			assert_null(path);
		} else {
			assert_string_equal(path, path_rows[i].out);
		}
	}
}

/* "ps" shows argv: no password may stay in it, whatever way it is given. */
static void test_passwords(void **state)
{
	static const struct poptOption none[] = {POPT_TABLEEND};
	char args[][32] = {"tool",
			   "-Ubob%secret1",
			   "-U",
			   "bob%secret2",
			   "--user=bob%secret3",
			   "--password=secret4",
			   "--password",
			   "secret5",
			   "-s",
			   "/nonexistent/smb.conf",
			   "rest"};
	char *argv[sizeof(args) / sizeof(args[0]) + 1] = {};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct spn_connect *connect = NULL;
	const char *const *rest = NULL;
	const int argc = sizeof(args) / sizeof(args[0]);
	size_t num = 0;
	int i;

	(void)state;
	for (i = 0; i < argc; i++) {
		argv[i] = args[i];
	}
	connect = spn_connect_new(mem_ctx, "tool", "", none, argc, argv);
	assert_non_null(connect);
	for (i = 0; i < argc; i++) {
		assert_null(strstr(argv[i], "secret"));
	}
	assert_int_equal(spn_connect_next_option(connect), 0);
	rest = spn_connect_arguments(connect, &num);
	assert_int_equal(num, 1);
	assert_string_equal(rest[0], "rest");
	talloc_free(mem_ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_printable),
		cmocka_unit_test(test_local_path),
		cmocka_unit_test(test_passwords),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
