/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * http-pair at its default, "complete": the missing half comes along, a
 * removed half takes its partner with it. And "give up": a value that
 * somebody else holds, too, can be taken away.
 */
#include "lib/fake_stack.h"

struct row {
	const char *before;
	const char *changes;
	const char *after;
};

static void put_computers(struct fake *f)
{
	fake_put_computer(f,
			  "WEB01",
			  "+dNSHostName web01.example.com\n"
			  "+spn HOST/WEB01|HOST/web01.example.com");
}

static void run_rows(struct fake *f, const struct row *rows, size_t num)
{
	bool ok = true;
	size_t i;

	put_computers(f);
	for (i = 0; i < num; i++) {
		char *name = talloc_asprintf(f, "svc%zu", i);
		char *spns = talloc_asprintf(f, "+spn %s", rows[i].before);
		int ret;

		fake_put_user(f, name, (*rows[i].before != '\0') ? spns : "");
		ret = fake_modify(f, name, rows[i].changes);
		if (ret != LDB_SUCCESS ||
		    strcasecmp(fake_spns(f, name), rows[i].after) != 0)
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

/* KB 871179: each of its two commands alone brings the whole pair. */
static void modify_add_brings_the_other_half(void **state)
{
	static const struct row rows[] = {
		{"",
		 "+spn http/web01.example.com",
		 "http/web01|http/web01.example.com"},
		{"", "+spn http/web01", "http/web01|http/web01.example.com"},
		{"",
		 "+spn http/app.example.com",
		 "http/app|http/app.example.com"},
		{"a/b", "+spn http/app", "a/b|http/app|http/app.example.com"},
		{"",
		 "+spn http/app|c/d|http/b.example.com",
		 "c/d|http/app|http/app.example.com|http/b|"
		 "http/b.example.com"},
		/* Nothing is missing: nothing is added. */
		{"",
		 "+spn http/app|http/app.example.com",
		 "http/app|http/app.example.com"},
		{"http/app",
		 "+spn http/app.example.com",
		 "http/app|http/app.example.com"},
		/* Nothing to pair. */
		{"", "+spn ldap/app", "ldap/app"},
		{"", "+spn http/app:8080", "http/app:8080"},
		{"", "+spn http/a.foreign.net", "http/a.foreign.net"},
	};

	run_rows(*state, rows, ARRAY_SIZE(rows));
}

/* samba-tool spn add sends the whole list as a replace. */
static void replace_brings_the_other_half(void **state)
{
	static const struct row rows[] = {
		{"", "=spn http/app", "http/app|http/app.example.com"},
		{"a/b",
		 "=spn a/b|http/app.example.com",
		 "a/b|http/app|http/app.example.com"},
		{"a/b", "=spn http/app", "http/app|http/app.example.com"},
		{"http/app|http/app.example.com",
		 "=spn http/app|http/app.example.com|http/b",
		 "http/app|http/app.example.com|http/b|http/b.example.com"},
	};

	run_rows(*state, rows, ARRAY_SIZE(rows));
}

/* Several elements of the attribute in one modify, with others in between. */
static void several_elements(void **state)
{
	static const struct row rows[] = {
		{"",
		 "+spn a/b\n+spn http/app",
		 "a/b|http/app|http/app.example.com"},
		{"",
		 "+spn http/app\n+spn http/app.example.com",
		 "http/app|http/app.example.com"},
		{"a/b",
		 "-spn a/b\n+description x\n+spn http/app",
		 "http/app|http/app.example.com"},
		{"http/app|http/app.example.com",
		 "-spn http/app\n+spn http/b",
		 "http/b|http/b.example.com"},
		{"http/app|http/app.example.com",
		 "+spn a/b\n-spn http/app.example.com",
		 "a/b"},
		{"a/b",
		 "=spn c/d\n+spn http/app\n-spn c/d",
		 "http/app|http/app.example.com"},
	};

	run_rows(*state, rows, ARRAY_SIZE(rows));
}

/* What else is in the request arrives with it, once, as it was. */
static void other_attributes_are_kept(void **state)
{
	struct fake *f = *state;
	int ret;

	fake_put_user(f, "svc", "+description old\n+spn a/b");
	ret = fake_modify(f,
			  "svc",
			  "=description new\n+spn http/app\n+info x\n"
			  "-spn a/b\n+member y|z");
	assert_accepted(f, ret);
	assert_stored(f, "svc", "http/app|http/app.example.com");
	assert_string_equal(fake_values(f, "svc", "description"), "new");
	assert_string_equal(fake_values(f, "svc", "info"), "x");
	assert_string_equal(fake_values(f, "svc", "member"), "y|z");
}

/* An add is completed like a modify (samba-tool computer create, gMSA). */
static void add_brings_the_other_half(void **state)
{
	struct fake *f = *state;
	int ret;

	put_computers(f);
	ret = fake_add(f,
		       "svc",
		       "+objectClass user\n+sAMAccountName svc\n"
		       "+spn http/web01.example.com|a/b");
	assert_accepted(f, ret);
	assert_stored(f, "svc", "a/b|http/web01|http/web01.example.com");
	ret = fake_add(f,
		       "svc2",
		       "+objectClass user\n"
		       "+spn http/app|http/app.example.com");
	assert_accepted(f, ret);
	assert_ptr_not_equal(f->last_request, NULL);
	assert_stored(f, "svc2", "http/app|http/app.example.com");
}

/* On a computer whose HOST pair answers nothing is missing (eff). */
static void computer_with_its_host_pair(void **state)
{
	struct fake *f = *state;

	put_computers(f);
	assert_accepted(f, fake_modify(f, "WEB01", "+spn http/web01"));
	assert_stored(f,
		      "WEB01",
		      "HOST/WEB01|HOST/web01.example.com|http/web01");
}

/* An add of a computer together with its HOST pair needs no completion. */
static void computer_that_is_added(void **state)
{
	struct fake *f = *state;
	int ret = fake_add(f,
			   "NEW",
			   "+objectClass computer\n+sAMAccountName NEW$\n"
			   "+dNSHostName new.example.com\n"
			   "+spn HOST/NEW|HOST/new.example.com|http/new");

	assert_accepted(f, ret);
	assert_stored(f, "NEW", "HOST/NEW|HOST/new.example.com|http/new");
}

/* A removed half takes its partner along. */
static void removed_half_takes_its_partner(void **state)
{
	static const struct row rows[] = {
		{"http/app|http/app.example.com", "-spn http/app", ""},
		{"http/app|http/app.example.com", "-spn HTTP/APP", ""},
		{"http/app|http/app.example.com",
		 "-spn http/app.example.com",
		 ""},
		{"a/b|http/app|http/app.example.com", "-spn a/b|http/app", ""},
		{"http/web01|http/web01.example.com",
		 "-spn http/web01.example.com",
		 ""},
		{"http/app|http/app.example.com|http/b|http/b.example.com",
		 "-spn http/app",
		 "http/b|http/b.example.com"},
		{"http/app|http/app.example.com", "-spn", ""},
		{"http/app|http/app.example.com", "=spn", ""},
	};

	run_rows(*state, rows, ARRAY_SIZE(rows));
}

/* One half comes, the other goes, in one request: refused, not guessed. */
static void add_one_half_remove_the_other(void **state)
{
	static const char *const changes[] = {
		"+spn http/app\n-spn http/app.example.com",
		"-spn http/app.example.com\n+spn http/app",
	};
	struct fake *f = *state;
	size_t i;

	fake_put_user(f, "svc", "+spn http/app.example.com");
	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		int ret = fake_modify(f, "svc", changes[i]);

		assert_refused(f, ret, PAIR);
		assert_int_equal(ret, LDB_ERR_CONSTRAINT_VIOLATION);
		assert_stored(f, "svc", "http/app.example.com");
	}
}

/* A half whose partner somebody else holds cannot be completed. */
static void partner_held_elsewhere(void **state)
{
	struct fake *f = *state;
	int ret;

	fake_put_user(f, "a", "+spn http/app");
	fake_put_user(f, "b", "+spn x/y");
	ret = fake_modify(f, "b", "+spn http/app.example.com");
	assert_refused(f, ret, PAIR);
	assert_stored(f, "b", "x/y");
	assert_stored(f, "a", "http/app");
	assert_null(strstr(f->error, "CN="));
}

/* A completed value can be a duplicate only of a race: with both halves on
 * a the same pair on b is one refusal, for the half that was sent. */
static void pair_held_elsewhere(void **state)
{
	struct fake *f = *state;
	int ret;

	fake_put_user(f, "a", "+spn http/app|http/app.example.com");
	fake_put_user(f, "b", "");
	ret = fake_modify(f, "b", "+spn http/app");
	assert_refused(f, ret, "000021C7: spn_policy: SPN-101 'http/app' ");
	assert_stored(f, "b", "");
}

/* num halves in one request; with both, their other halves, too. */
static char *many(struct fake *f, int num, bool both)
{
	char *changes = talloc_strdup(f, "+spn a/b");
	int i;

	for (i = 0; i < num; i++) {
		changes = talloc_asprintf_append(changes, "|http/h%d", i);
		if (both) {
			changes =
				talloc_asprintf_append(changes,
						       "|http/h%d.example.com",
						       i);
		}
	}
	return changes;
}

static size_t count_stored(struct fake *f, const char *name)
{
	const char *spns = fake_spns(f, name);
	size_t num = 1;

	for (; *spns != '\0'; spns++) {
		num += (*spns == '|') ? 1 : 0;
	}
	return num;
}

/*
 * Hundreds of values in one request: more than one search can hold. They are
 * judged like any other, but not completed: that work would be done before
 * access control has spoken.
 */
static void many_values_at_once(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "few", "");
	assert_accepted(f, fake_modify(f, "few", many(f, 99, false)));
	assert_int_equal(count_stored(f, "few"), 1 + 2 * 99);
	fake_change(f, "few", "=spn x/y");
	fake_put_user(f, "svc", "");
	assert_refused(f, fake_modify(f, "svc", many(f, 250, false)), PAIR);
	assert_accepted(f, fake_modify(f, "svc", many(f, 250, true)));
	assert_int_equal(count_stored(f, "svc"), 1 + 2 * 250);
	/* The last of them alone is in use: nothing of it is stored. */
	fake_put_user(f, "other", "");
	fake_change(f, "svc", "=spn http/h249|http/h249.example.com");
	assert_refused(f,
		       fake_modify(f, "other", many(f, 250, true)),
		       DUPLICATE);
	assert_stored(f, "other", "");
}

