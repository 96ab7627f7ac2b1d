/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Out of memory: each allocation of the module fails in turn. It never
 * crashes, and it never accepts a write that it could not check.
 */
#include "lib/fake_stack.h"

#include <param.h>
#include <stdlib.h>

#include "lib/fail_allocation.h"

/* More than any request here makes. */
#define MANY 3000

static void put_accounts(struct fake *f)
{
	fake_put_user(f, "a", "+spn foo/b|foo/dup|host/al");
	fake_put_user(f, "b", "+description old\n+spn x/y|foo/dup");
	fake_put_computer(f,
			  "WEB01",
			  "+dNSHostName web01.example.com\n"
			  "+spn HOST/WEB01|HOST/web01.example.com");
	/* Settings that are stricter than the defaults, and some to parse:
	 * none of them may get lost. */
	fake_put_settings(f,
			  "+msDS-Settings alias-spn=deny|pair-classes=http|"
			  "pair-classes=nfs|dns-suffix=extra.org|"
			  "exempt-host=lab*|nonsense");
}

/* What is sent to b, and what b has afterwards; NULL: it is refused. */
struct request {
	const char *changes;
	const char *after;
};

static const struct request requests[] = {
	/* Each rule that refuses, by default or by the settings. */
	{"=description new\n+spn foo/b", NULL},
	{"=description new\n+spn cifs/al", NULL},
	{"=description new\n+spn nothing", NULL},
	{"=description new\n-spn x/y\n+spn FOO/DUP", NULL},
	/* Completion of either class, giving up, replace. */
	{"=description new\n+spn http/web01.example.com",
	 "foo/dup|http/web01|http/web01.example.com|x/y"},
	{"=description new\n+spn nfs/q.extra.org\n+spn foo/c",
	 "foo/c|foo/dup|nfs/q|nfs/q.extra.org|x/y"},
	{"=description new\n-spn foo/dup", "x/y"},
	{"=description new\n=spn x/y|foo/dup|http/lab1",
	 "foo/dup|http/lab1|x/y"},
	{"=description new\n=dNSHostName b.example.com", "foo/dup|x/y"},
	/* What is there in another spelling, and what a replace leaves out. */
	{"=description new\n+spn X/Y", NULL},
	{"=description new\n=spn foo/dup", "foo/dup"},
};

static void restore(struct fake *f)
{
	fake_change(f,
		    "b",
		    "=spn x/y|foo/dup\n=description old\n"
		    "=dNSHostName old.example.com");
}

static void assert_untouched(struct fake *f, const char *changes, unsigned n)
{
	if (strcmp(fake_spns(f, "b"), "foo/dup|x/y") != 0 ||
	    strcmp(fake_values(f, "b", "description"), "old") != 0)
	{
		fail_msg("%s: allocation %u: half of it is stored: %s",
			 changes,
			 n,
			 fake_spns(f, "b"));
	}
}

/* The request with its n-th allocation failing. False: there is none. */
static bool modify_without_memory(struct fake *f,
				  const struct request *r,
				  unsigned n)
{
	const char *after = NULL;
	bool failed = false;
	int ret;

	fail_allocation(n);
	ret = fake_modify(f, "b", r->changes);
	failed = fail_allocation_happened();
	if (ret != LDB_SUCCESS) {
		/* Refused for want of memory, or as it should be. */
		assert_true(failed || r->after == NULL);
		assert_true(strlen(f->error) > 0);
		assert_untouched(f, r->changes, n);
		return failed;
	}
	after = fake_spns(f, "b");
	if (r->after == NULL || strcmp(after, r->after) != 0) {
		fail_msg("%s: allocation %u: accepted, and b has %s",
			 r->changes,
			 n,
			 after);
	}
	restore(f);
	return failed;
}

/* Every allocation of every modify. */
static void every_allocation_of_a_modify(void **state)
{
	struct fake *f = *state;
	size_t i;

	put_accounts(f);
	restore(f);
	f->samldb_rewrites = true;
	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		unsigned n = 1;

		while (modify_without_memory(f, &requests[i], n)) {
			n++;
		}
		/* It does allocate, and we do see it. */
		assert_true(n > 50 && n < MANY);
	}
}

/* The same where spellings are put back. */
static void every_allocation_of_a_permissive_modify(void **state)
{
	static const struct request permissive = {
		"=description new\n+spn X/Y|foo/c",
		"foo/c|foo/dup|x/y",
	};
	struct fake *f = *state;
	unsigned n = 1;

	put_accounts(f);
	f->control = LDB_CONTROL_PERMISSIVE_MODIFY_OID;
	restore(f);
	while (modify_without_memory(f, &permissive, n)) {
		n++;
	}
	assert_true(n > 50 && n < MANY);
}

/* The same while Samba's own check asks us, and the configuration is kept:
 * what is predicted, answered and not read again. */
static void every_allocation_of_prediction(void **state)
{
	static const struct request predicted[] = {
		{"+spn foo/b", NULL},
		{"+spn nothing", NULL},
		{"+spn cifs/al", NULL},
		{"+spn foo/c", "foo/c|foo/dup|x/y"},
		{"+spn http/web01.example.com",
		 "foo/dup|http/web01|http/web01.example.com|x/y"},
		{"+spn host/new", "foo/dup|host/new|x/y"},
	};
	struct fake *f = *state;
	size_t i;

	put_accounts(f);
	fake_put_config_usn(f, 1);
	f->samldb_checks = true;
	for (i = 0; i < ARRAY_SIZE(predicted); i++) {
		unsigned n = 1;

		while (modify_without_memory(f, &predicted[i], n)) {
			n++;
		}
		assert_true(n > 50 && n < MANY);
	}
}

