/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fail closed: whichever search of a check fails, and however, the write is
 * refused with SPN-901 and nothing of it is stored.
 */
#include "lib/fake_stack.h"

/* More than any request here makes. */
#define MANY 60

static void put_accounts(struct fake *f)
{
	fake_put_user(f, "a", "+spn foo/b|foo/dup");
	fake_put_user(f, "b", "+description old\n+spn x/y|foo/dup");
	fake_put_computer(f,
			  "WEB01",
			  "+dNSHostName web01.example.com\n"
			  "+spn HOST/WEB01|HOST/web01.example.com");
}

/* What is sent to b, and whether it would be accepted if all went well. */
struct request {
	const char *changes;
	bool accepted;
};

static const struct request requests[] = {
	{"=description new\n+spn foo/b", false},
	{"=description new\n+spn http/web01.example.com", true},
	{"=description new\n+spn http/app\n+spn foo/c", true},
	{"=description new\n=spn x/y|foo/dup|cifs/web01", true},
	{"=description new\n-spn foo/dup", true},
};

static const struct request only_a_name = {
	"=description new\n=dNSHostName b.example.com",
	true,
};

/* Nothing of a refused write is there, not even what is no business of
 * ours. Searches that fail make a log line that an operator must see. */
static void assert_untouched(struct fake *f)
{
	assert_stored(f, "b", "foo/dup|x/y");
	assert_string_equal(fake_values(f, "b", "description"), "old");
	assert_string_equal(fake_values(f, "b", "dNSHostName"), "");
}

static void restore(struct fake *f)
{
	fake_change(f,
		    "b",
		    "=spn x/y|foo/dup\n=description old\n=dNSHostName");
}

/* The n-th search fails, for every n that there is. Returns how many. */
static unsigned fail_each_search(struct fake *f, const struct request *r)
{
	unsigned n;

	for (n = 1; n < MANY; n++) {
		int ret;

		f->fail_search = n;
		ret = fake_modify(f, "b", r->changes);
		if (f->fail_search > 0) {
			/* There were not that many: all went well. */
			f->fail_search = 0;
			assert_int_equal(ret == LDB_SUCCESS, r->accepted);
			restore(f);
			return n - 1;
		}
		assert_refused(f, ret, NO_CHECK);
		assert_null(strstr(f->error, "CN="));
		assert_untouched(f);
	}
	fail_msg("no end of searches");
	return 0;
}

static void every_search_of_a_modify(void **state)
{
	struct fake *f = *state;
	size_t i;

	put_accounts(f);
	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		assert_true(fail_each_search(f, &requests[i]) >= 4);
	}
	/* Samba rewrites nothing here, and so nothing is looked up. */
	assert_int_equal(fail_each_search(f, &only_a_name), 0);
	assert_non_null(strstr(f->log, "error: spn_policy: SPN-901"));
}

/* The same while Samba's own check asks us: its searches, and those that we
 * make to answer them, early and late. */
static void every_search_of_prediction(void **state)
{
	static const char *const changes[] = {
		"=description new\n+spn foo/c",
		"=description new\n+spn http/web01.example.com",
		"=description new\n+spn host/new",
	};
	struct fake *f = *state;
	size_t i;

	put_accounts(f);
	fake_put_config_usn(f, 1);
	f->samldb_checks = true;
	for (i = 0; i < 2 * ARRAY_SIZE(changes); i++) {
		unsigned n;

		f->fail_late = i >= ARRAY_SIZE(changes);
		for (n = 1; n < MANY; n++) {
			int ret;

			f->fail_search = n;
			ret = fake_modify(f,
					  "b",
					  changes[i % ARRAY_SIZE(changes)]);
			if (f->fail_search > 0) {
				assert_accepted(f, ret);
				break;
			}
			assert_int_not_equal(ret, LDB_SUCCESS);
			assert_true(strlen(f->error) > 0);
			assert_untouched(f);
		}
		assert_true(n > 3 && n < MANY);
		f->fail_search = 0;
		restore(f);
	}
}

/* A search that fails after it has sent its entries is no answer, either. */
static void every_search_late(void **state)
{
	struct fake *f = *state;
	size_t i;

	put_accounts(f);
	fake_put_config_usn(f, 7); /* it must be there to be late */
	f->fail_late = true;
	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		fail_each_search(f, &requests[i]);
	}
}

