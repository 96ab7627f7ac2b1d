/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an account has in one spelling it has: to add another is answered as
 * AD does, and changes nothing. And a replace that leaves half of a pair out.
 */
#include "lib/fake_stack.h"

#define EXISTS "00002083: spn_policy: "

static void assert_exists(struct fake *f, int ret, const char *text)
{
	assert_int_equal(ret, LDB_ERR_ATTRIBUTE_OR_VALUE_EXISTS);
	assert_int_equal(strncmp(f->error, EXISTS, strlen(EXISTS)), 0);
	assert_non_null(strstr(f->error, text));
	/* It is no violation. */
	assert_null(strstr(f->error, "SPN-"));
}

/* Nothing of the request is done. */
static void another_spelling_is_there(void **state)
{
	static const char *const changes[] = {
		"+spn FOO/b",
		"+spn foo/new|FOO/b",
		"+spn foo/new\n+spn FOO/b",
		"=description new\n+spn FOO/b",
		"-spn x/y\n+spn FOO/b",
		"+spn FOO/b\n-spn x/y",
		"+spn FOO/b|Foo/B",
	};
	struct fake *f = *state;
	size_t i;

	fake_put_user(f, "svc", "+description old\n+spn foo/b|x/y");
	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		assert_exists(f,
			      fake_modify(f, "svc", changes[i]),
			      "'FOO/b' is on this account already, spelled "
			      "'foo/b'");
		assert_stored(f, "svc", "foo/b|x/y");
		assert_string_equal(fake_values(f, "svc", "description"),
				    "old");
		assert_int_equal(f->num_callbacks, 1);
	}
	assert_null(strstr(f->log, "SPN-103"));
}

/* The half that the module has added itself is no obstacle. */
static void second_command_of_the_kb(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "svc", "");
	assert_accepted(f, fake_modify(f, "svc", "+spn http/App"));
	assert_exists(f,
		      fake_modify(f, "svc", "+spn HTTP/APP.example.com"),
		      "'HTTP/APP.example.com'");
	f->control = LDB_CONTROL_PERMISSIVE_MODIFY_OID;
	assert_accepted(f, fake_modify(f, "svc", "+spn HTTP/APP.example.com"));
	assert_string_equal(fake_spns(f, "svc"),
			    "http/App|http/App.example.com");
}

/* A permissive request is content with what is there: each spelling stays. */
static void permissive_changes_nothing(void **state)
{
	static const struct {
		const char *before;
		const char *changes;
		const char *after;
	} rows[] = {
		{"foo/b|x/y", "+spn FOO/b", "foo/b|x/y"},
		{"foo/b", "+spn FOO/b", "foo/b"},
		{"foo/b|x/y", "+spn FOO/b|x/z", "foo/b|x/y|x/z"},
		{"foo/b|x/y", "+spn FOO/b|Foo/B|X/Y", "foo/b|x/y"},
		{"foo/b|FOO/B|x/y", "+spn Foo/b", "FOO/B|foo/b|x/y"},
		{"foo/b|x/y", "+spn FOO/b\n-spn foo/b", "x/y"},
		{"foo/b|x/y", "-spn x/y\n+spn FOO/b", "foo/b"},
		{"foo/b", "-spn foo/b\n+spn FOO/b", "FOO/b"},
		{"foo/b",
		 "+spn FOO/b|http/w",
		 "foo/b|http/w|http/w.example.com"},
		/* One half alone, from before: it stays so. */
		{"http/w", "+spn HTTP/W", "http/w"},
	};
	struct fake *f = *state;
	bool ok = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		char *name = talloc_asprintf(f, "svc%zu", i);
		int ret;

		fake_put_user(f,
			      name,
			      talloc_asprintf(f, "+spn %s", rows[i].before));
		f->control = LDB_CONTROL_PERMISSIVE_MODIFY_OID;
		ret = fake_modify(f, name, rows[i].changes);
		f->control = NULL;
		if (ret != LDB_SUCCESS ||
		    strcmp(fake_spns(f, name), rows[i].after) != 0)
		{
			print_error("%s: %d %s: '%s', wanted '%s'\n",
				    rows[i].changes,
				    ret,
				    f->error,
				    fake_spns(f, name),
				    rows[i].after);
			ok = false;
		}
		ret = ldb_delete(f->raw, fake_dn(f, f, name));
		assert_int_equal(ret, LDB_SUCCESS);
	}
	assert_true(ok);
}

