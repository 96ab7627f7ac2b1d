/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verdict at prepare_commit of the outermost transaction: what it says,
 * that everything is rolled back, and that only the end state counts.
 */
#include "lib/fake_stack.h"

static void put_holder(struct fake *f)
{
	fake_put_user(f, "a", "+spn foo/b");
	fake_put_user(f, "b", "+description old");
}

/* Promise P1: 19, "000021C7: ", one line, own value only,
 * nobody's DN; the other attributes are rolled back with it. */
static void duplicate_is_refused(void **state)
{
	struct fake *f = *state;
	int ret;

	put_holder(f);
	ret = fake_modify(f, "b", "=description new\n+spn FOO/b|foo/c");
	assert_int_equal(ret, LDB_ERR_CONSTRAINT_VIOLATION);
	assert_refused(f,
		       ret,
		       "000021C7: spn_policy: SPN-101 'FOO/b' is in use by "
		       "another account");
	assert_null(strchr(f->error, '\n'));
	assert_null(strstr(f->error, "CN="));
	assert_stored(f, "b", "");
	assert_string_equal(fake_values(f, "b", "description"), "old");
}

/* As the directory compares: case, blanks around and runs of blanks. */
static void duplicate_in_another_spelling(void **state)
{
	static const char *const spellings[] = {"foo/b",
						"FOO/B",
						"foo/b ",
						" foo/b",
						"Foo/b  "};
	struct fake *f = *state;
	size_t i;

	put_holder(f);
	for (i = 0; i < ARRAY_SIZE(spellings); i++) {
		char *changes = talloc_asprintf(f, "+spn %s", spellings[i]);

		assert_refused(f, fake_modify(f, "b", changes), DUPLICATE);
	}
	assert_stored(f, "b", "");
}

/* Every element of the attribute counts, Samba's check sees the first. */
static void duplicate_in_a_later_element(void **state)
{
	struct fake *f = *state;
	int ret;

	put_holder(f);
	f->samldb_checks = true;
	ret = fake_modify(f, "b", "+spn x/y\n+description z\n+spn foo/b");
	assert_refused(f, ret, DUPLICATE);
	assert_stored(f, "b", "");
}

static void duplicate_by_add(void **state)
{
	struct fake *f = *state;
	int ret;

	put_holder(f);
	ret = fake_add(f, "c", "+objectClass user\n+spn x/y|foo/b");
	assert_refused(f, ret, DUPLICATE);
	assert_null(fake_spns(f, "c"));
}

static void duplicate_by_replace(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	assert_refused(f, fake_modify(f, "b", "=spn foo/b"), DUPLICATE);
	assert_stored(f, "b", "");
}

/* The same SPN twice on one account in different case (P1). */
static void duplicate_on_one_account(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	assert_int_equal(fake_modify(f, "a", "+spn FOO/B"),
			 LDB_ERR_ATTRIBUTE_OR_VALUE_EXISTS);
	assert_refused(f, fake_modify(f, "b", "+spn x/y|X/y"), DUPLICATE);
	assert_stored(f, "a", "foo/b");
	assert_stored(f, "b", "");
}

/* Deleted objects do not hold an SPN any more. */
static void deleted_holder_does_not_count(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	fake_change(f, "a", "+isDeleted TRUE");
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b"));
	assert_stored(f, "b", "foo/b");
}

/* An undelete that brings back a value in use is a write like any other;
 * the old DN is gone afterwards. */
static void undelete_into_a_duplicate(void **state)
{
	struct fake *f = *state;
	int ret;

	put_holder(f);
	fake_put_user(f, "gone", "+isDeleted TRUE\n+spn foo/b");
	ret = fake_modify(f,
			  "gone",
			  "-isDeleted\n=distinguishedName "
			  "CN=back,CN=Users,DC=example,DC=com");
	assert_refused(f, ret, DUPLICATE);
	assert_string_equal(fake_values(f, "gone", "isDeleted"), "TRUE");
	assert_null(fake_spns(f, "back"));
	/* With a free value it comes back. */
	fake_change(f, "gone", "=spn foo/free");
	ret = fake_modify(f,
			  "gone",
			  "-isDeleted\n=distinguishedName "
			  "CN=back,CN=Users,DC=example,DC=com");
	assert_accepted(f, ret);
	assert_stored(f, "back", "foo/free");
}

