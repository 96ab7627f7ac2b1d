/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a caller without any right can make a DC do: next to nothing. The
 * module stands above everything that asks who is calling, so work that is
 * done on the way down is done for everybody.
 */
#include "fake_stack.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		fake_test(anonymous_makes_no_work),
		fake_test(large_requests_make_no_work),
		fake_test(no_text_makes_no_work),
		fake_test(log_is_not_forged),
	};

	return fake_run(tests);
}
