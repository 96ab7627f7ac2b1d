/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a caller without any right can make a DC do: next to nothing. The
 * module stands above everything that asks who is calling, so work that is
 * done on the way down is done for everybody.
 */
#include "lib/fake_stack.h"

#include <stdlib.h>

#include "lib/fail_allocation.h"

/* num http SPNs, each with this behind it. */
static char *many(struct fake *f, unsigned num, const char *suffix)
{
	char *changes = talloc_strdup(f, "+spn http/first");
	unsigned i;

	for (i = 1; i < num; i++) {
		changes = talloc_asprintf_append(changes,
						 "|http/h%u%s",
						 i,
						 suffix);
	}
	return changes;
}

/* How many searches a modify costs that access control refuses. */
static unsigned searches_of(struct fake *f, const char *changes)
{
	f->acl_refuses = true;
	f->num_searches = 0;
	assert_int_equal(fake_modify(f, "svc", changes),
			 LDB_ERR_INSUFFICIENT_ACCESS_RIGHTS);
	return f->num_searches;
}

/* Nothing is looked up, whatever the request says. */
static void refused_requests_make_no_searches(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "svc", "");
	fake_put_computer(f,
			  "cpu",
			  "+dNSHostName cpu.example.com\n"
			  "+spn HOST/cpu|http/cpu");
	assert_int_equal(searches_of(f, "-spn"), 0);
	assert_int_equal(searches_of(f, "=spn"), 0);
	assert_int_equal(searches_of(f, "=dNSHostName cpu.example.com"), 0);
	assert_int_equal(searches_of(f, "+spn http/cpu.example.com"), 0);
	assert_int_equal(searches_of(f, "-spn http/a\n+spn http/b"), 0);
	assert_int_equal(searches_of(f, many(f, 50, "|http/x")), 0);
	assert_int_equal(searches_of(f, many(f, 5000, "")), 0);
	f->num_searches = 0;
	assert_int_equal(fake_add(f,
				  "new",
				  "+objectClass user\n"
				  "+spn http/a|http/b.example.com"),
			 LDB_ERR_INSUFFICIENT_ACCESS_RIGHTS);
	assert_int_equal(fake_modify(f, FAKE_POLICY_DN, "=msDS-Settings x"),
			 LDB_ERR_INSUFFICIENT_ACCESS_RIGHTS);
	assert_int_equal(f->num_searches, 0);
}

/* Only the system's requests are looked into on their way down; and only
 * S-1-5-18 is the system. */
static void others_are_not_the_system(void **state)
{
	static const struct {
		uint8_t authority;
		uint32_t first;
		unsigned num_auths;
		bool is_system;
	} rows[] = {
		{5, 18, 1, true},
		{5, 18, 2, false},
		{5, 19, 1, false},
		{1, 18, 1, false},
	};
	struct fake *f = *state;
	size_t i;

	fake_put_user(f, "svc", "+spn foo/a");
	f->fail_write = LDB_ERR_UNWILLING_TO_PERFORM;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		fake_become(f,
			    rows[i].authority,
			    rows[i].first,
			    rows[i].num_auths);
		f->num_searches = 0;
		assert_int_equal(fake_modify(f, "svc", "-spn"),
				 LDB_ERR_UNWILLING_TO_PERFORM);
		assert_int_equal(f->num_searches > 0, rows[i].is_system);
	}
}

/* What cannot be folded is in no index: it is not searched for, not even when
 * access control has let it pass. */
static void no_text_makes_no_work(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "svc", "");
	f->num_searches = 0;
	(void)fake_modify(f, "svc", many(f, 99, "\xff"));
	assert_true(f->num_searches < 10);
	f->searched = talloc_strdup(f, "");
	(void)fake_modify(f, "svc", "+spn foo/\xff|foo/text|http/\xff");
	assert_non_null(strstr(f->searched, "foo/text"));
	assert_null(strstr(f->searched, "\\FF"));
	assert_null(strstr(f->searched, "\\ff"));
	assert_null(strstr(f->searched, "\xff"));
}

/* A DN from outside is one line of the log, and not a long one. */
static void log_is_not_forged(void **state)
{
	struct fake *f = *state;
	char *name = talloc_asprintf(f, "@A\nforged: %0300d", 7);

	assert_int_equal(fake_modify(f, name, "=x y"),
			 LDB_ERR_UNWILLING_TO_PERFORM);
	assert_null(strstr(f->log, "\nforged"));
	assert_non_null(strstr(f->log, "\\0aforged"));
	assert_true(strlen(f->log) < 400);
}

/* What a refused modify costs, in allocations of the module. */
static unsigned work_at(struct fake *f, const char *name, const char *changes)
{
	f->acl_refuses = true;
	count_allocations();
	assert_int_equal(fake_modify(f, name, changes),
			 LDB_ERR_INSUFFICIENT_ACCESS_RIGHTS);
	return counted_allocations();
}

