/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What --apply writes into its undo file, and the file itself. On a DC:
 * tests/dc/tool_audit_apply.py.
 */
#include "lib/policy_fixture.h"

#include "audit/apply_count.h"
#include "audit/apply_step.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GUID "11111111-2222-3333-4444-555555555555"
#define MARK                                                                  \
	"delete: servicePrincipalName\n"                                      \
	"servicePrincipalName: "                                              \
	"spn-audit/undo/is-refused/where-spn_policy-is-in-force\n-\n"

/* --------------------------------------------------------------- the file */

struct folder {
	char name[64];
	char path[128];
};

static void make_folder(struct folder *folder)
{
	*folder = (struct folder){.name = "audit-apply.XXXXXX"};
	assert_non_null(mkdtemp(folder->name));
	snprintf(folder->path, sizeof(folder->path), "%s/undo", folder->name);
}

static void check_text(const struct folder *folder, const char *expected)
{
	char text[128] = "";
	FILE *stream = fopen(folder->path, "r");
	size_t len;
	int ret;

	assert_non_null(stream);
	len = fread(text, 1, sizeof(text) - 1, stream);
	ret = fclose(stream);
	assert_int_equal(ret, 0);
	text[len] = '\0';
	assert_string_equal(text, expected);
}

static void test_file(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct audit_undo *undo = NULL;
	struct audit_undo *other = NULL;
	const char *reason = NULL;
	struct folder folder;
	struct stat st = {};

	(void)state;
	make_folder(&folder);
	assert_true(audit_undo_new(mem_ctx,
				   folder.path,
				   "head\n",
				   &undo,
				   &reason));
	check_text(&folder, "head\n");
	assert_int_equal(stat(folder.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* Nobody's file is overwritten. */
	assert_false(audit_undo_new(mem_ctx,
				    folder.path,
				    "other\n",
				    &other,
				    &reason));
	assert_non_null(strstr(reason, "is there already"));
	assert_false(audit_undo_is_used(undo));
	/* Those that depend on each other are in front, the last one first. */
	assert_true(audit_undo_put(undo, "1\n", false, &reason));
	assert_true(audit_undo_put(undo, "2\n", false, &reason));
	assert_true(audit_undo_put(undo, "3\n", true, &reason));
	assert_true(audit_undo_put(undo, "4\n", true, &reason));
	check_text(&folder, "head\n4\n3\n1\n2\n");
	assert_true(audit_undo_take_back(undo, &reason));
	check_text(&folder, "head\n3\n1\n2\n");
	assert_true(audit_undo_put(undo, "5\n", false, &reason));
	check_text(&folder, "head\n3\n1\n2\n5\n");
	assert_true(audit_undo_take_back(undo, &reason));
	check_text(&folder, "head\n3\n1\n2\n");
	assert_int_equal(stat(folder.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(audit_undo_is_used(undo));
	audit_undo_end(undo);
	check_text(&folder, "head\n3\n1\n2\n");
	assert_int_equal(unlink(folder.path), 0);
	assert_int_equal(rmdir(folder.name), 0);
	talloc_free(mem_ctx);
}

static void test_file_without_records(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct audit_undo *undo = NULL;
	const char *reason = NULL;
	struct folder folder;

	(void)state;
	make_folder(&folder);
	assert_true(audit_undo_new(mem_ctx,
				   folder.path,
				   "head\n",
				   &undo,
				   &reason));
	assert_true(audit_undo_put(undo, "1\n", false, &reason));
	assert_true(audit_undo_take_back(undo, &reason));
	audit_undo_end(undo);
	assert_int_equal(rmdir(folder.name), 0);
	talloc_free(mem_ctx);
}

/* A record that could not be written is none. */
static void test_file_that_is_full(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct audit_undo *undo = NULL;
	const char *reason = NULL;
	struct folder folder;

	(void)state;
	make_folder(&folder);
	assert_true(audit_undo_new(mem_ctx,
				   folder.path,
				   "head\n",
				   &undo,
				   &reason));
	assert_int_equal(unlink(folder.path), 0);
	assert_int_equal(symlink("/dev/full", folder.path), 0);
	assert_false(audit_undo_put(undo, "1\n", false, &reason));
	assert_non_null(reason);
	assert_false(audit_undo_is_used(undo));
	audit_undo_end(undo);
	assert_int_equal(rmdir(folder.name), 0);
	talloc_free(mem_ctx);
}

/* What cannot be exchanged stays, in the file and in what is known of it: the
 * repair has been made. Here something else stands in its place by then. */
static void test_exchange(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct audit_undo *undo = NULL;
	const char *reason = NULL;
	struct folder folder;
	struct folder victim;

	(void)state;
	make_folder(&folder);
	make_folder(&victim);
	assert_true(audit_undo_new(mem_ctx,
				   folder.path,
				   "head\n",
				   &undo,
				   &reason));
	assert_true(audit_undo_put(undo, "1\n", false, &reason));
	assert_true(audit_undo_exchange(undo, "one\n", &reason));
	check_text(&folder, "head\none\n");
	assert_int_equal(rename(folder.path, victim.path), 0);
	assert_int_equal(symlink(victim.path, folder.path), 0);
	assert_false(audit_undo_exchange(undo, "two\n", &reason));
	assert_non_null(strstr(reason, folder.path));
	assert_false(audit_undo_put(undo, "3\n", true, &reason));
	assert_false(audit_undo_take_back(undo, &reason));
	check_text(&victim, "head\none\n");
	assert_true(audit_undo_is_used(undo));
	assert_int_equal(rename(victim.path, folder.path), 0);
	audit_undo_end(undo);
	check_text(&folder, "head\none\n");
	assert_int_equal(unlink(folder.path), 0);
	assert_int_equal(rmdir(folder.name), 0);
	assert_int_equal(rmdir(victim.name), 0);
	talloc_free(mem_ctx);
}

/* ------------------------------------------------------------- the records */

struct record_row {
	const char *holds[4];
	const char *remove[3];
	const char *add[3];
	bool replace;
	const char *expected;
};

static const struct record_row record_rows[] = {
	{
		.holds = {"http/a.b"},
		.add = {"http/a"},
		.expected = "delete: servicePrincipalName\n"
			    "servicePrincipalName: http/a\n-\n" MARK,
	},
	/* What a DC may refuse comes first, so that it does. */
	{
		.holds = {"cifs/", "foo/x"},
		.remove = {"cifs/"},
		.add = {"foo/y"},
		.expected = "add: servicePrincipalName\n"
			    "servicePrincipalName: cifs/\n-\n"
			    "delete: servicePrincipalName\n"
			    "servicePrincipalName: foo/y\n-\n" MARK,
	},
	{
		.holds = {"cifs/"},
		.remove = {"cifs/"},
		.expected = "add: servicePrincipalName\n"
			    "servicePrincipalName: cifs/\n-\n" MARK,
	},
	/* What it would refuse stands behind what does nothing. */
	{
		.holds = {"FOO/X", "foo/x"},
		.remove = {"foo/x"},
		.replace = true,
		.expected = "delete: servicePrincipalName\n"
			    "servicePrincipalName: spn-audit/undo\n-\n" MARK
			    "add: servicePrincipalName\n"
			    "servicePrincipalName: foo/x\n-\n",
	},
	/* Twice the same bytes: one of them stays, and no directory takes
	 * the other one back. */
	{
		.holds = {"foo/x", "foo/y", "foo/x"},
		.replace = true,
		.expected = "delete: servicePrincipalName\n"
			    "servicePrincipalName: spn-audit/undo\n-\n" MARK,
	},
	{
		.holds = {"a/b/c/d", "foo/x"},
		.remove = {"a/b/c/d"},
		.add = {"foo/y"},
		.replace = true,
		.expected = "delete: servicePrincipalName\n"
			    "servicePrincipalName: foo/y\n-\n" MARK
			    "add: servicePrincipalName\n"
			    "servicePrincipalName: a/b/c/d\n-\n",
	},
};

static struct audit_repair *repair_of(struct fixture *f,
				      const struct record_row *row)
{
	struct spn_account *account = spn_account_new(f->mem_ctx, GUID);
	struct audit_repair *repair = NULL;
	size_t i;

	assert_non_null(account);
	account->dn = "CN=a,DC=b";
	for (i = 0; row->holds[i] != NULL; i++) {
		assert_true(spn_account_add(account,
					    &f->fold,
					    spn_str_of(row->holds[i])));
	}
	repair = audit_repair_new(f->mem_ctx, account);
	assert_non_null(repair);
	for (i = 0; row->remove[i] != NULL; i++) {
		assert_true(audit_repair_remove(repair,
						spn_str_of(row->remove[i])));
	}
	for (i = 0; row->add[i] != NULL; i++) {
		assert_true(audit_repair_add(repair, spn_str_of(row->add[i])));
	}
	repair->replace = row->replace;
	return repair;
}

static char *record_of(struct fixture *f,
		       struct ldb_context *ldb,
		       const struct audit_step *step)
{
	struct audit_state before = {};
	struct audit_state after = {};

	assert_true(
		audit_state_of(f->mem_ctx, step->repair->account, &before));
	assert_true(
		audit_state_after(f->mem_ctx, &before, step->repair, &after));
	return audit_undo_record(f->mem_ctx, ldb, step, &before, &after);
}

static void test_records(void **state)
{
	struct fixture *f = *state;
	struct ldb_context *ldb = ldb_init(f->mem_ctx, NULL);
	bool ok = true;
	size_t i;

	assert_non_null(ldb);
	for (i = 0; i < ARRAY_SIZE(record_rows); i++) {
		const struct audit_step step = {
			.repair = repair_of(f, &record_rows[i]),
		};
		char *record = record_of(f, ldb, &step);
		const char *start = NULL;

		assert_non_null(record);
		start = strstr(record, "changetype: modify\n");
		assert_non_null(start);
		start += strlen("changetype: modify\n");
		if (strcmp(start, record_rows[i].expected) != 0) {
			print_error("row %zu:\n%s", i, record);
			ok = false;
		}
		free(record);
	}
	assert_true(ok);
}

/* Nothing that a value or a DN says begins a line of its own. */
static void test_hostile_record(void **state)
{
	static const struct record_row row = {
		.holds = {"foo/x\nservicePrincipalName: evil", "foo/y"},
		.remove = {"foo/x\nservicePrincipalName: evil"},
	};
	struct fixture *f = *state;
	struct ldb_context *ldb = ldb_init(f->mem_ctx, NULL);
	struct audit_repair *repair = repair_of(f, &row);
	struct spn_account *account = spn_account_new(f->mem_ctx, GUID);
	const struct audit_step step = {.repair = repair};
	char *record = NULL;

	assert_non_null(ldb);
	assert_non_null(account);
	*account = *repair->account;
	account->dn = "CN=a\ndn: CN=b";
	repair->account = account;
	record = record_of(f, ldb, &step);
	assert_non_null(record);
	assert_null(strstr(record, "\ndn: "));
	assert_null(strstr(record, "\nservicePrincipalName: evil"));
	assert_non_null(strstr(record, "# CN=a\\0adn: CN=b\n"));
	free(record);
}

/* ---------------------------------------------------------------- guards */

static void test_guards(void **state)
{
	struct fixture *f = *state;
	struct spn_account *account =
		fixture_add(f, "svc", NULL, "http/one.example.com foo/x");
	struct audit_repair *repair = NULL;
	struct spn_message message = {.repair = SPN_REPAIR_ADD_PARTNER};
	const struct spn_account *holders[] = {account};
	const struct audit_finding finding = {
		.message = &message,
		.spn = STR("http/one.example.com"),
		.partner = "http/one",
		.holders = {.accounts = holders, .num_accounts = 1},
	};
	const struct audit_finding *findings[] = {&finding, &finding};
	struct audit_step step = {.findings = findings, .num_findings = 2};
	const struct spn_case c = {
		.index = f->index,
		.forest = f->forest,
		.settings = f->settings,
	};

	repair = audit_repair_new(f->mem_ctx, account);
	assert_non_null(repair);
	step.repair = repair;
	/* Nothing comes, so nothing is guarded. */
	assert_true(audit_step_guard(f->mem_ctx, &c, &step));
	assert_int_equal(step.num_guards, 0);
	assert_true(audit_repair_add(repair, STR("http/one")));
	assert_true(audit_step_guard(f->mem_ctx, &c, &step));
	assert_int_equal(step.num_guards, 1);
	assert_true(spn_str_equal(step.guards[0], finding.spn));
	/* Samba refuses to delete what another account holds, too. */
	assert_non_null(fixture_add(f, "two", NULL, "HTTP/one.example.com"));
	assert_true(audit_step_guard(f->mem_ctx, &c, &step));
	assert_int_equal(step.num_guards, 0);
}

/* ----------------------------------------------------------- what is left */

static void test_fate(void **state)
{
	struct fixture *f = *state;
	struct spn_message of_spn = {.code = "SPN-301"};
	struct spn_message of_account = {
		.code = "SPN-701",
		.is_of_account = true,
	};
	const struct spn_account *one[] = {
		fixture_account(f, "one", NULL, "")};
	const struct spn_account *two[] = {
		fixture_account(f, "two", NULL, "")};
	struct audit_finding before[] = {
		{.message = &of_spn, .key = STR("HTTP/A")},
		{.message = &of_spn, .key = STR("HTTP/B")},
		{.message = &of_account,
		 .spn = STR("http/a"),
		 .key = STR("HTTP/A"),
		 .holders = {.accounts = one, .num_accounts = 1}},
	};
	struct audit_finding after[] = {
		{.message = &of_spn, .key = STR("HTTP/B")},
		/* The same account, found by another SPN of it. */
		{.message = &of_account,
		 .spn = STR("http/b"),
		 .key = STR("HTTP/B"),
		 .holders = {.accounts = one, .num_accounts = 1}},
		{.message = &of_account,
		 .spn = STR("http/c"),
		 .key = STR("HTTP/C"),
		 .holders = {.accounts = two, .num_accounts = 1}},
	};
	const struct audit_findings all = {.findings = before,
					   .num_findings = ARRAY_SIZE(before)};
	const struct audit_findings rest = {.findings = after,
					    .num_findings = ARRAY_SIZE(after)};
	const struct audit_findings none = {};
	struct audit_fate fate;

	fate = audit_known_compare(audit_known_new(f->mem_ctx, &all),
				   audit_known_new(f->mem_ctx, &rest));
	assert_int_equal(fate.gone, 1);
	assert_int_equal(fate.left, 2);
	assert_int_equal(fate.come, 1);
	fate = audit_known_compare(audit_known_new(f->mem_ctx, &all),
				   audit_known_new(f->mem_ctx, &none));
	assert_int_equal(fate.gone, 3);
	assert_int_equal(fate.left + fate.come, 0);
}

/* What ldb loads once for the process is no leak of a test. */
static int load_ldb(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	bool ok = ldb_init(mem_ctx, NULL) != NULL;

	(void)state;
	talloc_free(mem_ctx);
	return ok ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_file_without_records),
		cmocka_unit_test(test_file_that_is_full),
		cmocka_unit_test(test_exchange),
		fixture_test(test_records),
		fixture_test(test_hostile_record),
		fixture_test(test_guards),
		fixture_test(test_fate),
	};

	return cmocka_run_group_tests(tests, load_ldb, NULL);
}
