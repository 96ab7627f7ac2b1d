/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of tools/common/connect.c that need no directory: text for
 * terminals, kinds of URL, and passwords wiped out of the command line.
 */

#include "common/connect.h"

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
		cmocka_unit_test(test_local_path),
		cmocka_unit_test(test_passwords),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
