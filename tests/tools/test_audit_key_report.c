/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * --keytab: what is read of spn-probe's report, what it proves, and who could
 * have written the file. On a DC: tests/dc/tool_audit_apply_keytab.py.
 */
#include "lib/policy_fixture.h"

#include "audit/key_file.h"
#include "audit/key_report.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const names[] = {"one@X", "two$@X"};

#define ENTRY "{\"kvno\": 3, \"principal\": \"HTTP\\/web01@X\"}"
#define ONE(keys)                                                             \
	"{\"name\": \"one@X\", \"ticket\": true, \"kvno\": 3, "               \
	"\"keys\": " keys "}"
#define TWO(ticket, keys)                                                     \
	"{\"name\": \"two$@X\", \"ticket\": " ticket                          \
	", \"kvno\": 5, \"keys\": " keys "}"
#define REPORT(entries, accounts)                                             \
	"{\"version\": 1, \"answer\": \"so\", \"entries\": [" entries         \
	"], \"accounts\": [" accounts "]}\n"

struct proof_row {
	struct spn_str text;
	bool is_report;
	enum audit_key_proof proof;
};

static const struct proof_row proofs[] = {
	{STR(REPORT(ENTRY, ONE("1") "," TWO("true", "0"))),
	 true,
	 AUDIT_KEY_FIRST},
	/* in another order, and with another account */
	{STR(REPORT(ENTRY,
		    "{\"name\": \"x\"}," TWO("true", "1") "," ONE("0"))),
	 true,
	 AUDIT_KEY_SECOND},
	{STR(REPORT(ENTRY "," ENTRY, ONE("1") "," TWO("true", "1"))),
	 true,
	 AUDIT_KEY_BOTH},
	{STR(REPORT(ENTRY, ONE("0") "," TWO("true", "0"))),
	 true,
	 AUDIT_KEY_NEITHER},
	{STR(REPORT(ENTRY "," ENTRY, ONE("1") "," TWO("true", "0"))),
	 true,
	 AUDIT_KEY_MIXED},
	{STR(REPORT(ENTRY, ONE("1") "," TWO("false", "0"))),
	 true,
	 AUDIT_KEY_UNKNOWN},
	/* No KDC was asked. */
	{STR("{\"version\": 1, \"answer\": \"so\"}"), true, AUDIT_KEY_UNKNOWN},
	/* of other accounts, or not whole */
	{STR(REPORT(ENTRY, ONE("1"))), false, AUDIT_KEY_UNKNOWN},
	{STR(REPORT(ENTRY, "")), false, AUDIT_KEY_UNKNOWN},
	{STR(REPORT(ENTRY, ONE("-1") "," TWO("true", "0"))),
	 false,
	 AUDIT_KEY_UNKNOWN},
	{STR(REPORT(ENTRY, ONE("10000000000000000") "," TWO("true", "0"))),
	 false,
	 AUDIT_KEY_UNKNOWN},
	{STR("{\"version\": 2, \"answer\": \"so\"}"),
	 false,
	 AUDIT_KEY_UNKNOWN},
	{STR("{\"version\": 1}"), false, AUDIT_KEY_UNKNOWN},
	{STR("{\"version\": 1, \"answer\": \"so\""), false, AUDIT_KEY_UNKNOWN},
	{STR("[]"), false, AUDIT_KEY_UNKNOWN},
	{STR(""), false, AUDIT_KEY_UNKNOWN},
};

static void what_it_proves(void **state)
{
	struct fixture *f = *state;
	size_t bad = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(proofs); i++) {
		const struct proof_row *row = &proofs[i];
		struct audit_key_report report = {};
		bool is_report = !row->is_report;

		assert_true(audit_key_report_read(f->mem_ctx,
						  row->text,
						  names,
						  &report,
						  &is_report));
		if (is_report != row->is_report ||
		    audit_key_proof_of(&report) != row->proof)
		{
			fprintf(stderr, "'%s'\n", row->text.data);
			bad++;
		}
	}
	assert_int_equal(bad, 0);
}

