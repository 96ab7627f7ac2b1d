/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Several writes in one transaction: where each brings SPNs that have nothing
 * to do with the others, nothing is looked up once more at the commit; and
 * whatever they are, the verdict is the one over what is there then.
 */
#include "lib/fake_stack.h"

static void put_accounts(struct fake *f)
{
	fake_put_user(f, "a", "");
	fake_put_user(f, "b", "");
	fake_put_user(f, "c", "");
	fake_put_computer(f,
			  "W1",
			  "+dNSHostName w1.example.com\n"
			  "+spn HOST/W1|HOST/w1.example.com");
	fake_put(f, "CN=far,DC=tree,DC=net", "user", "+spn foo/far");
	fake_put_config_usn(f, 1);
	f->samldb_checks = true;
}

/* Searches of the commit; *_ret is its result. */
static unsigned searches_of_commit(struct fake *f, int *_ret)
{
	unsigned before = f->num_searches;

	*_ret = fake_commit(f);
	return f->num_searches - before;
}

/* As predicted, of every one of them. */
static void nothing_is_looked_up_again(void **state)
{
	struct fake *f = *state;
	int ret;

	put_accounts(f);
	fake_start(f);
	assert_accepted(f, fake_modify(f, "a", "+spn http/x"));
	assert_accepted(f, fake_modify(f, "b", "+spn foo/y|host/y"));
	assert_accepted(f, fake_modify(f, "c", "+spn cifs/z"));
	assert_accepted(f, fake_modify(f, "W1", "+spn foo/w1"));
	assert_int_equal(searches_of_commit(f, &ret), 0);
	assert_accepted(f, ret);
	assert_stored(f, "a", "http/x|http/x.example.com");
	assert_stored(f, "b", "foo/y|host/y");
	/* And nothing of it is left in the next one. */
	fake_start(f);
	assert_accepted(f, fake_modify(f, "c", "+spn cifs/y"));
	assert_accepted(f, fake_modify(f, "b", "+spn foo/far"));
	assert_refused(f, fake_commit(f), DUPLICATE);
	assert_stored(f, "c", "cifs/z");
}

/* The second write after "+spn cifs/n" of a. */
struct second {
	const char *what;
	const char *name;
	const char *changes;
	const char *control;
	int fail_write;
	int result;
};

static const struct second seconds[] = {
	{.what = "the same account", .name = "a", .changes = "+spn foo/n2"},
	{.what = "what was asked about",
	 .name = "b",
	 .changes = "+spn host/n"},
	{
		.what = "more than SPNs",
		.name = "b",
		.changes = "+spn foo/b\n=description x",
	},
	{.what = "no SPNs", .name = "b", .changes = "=description x"},
	{.what = "all SPNs", .name = "b", .changes = "=spn foo/b"},
	{.what = "a name", .name = "W1", .changes = "=sAMAccountName W2$"},
	{
		.what = "permissive",
		.name = "b",
		.changes = "+spn foo/b",
		.control = LDB_CONTROL_PERMISSIVE_MODIFY_OID,
	},
	{
		.what = "one that has failed",
		.name = "b",
		.changes = "+spn foo/b",
		.fail_write = LDB_ERR_BUSY,
		.result = LDB_ERR_BUSY,
	},
};

static void anything_else_is_looked_at(void **state)
{
	struct fake *f = *state;
	size_t i;
	int ret;

	put_accounts(f);
	for (i = 0; i < ARRAY_SIZE(seconds); i++) {
		const struct second *s = &seconds[i];

		print_message("%s\n", s->what);
		fake_start(f);
		assert_accepted(f, fake_modify(f, "a", "+spn cifs/n"));
		f->control = s->control;
		f->fail_write = s->fail_write;
		assert_int_equal(fake_modify(f, s->name, s->changes),
				 s->result);
		f->control = NULL;
		f->fail_write = LDB_SUCCESS;
		/* One that could be predicted does not help. */
		assert_accepted(f, fake_modify(f, "c", "+spn foo/c"));
		assert_true(searches_of_commit(f, &ret) > 0);
		fake_change(f, "a", "=spn");
		fake_change(f, "b", "=spn\n=description");
		fake_change(f, "c", "=spn");
		fake_change(f, "W1", "=sAMAccountName W1$");
		fake_put_config_usn(f, (unsigned)i + 2);
	}
}

/* What is only warned of is logged for each of them. */
static void warnings_of_all(void **state)
{
	struct fake *f = *state;
	int ret;

	put_accounts(f);
	fake_put_settings(f, "+msDS-Settings syntax=warn");
	fake_put_config_usn(f, 2);
	fake_start(f);
	assert_accepted(f, fake_modify(f, "a", "+spn nonsense1"));
	assert_accepted(f, fake_modify(f, "b", "+spn foo/b"));
	assert_accepted(f, fake_modify(f, "c", "+spn nonsense2"));
	assert_int_equal(searches_of_commit(f, &ret), 0);
	assert_accepted(f, ret);
	assert_non_null(strstr(f->log, "nonsense1"));
	assert_non_null(strstr(f->log, "nonsense2"));
}