/* num spellings of one value, or of many. */
static char *spellings(struct fake *f, unsigned num, const char *class)
{
	char *changes = talloc_asprintf(f, "+spn %s/0", class);
	unsigned i;

	for (i = 1; i < num; i++) {
		changes = talloc_asprintf_append(changes, "|%s/%u", class, i);
	}
	return changes;
}

/* What one request may make the module undo has a limit. */
static void not_without_end(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "few", spellings(f, 100, "foo"));
	f->control = LDB_CONTROL_PERMISSIVE_MODIFY_OID;
	assert_accepted(f, fake_modify(f, "few", spellings(f, 100, "FOO")));
	assert_null(strstr(fake_spns(f, "few"), "FOO"));
	fake_put_user(f, "many", spellings(f, 101, "bar"));
	assert_exists(f,
		      fake_modify(f, "many", spellings(f, 101, "BAR")),
		      "'BAR/0'");
	assert_null(strstr(fake_spns(f, "many"), "BAR"));
}

/* Who may not write hears what he always hears, and nothing is looked up. */
static void without_rights(void **state)
{
	static const char *const changes[] = {"+spn FOO/b", "+spn foo/new"};
	struct fake *f = *state;
	char *said[2] = {};
	size_t i;

	fake_put_user(f, "svc", "+spn foo/b");
	f->acl_refuses = true;
	f->num_searches = 0;
	for (i = 0; i < 2; i++) {
		assert_int_equal(fake_modify(f, "svc", changes[i]),
				 LDB_ERR_INSUFFICIENT_ACCESS_RIGHTS);
		said[i] = talloc_strdup(f, f->error);
	}
	assert_string_equal(said[0], said[1]);
	assert_int_equal(f->num_searches, 0);
}

/* What was written before it was refused is not committed. */
static void swallowed_answer(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "svc", "+spn foo/b");
	fake_start(f);
	assert_exists(f, fake_modify(f, "svc", "+spn FOO/b"), "'FOO/b'");
	assert_true(fake_commit(f) != LDB_SUCCESS);
	/* Nothing has failed: whoever reads the log is told what it was. */
	assert_non_null(strstr(f->log, "the caller went on"));
	assert_stored(f, "svc", "foo/b");
}

/* Samba's own check comes first, and its refusal is not called SPN-103. */
static void duplicate_comes_first(void **state)
{
	struct fake *f = *state;

	f->samldb_checks = true;
	fake_put_user(f, "svc", "+spn foo/b");
	fake_put_user(f, "other", "+spn foo/taken");
	assert_refused(f,
		       fake_modify(f, "svc", "+spn FOO/b|foo/taken"),
		       DUPLICATE "spn_policy: SPN-101");
	assert_stored(f, "svc", "foo/b");
}

/* Only where two spellings would be refused: else it is as without us. */
static void where_two_are_allowed(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "svc", "+spn foo/b");
	f->trusted = true;
	f->control = FAKE_DBCHECK_OID;
	assert_accepted(f, fake_modify(f, "svc", "+spn FOO/b"));
	assert_stored(f, "svc", "FOO/b|foo/b");
	f->control = NULL;
	assert_exists(f, fake_modify(f, "svc", "+spn Foo/b"), "'Foo/b'");
	f->trusted = false;
	fake_put_settings(f, "+msDS-Settings duplicate-spn=warn");
	assert_accepted(f, fake_modify(f, "svc", "+spn Foo/b"));
	assert_stored(f, "svc", "FOO/b|Foo/b|foo/b");
	assert_non_null(strstr(f->log, "SPN-103"));
}

/* Samba tries out whether the caller may write: delete, and add again. */
static void nested_request(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "twice", "+spn foo/b|FOO/b");
	fake_put_user(f, "svc", "");
	f->nested_account = "twice";
	f->nested_spn = "foo/b";
	assert_accepted(f, fake_modify(f, "svc", "+spn http/w"));
	assert_stored(f, "svc", "http/w|http/w.example.com");
}

