/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the tools do before they have a directory: kinds of URL, passwords
 * wiped out of the command line, the list of modules that is to be written.
 */

#include "common/connect.h"
#include "common/connect_private.h"
#include "common/dcs.h"
#include "spn_policy/tool.h"

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
			   "-NUbob%secret6",
			   "-NNU",
			   "bob%secret7",
			   "-NU=bob%secret8",
			   "-s",
			   "/dev/null",
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

/* Command lines of which Samba reads nothing: only then a start costs little.
 * Where one of them starts Samba, nothing else would show it. */
static void test_plain_lines(void **state)
{
	static const struct poptOption none[] = {POPT_TABLEEND};
	static const char *const lines[][6] = {
		{"tool"},
		{"tool", "-H", "ldap://dc1", "word"},
		{"tool", "--url=ldapi://%2Fa", "--timeout=3"},
		{"tool", "--use-kerberos=required", "-H", "ldap://dc1"},
		{"tool", "-s", "/dev/null"},
		{"tool", "--configfile=/dev/null", "--", "-U"},
		{"tool", "--option=tls verify peer=no_check"},
		{"tool", "--simple-bind-dn=D\\u", "--password=secret", "word"},
	};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	size_t i;
	int argc;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char *argv[7] = {};
		struct spn_connect *connect = NULL;

		for (argc = 0; argc < 6 && lines[i][argc] != NULL; argc++) {
			argv[argc] = talloc_strdup(mem_ctx, lines[i][argc]);
		}
		connect =
			spn_connect_new(mem_ctx, "tool", "", none, argc, argv);
		assert_non_null(connect);
		assert_int_equal(spn_connect_next_option(connect), 0);
		assert_null(connect->home);
		talloc_free(connect);
	}
	talloc_free(mem_ctx);
}

/* Contexts that Samba has not prepared. */
static void test_case_of_names(void **state)
{
	static const struct {
		const char *one;
		const char *other;
		bool is_same;
	} rows[] = {
		{"OU=a,DC=x", "ou=A,dc=X", true},
		{"OU=M\u00fcller", "OU=M\u00dcLLER", true},
		{"OU=\u03b1\u03b2", "OU=\u0391\u0392", true},
		{"OU=\u0440", "OU=\u0420", true},
		/* one letter is never two, as in Samba */
		{"OU=Ma\u00df", "OU=MASS", false},
		{"OU=M\u00fcller", "OU=Muller", false},
		{"OU=\xff"
		 "a",
		 "OU=\xff"
		 "A",
		 true},
		{"OU=\xff", "OU=\xfe", false},
		/* the capital takes more bytes */
		{"OU=\u0250", "OU=\u2c6f", true},
	};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct ldb_context *ldb = ldb_init(mem_ctx, NULL);
	size_t i;

	(void)state;
	assert_non_null(ldb);
	connect_fold_case(ldb);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ldb_dn *one = ldb_dn_new(mem_ctx, ldb, rows[i].one);
		struct ldb_dn *other = ldb_dn_new(mem_ctx, ldb, rows[i].other);

		assert_int_equal(ldb_dn_compare(one, other) == 0,
				 rows[i].is_same);
	}
	talloc_free(mem_ctx);
}

/* The list of modules as spn-policy enable and disable write it. A mistake
 * here is a DC that does not start. */
struct list_row {
	const char *list;
	const char *with;
	const char *without;
	bool has;
};

static const struct list_row list_rows[] = {
	/* what provision writes */
	{"samba_dsdb", "spn_policy,samba_dsdb", "samba_dsdb", false},
	/* enable twice */
	{"spn_policy,samba_dsdb", "spn_policy,samba_dsdb", "samba_dsdb", true},
	/* we go first, others keep their order */
	{"a,samba_dsdb,spn_policy,b",
	 "spn_policy,a,samba_dsdb,b",
	 "a,samba_dsdb,b",
	 true},
	/* once is enough */
	{"spn_policy,spn_policy,x", "spn_policy,x", "x", true},
	/* blanks, and commas too many */
	{" a , spn_policy,, b,", "spn_policy,a,b", "a,b", true},
	/* names that only begin or end like ours */
	{"spn_policy2,my_spn_policy,spn",
	 "spn_policy,spn_policy2,"
	 "my_spn_policy,spn",
	 "spn_policy2,my_spn_policy,spn",
	 false},
	/* ldb compares names as they are written */
	{"SPN_POLICY,x", "spn_policy,SPN_POLICY,x", "SPN_POLICY,x", false},
	{"", "spn_policy", "", false},
};

static void test_lists(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	size_t wrong = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(list_rows) / sizeof(list_rows[0]); i++) {
		const struct list_row *row = &list_rows[i];
		char *with = module_list_with(mem_ctx, row->list);
		char *without = module_list_without(mem_ctx, row->list);
		bool has = module_list_has(row->list, SPN_MODULE_NAME);

		if (strcmp(with, row->with) != 0 ||
		    strcmp(without, row->without) != 0 || has != row->has)
		{
			printf("'%s': with '%s', without '%s', has %d\n",
			       row->list,
			       with,
			       without,
			       has);
			wrong++;
		}
	}
	talloc_free(mem_ctx);
	assert_int_equal(wrong, 0);
}

/* A DC that does not know who asks is not the one where something is wrong. */
static void test_remedies_of_dcs(void **state)
{
	struct spn_dc dc = {
		.standing = SPN_STANDING_UNREACHABLE,
		.reason = "LDAP error 49; " SPN_CONNECT_WRONG_LOGON,
	};

	(void)state;
	assert_non_null(strstr(spn_dc_remedy(&dc), "--user"));
	dc.reason = "no answer in time, given up (--timeout)";
	assert_string_equal(spn_dc_remedy(&dc), "run spn-policy status there");
	dc.reason = NULL;
	assert_string_equal(spn_dc_remedy(&dc), "run spn-policy status there");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_local_path),
		cmocka_unit_test(test_plain_lines),
		cmocka_unit_test(test_passwords),
		cmocka_unit_test(test_case_of_names),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_remedies_of_dcs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
