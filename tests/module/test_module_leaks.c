/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A DC runs for months: whatever a transaction looks like, the thousandth of
 * its kind leaves no more memory behind than the first.
 */
#include "lib/fake_stack.h"

#define TIMES 1000

static void unrelated(struct fake *f)
{
	fake_modify(f, "svc", "=description x");
}

static void accepted(struct fake *f)
{
	assert_accepted(f, fake_modify(f, "svc", "+spn foo/new"));
	fake_change(f, "svc", "=spn foo/a");
}

static void refused_by_rules(struct fake *f)
{
	fake_modify(f, "svc", "+spn foo/taken");
}

static void refused_by_samldb(struct fake *f)
{
	f->samldb_checks = true;
	fake_modify(f, "svc", "+spn foo/taken");
	f->samldb_checks = false;
}

static void refused_by_acl(struct fake *f)
{
	f->acl_refuses = true;
	fake_modify(f, "svc", "-spn foo/a\n+spn http/app");
	f->acl_refuses = false;
}

static void completed(struct fake *f)
{
	assert_accepted(f, fake_modify(f, "svc", "+spn http/app"));
	fake_change(f, "svc", "=spn foo/a");
}

static void in_steps(struct fake *f)
{
	assert_accepted(f, fake_modify(f, "svc", "-spn foo/a\n+spn http/app"));
	fake_change(f, "svc", "=spn foo/a");
}

static void given_up(struct fake *f)
{
	fake_change(f, "svc", "=spn foo/taken");
	f->samldb_checks = true;
	assert_accepted(f, fake_modify(f, "svc", "-spn foo/taken"));
	f->samldb_checks = false;
}

/* Its first relevant write is not its first write. */
static void late(struct fake *f)
{
	fake_start(f);
	fake_modify(f, "svc", "=description x");
	assert_accepted(f, fake_modify(f, "svc", "=spn foo/a"));
	assert_accepted(f, fake_commit(f));
}

static void late_and_refused(struct fake *f)
{
	fake_start(f);
	fake_modify(f, "svc", "=description x");
	fake_modify(f, "svc", "+spn foo/taken");
	fake_commit(f);
}

static void cancelled(struct fake *f)
{
	fake_start(f);
	fake_modify(f, "svc", "=description x");
	fake_modify(f, "svc", "+spn foo/new");
	fake_cancel(f);
}

static void of_the_system(struct fake *f)
{
	fake_become_system(f);
	fake_start(f);
	fake_modify(f, FAKE_POLICY_DN, "=msDS-Settings http-pair=complete");
	fake_modify(f, "svc", "=spn");
	fake_modify(f, "svc", "=spn foo/a|foo/c");
	assert_accepted(f, fake_commit(f));
}

/* The configuration is another one each time. */
static void other_settings(struct fake *f)
{
	static unsigned usn = 10;

	fake_put_config_usn(f, ++usn);
	accepted(f);
}

static void added(struct fake *f)
{
	assert_accepted(f,
			fake_add(f, "new", "+objectClass user\n+spn http/n"));
	assert_accepted(f, fake_delete(f, "new"));
}

static void failed(struct fake *f)
{
	f->fail_search = 2;
	fake_modify(f, "svc", "+spn foo/new");
	f->fail_search = 0;
}

static void no_object(struct fake *f)
{
	fake_modify(f, "nobody", "+spn foo/new");
}

static const struct {
	const char *name;
	void (*run)(struct fake *f);
} shapes[] = {
	{"unrelated", unrelated},
	{"accepted", accepted},
	{"refused by rules", refused_by_rules},
	{"refused by samldb", refused_by_samldb},
	{"refused by acl", refused_by_acl},
	{"completed", completed},
	{"in steps", in_steps},
	{"given up", given_up},
	{"late", late},
	{"late and refused", late_and_refused},
	{"cancelled", cancelled},
	{"other settings", other_settings},
	{"added", added},
	{"failed", failed},
	{"no object", no_object},
	{"of the system", of_the_system}, /* and so it stays */
};

static void nothing_is_left(void **state)
{
	struct fake *f = *state;
	size_t i;

	fake_put_user(f, "svc", "+spn foo/a");
	fake_put_user(f, "other", "+spn foo/taken");
	fake_put_settings(f, "+msDS-Settings alias-spn=warn");
	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		size_t before = 0;
		unsigned n;

		for (n = 0; n < TIMES; n++) {
			if (n == 3) {
				before = talloc_total_blocks(f->ldb);
			}
			shapes[i].run(f);
			TALLOC_FREE(f->log);
			f->log = talloc_strdup(f, "");
		}
		print_message("%s: %zu blocks\n", shapes[i].name, before);
		assert_int_equal(talloc_total_blocks(f->ldb), before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fake_test(nothing_is_left),
	};

	return fake_run(tests);
}
