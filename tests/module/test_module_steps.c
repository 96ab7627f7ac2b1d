/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A request that goes down in several steps does what it would have done in
 * one, and all of it or nothing.
 */
#include "lib/fake_stack.h"

struct row {
	const char *changes;
	const char *after;
	unsigned num_steps;
};

/* To "foo/a|foo/b|foo/c"; the last steps bring other halves. */
static const struct row rows[] = {
	{"+spn foo/d", "foo/a|foo/b|foo/c|foo/d", 1},
	{"+spn foo/d\n+spn foo/e", "foo/a|foo/b|foo/c|foo/d|foo/e", 1},
	{"-spn foo/a\n-spn foo/b", "foo/c", 1},
	{"-spn foo/a\n+spn foo/d", "foo/b|foo/c|foo/d", 2},
	{"+spn foo/d\n-spn foo/a", "foo/b|foo/c|foo/d", 2},
	{"+spn foo/d\n-spn foo/d", "foo/a|foo/b|foo/c", 2},
	{"-spn foo/a\n+spn FOO/A", "FOO/A|foo/b|foo/c", 2},
	{"-spn\n+spn foo/d", "foo/d", 1},
	{"-spn\n+spn foo/d\n+spn foo/e\n-spn foo/d", "foo/e", 2},
	{"=spn foo/d\n+spn foo/a", "foo/a|foo/d", 1},
	{"=spn foo/d\n=spn foo/e", "foo/e", 1},
	{"=spn\n+spn foo/d", "foo/d", 1},
	{"+spn foo/d\n=spn foo/e", "foo/e", 2},
	{"+spn foo/d\n-spn", "", 2},
	{"-spn foo/a\n-spn", "", 2},
	{"=description new\n-spn foo/a\n+spn foo/d", "foo/b|foo/c|foo/d", 2},
	{"-spn foo/a\n=description new\n+spn foo/d", "foo/b|foo/c|foo/d", 2},
	{"-spn foo/a\n+spn http/app",
	 "foo/b|foo/c|http/app|http/app.example.com",
	 3},
	{"-spn\n+spn http/app|foo/a",
	 "foo/a|http/app|http/app.example.com",
	 2},
};

static void as_in_one(void **state)
{
	struct fake *f = *state;
	size_t i;

	fake_put_user(f, "svc", "+spn foo/a|foo/b|foo/c\n+description old");
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		f->num_requests = 0;
		f->num_callbacks = 0;
		print_message("%s\n", rows[i].changes);
		assert_accepted(f, fake_modify(f, "svc", rows[i].changes));
		assert_stored(f, "svc", rows[i].after);
		assert_int_equal(f->num_requests, rows[i].num_steps);
		assert_int_equal(f->num_callbacks, 1);
		assert_string_equal(fake_values(f, "svc", "description"),
				    (strstr(rows[i].changes, "new") != NULL)
					    ? "new"
					    : "old");
		fake_change(f,
			    "svc",
			    "=spn foo/a|foo/b|foo/c\n=description old");
	}
}

/* Samba rewrites SPNs after all that the request says about them, and so a
 * name is no part of a step. */
static void names_in_one_step(void **state)
{
	struct fake *f = *state;

	fake_put_computer(f,
			  "W1",
			  "+dNSHostName w1.example.com\n"
			  "+spn HOST/W1|HOST/w1.example.com");
	f->samldb_rewrites = true;
	assert_int_equal(fake_modify(f,
				     "W1",
				     "=dNSHostName w9.example.com\n"
				     "-spn HOST/W1\n"
				     "+spn foo/w1.example.com"),
			 LDB_ERR_UNWILLING_TO_PERFORM);
	assert_non_null(strstr(f->error, "says only once"));
	assert_int_equal(
		fake_modify(f,
			    "W1",
			    "+msDS-AdditionalDnsHostName x.example.com\n"
			    "-spn HOST/W1\n"
			    "+spn foo/w1.example.com"),
		LDB_ERR_UNWILLING_TO_PERFORM);
	assert_non_null(strstr(f->error, "says only once"));
	assert_stored(f, "W1", "HOST/W1|HOST/w1.example.com");
	assert_accepted(f,
			fake_modify(f,
				    "W1",
				    "=dNSHostName w9.example.com\n"
				    "+spn foo/a\n"
				    "+spn foo/w1.example.com"));
	assert_stored(f,
		      "W1",
		      "HOST/W1|HOST/w9.example.com|foo/a|foo/w9.example.com");
}

/* Who deletes everything first hears whether there was something. */
static void nothing_to_delete(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "svc", "");
	assert_int_equal(fake_modify(f, "svc", "-spn\n+spn foo/a"),
			 LDB_ERR_NO_SUCH_ATTRIBUTE);
	assert_stored(f, "svc", "");
	f->control = LDB_CONTROL_PERMISSIVE_MODIFY_OID;
	assert_accepted(f, fake_modify(f, "svc", "-spn\n+spn foo/a"));
	assert_stored(f, "svc", "foo/a");
	f->control = NULL;
	assert_accepted(f, fake_modify(f, "svc", "-spn\n+spn foo/b"));
	assert_stored(f, "svc", "foo/b");
}