static void what_is_read(void **state)
{
	struct fixture *f = *state;
	struct audit_key_report report = {};
	bool is_report = false;

	assert_true(audit_key_report_read(
		f->mem_ctx,
		STR("{\"version\": 1, \"answer\": \"a \\\"b\\\" c\\\\d\", "
		    "\"entries\": [ " ENTRY ", " ENTRY " ]}"),
		NULL,
		&report,
		&is_report));
	assert_true(is_report);
	assert_string_equal(report.answer, "a \"b\" c\\d");
	assert_int_equal(report.num_entries, 2);
	assert_string_equal(report.principals[1], "HTTP/web01@X");
	assert_false(report.of[0].has_answer);
}

struct name_row {
	const char *entry;
	const char *spn;
	const char *partner; /* or NULL */
	enum audit_key_names names;
};

static const struct name_row services[] = {
	{"HTTP/web01@X", "http/web01", NULL, AUDIT_KEY_NAMES_IT},
	{"HTTP/WEB01:80@X", "http/web01", NULL, AUDIT_KEY_NAMES_IT},
	{"http/web01@X", "http/web01.x", "http/web01", AUDIT_KEY_NAMES_IT},
	{"http/web01.x", "http/web01.x", "http/web01", AUDIT_KEY_NAMES_IT},
	{"host/web01@X", "http/web01", NULL, AUDIT_KEY_NAMES_OTHERS},
	{"http/web01@X", "http/web01.x", NULL, AUDIT_KEY_NAMES_OTHERS},
	{"http/web012@X", "http/web01", NULL, AUDIT_KEY_NAMES_OTHERS},
	{"web01$@X", "http/web01", NULL, AUDIT_KEY_NAMES_NONE},
	{"", "http/web01", NULL, AUDIT_KEY_NAMES_NONE},
};

static void for_which_service(void **state)
{
	size_t bad = 0;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(services); i++) {
		const struct name_row *row = &services[i];
		char entry[32] = "";
		char *principals[] = {entry, NULL};
		const struct audit_key_report report = {
			.principals = principals,
			.num_entries = 1,
		};
		const char *name = NULL;

		snprintf(entry, sizeof(entry), "%s", row->entry);
		if (audit_key_names_of(&report,
				       spn_str_of(row->spn),
				       row->partner,
				       &name) != row->names)
		{
			fprintf(stderr, "%s: %s\n", row->entry, row->spn);
			bad++;
		}
	}
	assert_int_equal(bad, 0);
}

/* ---------------------------------------------------------------- the file */

static void put_file(const char *path)
{
	FILE *stream = fopen(path, "w");
	int ret;

	assert_non_null(stream);
	ret = fclose(stream);
	assert_int_equal(ret, 0);
}

static void who_could_write_it(void **state)
{
	struct fixture *f = *state;
	char folder[] = "/tmp/test_audit_key_file.XXXXXX";
	struct audit_key_file file = {};
	const char *reason = NULL;
	char path[128] = "";
	char typed[160] = "";

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/keytab", folder);
	assert_false(audit_key_file_look(f->mem_ctx, path, &file, &reason));
	assert_non_null(strstr(reason, path));
	assert_false(audit_key_file_look(f->mem_ctx, folder, &file, &reason));
	assert_non_null(strstr(reason, "no plain file"));
	put_file(path);
	assert_int_equal(chmod(path, 0640), 0);
	snprintf(typed, sizeof(typed), "FILE:%s", path);
	assert_true(audit_key_file_look(f->mem_ctx, typed, &file, &reason));
	assert_string_equal(file.path, path);
	assert_null(file.doubt);
	assert_int_equal(chmod(path, 0620), 0);
	assert_true(audit_key_file_look(f->mem_ctx, path, &file, &reason));
	assert_non_null(strstr(file.doubt, "has the mode 620"));
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(chmod(folder, 0770), 0);
	assert_true(audit_key_file_look(f->mem_ctx, path, &file, &reason));
	assert_non_null(strstr(file.doubt, folder));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(what_it_proves),
		fixture_test(what_is_read),
		fixture_test(for_which_service),
		fixture_test(who_could_write_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
