/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What happens while a request is under way: Samba has asked about one of its
 * values, so what it does is predicted, and then comes something else.
 */
#include "lib/fake_stack.h"

static void put_accounts(struct fake *f)
{
	fake_put_user(f, "a", "+spn foo/a");
	fake_put_user(f, "b", "");
}

static void give_it_to_another(struct fake *f)
{
	struct ldb_message *msg = fake_message(f, "a", "+spn foo/2");

	assert_int_equal(ldb_modify(f->ldb, msg), LDB_SUCCESS);
	talloc_free(msg);
}

/* What was looked up before another write is no answer after it: Samba finds
 * by itself who holds the next value. */
static void another_write(void **state)
{
	struct fake *f = *state;

	put_accounts(f);
	f->samldb_checks = true;
	f->trusted = true;
	fake_start(f);
	f->meanwhile = give_it_to_another;
	assert_int_equal(fake_modify(f, "b", "+spn foo/1|foo/2"),
			 LDB_ERR_CONSTRAINT_VIOLATION);
	assert_null(f->meanwhile);
	fake_cancel(f);
	assert_stored(f, "b", "");
}

static void refuse_as_conflict(struct fake *f)
{
	f->fail_write = LDB_ERR_CONSTRAINT_VIOLATION;
}

static void refuse_otherwise(struct fake *f)
{
	f->fail_write = LDB_ERR_UNWILLING_TO_PERFORM;
}

/* A module below that refuses after samldb has asked says so itself, with
 * whatever words: even where we would refuse the same. */
static void other_refusals_stay(void **state)
{
	static const struct {
		void (*meanwhile)(struct fake *f);
		const char *text;
		int code;
	} rows[] = {
		{refuse_as_conflict,
		 "acl: not for you: 'samldb: spn[foo/a]'",
		 LDB_ERR_CONSTRAINT_VIOLATION},
		{refuse_as_conflict, "", LDB_ERR_CONSTRAINT_VIOLATION},
		{refuse_otherwise,
		 "samldb: spn[foo/a] would cause a conflict",
		 LDB_ERR_UNWILLING_TO_PERFORM},
	};
	struct fake *f = *state;
	size_t i;

	put_accounts(f);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		f->fail_write = LDB_SUCCESS;
		f->acl_text = rows[i].text;
		f->meanwhile = rows[i].meanwhile;
		f->num_requests = 0;
		assert_int_equal(fake_modify(f, "b", "+spn foo/a"),
				 rows[i].code);
		assert_string_equal(f->error, rows[i].text);
		assert_string_equal(f->log, "");
		assert_int_equal(f->num_requests, 1);
	}
}

/* A duplicate is given up in another form only after samldb's own refusal. */
static void no_other_form_after_other_refusals(void **state)
{
	struct fake *f = *state;

	put_accounts(f);
	fake_put_user(f, "c", "+spn foo/a|own/c");
	f->meanwhile = refuse_otherwise;
	assert_int_equal(fake_modify(f, "c", "-spn foo/a"),
			 LDB_ERR_UNWILLING_TO_PERFORM);
	assert_int_equal(f->num_requests, 1);
	assert_stored(f, "c", "foo/a|own/c");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fake_test(another_write),
		fake_test(other_refusals_stay),
		fake_test(no_other_form_after_other_refusals),
	};

	return fake_run(tests);
}