/* Whoever is deleted in the same transaction holds nothing wrong. */
static void deleted_before_the_commit(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	f->trusted = true;
	fake_start(f);
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b|nonsense"));
	assert_accepted(f, fake_modify(f, "b", "=isDeleted TRUE"));
	assert_accepted(f, fake_commit(f));
	assert_stored(f, "b", "foo/b|nonsense");
}

/* The caller swallows nothing, since the commit fails, too. */
static void commit_cannot_be_forced(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	fake_start(f);
	fake_modify(f, "b", "+spn foo/b\n=description new");
	assert_accepted(f, fake_modify(f, "a", "=description other"));
	assert_refused(f, fake_commit(f), DUPLICATE);
	assert_stored(f, "b", "");
	assert_string_equal(fake_values(f, "b", "description"), "old");
	assert_string_equal(fake_values(f, "a", "description"), "");
	/* And the next transaction starts clean. */
	assert_accepted(f, fake_modify(f, "b", "+spn foo/c"));
}

/* Only the end state counts: moved from a to b, in either order. */
static void move_in_one_transaction(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	fake_start(f);
	assert_accepted(f, fake_modify(f, "a", "-spn foo/b"));
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b"));
	assert_accepted(f, fake_commit(f));
	assert_stored(f, "a", "");
	assert_stored(f, "b", "foo/b");
	fake_start(f);
	assert_accepted(f, fake_modify(f, "a", "+spn foo/b"));
	assert_accepted(f, fake_modify(f, "b", "-spn foo/b"));
	assert_accepted(f, fake_commit(f));
	assert_stored(f, "a", "foo/b");
}

/* A duplicate created and removed again never was one. */
static void duplicate_comes_and_goes(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	fake_start(f);
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b|foo/c"));
	assert_accepted(f, fake_modify(f, "b", "-spn foo/b"));
	assert_accepted(f, fake_commit(f));
	assert_stored(f, "b", "foo/c");
	fake_start(f);
	assert_accepted(f, fake_add(f, "c", "+objectClass user\n+spn foo/b"));
	assert_accepted(f, fake_delete(f, "c"));
	assert_accepted(f, fake_commit(f));
	assert_null(fake_spns(f, "c"));
}

/* Two accounts of one transaction can collide with each other. */
static void duplicate_within_a_transaction(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	fake_start(f);
	assert_accepted(f, fake_modify(f, "b", "+spn new/x"));
	assert_accepted(f, fake_add(f, "c", "+objectClass user\n+spn NEW/x"));
	assert_refused(f, fake_commit(f), DUPLICATE);
	assert_stored(f, "b", "");
	assert_null(fake_spns(f, "c"));
}

/* An account is known by its GUID: a rename on the way hides nothing. */
static void renamed_in_the_transaction(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	fake_start(f);
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b"));
	assert_accepted(f, fake_rename(f, "b", "b2"));
	assert_accepted(f, fake_add(f, "b", "+objectClass user\n+spn x/y"));
	assert_refused(f, fake_commit(f), DUPLICATE);
	assert_stored(f, "b", "");
}

/* Both halves in two requests of one transaction: each is completed, and
 * the second finds its half there already. */
static void pair_in_two_requests(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	f->control = LDB_CONTROL_PERMISSIVE_MODIFY_OID;
	fake_start(f);
	assert_accepted(f, fake_modify(f, "b", "+spn http/app"));
	assert_accepted(f, fake_modify(f, "b", "+spn http/app.example.com"));
	assert_accepted(f, fake_commit(f));
	assert_stored(f, "b", "http/app|http/app.example.com");
}

