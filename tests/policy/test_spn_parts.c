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

/* What the rule makes sure of by seventeen checks. */
static bool is_really_ordinary(struct spn_str value)
{
	struct spn spn = {};

	return spn_parse(value, &spn) == SPN_SYNTAX_OK && spn_is_good(&spn) &&
	       !spn.has_suffix && !spn_host_is_ip(spn.host_name) &&
	       !spn_class_is_of_tls(spn.service_class) &&
	       memchr(spn.host_name.data, '_', spn.host_name.len) == NULL &&
	       memchr(value.data, ',', value.len) == NULL;
}

/* Every value of up to six of these characters. */
static void ordinary_is_what_nothing_is_wrong_with(void **state)
{
	static const char letters[] = "h2-./:@_ *";
	const size_t num = sizeof(letters) - 1;
	size_t num_ordinary = 0;
	size_t len;

	(void)state;
	for (len = 1; len <= 6; len++) {
		size_t all = 1;
		size_t n;
		size_t i;

		for (i = 0; i < len; i++) {
			all *= num;
		}
		for (n = 0; n < all; n++) {
			char text[8] = "";
			struct spn_str value = {.data = text, .len = len};
			size_t rest = n;

			for (i = 0; i < len; i++) {
				text[i] = letters[rest % num];
				rest /= num;
			}
			if (!spn_is_ordinary(value)) {
				continue;
			}
			num_ordinary++;
			if (!is_really_ordinary(value)) {
				fail_msg("%s is not ordinary", text);
			}
		}
	}
	assert_true(num_ordinary > 1000);
}

static void not_ordinary(void **state)
{
	static const struct spn_str values[] = {
		STR("https/web01"),
		STR("SSL/web01"),
		STR("http/10.0.0.1"),
		STR("http/web01."),
		STR("http/web01..example.com"),
		STR("http/web01/"),
		STR("http/web01/a/b"),
		STR("http/web01/a_b"),
		STR("/web01"),
		STR("http/"),
		STR("http"),
		STR("http/b\xc3\xbc.example.com"),
		STR("http/web01\0"),
	};
	char label[sizeof("http/") + 64] = "http/";
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		if (spn_is_ordinary(values[i])) {
			fail_msg("%s", values[i].data);
		}
	}
	memset(label + strlen("http/"), 'a', 63);
	assert_true(spn_is_ordinary(spn_str_of(label)));
	memset(label + strlen("http/"), 'a', 64);
	assert_false(spn_is_ordinary(spn_str_of(label)));
	assert_true(spn_is_ordinary(STR("ldap/dc1.example.com/EXAMPLE")));
	assert_true(spn_is_ordinary(STR("HOST/WEB01")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(every_character_of_a_host),
		fixture_test(lengths),
		fixture_test(host_is_dn),
		fixture_test(ordinary_is_what_nothing_is_wrong_with),
		fixture_test(not_ordinary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