/* Each value is shown to Samba's own check. */
static void samba_sees_every_value(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "svc", "+spn foo/a");
	fake_put_user(f, "other", "+spn foo/taken");
	f->samldb_checks = true;
	assert_refused(f,
		       fake_modify(f, "svc", "-spn foo/a\n+spn foo/taken"),
		       DUPLICATE);
	assert_refused(f,
		       fake_modify(f, "svc", "+spn foo/x\n+spn foo/taken"),
		       DUPLICATE);
	assert_refused(f,
		       fake_modify(f, "svc", "-spn\n+spn foo/taken"),
		       DUPLICATE);
	assert_stored(f, "svc", "foo/a");
}

/* Who swallows the refusal of a later step commits nothing. */
static void half_is_not_committed(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "svc", "+spn foo/a");
	fake_put_user(f, "other", "+spn foo/taken");
	f->samldb_checks = true;
	f->trusted = true;
	fake_start(f);
	assert_int_equal(fake_modify(f, "svc", "-spn foo/a\n+spn foo/taken"),
			 LDB_ERR_CONSTRAINT_VIOLATION);
	assert_refused(f, fake_commit(f), NO_CHECK);
	assert_stored(f, "svc", "foo/a");
	/* Where the first step was refused all is as before. */
	fake_start(f);
	assert_int_equal(fake_modify(f, "svc", "+spn foo/taken"),
			 LDB_ERR_CONSTRAINT_VIOLATION);
	assert_accepted(f, fake_modify(f, "svc", "+spn foo/b"));
	assert_accepted(f, fake_commit(f));
	assert_stored(f, "svc", "foo/a|foo/b");
}

/* The transactions of the system may hold many requests: what takes everything
 * away is remembered, so that what comes back is nothing new. */
static void system_takes_all_and_brings_it_back(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "svc", "+spn foo/taken|http/half");
	fake_put_user(f, "other", "+spn foo/taken");
	fake_become_system(f);
	fake_start(f);
	assert_accepted(f, fake_modify(f, "svc", "-spn"));
	assert_accepted(f, fake_modify(f, "svc", "+spn foo/taken|http/half"));
	assert_accepted(f, fake_commit(f));
	assert_stored(f, "svc", "foo/taken|http/half|http/half.example.com");
	fake_start(f);
	assert_accepted(f, fake_modify(f, "svc", "=spn"));
	assert_accepted(f, fake_modify(f, "svc", "+spn foo/taken|http/other"));
	assert_accepted(f, fake_commit(f));
}

/* An undelete moves the object, so it is no place for steps. */
static void undelete_in_one_step(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "svc", "+isDeleted TRUE\n+spn foo/a");
	f->control = LDB_CONTROL_SHOW_DELETED_OID;
	assert_int_equal(fake_modify(f,
				     "svc",
				     "-isDeleted\n"
				     "=distinguishedName CN=back,CN=Users,"
				     "DC=example,DC=com\n"
				     "-spn foo/a\n+spn foo/b"),
			 LDB_ERR_UNWILLING_TO_PERFORM);
	assert_non_null(strstr(f->error, "says only once"));
	assert_stored(f, "svc", "foo/a");
}

/* What we do not do is refused when access control has been heard. */
static void access_control_comes_first(void **state)
{
	struct fake *f = *state;
	char *changes = talloc_strdup(f, "+spn foo/0");
	unsigned i;

	fake_put_user(f, "svc", "");
	for (i = 1; i < 20; i++) {
		changes = talloc_asprintf_append(changes,
						 "\n-spn foo/%u\n+spn foo/%u",
						 i - 1,
						 i);
	}
	f->acl_refuses = true;
	assert_int_equal(fake_modify(f, "svc", changes),
			 LDB_ERR_INSUFFICIENT_ACCESS_RIGHTS);
	assert_int_equal(f->num_requests, 1);
	f->acl_refuses = false;
	f->trusted = true;
	fake_start(f);
	assert_int_equal(fake_modify(f, "svc", changes),
			 LDB_ERR_UNWILLING_TO_PERFORM);
	assert_refused(f, fake_commit(f), NO_CHECK);
	assert_stored(f, "svc", "");
}

/* While a request is under way: Samba has asked about one of its values, so
 * what it does is predicted, and then comes something else. */

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
	} refusals[] = {
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
	f->trusted = true; /* a client's is refused before */
	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		f->fail_write = LDB_SUCCESS;
		f->acl_text = refusals[i].text;
		f->meanwhile = refusals[i].meanwhile;
		f->num_requests = 0;
		assert_int_equal(fake_modify(f, "b", "+spn foo/a"),
				 refusals[i].code);
		assert_string_equal(f->error, refusals[i].text);
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
		fake_test(as_in_one),
		fake_test(names_in_one_step),
		fake_test(nothing_to_delete),
		fake_test(samba_sees_every_value),
		fake_test(half_is_not_committed),
		fake_test(system_takes_all_and_brings_it_back),
		fake_test(undelete_in_one_step),
		fake_test(access_control_comes_first),
		fake_test(another_write),
		fake_test(other_refusals_stay),
		fake_test(no_other_form_after_other_refusals),
	};

	return fake_run(tests);
}