/* A client deletes a value and adds it again: two steps, and all is as it
 * was. */
static void delete_and_add_again(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "svc", "+spn foo/a|http/app|http/app.example.com");
	f->num_requests = 0;
	assert_accepted(f, fake_modify(f, "svc", "-spn foo/a\n+spn foo/a"));
	assert_int_equal(f->num_requests, 2);
	assert_accepted(f,
			fake_modify(f, "svc", "-spn http/app\n+spn http/app"));
	assert_stored(f, "svc", "foo/a|http/app|http/app.example.com");
}

/* Twice the same command is no error and changes nothing (setspn -A). */
static void permissive_repetition(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "svc", "");
	f->control = LDB_CONTROL_PERMISSIVE_MODIFY_OID;
	assert_accepted(f, fake_modify(f, "svc", "+spn http/app"));
	assert_accepted(f, fake_modify(f, "svc", "+spn http/app"));
	assert_stored(f, "svc", "http/app|http/app.example.com");
	assert_accepted(f, fake_modify(f, "svc", "-spn http/app"));
	assert_accepted(f, fake_modify(f, "svc", "-spn http/app"));
	assert_stored(f, "svc", "");
}

/* Seen from above, a request that goes down in steps is one request with one
 * answer. */
static void one_request_one_answer(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "svc", "");
	assert_accepted(f, fake_modify(f, "svc", "+spn http/app"));
	assert_int_equal(f->num_requests, 2);
	assert_int_equal(f->num_callbacks, 1);
}

