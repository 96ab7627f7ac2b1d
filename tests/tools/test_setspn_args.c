/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Command lines of setspn and what is made of them. Blanks separate
 * arguments; '' is an empty one.
 */
#include "setspn/args.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define MAX_WORDS 20

struct row {
	const char *line;
	const char *plan; /* as describe() has it; or what the error says */
};

/* verb kind flags spn account targets | what is left to Samba */
static const struct row rows[] = {
	/* no verb means -L; nothing at all means help */
	{"", "help"},
	{"svc", "list - account=svc"},
	{"EXAMPLE\\svc", "list - account=EXAMPLE\\svc"},
	{"svc@example.com", "list - account=svc@example.com"},
	{"-L svc", "list - account=svc"},
	{"-l svc", "list - account=svc"},
	{"/L svc", "list - account=svc"},
	{"/l svc", "list - account=svc"},
	{"svc -l", "list - account=svc"},
	{"-U svc", "list user account=svc"},
	{"-C -L svc", "list computer account=svc"},
	{"-L -C svc", "list computer account=svc"},
	{"-?", "help"},
	{"/?", "help"},
	{"--help", "help"},
	{"-S -?", "help"},
	{"--version", "version | --version"},
	/* KB 871179 */
	{"-S http/web01 EXAMPLE\\svc",
	 "add - spn=http/web01 account=EXAMPLE\\svc"},
	{"-S http/web01.example.com EXAMPLE\\svc",
	 "add - spn=http/web01.example.com account=EXAMPLE\\svc"},
	{"-A http/web01 svc", "add - spn=http/web01 account=svc"},
	{"-a http/web01 svc", "add - spn=http/web01 account=svc"},
	{"/A http/web01 svc", "add - spn=http/web01 account=svc"},
	{"/S http/web01 svc", "add - spn=http/web01 account=svc"},
	{"-s http/web01 svc", "add - spn=http/web01 account=svc"},
	{"-U -s http/web01 svc", "add user spn=http/web01 account=svc"},
	{"-u -s http/web01 svc", "add user spn=http/web01 account=svc"},
	{"-S -U http/web01 svc", "add user spn=http/web01 account=svc"},
	{"/u /s http/web01 svc", "add user spn=http/web01 account=svc"},
	{"-S http/web01 svc -U", "add user spn=http/web01 account=svc"},
	{"-C -A http/web01 web01",
	 "add computer spn=http/web01 account=web01"},
	{"-F -S http/web01 svc", "add - forest spn=http/web01 account=svc"},
	{"-T example -S http/web01 svc",
	 "add - spn=http/web01 account=svc target=example"},
	{"-S http/web01 svc --single",
	 "add - single spn=http/web01 account=svc"},
	{"--dry-run -S http/web01 svc",
	 "add - dry spn=http/web01 account=svc"},
	{"-D http/web01 svc", "delete - spn=http/web01 account=svc"},
	{"-d http/web01 svc", "delete - spn=http/web01 account=svc"},
	{"/D http/web01 svc", "delete - spn=http/web01 account=svc"},
	{"-D --pair http/web01 svc",
	 "delete - pair spn=http/web01 account=svc"},
	{"-R web01", "reset - account=web01"},
	{"-r web01", "reset - account=web01"},
	{"/R web01 --dry-run", "reset - dry account=web01"},
	{"-Q http/web01", "query - spn=http/web01"},
	{"/q */*", "query - spn=*/*"},
	{"-T bar -F -Q */daserver",
	 "query - forest spn=*/daserver target=bar"},
	{"-P -Q */web01", "query - quiet spn=*/web01"},
	{"-Q http/(a)", "query - spn=http/(a)"},
	{"-X", "duplicates -"},
	{"/x /f", "duplicates - forest"},
	{"-X -F -P", "duplicates - forest quiet"},
	{"-T * -T bar -X", "duplicates - target=* target=bar"},
	{"-T '' -X", "duplicates - target="},
	{"-t -X -X", "duplicates - target=-X"},
	{"-X --aliases --compat-exit", "duplicates - aliases compat"},
	{"-X -X", "duplicates -"},
	/* what begins like a switch and is none */
	{"-- -x", "list - account=-x"},
	{"-", "list - account=-"},
	{"/srv", "list - account=/srv"},
	{"-S /x/y svc", "add - spn=/x/y account=svc"},
	{"-U -D -- -foo/x svc", "delete user spn=-foo/x account=svc"},
	{"-S -- -F -U", "add - spn=-F account=-U"},
	{"-D foo/\xff svc", "delete - spn=foo/\xff account=svc"},
	/* Samba's */
	{"-H ldap://dc1 -X", "duplicates - | -H ldap://dc1"},
	{"-Hldap://dc1 -X", "duplicates - | -Hldap://dc1"},
	{"--url=ldap://dc1 -L svc", "list - account=svc | --url=ldap://dc1"},
	{"-L svc --user=admin%secret",
	 "list - account=svc | --user=admin%secret"},
	{"-L svc --user admin%secret",
	 "list - account=svc | --user admin%secret"},
	{"--use-kerberos=required -X",
	 "duplicates - | --use-kerberos=required"},
	{"--option=a=b --configfile /x -X",
	 "duplicates - | --option=a=b --configfile /x"},
	{"-X --machine-pass", "duplicates - | --machine-pass"},
	/* errors */
	{"-S http/web01", "error -S takes an SPN and an account"},
	{"-S", "error -S takes an SPN and an account"},
	{"-S a b c", "error -S takes an SPN and an account"},
	{"-S a b c d e", "error -S takes an SPN and an account"},
	{"-S '' svc", "error -S: an argument is empty"},
	{"-D http/web01", "error -D takes an SPN and an account"},
	{"-L", "error -L takes an account"},
	{"-L a b", "error -L takes an account"},
	{"a b", "error -L takes an account"},
	{"-R", "error -R takes an account"},
	{"-Q", "error -Q takes an SPN"},
	{"-X http/web01", "error -X takes nothing more"},
	{"-S -D a b", "error -S and -D: only one of"},
	{"-C -U a", "error -C and -U: an account is"},
	{"-X -T", "error -T: the name of a domain must follow"},
	{"-S foo/\xff svc", "error -S: 'foo/\\ff' is not UTF-8"},
	{"-Z", "error '-Z' is no switch"},
	{"-h", "error '-h' is no switch"},
	{"-Lsvc", "error '-Lsvc' is no switch"},
	{"-X --user", "error --user: a value must follow"},
	{"-X -H", "error -H: a value must follow"},
	{"-X --single", "error --single goes with -S, -A and -D"},
	{"-X --pair", "error --pair goes with -D, -S and -A"},
	{"-L svc --aliases", "error --aliases goes with -X"},
	{"-L svc --dry-run", "error --dry-run goes with -S, -A, -D and -R"},
	{"-D a b --pair --single", "error --single and --pair: only one"},
	{"--dry-run", "error -L takes an account"},
};

