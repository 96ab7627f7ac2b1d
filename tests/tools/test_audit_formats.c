/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spn-audit: no value of a directory breaks a format.
 */
#include "lib/policy_fixture.h"

#include <stdlib.h>

#include "lib/fail_allocation.h"
#include "lib/format_checks.h"

static const struct hostile harmless = {
	.spn = STR("http/web"),
	.partner = "http/web.example.com",
	.dn = "CN=web",
	.domain = "example.com",
};

static const struct hostile hostiles[] = {
	{STR("=cmd|' /C calc'!A0"), "+1", "=1+1", "@SUM(A1)"},
	{STR("-1/x"), "\t=1", "\r=1", "+x"},
	{STR("http/\"><script>alert(1)</script>"),
	 "'\"&<>",
	 "CN=</td></table><script>",
	 "a\"b'c&d<e>"},
	{STR("http/a\0b\nc\x1b[31m"), "\n", "CN=a\\0ACNF:b\nc", "\x7f\x01"},
	{STR("\xff\xfe\x80/\xc0\xaf"), "\xff", "CN=\xed\xa0\x80", "\x80"},
	{STR("http/\xe2\x80\xae"
	     "moc"),
	 "\xe2\x80\xae",
	 "CN=\xe2\x80\xae",
	 "x"},
	{STR("http/]]>--!>"), "]]>", "CN=]]>,DC=<!--", "-->"},
	{STR("a,b;c\"d\"/,\"\""),
	 ",",
	 "CN=a\\,b\\+c\\\"d\\<e\\>f\\;g\\\\,DC=x",
	 "a,b"},
	{STR("\\5c\\\\/x\\"), "\\", "CN=a\\\\,DC=b", "\\\""},
	{STR("{spn}/{partner}"), "%s%n", "CN=%s", "%%d{}"},
	{STR(""), NULL, "", ""},
};

static size_t complain(struct fixture *f,
		       const struct audit_format *format,
		       const struct hostile *hostile)
{
	size_t len = 0;
	size_t ignored = 0;
	char *text = format_hostile(f->mem_ctx, format, hostile, &len);
	char *base = format_hostile(f->mem_ctx, format, &harmless, &ignored);
	const char *complaint = NULL;

	assert_non_null(text);
	assert_non_null(base);
	/* Without an SPN or a part there is less of a page. */
	if (hostile->spn.len > 0 || strcmp(format->name, "html") != 0) {
		complaint = format_complaint(format->name, text, len, base);
	}
	if (complaint != NULL) {
		fprintf(stderr, "%s: %s: %s\n", format->name, complaint, text);
	}
	free(text);
	free(base);
	return (complaint != NULL) ? 1 : 0;
}

static void hostile_values(void **state)
{
	const struct audit_format *format = audit_formats();
	size_t bad = 0;
	size_t i;

	for (; format->name != NULL; format++) {
		for (i = 0; i < ARRAY_SIZE(hostiles); i++) {
			bad += complain(*state, format, &hostiles[i]);
		}
	}
	assert_int_equal(bad, 0);
}

/* As long as a value can be in a directory. */
static void long_values(void **state)
{
	const struct audit_format *format = audit_formats();
	struct fixture *f = *state;
	char *text = talloc_zero_array(f->mem_ctx, char, 65536);
	struct hostile hostile = {.partner = text, .dn = text, .domain = text};

	memset(text, '<', 65535);
	hostile.spn = spn_str_of(text);
	for (; format->name != NULL; format++) {
		assert_int_equal(complain(f, format, &hostile), 0);
	}
}

/* A report that could not be made is none. */
static void out_of_memory(void **state)
{
	const struct audit_format *format = audit_formats();
	struct fixture *f = *state;

	for (; format->name != NULL; format++) {
		unsigned n = 0;
		bool ok = false;

		while (!ok) {
			size_t len = 0;
			char *text = NULL;

			fail_allocation(++n);
			text = format_hostile(f->mem_ctx,
					      format,
					      &hostiles[0],
					      &len);
			ok = !fail_allocation_happened();
			assert_int_equal(text != NULL, ok);
			free(text);
		}
		assert_true(n > 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(hostile_values),
		fixture_test(long_values),
		fixture_test(out_of_memory),
	};

	fail_allocation_in("test_audit_formats");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