/*
 * Samldb refuses a delete of a value that is held twice, and
 * looks at the first element only. With us it can be cleaned up: by delete,
 * replace or all, on either holder.
 */
static void duplicates_can_be_given_up(void **state)
{
	static const char *const changes[] = {
		"-spn foo/b",
		"-spn FOO/b",
		"=spn x/y",
		"-spn\n+spn x/y",
		"-spn foo/b\n=description cleaned",
	};
	struct fake *f = *state;
	size_t i;

	f->samldb_checks = true;
	fake_put_user(f, "a", "+spn foo/b");
	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		char *name = talloc_asprintf(f, "b%zu", i);

		fake_put_user(f, name, "+spn foo/b|x/y");
		/* Once it is gone, x/y of the next one is free. */
		assert_accepted(f, fake_modify(f, name, changes[i]));
		assert_stored(f, name, "x/y");
		fake_change(f, name, "-spn");
	}
	assert_stored(f, "a", "foo/b");
}

/* Two duplicates on one account: one after the other, or at once. */
static void one_of_several_duplicates(void **state)
{
	struct fake *f = *state;

	f->samldb_checks = true;
	fake_put_user(f, "a", "+spn foo/b|foo/c|own/a");
	fake_put_user(f, "b", "+spn foo/b|foo/c|own/b");
	assert_accepted(f, fake_modify(f, "b", "-spn foo/b"));
	assert_stored(f, "b", "foo/c|own/b");
	assert_accepted(f, fake_modify(f, "b", "-spn foo/c"));
	assert_stored(f, "b", "own/b");
	fake_change(f, "b", "+spn foo/b|foo/c");
	assert_accepted(f, fake_modify(f, "b", "-spn foo/b|foo/c"));
	assert_stored(f, "b", "own/b");
}