/* An account that holds num SPNs, one of them "http/h.example.com". */
static void put_holder(struct fake *f, const char *name, unsigned num)
{
	char *changes = talloc_strdup(f, "+spn http/h.example.com");
	unsigned i;

	for (i = 1; i < num; i++) {
		changes = talloc_asprintf_append(changes, "|x/%s%u", name, i);
	}
	fake_put_user(f, name, changes);
}

static void put_mappings(struct fake *f, const char *kind, unsigned num)
{
	char *value = talloc_strdup(f, "host=http");
	unsigned i;

	for (i = 1; i < num; i++) {
		value = talloc_asprintf_append(value, ",class%u", i);
	}
	fake_change(f,
		    FAKE_DS_DN,
		    talloc_asprintf(f, "%ssPNMappings %s", kind, value));
}

/* As much for a thousand values as for one, and for whatever account. */
static void work_does_not_grow(void **state)
{
	struct fake *f = *state;
	unsigned one = 0;

	fake_put_user(f, "svc", "");
	put_holder(f, "large", 500);
	put_mappings(f, "+", 200);
	one = work_at(f, "svc", "+spn http/h");
	assert_in_range(one, 1, 10);
	assert_int_equal(work_at(f, "svc", many(f, 1000, "")), one);
	assert_int_equal(work_at(f, "large", "+spn http/h"), one);
	assert_int_equal(work_at(f, "large", "-spn"), one);
	assert_int_equal(work_at(f, "large", "-spn http/h.example.com"), one);
}

/* Several elements are put together, and that is linear in all of them. */
static void elements_are_put_together(void **state)
{
	struct fake *f = *state;
	char *changes = talloc_strdup(f, "+spn foo/0");
	unsigned half = 0;
	unsigned i;

	fake_put_user(f, "svc", "");
	for (i = 1; i < 2000; i++) {
		changes = talloc_asprintf_append(changes, "\n+spn foo/%u", i);
		half = (i == 999) ? work_at(f, "svc", changes) : half;
	}
	assert_in_range(work_at(f, "svc", changes), half, half + 2);
}

/* Each turn is a write. */
static void turns_are_limited(void **state)
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
	assert_int_equal(fake_modify(f, "svc", changes),
			 LDB_ERR_UNWILLING_TO_PERFORM);
	assert_non_null(strstr(f->error, "send several requests"));
	assert_stored(f, "svc", "");
}

/* The text with another word for each "held" or "free". */
static char *put_word(struct fake *f, const char *text, const char *word)
{
	char *out = talloc_strdup(f, text);
	char *at = NULL;

	for (at = out; *at != '\0'; at++) {
		if (strncmp(at, "held", 4) == 0 || strncmp(at, "free", 4) == 0)
		{
			memcpy(at, word, 4);
		}
	}
	return out;
}

/* Every search for a request that access control refuses. */
static char *searched_for(struct fake *f, const char *changes)
{
	char *all = NULL;

	TALLOC_FREE(f->searched);
	f->searched = talloc_strdup(f, "");
	searches_of(f, changes);
	all = put_word(f, f->searched, "WORD");
	TALLOC_FREE(f->searched);
	return all;
}

/*
 * Whoever may not write an SPN cannot tell by our work whether somebody
 * holds it: the same searches are made, in the same order.
 */
static void held_or_not_is_the_same_work(void **state)
{
	static const char *const changes[] = {
		"+spn foo/held",
		"=spn foo/held|foo/x",
		"+spn http/held",
		"+spn http/held.example.com",
		"+spn foo/x\n+spn http/held",
		"-spn foo/held",
		"-spn\n+spn http/held",
		"+spn http/cpuheld",
		"+spn http/cpuheld.example.com",
		"+spn cifs/cpuheld",
		"+spn http/alsoheld",
	};
	struct fake *f = *state;
	size_t i;

	fake_put_user(f, "svc", "+spn foo/held|foo/free");
	fake_put_user(f, "hidden", "+spn foo/held|http/held");
	fake_put_computer(f,
			  "cpuheld",
			  "+spn HOST/cpuheld\n"
			  "+dNSHostName cpuheld.example.com\n"
			  "+msDS-AdditionalDnsHostName alsoheld.example.com");
	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		char *held = searched_for(f, changes[i]);
		char *nobodys = searched_for(f,
					     put_word(f, changes[i], "free"));

		assert_string_equal(held, nobodys);
		assert_string_equal(held, "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fake_test(refused_requests_make_no_searches),
		fake_test(others_are_not_the_system),
		fake_test(no_text_makes_no_work),
		fake_test(work_does_not_grow),
		fake_test(elements_are_put_together),
		fake_test(turns_are_limited),
		fake_test(log_is_not_forged),
		fake_test(held_or_not_is_the_same_work),
	};

	/* Otherwise the module would find talloc before us. */
	setenv("LDB_MODULES_DISABLE_DEEPBIND", "1", 1);
	return fake_run(tests);
}