static const char *const verbs[] = {
	[SETSPN_HELP] = "help",
	[SETSPN_ADD] = "add",
	[SETSPN_DELETE] = "delete",
	[SETSPN_LIST] = "list",
	[SETSPN_RESET] = "reset",
	[SETSPN_QUERY] = "query",
	[SETSPN_DUPLICATES] = "duplicates",
	[SETSPN_VERSION] = "version",
};
static const char *const kinds[] = {
	[SETSPN_ANY_KIND] = "-",
	[SETSPN_COMPUTER] = "computer",
	[SETSPN_USER] = "user",
};

static char *describe(TALLOC_CTX *mem_ctx, const struct setspn_plan *plan)
{
	const struct {
		bool is_on;
		const char *word;
	} flags[] = {
		{plan->forest, " forest"},
		{plan->quiet, " quiet"},
		{plan->single, " single"},
		{plan->pair, " pair"},
		{plan->dry_run, " dry"},
		{plan->aliases, " aliases"},
		{plan->compat_exit, " compat"},
	};
	char *text = talloc_strdup(mem_ctx, verbs[plan->verb]);
	size_t i;
	int a;

	if (plan->verb != SETSPN_HELP && plan->verb != SETSPN_VERSION) {
		text = talloc_asprintf_append(text, " %s", kinds[plan->kind]);
	}
	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (flags[i].is_on) {
			text = talloc_strdup_append(text, flags[i].word);
		}
	}
	if (plan->spn != NULL) {
		text = talloc_asprintf_append(text, " spn=%s", plan->spn);
	}
	if (plan->account != NULL) {
		text = talloc_asprintf_append(text,
					      " account=%s",
					      plan->account);
	}
	for (i = 0; i < plan->num_targets; i++) {
		text = talloc_asprintf_append(text,
					      " target=%s",
					      plan->targets[i]);
	}
	for (a = 1; a < plan->connect_argc; a++) {
		text = talloc_asprintf_append(text,
					      "%s%s",
					      (a == 1) ? " | " : " ",
					      plan->connect_argv[a]);
	}
	return text;
}

/* argv of a line, on mem_ctx. */
static int split(TALLOC_CTX *mem_ctx, const char *line, char **argv)
{
	char *copy = talloc_strdup(mem_ctx, line);
	char *rest = NULL;
	char *word = strtok_r(copy, " ", &rest);
	int argc = 0;

	argv[argc++] = talloc_strdup(mem_ctx, "setspn");
	for (; word != NULL; word = strtok_r(NULL, " ", &rest)) {
		assert_true(argc < MAX_WORDS);
		argv[argc++] = (strcmp(word, "''") == 0)
				       ? talloc_strdup(mem_ctx, "")
				       : word;
	}
	return argc;
}

static bool check_row(const struct row *row)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	char *argv[MAX_WORDS + 1] = {};
	int argc = split(mem_ctx, row->line, argv);
	struct setspn_plan *plan = NULL;
	const char *reason = NULL;
	char *got = NULL;
	bool ok = false;

	if (setspn_args_parse(mem_ctx, argc, argv, &plan, &reason)) {
		got = describe(mem_ctx, plan);
		ok = strcmp(got, row->plan) == 0;
	} else {
		got = talloc_asprintf(mem_ctx, "error %s", reason);
		ok = strncmp(row->plan, "error ", 6) == 0 &&
		     strncmp(got, row->plan, strlen(row->plan)) == 0;
	}
	if (!ok) {
		print_error("setspn %s\n\t%s, not\n\t%s\n",
			    row->line,
			    got,
			    row->plan);
	}
	talloc_free(mem_ctx);
	return ok;
}

static void test_lines(void **state)
{
	size_t wrong = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		wrong += check_row(&rows[i]) ? 0 : 1;
	}
	assert_int_equal(wrong, 0);
}

/* What goes to Samba is argv itself: its reader wipes passwords out of it. */
static void test_passwords_can_be_wiped(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	char *argv[MAX_WORDS + 1] = {};
	int argc = split(mem_ctx, "-X --user a%b", argv);
	struct setspn_plan *plan = NULL;
	const char *reason = NULL;

	(void)state;
	assert_true(setspn_args_parse(mem_ctx, argc, argv, &plan, &reason));
	assert_int_equal(plan->connect_argc, 3);
	assert_ptr_equal(plan->connect_argv[2], argv[3]);
	assert_null(plan->connect_argv[3]);
	talloc_free(mem_ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_passwords_can_be_wiped),
	};

	cmocka_set_message_output(CM_OUTPUT_SUBUNIT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
