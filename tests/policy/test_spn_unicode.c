/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a character ends, which ones nobody sees, and values as text.
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

/* Letters, marks and digits are, whatever the script; what a text program
 * makes of quotes and hyphens is not, nor what nobody sees. */
static void letters(void **state)
{
	static const uint32_t good[] = {0xaa,	 0xb5,	  0xb7,	   0xc0,
					0xd6,	 0xd8,	  0xf6,	   0xf8,
					0x17f,	 0x301,	  0x3b1,   0x430,
					0x5d0,	 0x628,	  0x661,   0x905,
					0xe01,	 0x10d0,  0x1e9e,  0x1fff,
					0x2c00,	 0x3005,  0x3042,  0x30fc,
					0x4e00,	 0x9fff,  0xac00,  0xd7a3,
					0xff21,	 0xff41,  0x10400, 0x1d7ff,
					0x1e900, 0x20000, 0x2fa1d, 0x323af};
	static const uint32_t bad[] = {0x41,   0x80,   0xa0,	0xa9,
				       0xab,   0xd7,   0xf7,	0x34f,
				       0x1680, 0x180e, 0x2010,	0x2013,
				       0x2019, 0x201c, 0x2026,	0x20ac,
				       0x2190, 0x2500, 0x3000,	0x3001,
				       0x300c, 0xe000, 0xfeff,	0xff0c,
				       0xff0f, 0xff3c, 0x1f600, 0xe0001,
				       0xf0000};
	uint32_t c;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(good); i++) {
		assert_true(spn_unicode_is_letter(good[i]));
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_false(spn_unicode_is_letter(bad[i]));
	}
	for (c = 0; c <= 0x10ffff; c++) {
		assert_false(
			spn_unicode_is_letter(c) &&
			(spn_unicode_is_unsafe(c) || spn_unicode_is_blank(c)));
	}
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

struct escape_row {
	struct spn_str in;
	const char *out;
};

static const struct escape_row escape_rows[] = {
	{STR(""), ""},
	{STR("http/web01.example.com"), "http/web01.example.com"},
	{STR(" a b "), " a b "},
	{STR("\"'{}%s"), "\"'{}%s"},
	/* What could break a line, end it, or forge an escape. */
	{STR("a\nb"), "a\\0ab"},
	{STR("\r\t"), "\\0d\\09"},
	{STR("a\0b"), "a\\00b"},
	{STR("\0"), "\\00"},
	{STR("\x1b[31m"), "\\1b[31m"},
	{STR("\x7f"), "\\7f"},
	{STR("a\\0ab"), "a\\5c0ab"},
	{STR("\\FF"), "\\5cFF"},
	{STR("\\\\27"), "\\\\5c27"},
	/* What forges none stays as it is typed. */
	{STR("SQL02\\PORTAL"), "SQL02\\PORTAL"},
	{STR("a\\"), "a\\"},
	{STR("a\\b"), "a\\b"},
	{STR("a\\\xff"), "a\\\\ff"},
	{STR("a\\b\n"), "a\\b\\0a"},
	/* UTF-8 stays, what only looks like it does not. */
	{STR("h\xc3\xb8st"), "h\xc3\xb8st"},
	{STR("\xe2\x82\xac"), "\xe2\x82\xac"},
	{STR("\xf0\x9f\x90\xa7"), "\xf0\x9f\x90\xa7"},
	{STR("\xc3"), "\\c3"},
	{STR("\xc3("), "\\c3("},
	{STR("\x80"), "\\80"},
	{STR("\xff\xfe"), "\\ff\\fe"},
	{STR("\xc0\xaf"), "\\c0\\af"},
	{STR("\xe0\x80\xaf"), "\\e0\\80\\af"},
	{STR("\xf0\x80\x80\xaf"), "\\f0\\80\\80\\af"},
	{STR("\xed\xa0\x80"), "\\ed\\a0\\80"},
	{STR("\xf4\x90\x80\x80"), "\\f4\\90\\80\\80"},
	{STR("\xe2\x82"), "\\e2\\82"},
	/* C1 controls and what reorders or breaks a line on a terminal. */
	{STR("\xc2\x85"), "\\c2\\85"},
	{STR("\xc2\x9b"), "\\c2\\9b"},
	{STR("\xe2\x80\xa8"), "\\e2\\80\\a8"},
	{STR("\xe2\x80\xae"), "\\e2\\80\\ae"},
	{STR("\xe2\x80\x8b"), "\\e2\\80\\8b"},
	{STR("\xe2\x81\xa6"), "\\e2\\81\\a6"},
};

