/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a part of an SPN may be made of: every character of ASCII in a host
 * name, how long names may be, what else a host may be.
 */
#include "lib/policy_fixture.h"

/* What a sAMAccountName cannot have, and no name in DNS has, is refused in a
 * host name for its look alone, and nothing else is. */
static void every_character_of_a_host(void **state)
{
	static const char never[] = "\"+,:;<=>?[\\]|";
	int c;

	(void)state;
	for (c = 1; c < 0x80; c++) {
		const char text[] = {'a', (char)c, 'b', '\0'};
		struct spn_str host = spn_str_of(text);
		bool is_word = (c >= '0' && c <= '9') ||
			       (c >= 'A' && c <= 'Z') ||
			       (c >= 'a' && c <= 'z');

		assert_int_equal(spn_host_is_name(host),
				 is_word || strchr("-_.", c) != NULL);
		assert_int_equal(spn_host_is_dns_name(host),
				 spn_host_is_name(host));
		assert_int_equal(spn_part_look(SPN_PART_HOST, host) ==
					 SPN_LOOK_NEVER,
				 strchr(never, c) != NULL);
	}
	assert_false(spn_host_is_name(STR("a\0b")));
	assert_int_equal(spn_part_look(SPN_PART_HOST, STR("a\0b")),
			 SPN_LOOK_ODD);
}

/* Labels of 1 to 63 bytes, 253 in all. */
static void lengths(void **state)
{
	struct fixture *f = *state;
	char *label = talloc_zero_size(f->mem_ctx, 65);
	char *name = NULL;

	memset(label, 'a', 63);
	assert_true(spn_host_is_name(spn_str_of(label)));
	name = talloc_asprintf(f->mem_ctx,
			       "%s.%s.%s.%.61s",
			       label,
			       label,
			       label,
			       label);
	assert_int_equal(strlen(name), 253);
	assert_true(spn_host_is_name(spn_str_of(name)));
	name = talloc_asprintf(f->mem_ctx, "%s.b", name);
	assert_false(spn_host_is_name(spn_str_of(name)));
	label[63] = 'a';
	assert_false(spn_host_is_name(spn_str_of(label)));
	assert_true(spn_host_is_dns_name(STR("web01.")));
	assert_false(spn_host_is_name(STR("web01.")));
	assert_false(spn_host_is_dns_name(STR("b\xc3\xbc"
					      "cher")));
	assert_true(spn_host_is_name(STR("b\xc3\xbc"
					 "cher")));
	assert_false(spn_host_is_name(STR("a\xff")));
	assert_false(spn_host_is_name((struct spn_str){}));
}

/* A DN begins with a type and "=". */
static void host_is_dn(void **state)
{
	(void)state;
	assert_true(spn_host_is_dn(STR("cn=a")));
	assert_true(spn_host_is_dn(STR("2.5.4.3=a,dc=b")));
	assert_false(spn_host_is_dn(STR("cn=")));
	assert_false(spn_host_is_dn(STR("=a")));
	assert_false(spn_host_is_dn(STR("a,cn=b")));
	assert_false(spn_host_is_dn(STR("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(every_character_of_a_host),
		fixture_test(lengths),
		fixture_test(host_is_dn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
