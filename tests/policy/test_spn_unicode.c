/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a character ends, and which ones nobody sees.
 */
#include "policy/unicode.h"
#include "lib/policy_fixture.h"
#include "policy/quote.h"

/* UTF-8 of any number, well-formed or not; returns how many bytes. */
static size_t encode(uint32_t c, size_t len, uint8_t out[4])
{
	static const uint8_t leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
	size_t i;

	for (i = len - 1; i > 0; i--) {
		out[i] = 0x80 | (c & 0x3f);
		c >>= 6;
	}
	out[0] = leads[len] | (uint8_t)c;
	return len;
}

static size_t shortest(uint32_t c)
{
	if (c < 0x80) {
		return 1;
	}
	return (c < 0x800) ? 2 : (c < 0x10000) ? 3 : 4;
}

/* Every code point there is, and that no other form of it is taken. */
static void every_code_point(void **state)
{
	uint32_t c;

	(void)state;
	for (c = 0; c <= 0x110000; c++) {
		bool is_character = c <= 0x10ffff &&
				    (c < 0xd800 || c > 0xdfff);
		size_t len;

		for (len = shortest(c); len <= 4; len++) {
			uint8_t bytes[4] = {};
			struct spn_str s = {
				.data = (const char *)bytes,
				.len = encode(c, len, bytes),
			};
			uint32_t found = 0xffffffff;

			if (is_character && len == shortest(c)) {
				assert_int_equal(spn_unicode_next(s, &found),
						 len);
				assert_int_equal(found, c);
				s.len--;
			}
			/* Cut short, too long, or none at all. */
			assert_int_equal(spn_unicode_next(s, &found), 0);
		}
	}
}

/* Bytes that begin no character. */
static void stray_bytes(void **state)
{
	static const struct spn_str rows[] = {
		STR(""),
		STR("\x80"),
		STR("\xbf"),
		STR("\xf8\x88\x80\x80\x80"),
		STR("\xff"),
		STR("\xc2"),
		STR("\xe2\x80"),
		STR("\xe2\x80z"),
		/* in more bytes than are needed */
		STR("\xc0\x80"),
		STR("\xc1\xbf"),
		STR("\xe0\x9f\xbf"),
		STR("\xf0\x8f\xbf\xbf"),
		/* half a surrogate, and behind the last plane */
		STR("\xed\xa0\x80"),
		STR("\xed\xbf\xbf"),
		STR("\xf4\x90\x80\x80"),
	};
	uint32_t c = 0;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(spn_unicode_next(rows[i], &c), 0);
	}
}

/* The edges of every range, from DerivedCoreProperties.txt 15.0. */
static void ignorable_ranges(void **state)
{
	static const uint32_t ranges[][2] = {
		{0xad, 0xad},
		{0x34f, 0x34f},
		{0x61c, 0x61c},
		{0x115f, 0x1160},
		{0x17b4, 0x17b5},
		{0x180b, 0x180f},
		{0x200b, 0x200f},
		{0x202a, 0x202e},
		{0x2060, 0x206f},
		{0x3164, 0x3164},
		{0xfe00, 0xfe0f},
		{0xfeff, 0xfeff},
		{0xffa0, 0xffa0},
		{0xfff0, 0xfff8},
		{0x1bca0, 0x1bca3},
		{0x1d173, 0x1d17a},
		{0xe0000, 0xe0fff},
	};
	size_t num = 0;
	uint32_t c;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		assert_false(spn_unicode_is_ignorable(ranges[i][0] - 1));
		assert_true(spn_unicode_is_ignorable(ranges[i][0]));
		assert_true(spn_unicode_is_ignorable(ranges[i][1]));
		assert_false(spn_unicode_is_ignorable(ranges[i][1] + 1));
	}
	for (c = 0; c <= 0x10ffff; c++) {
		num += spn_unicode_is_ignorable(c) ? 1 : 0;
	}
	assert_int_equal(num, 4174); /* "Total code points" there */
}

/* None of them, and no control character, is left in a line of the log. */
static void escape_leaves_none(void **state)
{
	static const uint32_t rows[] = {
		0x85,
		0x9f,
		0xad,
		0x200b,
		0x2028,
		0x2029,
		0x202e,
		0x2066,
		0xfeff,
		0xfe0f,
		0xe0041,
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t bytes[4] = {};
		struct spn_str s = {
			.data = (const char *)bytes,
			.len = encode(rows[i], shortest(rows[i]), bytes),
		};
		char *out = spn_escape(f->mem_ctx, s);

		assert_non_null(out);
		assert_true(spn_unicode_is_unsafe(rows[i]));
		assert_int_equal(strlen(out), 3 * s.len);
		assert_int_equal(out[0], '\\');
	}
	assert_string_equal(spn_escape(f->mem_ctx,
				       STR("h\xc3\xb6\xe2\x82\xac")),
			    "h\xc3\xb6\xe2\x82\xac");
}

/* Without what nobody sees, up to what is no text. */
static void visible_table(void **state)
{
	static const struct {
		struct spn_str in;
		const char *out;
		bool has_more;
		bool is_text;
	} rows[] = {
		{STR(""), "", false, true},
		{STR("a/b"), "a/b", false, true},
		{STR("a/\xe2\x80\x8b"
		     "b"),
		 "a/b",
		 true,
		 true},
		{STR("\xc2\xad"), "", true, true},
		{STR("\xc3\xb6\xff"
		     "b"),
		 "\xc3\xb6",
		 false,
		 false},
		{STR("\xc2\xad\xc2"), "", true, false},
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		bool has_more = false;
		bool is_text = !rows[i].is_text;

		assert_string_equal(spn_unicode_visible(f->mem_ctx,
							rows[i].in,
							&has_more,
							&is_text),
				    rows[i].out);
		assert_int_equal(has_more, rows[i].has_more);
		assert_int_equal(is_text, rows[i].is_text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(every_code_point),
		fixture_test(stray_bytes),
		fixture_test(ignorable_ranges),
		fixture_test(escape_leaves_none),
		fixture_test(visible_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