/*
 * The same with the code that means "nothing there": only for the account
 * itself, the settings and the Directory Service object is that an answer.
 */
static void every_search_finds_no_object(void **state)
{
	struct fake *f = *state;
	unsigned n;

	put_accounts(f);
	f->fail_code = LDB_ERR_NO_SUCH_OBJECT;
	for (n = 1; n < MANY; n++) {
		int ret;

		f->fail_search = n;
		ret = fake_modify(f, "b", "+spn foo/b");
		if (f->fail_search > 0) {
			break;
		}
		if (strncmp(f->failed_base, "CN=b,", 5) == 0) {
			restore(f);
			continue;
		}
		if (ret == LDB_SUCCESS) {
			fail_msg("accepted without %s", f->failed_base);
		}
		assert_untouched(f);
	}
	assert_true(n >= 5 && n < MANY);
}

static void every_search_of_an_add(void **state)
{
	struct fake *f = *state;
	unsigned n;

	put_accounts(f);
	for (n = 1; n < MANY; n++) {
		int ret;

		f->fail_search = n;
		ret = fake_add(f,
			       "c",
			       "+objectClass user\n"
			       "+spn http/web01.example.com|foo/c");
		if (f->fail_search > 0) {
			assert_accepted(f, ret);
			break;
		}
		assert_refused(f, ret, NO_CHECK);
		assert_null(fake_spns(f, "c"));
	}
	assert_true(n >= 5 && n < MANY);
}

/* Who goes on after such a refusal and commits commits nothing. */
static void refusal_cannot_be_swallowed(void **state)
{
	struct fake *f = *state;

	put_accounts(f);
	fake_start(f);
	f->fail_search = 1;
	assert_refused(f, fake_modify(f, "b", "+spn foo/c"), NO_CHECK);
	f->fail_search = 0;
	assert_accepted(f, fake_modify(f, "b", "=description new"));
	assert_refused(f, fake_commit(f), NO_CHECK);
	assert_untouched(f);
	/* The next transaction starts clean. */
	assert_accepted(f, fake_modify(f, "b", "=description new"));
	assert_accepted(f, fake_modify(f, "b", "+spn foo/c"));
}

/* What does not concern us is not held up by searches that fail. */
static void unrelated_writes_go_on(void **state)
{
	struct fake *f = *state;

	put_accounts(f);
	f->fail_search = 1;
	assert_accepted(f, fake_modify(f, "b", "=description new"));
	assert_accepted(f, fake_add(f, "c", "+objectClass user"));
	assert_accepted(f, fake_delete(f, "c"));
	assert_int_equal(f->fail_search, 1);
	/* Whether it is a computer, whose CN counts, nobody can tell. */
	assert_refused(f, fake_rename(f, "b", "d"), NO_CHECK);
}

/* An account without an objectGUID cannot be followed: refused. */
static void account_without_guid(void **state)
{
	struct fake *f = *state;
	int ret;

	put_accounts(f);
	fake_change(f, "b", "-objectGUID");
	ret = fake_modify(f, "b", "=spn foo/c");
	assert_refused(f, ret, NO_CHECK);
	assert_untouched(f);
}

/* A transaction that cannot be prepared below leaves no record behind. */
static void commit_fails_below(void **state)
{
	struct fake *f = *state;

	put_accounts(f);
	fake_start(f);
	assert_accepted(f, fake_modify(f, "b", "+spn foo/c"));
	f->fail_commit = true;
	assert_int_equal(fake_commit(f), LDB_ERR_BUSY);
	f->fail_commit = false;
	assert_untouched(f);
	assert_accepted(f, fake_modify(f, "b", "+spn foo/c"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fake_test(every_search_of_a_modify),
		fake_test(every_search_of_prediction),
		fake_test(every_search_late),
		fake_test(every_search_finds_no_object),
		fake_test(every_search_of_an_add),
		fake_test(refusal_cannot_be_swallowed),
		fake_test(unrelated_writes_go_on),
		fake_test(account_without_guid),
		fake_test(commit_fails_below),
	};

	return fake_run(tests);
}
