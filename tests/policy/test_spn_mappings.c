/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sPNMappings: what a value says, and the first match of several.
 */
#include "lib/policy_fixture.h"

static struct spn_mappings *mappings_of(struct fixture *f,
					const struct spn_str *values,
					size_t num_values)
{
	struct spn_mappings *mappings = spn_mappings_new(f->mem_ctx);
	size_t i;

	assert_non_null(mappings);
	for (i = 0; i < num_values; i++) {
		assert_true(spn_mappings_add(mappings, values[i]));
	}
	return mappings;
}

static const struct spn_str default_value[] = {
	STR("host=alerter,cifs,dns,http,www,time"),
};

/* MS-DRSR LookupSPN: alias to target, in any case; the target itself and
 * what is not in the list has none. */
static void target_of_class(void **state)
{
	static const struct {
		struct spn_str service_class;
		const char *target;
	} rows[] = {
		{STR("http"), "host"},
		{STR("HTTP"), "host"},
		{STR("alerter"), "host"},
		{STR("time"), "host"},
		{STR("host"), NULL},
		{STR("ldap"), NULL},
		{STR("htt"), NULL},
		{STR("https"), NULL},
		{STR("http\0"), NULL},
		{STR(""), NULL},
	};
	struct spn_mappings *m = mappings_of(*state, default_value, 1);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *target =
			spn_mappings_target(m, rows[i].service_class);

		if (rows[i].target == NULL) {
			assert_null(target);
			continue;
		}
		assert_non_null(target);
		assert_string_equal(target, rows[i].target);
	}
}

/* The other way round: the list, complete, in its order. */
static void aliases_of_class(void **state)
{
	static const char *const wanted[] =
		{"alerter", "cifs", "dns", "http", "www", "time"};
	struct spn_mappings *m = mappings_of(*state, default_value, 1);
	const char *const *aliases = spn_mappings_aliases(m, STR("HOST"));
	size_t i;

	assert_non_null(aliases);
	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		assert_string_equal(aliases[i], wanted[i]);
	}
	assert_null(aliases[i]);
	assert_null(spn_mappings_aliases(m, STR("http")));
	assert_null(spn_mappings_aliases(m, STR("")));
}

/* The first match wins, for both questions, as in samldb and cracknames. */
static void first_match_wins(void **state)
{
	static const struct spn_str values[] = {
		STR("host=http,www"),
		STR("web=www,http,ftp"),
		STR("host=ldap"),
	};
	struct spn_mappings *m = mappings_of(*state,
					     values,
					     ARRAY_SIZE(values));
	const char *const *aliases = spn_mappings_aliases(m, STR("host"));

	assert_string_equal(spn_mappings_target(m, STR("http")), "host");
	assert_string_equal(spn_mappings_target(m, STR("ftp")), "web");
	assert_string_equal(spn_mappings_target(m, STR("ldap")), "host");
	assert_string_equal(aliases[0], "http");
	assert_string_equal(aliases[1], "www");
	assert_null(aliases[2]);
}

/* What says nothing is skipped and spoils nothing; nothing is an error. */
static void odd_values(void **state)
{
	static const struct spn_str values[] = {
		STR(""),
		STR("host"),
		STR("=http"),
		STR("="),
		STR("empty="),
		STR("commas=,,a,,b,"),
		STR("only=,"),
		STR("twice=x=y,z"),
		{},
	};
	struct spn_mappings *m = mappings_of(*state,
					     values,
					     ARRAY_SIZE(values));
	const char *const *aliases = NULL;

	assert_null(spn_mappings_target(m, STR("http")));
	assert_null(spn_mappings_target(m, STR("")));
	assert_string_equal(spn_mappings_target(m, STR("a")), "commas");
	assert_string_equal(spn_mappings_target(m, STR("b")), "commas");
	assert_string_equal(spn_mappings_target(m, STR("x=y")), "twice");
	aliases = spn_mappings_aliases(m, STR("commas"));
	assert_string_equal(aliases[0], "a");
	assert_string_equal(aliases[1], "b");
	assert_null(aliases[2]);
}

/* Without any value, nothing stands for anything. */
static void no_values(void **state)
{
	struct spn_mappings *m = mappings_of(*state, NULL, 0);

	assert_null(spn_mappings_target(m, STR("http")));
	assert_null(spn_mappings_aliases(m, STR("host")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(target_of_class),
		fixture_test(aliases_of_class),
		fixture_test(first_match_wins),
		fixture_test(odd_values),
		fixture_test(no_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
