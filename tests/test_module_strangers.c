/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a caller without any right can make a DC do: next to nothing. The
 * module stands above everything that asks who is calling, so work that is
 * done on the way down is done for everybody.
 */
#include "fake_stack.h"

#include <stdlib.h>

#include "fail_allocation.h"

/* The leading members of Samba's own, as the module reads them. */
struct stranger_sid {
	uint8_t revision;
	int8_t num_auths;
	uint8_t id_auth[6];
	uint32_t sub_auths[15];
};
struct stranger_token {
	uint32_t num_sids;
	struct stranger_sid *sids;
};
struct stranger_session {
	struct stranger_token *token;
};

static struct stranger_sid anonymous_sid = {
	.revision = 1,
	.num_auths = 1,
	.id_auth = {0, 0, 0, 0, 0, 5},
	.sub_auths = {7},
};
static struct stranger_token anonymous_token = {
	.num_sids = 1,
	.sids = &anonymous_sid,
};
static struct stranger_session anonymous = {.token = &anonymous_token};

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

/* Nothing is completed for the anonymous, so nothing is looked up. */
static void anonymous_makes_no_work(void **state)
{
	struct fake *f = *state;
	unsigned nothing = 0;

	fake_put_user(f, "svc", "");
	ldb_set_opaque(f->ldb, "sessionInfo", &anonymous);
	nothing = searches_of(f, "-spn");
	assert_int_equal(searches_of(f, many(f, 5, "")), nothing);
	assert_int_equal(searches_of(f, many(f, 500, "")), nothing);
	/* Samba refuses it below; if it did not, the verdict stands. */
	f->acl_refuses = false;
	assert_refused(f, fake_modify(f, "svc", "+spn http/app"), PAIR);
	assert_stored(f, "svc", "");
}

/* Whoever has no rights cannot make a large request dear. */
static void large_requests_make_no_work(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "svc", "");
	assert_true(searches_of(f, many(f, 5, "")) < 10);
	assert_true(searches_of(f, many(f, 5000, "")) < 10);
	assert_true(searches_of(f, many(f, 50, "|http/x")) < 20);
}

/* What cannot be folded is in no index: it is not searched for. */
static void no_text_makes_no_work(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "svc", "");
	assert_true(searches_of(f, many(f, 99, "\xff")) < 10);
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

static void assert_doubled(unsigned once, unsigned twice)
{
	assert_in_range(once, 10, 100000);
	assert_in_range(twice, once, 2 * once);
}

/* Twice as much costs no more than twice as much: of values that come, too
 * many to be completed or not, and of SPNs that the account has. */
static void work_grows_with_the_request(void **state)
{
	struct fake *f = *state;

	fake_put_user(f, "svc", "");
	assert_doubled(work_at(f, "svc", many(f, 1000, "")),
		       work_at(f, "svc", many(f, 2000, "")));
	assert_doubled(work_at(f, "svc", many(f, 40, "")),
		       work_at(f, "svc", many(f, 80, "")));
	put_holder(f, "large", 500);
	put_holder(f, "huge", 1000);
	assert_doubled(work_at(f, "large", "+spn foo/new"),
		       work_at(f, "huge", "+spn foo/new"));
	assert_doubled(work_at(f, "large", "-spn"),
		       work_at(f, "huge", "-spn"));
}

/* ... of accounts that hold the other half, and of classes in sPNMappings. */
static void work_grows_with_the_directory(void **state)
{
	struct fake *f = *state;
	unsigned once = 0;
	unsigned i;

	fake_put_user(f, "svc", "");
	for (i = 0; i < 10; i++) {
		put_holder(f, talloc_asprintf(f, "first%u", i), 50);
	}
	once = work_at(f, "svc", "+spn http/h");
	for (i = 0; i < 10; i++) {
		put_holder(f, talloc_asprintf(f, "second%u", i), 50);
	}
	assert_doubled(once, work_at(f, "svc", "+spn http/h"));
	put_mappings(f, "+", 200);
	once = work_at(f, "svc", "+spn http/h");
	put_mappings(f, "=", 400);
	assert_doubled(once, work_at(f, "svc", "+spn http/h"));
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

		assert_non_null(strstr(held, "CN=svc,"));
		assert_string_equal(held, nobodys);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fake_test(anonymous_makes_no_work),
		fake_test(large_requests_make_no_work),
		fake_test(no_text_makes_no_work),
		fake_test(work_grows_with_the_request),
		fake_test(work_grows_with_the_directory),
		fake_test(log_is_not_forged),
		fake_test(held_or_not_is_the_same_work),
	};

	/* Otherwise the module would find talloc before us. */
	setenv("LDB_MODULES_DISABLE_DEEPBIND", "1", 1);
	return fake_run(tests);
}