/* A DN, a sentence: backslashes stay, and nothing else does. */
static const struct escape_row printable_rows[] = {
	{STR(""), ""},
	{STR("CN=a\\,b"), "CN=a\\,b"},
	{STR("a\nb\tc\\"), "a\\0ab\\09c\\"},
	{STR("M\xc3\xbcller"), "M\xc3\xbcller"},
	{STR("\xe2\x1b["), "\\e2\\1b["}, /* swallows no escape */
	{STR("\x9b"), "\\9b"},		 /* CSI in Latin-1 */
	{STR("\xed\xa0\x80"), "\\ed\\a0\\80"},
	{STR("a\xe2\x80\xae"), "a\\e2\\80\\ae"},
};

static void printable_table(void **state)
{
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(printable_rows); i++) {
		char *out = spn_printable(f->mem_ctx, printable_rows[i].in);

		assert_non_null(out);
		assert_string_equal(out, printable_rows[i].out);
	}
}

/* One line of readable text comes out, whatever was sent. */
static void escape_table(void **state)
{
	struct fixture *f = *state;
	bool ok = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(escape_rows); i++) {
		char *out = spn_escape(f->mem_ctx, escape_rows[i].in);
		struct spn_str back = spn_unescape(f->mem_ctx,
						   spn_str_of(out));

		assert_true(spn_str_equal(back, escape_rows[i].in));

		assert_non_null(out);
		if (strcmp(out, escape_rows[i].out) != 0) {
			print_error("'%s' is not '%s'\n",
				    out,
				    escape_rows[i].out);
			ok = false;
		}
	}
	assert_true(ok);
}

/* Every byte by itself: nothing below blank and no DEL is left. */
static void escape_every_byte(void **state)
{
	struct fixture *f = *state;
	unsigned c;

	for (c = 0; c < 256; c++) {
		char byte = (char)c;
		struct spn_str in = {.data = &byte, .len = 1};
		char *out = spn_escape(f->mem_ctx, in);
		bool stays = c >= 0x20 && c < 0x7f;

		assert_non_null(out);
		assert_int_equal(strlen(out), stays ? 1 : 3);
		talloc_free(out);
	}
}

/* Quotes end where they end: one in the value is written as a byte. A bare
 * word has no blank in it and no quote. */
static void quote_table(void **state)
{
	static const struct {
		const char *text;
		const char *quoted;
		const char *if_needed;
	} rows[] = {
		{"it's", "'it\\27s'", "'it\\27s'"},
		{"a\\b", "'a\\b'", "a\\b"},
		{"a\\be", "'a\\5cbe'", "a\\5cbe"},
		{"a\\\\BE", "'a\\\\5cBE'", "a\\\\5cBE"},
		{"a b", "'a b'", "'a b'"},
		{"a\xc2\xa0z", "'a\xc2\xa0z'", "'a\xc2\xa0z'"},
		{"\"a", "'\"a'", "'\"a'"},
		{"a", "'a'", "a"},
		{"", "''", ""},
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct spn_str text = spn_str_of(rows[i].text);

		assert_string_equal(spn_quote(f->mem_ctx, text, 0),
				    rows[i].quoted);
		assert_string_equal(spn_quote(f->mem_ctx,
					      text,
					      SPN_QUOTE_IF_NEEDED),
				    rows[i].if_needed);
	}
}

/* A text that is cut ends with a whole character, wherever that begins. */
static void cut_between_characters(void **state)
{
	static const char *const characters[] = {"\xc3\xbc",
						 "\xe2\x82\xac",
						 "\xf0\x9f\x98\x80"};
	struct fixture *f = *state;
	size_t i;
	size_t start;

	for (i = 0; i < ARRAY_SIZE(characters); i++) {
		for (start = 290; start < 310; start++) {
			char *text = talloc_zero_array(f->mem_ctx, char, 400);
			char *quoted = NULL;

			memset(text, 'a', start);
			snprintf(text + start,
				 400 - start,
				 "%s%s%s",
				 characters[i],
				 characters[i],
				 "bbbbbbbbbbbbbbbbbbbb");
			quoted = spn_quote(f->mem_ctx,
					   spn_str_of(text),
					   SPN_QUOTE_CUT);
			assert_non_null(strstr(quoted, "...'"));
			assert_null(strchr(quoted, '\\'));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(every_code_point),
		fixture_test(stray_bytes),
		fixture_test(ignorable_ranges),
		fixture_test(letters),
		fixture_test(escape_leaves_none),
		fixture_test(visible_table),
		fixture_test(printable_table),
		fixture_test(escape_table),
		fixture_test(escape_every_byte),
		fixture_test(quote_table),
		fixture_test(cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
