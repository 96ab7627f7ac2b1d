/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a run logs on: what its command line says of that, what of it a command
 * may repeat that is offered, and what ticket a credentials cache holds.
 */

#include "common/connect_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define MAX_WORDS 12

/* The words of a command line, split at blanks. */
static const char **split(TALLOC_CTX *mem_ctx, const char *line)
{
	const char **argv = talloc_zero_array(mem_ctx,
					      const char *,
					      MAX_WORDS);
	char *copy = talloc_strdup(argv, line);
	char *word = strtok(copy, " ");
	size_t num = 0;

	for (; word != NULL && num < MAX_WORDS - 1; num++) {
		argv[num] = word;
		word = strtok(NULL, " ");
	}
	return argv;
}

struct login_row {
	const char *line;
	const char *words; /* of a command that is offered */
	bool is_chosen;
	bool needs_kerberos;
	bool names_user;
	const char *cache;
};

static const struct login_row login_rows[] = {
	{"tool", "", false, false, false, NULL},
	{"tool -H ldap://dc1 rest", "", false, false, false, NULL},
	{"tool --user=alice%secret",
	 " --user='alice'",
	 true,
	 false,
	 true,
	 NULL},
	{"tool --user alice%secret x",
	 " --user='alice'",
	 true,
	 false,
	 true,
	 NULL},
	{"tool -Ualice%secret", " --user='alice'", true, false, true, NULL},
	{"tool -U alice%secret x", " --user='alice'", true, false, true, NULL},
	{"tool -U D\\a --password=secret",
	 " --user='D\\a'",
	 true,
	 false,
	 true,
	 NULL},
	{"tool --password secret --user=a",
	 " --user='a'",
	 true,
	 false,
	 true,
	 NULL},
	/* nobody at all: no name, no password */
	{"tool -U%", " --user='%'", true, false, true, NULL},
	{"tool -N", " --no-pass", true, false, false, NULL},
	{"tool -N -Ualice",
	 " --no-pass --user='alice'",
	 true,
	 false,
	 true,
	 NULL},
	/* letters that stand together, as popt takes them apart */
	{"tool -NUalice%secret",
	 " --no-pass --user='alice'",
	 true,
	 false,
	 true,
	 NULL},
	{"tool -PNU alice%secret x",
	 " --no-pass --machine-pass --user='alice'",
	 true,
	 false,
	 true,
	 NULL},
	{"tool -vk yes", " --kerberos='yes'", true, true, false, NULL},
	/* what stands behind one with a value is the value */
	{"tool -dNUalice -HUbob", "", false, false, false, NULL},
	{"tool -sUalice%b -RN", "", false, false, false, NULL},
	{"tool --no-pass -P",
	 " --no-pass --machine-pass",
	 true,
	 false,
	 true,
	 NULL},
	{"tool --use-kerberos=required",
	 " --use-kerberos='required'",
	 true,
	 true,
	 false,
	 NULL},
	{"tool --use-kerberos off",
	 " --use-kerberos='off'",
	 true,
	 false,
	 false,
	 NULL},
	{"tool -k yes", " --kerberos='yes'", true, true, false, NULL},
	{"tool --use-krb5-ccache=FILE:/x",
	 " --use-krb5-ccache='FILE:/x'",
	 true,
	 true,
	 false,
	 "FILE:/x"},
	{"tool -A /etc/login",
	 " --authentication-file='/etc/login'",
	 true,
	 false,
	 true,
	 NULL},
	/* where a name is at home says nothing of who logs on */
	{"tool --realm=X -W D",
	 " --realm='X' --workgroup='D'",
	 false,
	 false,
	 false,
	 NULL},
	/* what only begins so, and what is no option any more */
	{"tool --users=a --username=b", "", false, false, false, NULL},
	{"tool -- --user=a", "", false, false, false, NULL},
	/* a value that cannot be seen is in no command */
	{"tool --user=a\x1b", NULL, true, false, true, NULL},
};

static bool is_same(const char *a, const char *b)
{
	return (a == NULL || b == NULL) ? a == b : strcmp(a, b) == 0;
}

static void test_login(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	size_t wrong = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(login_rows) / sizeof(login_rows[0]); i++) {
		const struct login_row *row = &login_rows[i];
		const struct spn_connect connect = {
			.argv = split(mem_ctx, row->line),
		};
		struct connect_login login = connect_login_of(connect.argv);
		char *words = spn_connect_login_words(mem_ctx, &connect);

		if (!is_same(words, row->words) ||
		    login.is_chosen != row->is_chosen ||
		    login.needs_kerberos != row->needs_kerberos ||
		    login.names_user != row->names_user ||
		    !is_same(login.cache, row->cache))
		{
			printf("%s:%s, chosen %d, Kerberos %d, user %d, %s\n",
			       row->line,
			       (words == NULL) ? "NULL" : words,
			       login.is_chosen,
			       login.needs_kerberos,
			       login.names_user,
			       (login.cache == NULL) ? "-" : login.cache);
			wrong++;
		}
	}
	talloc_free(mem_ctx);
	assert_int_equal(wrong, 0);
}