/* A request that brings both itself. */
static void two_in_one_request(void **state)
{
	static const char *const changes[] = {
		"+spn foo/b|FOO/b",
		"+spn foo/b\n+spn FOO/b",
		"=spn foo/b|FOO/b",
		"-spn x/y\n+spn foo/b|FOO/b",
	};
	struct fake *f = *state;
	size_t i;

	fake_put_user(f, "svc", "+spn x/y");
	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		assert_refused(f,
			       fake_modify(f, "svc", changes[i]),
			       DUPLICATE "spn_policy: SPN-103");
		assert_stored(f, "svc", "x/y");
	}
}

/* The same bytes twice: where the account has none ldb takes them. */
static void twice_the_same(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "svc", "");
	assert_refused(f,
		       fake_modify(f, "svc", "+spn foo/b|foo/b"),
		       DUPLICATE "spn_policy: SPN-103 'foo/b' would be on "
				 "this account twice (upper and lower case");
	assert_stored(f, "svc", "");
	f->control = LDB_CONTROL_PERMISSIVE_MODIFY_OID;
	assert_refused(f,
		       fake_modify(f, "svc", "+spn foo/b|foo/b"),
		       DUPLICATE "spn_policy: SPN-103");
	assert_stored(f, "svc", "");
	f->control = NULL;
	/* ... and where it has some ldb itself does not. */
	assert_accepted(f, fake_modify(f, "svc", "+spn x/y"));
	assert_int_equal(fake_modify(f, "svc", "+spn foo/b|foo/b"),
			 LDB_ERR_ATTRIBUTE_OR_VALUE_EXISTS);
	assert_stored(f, "svc", "x/y");
}

/* The same list again and again: the end state stays what it was. */
static void desired_state(void **state)
{
	static const char *const lists[] = {
		"=spn http/w.example.com|foo/x",
		"=spn http/w|foo/x",
		"=spn http/w|http/w.example.com|foo/x",
		"=spn http/w",
		"-spn\n+spn http/w.example.com|foo/x",
	};
	struct fake *f = *state;
	size_t i;
	int run;

	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		char *name = talloc_asprintf(f, "svc%zu", i);
		const char *first = NULL;

		fake_put_user(f, name, "+spn old/1");
		for (run = 0; run < 10; run++) {
			(void)fake_modify(f, name, lists[i]);
			first = (run == 0) ? fake_spns(f, name) : first;
			assert_stored(f, name, first);
		}
		assert_non_null(strstr(first, "http/w|http/w.example.com"));
		assert_int_equal(ldb_delete(f->raw, fake_dn(f, f, name)),
				 LDB_SUCCESS);
	}
}

/* What a replace left out is remembered up to the commit, of each account, and
 * only what it left out. */
static void left_out_in_a_transaction(void **state)
{
	static const char pair[] = "+spn http/%s|http/%s.example.com";
	struct fake *f = *state;

	fake_put_user(f, "a", talloc_asprintf(f, pair, "a", "a"));
	fake_put_user(f, "b", talloc_asprintf(f, pair, "b", "b"));
	fake_start(f);
	assert_accepted(f, fake_modify(f, "a", "=spn http/a"));
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b"));
	assert_refused(f, fake_commit(f), "0000202F: spn_policy: SPN-309");
	assert_non_null(strstr(f->error, "'http/a.example.com'"));
	fake_put_settings(f, "+msDS-Settings replace-half=keep");
	fake_start(f);
	assert_accepted(f, fake_modify(f, "a", "=description x"));
	assert_accepted(f, fake_modify(f, "a", "=spn http/a|foo/a"));
	assert_accepted(f, fake_modify(f, "a", "=spn http/a"));
	assert_accepted(f, fake_commit(f));
	assert_stored(f, "a", "http/a");
	assert_non_null(strstr(f->log, "SPN-302"));
	assert_null(strstr(f->log, "refused SPN-302"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fake_test(another_spelling_is_there),
		fake_test(second_command_of_the_kb),
		fake_test(permissive_changes_nothing),
		fake_test(not_without_end),
		fake_test(without_rights),
		fake_test(swallowed_answer),
		fake_test(duplicate_comes_first),
		fake_test(where_two_are_allowed),
		fake_test(nested_request),
		fake_test(two_in_one_request),
		fake_test(twice_the_same),
		fake_test(desired_state),
		fake_test(left_out_in_a_transaction),
	};

	return fake_run(tests);
}
