/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sets of SPN values against the plainest thing that does the same: an array
 * that is looked through. Few keys in many spellings, and the other way round.
 */
#include "lib/policy_fixture.h"

#include <stdio.h>

#define MAX_VALUES 400

/* The plain one. */
struct plain {
	struct spn_value values[MAX_VALUES];
	size_t num;
};

static unsigned seed;

static unsigned pick(unsigned below)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % below;
}

/* One of so many keys, in one of so many spellings. */
static struct spn_value any_value(struct fixture *f, unsigned keys, unsigned n)
{
	unsigned key = pick(keys);

	return (struct spn_value){
		.value = spn_str_of(
			talloc_asprintf(f->mem_ctx, "%u/%u", key, pick(n))),
		.key = spn_str_of(talloc_asprintf(f->mem_ctx, "%u", key)),
	};
}

static size_t plain_count(const struct plain *plain, struct spn_str key)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < plain->num; i++) {
		count += spn_str_equal(plain->values[i].key, key) ? 1 : 0;
	}
	return count;
}

static bool plain_has(const struct plain *plain, const struct spn_value *value)
{
	size_t i;

	for (i = 0; i < plain->num; i++) {
		if (spn_str_equal(plain->values[i].value, value->value)) {
			return true;
		}
	}
	return false;
}

static bool plain_remove(struct plain *plain, const struct spn_value *value)
{
	size_t place = plain->num;
	size_t i;

	for (i = plain->num; i-- > 0;) {
		if (spn_str_equal(plain->values[i].key, value->key)) {
			place = i;
		}
	}
	for (i = plain->num; i-- > 0;) {
		if (spn_str_equal(plain->values[i].value, value->value)) {
			place = i;
		}
	}
	if (place == plain->num) {
		return false;
	}
	plain->num--;
	for (i = place; i < plain->num; i++) {
		plain->values[i] = plain->values[i + 1];
	}
	return true;
}

static void assert_same(const struct spn_set *set, const struct plain *plain)
{
	size_t i;

	assert_int_equal(set->num, plain->num);
	for (i = 0; i < set->num; i++) {
		const struct spn_value *value = &plain->values[i];

		assert_true(spn_str_equal(set->values[i].value, value->value));
		assert_true(spn_set_has_exactly(set, value));
		assert_int_equal(spn_set_count(set, value->key),
				 plain_count(plain, value->key));
	}
}

/* Some values go at once, each as if it were the only one. */
static void remove_some(struct fixture *f,
			struct spn_set *set,
			struct plain *plain,
			unsigned keys,
			unsigned spellings)
{
	struct spn_value gone[20];
	size_t num = pick(20) + 1;
	bool all = false;
	bool wanted = true;
	size_t i;

	for (i = 0; i < num; i++) {
		gone[i] = any_value(f, keys, spellings);
		wanted &= plain_remove(plain, &gone[i]);
	}
	assert_true(spn_set_remove(f->mem_ctx, set, gone, num, &all));
	assert_int_equal(all, wanted);
}

static void compare(struct fixture *f, unsigned keys, unsigned spellings)
{
	struct spn_set set = {};
	struct plain plain = {};
	unsigned step;

	for (step = 0; step < 600; step++) {
		struct spn_value value = any_value(f, keys, spellings);

		assert_int_equal(spn_set_has_exactly(&set, &value),
				 plain_has(&plain, &value));
		assert_int_equal(spn_set_has(&set, value.key),
				 plain_count(&plain, value.key) > 0);
		if (pick(40) == 0) {
			remove_some(f, &set, &plain, keys, spellings);
		} else if (plain.num < MAX_VALUES &&
			   !plain_has(&plain, &value))
		{
			assert_true(spn_set_add(f->mem_ctx, &set, &value));
			plain.values[plain.num++] = value;
		}
		if (pick(50) == 0) {
			struct spn_set copy = {};

			assert_true(spn_set_copy(f->mem_ctx, &set, &copy));
			set = copy; /* it goes on with that one */
		}
		if (pick(300) == 0) {
			spn_set_clear(&set);
			plain.num = 0;
		}
	}
	assert_same(&set, &plain);
}

static void as_a_plain_array(void **state)
{
	static const unsigned keys[] = {1, 3, 20, 1000};
	static const unsigned spellings[] = {1, 2, 30, 1000};
	size_t i;
	size_t j;

	for (i = 0; i < 4; i++) {
		for (j = 0; j < 4; j++) {
			for (seed = 1; seed < 1000; seed += 250) {
				unsigned start = seed;

				compare(*state, keys[i], spellings[j]);
				seed = start;
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(as_a_plain_array),
	};

	return cmocka_run_group_tests_name("spn_set", tests, NULL, NULL);
}