/* ---------------------------------------------------------------- tickets */

#define PRINCIPAL(n, realm, name) "\0\0\0\1\0\0\0" n realm name
#define EXAMPLE "\0\0\0\7EXAMPLE"
#define ALICE PRINCIPAL("\1", EXAMPLE, "\0\0\0\5alice")
#define TGT PRINCIPAL("\2", EXAMPLE, "\0\0\0\6krbtgt" EXAMPLE)
#define SETTING                                                               \
	PRINCIPAL("\2",                                                       \
		  "\0\0\0\14X-CACHECONF:",                                    \
		  "\0\0\0\20krb5_ccache_conf\0\0\0\0")
#define KEY "\0\22\0\0\0\2kk"
/* logged on, starts, ends, renewable */
#define TIMES(starts, ends) "\0\0\0\1" starts ends "\0\0\0\0"
/* no session key of another, flags, no addresses, one piece of data */
#define REST                                                                  \
	"\0\0\0\0\0"                                                          \
	"\0\0\0\0"                                                            \
	"\0\0\0\1\0\1\0\0\0\1d"                                               \
	"\0\0\0\3TKT\0\0\0\0"
#define TICKET(starts, ends) ALICE TGT KEY TIMES(starts, ends) REST
#define HEAD_4 "\5\4\0\14\0\1\0\10\377\377\377\377\0\0\0\0"

#define BYTES(text) {text, sizeof(text) - 1}

struct ticket_row {
	const char *name;
	struct spn_str bytes;
	const char *client;
	bool is_there;
	uint32_t starts;
	uint32_t ends;
};

static const struct ticket_row ticket_rows[] = {
	{"nothing", {"", 0}, NULL, false, 0, 0},
	{"another file", BYTES("#!/bin/sh\n"), NULL, false, 0, 0},
	{"an old version", BYTES("\5\2" ALICE), NULL, false, 0, 0},
	{"no ticket", BYTES(HEAD_4 ALICE), "alice@EXAMPLE", false, 0, 0},
	{"one",
	 BYTES(HEAD_4 ALICE TICKET("\0\0\0\2", "\0\0\1\0")),
	 "alice@EXAMPLE",
	 true,
	 2,
	 256},
	{"the one that lives longest",
	 BYTES(HEAD_4 ALICE TICKET("\0\0\0\2", "\0\0\2\0")
		       TICKET("\0\0\0\3", "\0\0\1\0")),
	 "alice@EXAMPLE",
	 true,
	 2,
	 512},
	{"only a setting",
	 BYTES(HEAD_4 ALICE ALICE SETTING KEY TIMES("\0\0\0\0", "\0\0\0\0")
		       REST),
	 "alice@EXAMPLE",
	 false,
	 0,
	 0},
	{"cut off behind one",
	 BYTES(HEAD_4 ALICE TICKET("\0\0\0\2", "\0\0\1\0") ALICE),
	 "alice@EXAMPLE",
	 true,
	 2,
	 256},
	{"a length beyond the end",
	 BYTES("\5\4\377\377" ALICE),
	 NULL,
	 false,
	 0,
	 0},
	{"a name of no realm",
	 BYTES(HEAD_4 "\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\1a"),
	 NULL,
	 false,
	 0,
	 0},
};

static void test_tickets(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	size_t wrong = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ticket_rows) / sizeof(ticket_rows[0]); i++) {
		const struct ticket_row *row = &ticket_rows[i];
		struct connect_ticket ticket = {};

		assert_true(
			connect_ticket_parse(mem_ctx, row->bytes, &ticket));
		if (!is_same(ticket.client, row->client) ||
		    ticket.is_there != row->is_there ||
		    ticket.starts != row->starts || ticket.ends != row->ends)
		{
			printf("%s: %s, there %d, %u to %u\n",
			       row->name,
			       (ticket.client == NULL) ? "-" : ticket.client,
			       ticket.is_there,
			       ticket.starts,
			       ticket.ends);
			wrong++;
		}
	}
	talloc_free(mem_ctx);
	assert_int_equal(wrong, 0);
}

/* A credentials cache of alice's, in a file of its own. On mem_ctx. */
static char *make_cache(TALLOC_CTX *mem_ctx)
{
	/* It ends in 2105. */
	static const char bytes[] = HEAD_4 ALICE TICKET("\0\0\0\2",
							"\377\0\0\0");
	const char *tmp = getenv("TMPDIR");
	char *path = talloc_asprintf(mem_ctx,
				     "%s/ticketXXXXXX",
				     (tmp != NULL) ? tmp : "/tmp");
	int fd = -1;

	assert_non_null(path);
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, sizeof(bytes) - 1),
			 sizeof(bytes) - 1);
	close(fd);
	return path;
}