/* An inner cancel undoes nothing; what was written is still
 * judged when the outermost transaction commits. */
static void inner_cancel_undoes_nothing(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	fake_start(f);
	assert_int_equal(ldb_transaction_start(f->ldb), LDB_SUCCESS);
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b"));
	assert_int_equal(ldb_transaction_cancel(f->ldb), LDB_SUCCESS);
	assert_refused(f, fake_commit(f), DUPLICATE);
	assert_stored(f, "b", "");
}

/* An inner commit is no commit: the verdict is the outermost one's, once. */
static void inner_commit_is_not_judged(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	fake_start(f);
	assert_int_equal(ldb_transaction_start(f->ldb), LDB_SUCCESS);
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b"));
	assert_int_equal(ldb_transaction_commit(f->ldb), LDB_SUCCESS);
	assert_accepted(f, fake_modify(f, "a", "-spn foo/b"));
	assert_accepted(f, fake_commit(f));
	assert_stored(f, "b", "foo/b");
}

/* A cancelled transaction leaves nothing behind for the next one. */
static void cancel_forgets(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	fake_start(f);
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b"));
	fake_cancel(f);
	assert_stored(f, "b", "");
	fake_change(f, "b", "+spn foo/b");
	assert_accepted(f, fake_modify(f, "b", "=description x"));
	assert_accepted(f, fake_modify(f, "b", "+spn foo/c"));
	assert_stored(f, "b", "foo/b|foo/c");
}

/* Before is the state at the start of the transaction, read once: taken
 * away and given back within it is no change. */
static void before_is_read_once(void **state)
{
	struct fake *f = *state;

	put_holder(f);
	fake_change(f, "b", "+spn foo/b");
	fake_start(f);
	assert_accepted(f, fake_modify(f, "b", "-spn foo/b"));
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b"));
	assert_accepted(f, fake_commit(f));
	assert_stored(f, "b", "foo/b");
}

/* Many accounts in one transaction, the bad one at its start, in its midst,
 * at its end: all are judged, in however many searches. */
static void many_accounts(void **state)
{
	static const int places[] = {0, 99, 100, 120, 200, 229};
	struct fake *f = *state;
	size_t p;

	put_holder(f);
	for (p = 0; p < ARRAY_SIZE(places); p++) {
		int i;

		f->last_guid = 2;
		fake_start(f);
		for (i = 0; i < 230; i++) {
			char *name = talloc_asprintf(f, "u%d", i);
			char *changes = talloc_asprintf(
				f,
				"+objectClass user\n+spn %s/%d",
				(i == places[p]) ? "foo/b|x" : "x",
				i);

			assert_accepted(f, fake_add(f, name, changes));
		}
		assert_refused(f, fake_commit(f), DUPLICATE);
		assert_null(fake_spns(f, "u0"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fake_test(duplicate_is_refused),
		fake_test(duplicate_in_another_spelling),
		fake_test(duplicate_in_a_later_element),
		fake_test(duplicate_by_add),
		fake_test(duplicate_by_replace),
		fake_test(duplicate_on_one_account),
		fake_test(deleted_holder_does_not_count),
		fake_test(undelete_into_a_duplicate),
		fake_test(deleted_before_the_commit),
		fake_test(commit_cannot_be_forced),
		fake_test(move_in_one_transaction),
		fake_test(duplicate_comes_and_goes),
		fake_test(duplicate_within_a_transaction),
		fake_test(renamed_in_the_transaction),
		fake_test(pair_in_two_requests),
		fake_test(inner_cancel_undoes_nothing),
		fake_test(inner_commit_is_not_judged),
		fake_test(cancel_forgets),
		fake_test(before_is_read_once),
		fake_test(many_accounts),
	};

	return fake_run(tests);
}