/* In audit mode a check without memory refuses nothing, and what it has left
 * undone is not looked at when Samba refuses. */
static void every_allocation_in_audit_mode(void **state)
{
	/* What is not certain, and what would be predicted. */
	static const char *const changes[] = {
		"+spn foo/b\n-spn x/y",
		"+spn foo/b",
	};
	struct fake *f = *state;
	struct loadparm_context *lp_ctx = loadparm_init(f);
	size_t i;

	put_accounts(f);
	assert_non_null(lp_ctx);
	assert_true(lpcfg_set_option(lp_ctx, "spn_policy:mode=audit"));
	fake_reopen(f, lp_ctx);
	f->samldb_checks = true;
	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		bool failed = true;
		unsigned n;

		for (n = 1; failed; n++) {
			assert_true(n < MANY);
			fail_allocation(n);
			fake_modify(f, "b", changes[i]);
			failed = fail_allocation_happened();
			assert_untouched(f, "audit", n);
		}
		assert_true(n > 50);
	}
}

/* What deletes or renames the settings reads them first. */
static void every_allocation_of_a_delete(void **state)
{
	struct fake *f = *state;
	bool failed = true;
	unsigned n;

	put_accounts(f);
	f->trusted = true;
	for (n = 1; failed; n++) {
		bool renames = (n % 2 == 0);
		int ret;

		assert_true(n < MANY);
		fake_start(f);
		fail_allocation((n + 1) / 2);
		ret = renames ? fake_rename(
					f,
					FAKE_POLICY_DN,
					"CN=Gone,CN=Services," FAKE_CONFIG_DN)
			      : fake_delete(f, FAKE_POLICY_DN);
		failed = fail_allocation_happened();
		/* Judged by what was in force, or not at all. */
		if (ret == LDB_SUCCESS) {
			fake_modify(f, "b", "+spn cifs/al");
		}
		assert_int_not_equal(fake_commit(f), LDB_SUCCESS);
		assert_untouched(f, "delete", n);
		assert_non_null(fake_values(f, FAKE_POLICY_DN, "cn"));
	}
	assert_true(n > 50);
}

/* Every allocation of an add that must be refused, and of one that must
 * be completed. */
static void every_allocation_of_an_add(void **state)
{
	static const struct request adds[] = {
		{"+objectClass user\n+spn foo/b", NULL},
		{"+objectClass user\n+spn http/web01",
		 "http/web01|http/web01.example.com"},
	};
	struct fake *f = *state;
	size_t i;

	put_accounts(f);
	for (i = 0; i < ARRAY_SIZE(adds); i++) {
		bool failed = true;
		unsigned n;

		for (n = 1; failed; n++) {
			const char *spns = NULL;
			int ret;

			assert_true(n < MANY);
			fail_allocation(n);
			ret = fake_add(f, "c", adds[i].changes);
			failed = fail_allocation_happened();
			spns = fake_spns(f, "c");
			if (ret != LDB_SUCCESS) {
				assert_null(spns);
				continue;
			}
			assert_non_null(adds[i].after);
			assert_string_equal(spns, adds[i].after);
			ldb_delete(f->raw, fake_dn(f, f, "c"));
		}
	}
}

/* Swallowing the refusal for want of memory does not help, either. */
static void every_allocation_and_commit(void **state)
{
	struct fake *f = *state;
	bool failed = true;
	unsigned n;

	put_accounts(f);
	for (n = 1; failed; n++) {
		assert_true(n < MANY);
		fake_start(f);
		fail_allocation(n);
		fake_modify(f, "b", "+spn foo/b");
		fake_modify(f, "a", "=description x");
		/* May succeed only where b's write was not even passed on. */
		fake_commit(f);
		failed = fail_allocation_happened();
		assert_untouched(f, "swallowed", n);
	}
	assert_true(n > 50);
}

/* A module that cannot start makes the database unusable, not unguarded. */
static void every_allocation_of_the_start(void **state)
{
	static const char *options[] = {"modules:spn_policy,samba_dsdb_fake",
					NULL};
	struct fake *f = *state;
	bool failed = true;
	unsigned n;

	for (n = 1; failed; n++) {
		struct ldb_context *ldb = ldb_init(f, NULL);
		int ret;

		assert_true(n < MANY);
		ldb_set_opaque(ldb, FAKE_OPAQUE, f);
		fail_allocation(n);
		ret = ldb_connect(ldb, f->url, LDB_FLG_NOSYNC, options);
		failed = fail_allocation_happened();
		assert_int_equal(ret != LDB_SUCCESS, failed);
		talloc_free(ldb);
	}
	assert_true(n > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fake_test(every_allocation_of_a_modify),
		fake_test(every_allocation_of_a_permissive_modify),
		fake_test(every_allocation_of_prediction),
		fake_test(every_allocation_in_audit_mode),
		fake_test(every_allocation_of_a_delete),
		fake_test(every_allocation_of_an_add),
		fake_test(every_allocation_and_commit),
		fake_test(every_allocation_of_the_start),
	};

	/* Otherwise the module would find talloc before us. */
	setenv("LDB_MODULES_DISABLE_DEEPBIND", "1", 1);
	return fake_run(tests);
}