/* Only a file is read; what is none of that type has no path. */
static void test_caches(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	char *path = make_cache(mem_ctx);
	struct connect_ticket ticket = {};

	(void)state;
	assert_true(connect_ticket_read(mem_ctx, path, &ticket));
	assert_true(ticket.is_there);
	assert_string_equal(ticket.path, path);
	assert_int_equal(setenv("KRB5CCNAME",
				talloc_asprintf(mem_ctx, "FILE:%s", path),
				1),
			 0);
	assert_true(connect_ticket_read(mem_ctx, NULL, &ticket));
	assert_true(ticket.is_there);
	unlink(path);
	assert_true(connect_ticket_read(mem_ctx, NULL, &ticket));
	assert_false(ticket.is_there);
	assert_string_equal(ticket.path, path);
	assert_true(connect_ticket_read(mem_ctx, "KEYRING:user:x", &ticket));
	assert_false(ticket.is_there);
	assert_null(ticket.path);
	talloc_free(mem_ctx);
}

/* Kerberos is chosen for who has a ticket and has named nobody, for a server.
 */
static void test_ticket_is_preferred(void **state)
{
	/* root on a DC is the machine */
	const bool is_root = geteuid() == 0;
	const struct {
		const char *line;
		bool is_chosen;
	} rows[] = {
		{"tool --all", !is_root},
		{"tool --check-dcs", !is_root},
		{"tool --all -H /sam.ldb", true},
		{"tool --all -H ldap://dc1", true},
		{"tool -- --all", false},
		{"tool -H ldap://dc1 -- x", true},
		{"tool --url=ldaps://dc1", true},
		{"tool --url LDAP://dc1 -W D", true},
		{"tool -H ldapi://x", false},
		{"tool -H /sam.ldb", false},
		{"tool -- -H ldap://dc1", false},
		{"tool -Hldap://dc1 -Ualice", false},
		{"tool -H ldap://dc1 --use-kerberos=off", false},
	};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	char *path = make_cache(mem_ctx);
	size_t i;

	(void)state;
	setenv("KRB5CCNAME", path, 1);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct spn_connect *connect = talloc_zero(mem_ctx,
							  struct spn_connect);
		size_t before;

		connect->argv = split(connect, rows[i].line);
		while (connect->argv[connect->argc] != NULL) {
			connect->argc++;
		}
		before = connect->argc;
		assert_true(connect_prefer_ticket(connect));
		assert_int_equal(connect->argc,
				 before + (rows[i].is_chosen ? 1 : 0));
		assert_null(connect->argv[connect->argc]);
		assert_int_equal(strcmp(connect->argv[1],
					"--use-kerberos=required") == 0,
				 rows[i].is_chosen);
		/* nobody typed it, so no command repeats it */
		assert_null(strstr(spn_connect_login_words(mem_ctx, connect),
				   "required"));
	}
	unlink(path);
	talloc_free(mem_ctx);
}

/* Kerberos with what the user's cache holds, and not a word more. */
static void test_by_ticket(void **state)
{
	static const struct {
		const char *line;
		bool is_by_ticket;
	} rows[] = {
		{"tool", false},
		{"tool --use-kerberos=required", true},
		{"tool -k yes --use-kerberos=required -H ldap://x", true},
		{"tool --use-kerberos=required --use-kerberos=off", false},
		{"tool --use-kerberos=desired", false},
		{"tool --use-kerberos=required -N", false},
		{"tool --use-kerberos=required --user=a", false},
		{"tool --use-kerberos=required -P", false},
		{"tool --use-kerberos=required --realm=X", false},
		{"tool --use-kerberos=required -W X", false},
		{"tool --use-kerberos=required --password=x", false},
		{"tool --use-krb5-ccache=x", false},
		{"tool --use-kerberos=required --ccache=x", false},
	};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char **argv = split(mem_ctx, rows[i].line);

		if (connect_login_of(argv).is_by_ticket !=
		    rows[i].is_by_ticket)
		{
			fail_msg("%s", rows[i].line);
		}
	}
	setenv("PASSWD", "x", 1);
	assert_false(
		connect_login_of(split(mem_ctx, rows[1].line)).is_by_ticket);
	unsetenv("PASSWD");
	talloc_free(mem_ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_login),
		cmocka_unit_test(test_by_ticket),
		cmocka_unit_test(test_tickets),
		cmocka_unit_test(test_caches),
		cmocka_unit_test(test_ticket_is_preferred),
	};

	unsetenv("PASSWD");
	unsetenv("PASSWD_FD");
	unsetenv("PASSWD_FILE");
	setenv("USER", "tester", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