/* A refusal that was predicted stands, whichever of them it is of. */
static void one_of_many_is_refused(void **state)
{
	static const char *const names[] = {"a", "b", "c"};
	struct fake *f = *state;
	size_t wrong;
	size_t i;

	put_accounts(f);
	for (wrong = 0; wrong < ARRAY_SIZE(names); wrong++) {
		fake_start(f);
		for (i = 0; i < ARRAY_SIZE(names); i++) {
			char changes[] = "+spn foo/x0";

			changes[sizeof(changes) - 2] = (char)('0' + i);
			assert_accepted(f,
					fake_modify(f,
						    names[i],
						    (i == wrong)
							    ? "+spn foo/far"
							    : changes));
		}
		assert_refused(f, fake_commit(f), DUPLICATE);
		assert_stored(f, "a", "");
		assert_stored(f, "c", "");
	}
}

/* ----------------------------------------- beside one that looks again */

#define MOST_WRITES 4
#define ROUNDS 100

static const char *const names[] = {"a", "b", "c", "W1"};
static const char *const spns[] = {
	"foo/x",
	"foo/y",
	"foo/far",
	"http/q",
	"http/q.example.com",
	"http/q|http/q.example.com",
	"host/q",
	"cifs/q",
	"cifs/q.example.com",
	"HOST/q.example.com",
	"http/w1",
	"http/w1.example.com",
	"cifs/w1",
	"foo/w1",
	"dns/r",
	"host/r",
	"http/r.example.com",
	"nonsense",
};

struct generated {
	const char *name;
	char changes[64];
};

struct outcome {
	int results[MOST_WRITES];
	int commit;
	char *stored;
	unsigned searches; /* of the commit */
};

static uint32_t next_number(uint32_t *seed, size_t below)
{
	*seed = *seed * 1664525U + 1013904223U;
	return (*seed >> 8) % (uint32_t)below;
}

static size_t generate(uint32_t *seed, struct generated writes[MOST_WRITES])
{
	static const char *const verbs[] = {"+", "+", "+", "+", "+", "+", "="};
	size_t num = 2 + next_number(seed, MOST_WRITES - 1);
	size_t i;

	for (i = 0; i < num; i++) {
		writes[i].name = names[next_number(seed, ARRAY_SIZE(names))];
		snprintf(writes[i].changes,
			 sizeof(writes[i].changes),
			 "%sspn %s",
			 verbs[next_number(seed, ARRAY_SIZE(verbs))],
			 spns[next_number(seed, ARRAY_SIZE(spns))]);
	}
	return num;
}

/* looks_again: another write has the verdict fall over all that is there. */
static struct outcome run(struct fake *f,
			  const struct generated *writes,
			  size_t num,
			  bool looks_again)
{
	struct outcome o = {};
	size_t i;

	fake_start(f);
	for (i = 0; i < num; i++) {
		o.results[i] = fake_modify(f,
					   writes[i].name,
					   writes[i].changes);
	}
	if (looks_again) {
		assert_accepted(f, fake_modify(f, "other", "=description x"));
	}
	o.searches = searches_of_commit(f, &o.commit);
	o.stored = talloc_strdup(f, "");
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		o.stored = talloc_asprintf_append(o.stored,
						  "%s: %s\n",
						  names[i],
						  fake_spns(f, names[i]));
		assert_non_null(o.stored);
		fake_change(f,
			    names[i],
			    (strcmp(names[i], "W1") == 0)
				    ? "=spn HOST/W1|HOST/w1.example.com"
				    : "=spn");
	}
	return o;
}

static void assert_same(const struct outcome *a, const struct outcome *b)
{
	size_t i;

	for (i = 0; i < MOST_WRITES; i++) {
		assert_int_equal(a->results[i], b->results[i]);
	}
	assert_int_equal(a->commit, b->commit);
	assert_string_equal(a->stored, b->stored);
}

static void same_as_looking_again(void **state)
{
	struct fake *f = *state;
	uint32_t seed = 20261129;
	size_t num_predicted = 0;
	size_t num_refused = 0;
	size_t round;

	put_accounts(f);
	fake_put_user(f, "other", "");
	fake_put_settings(f, "+msDS-Settings alias-spn=deny");
	for (round = 0; round < ROUNDS; round++) {
		struct generated writes[MOST_WRITES] = {};
		size_t num = generate(&seed, writes);
		struct outcome ours = {};
		struct outcome theirs = {};
		size_t i;

		for (i = 0; i < num; i++) {
			print_message("%zu: %s %s\n",
				      round,
				      writes[i].name,
				      writes[i].changes);
		}
		/* Half of the time duplicates come as far as to us. */
		f->samldb_checks = round % 2 == 0;
		ours = run(f, writes, num, false);
		theirs = run(f, writes, num, true);
		assert_same(&ours, &theirs);
		num_predicted += (ours.searches == 0) ? 1 : 0;
		num_refused += (ours.commit != LDB_SUCCESS) ? 1 : 0;
		talloc_free(ours.stored);
		talloc_free(theirs.stored);
	}
	/* Of each kind enough to tell something. */
	print_message("%zu %zu\n", num_predicted, num_refused);
	assert_true(num_predicted > ROUNDS / 20);
	assert_true(num_refused > ROUNDS / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fake_test(nothing_is_looked_up_again),
		fake_test(anything_else_is_looked_at),
		fake_test(warnings_of_all),
		fake_test(one_of_many_is_refused),
		fake_test(same_as_looking_again),
	};

	return fake_run(tests);
}