/* Giving up a duplicate is no way to bring a new one in. */
static void give_up_and_bring_another(void **state)
{
	struct fake *f = *state;
	int ret;

	fake_put_user(f, "a", "+spn foo/b|foo/new");
	fake_put_user(f, "b", "+spn foo/b");
	ret = fake_modify(f, "b", "-spn foo/b\n+spn foo/new");
	assert_refused(f, ret, DUPLICATE);
	assert_stored(f, "b", "foo/b");
}

/* Nor to bring anything: then Samba's word stays. */
static void give_up_and_bring_something(void **state)
{
	static const char *const changes[] = {
		"-spn foo/b\n+spn foo/free",
		"-spn foo/b\n+spn http/free",
		"-spn foo/b\n+spn Foo/kept",
	};
	struct fake *f = *state;
	size_t i;

	f->samldb_checks = true;
	fake_put_user(f, "a", "+spn foo/b");
	fake_put_user(f, "b", "+spn foo/b|own/b");
	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		assert_int_equal(fake_modify(f, "b", changes[i]),
				 LDB_ERR_CONSTRAINT_VIOLATION);
		assert_non_null(strstr(f->error, "samldb: spn[foo/b]"));
		assert_stored(f, "b", "foo/b|own/b");
	}
}

static void refuse_from_now_on(struct fake *f)
{
	f->fail_write = LDB_ERR_CONSTRAINT_VIOLATION;
}

/* It is tried once: what refuses that, too, refuses it. */
static void give_up_in_vain(void **state)
{
	struct fake *f = *state;

	f->samldb_checks = true;
	f->meanwhile = refuse_from_now_on;
	fake_put_user(f, "a", "+spn foo/b|foo/c");
	fake_put_user(f, "b", "+spn foo/b|foo/c|own/b");
	f->num_requests = 0;
	assert_int_equal(fake_modify(f, "b", "=spn own/b|foo/c"),
			 LDB_ERR_CONSTRAINT_VIOLATION);
	assert_int_equal(f->num_requests, 2);
	assert_stored(f, "b", "foo/b|foo/c|own/b");
}

/* Where the first write of a transaction would be refused its other half does
 * not come along, also if a later one mends it: whoever holds the transaction
 * is told, and nothing is half done. */
static void mended_later(void **state)
{
	struct fake *f = *state;

	f->samldb_checks = true;
	fake_put_user(f, "a", "+spn http/h");
	fake_put_user(f, "b", "");
	fake_start(f);
	assert_accepted(f, fake_modify(f, "b", "+spn http/h.example.com"));
	assert_accepted(f, fake_modify(f, "a", "-spn http/h"));
	assert_refused(f, fake_commit(f), PAIR);
	assert_stored(f, "a", "http/h");
	assert_stored(f, "b", "");
	/* In the other order it is completed. */
	fake_start(f);
	assert_accepted(f, fake_modify(f, "a", "-spn http/h"));
	assert_accepted(f, fake_modify(f, "b", "+spn http/h.example.com"));
	assert_accepted(f, fake_commit(f));
	assert_stored(f, "b", "http/h|http/h.example.com");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fake_test(modify_add_brings_the_other_half),
		fake_test(replace_brings_the_other_half),
		fake_test(several_elements),
		fake_test(other_attributes_are_kept),
		fake_test(add_brings_the_other_half),
		fake_test(computer_with_its_host_pair),
		fake_test(computer_that_is_added),
		fake_test(removed_half_takes_its_partner),
		fake_test(add_one_half_remove_the_other),
		fake_test(partner_held_elsewhere),
		fake_test(pair_held_elsewhere),
		fake_test(many_values_at_once),
		fake_test(delete_and_add_again),
		fake_test(permissive_repetition),
		fake_test(one_request_one_answer),
		fake_test(duplicates_can_be_given_up),
		fake_test(one_of_several_duplicates),
		fake_test(give_up_and_bring_another),
		fake_test(give_up_and_bring_something),
		fake_test(give_up_in_vain),
		fake_test(mended_later),
	};

	return fake_run(tests);
}
