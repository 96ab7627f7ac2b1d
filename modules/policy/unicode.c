/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tables, and a decoder that takes nothing for a character that is none.
 */
#include "unicode.h"

#include <string.h>

struct range {
	uint32_t first;
	uint32_t last;
};

/* Each table in order. */
static const struct range ignorable[] = {
	{0x00ad, 0x00ad},   /* soft hyphen */
	{0x034f, 0x034f},   /* combining grapheme joiner */
	{0x061c, 0x061c},   /* Arabic letter mark */
	{0x115f, 0x1160},   /* Hangul fillers */
	{0x17b4, 0x17b5},   /* Khmer inherent vowels */
	{0x180b, 0x180f},   /* Mongolian selectors and vowel separator */
	{0x200b, 0x200f},   /* zero width space and joiners, directions */
	{0x202a, 0x202e},   /* embeddings and overrides of direction */
	{0x2060, 0x206f},   /* word joiner, invisible operators, isolates */
	{0x3164, 0x3164},   /* Hangul filler */
	{0xfe00, 0xfe0f},   /* variation selectors */
	{0xfeff, 0xfeff},   /* zero width no-break space, byte order mark */
	{0xffa0, 0xffa0},   /* halfwidth Hangul filler */
	{0xfff0, 0xfff8},   /* reserved */
	{0x1bca0, 0x1bca3}, /* shorthand format controls */
	{0x1d173, 0x1d17a}, /* musical format controls */
	{0xe0000, 0xe0fff}, /* tags, more variation selectors */
};

/* General_Category Cc, Cf, Zl and Zp, as far as they are not above. */
static const struct range controls[] = {
	{0x0000, 0x001f},   /* C0 */
	{0x007f, 0x009f},   /* DEL, C1 */
	{0x0600, 0x0605},   /* Arabic signs below a number */
	{0x06dd, 0x06dd},   /* Arabic end of ayah */
	{0x070f, 0x070f},   /* Syriac abbreviation mark */
	{0x0890, 0x0891},   /* Arabic signs above a number */
	{0x08e2, 0x08e2},   /* Arabic disputed end of ayah */
	{0x2028, 0x2029},   /* separators of lines and paragraphs */
	{0xfff9, 0xfffb},   /* interlinear annotation */
	{0x110bd, 0x110bd}, /* Kaithi number sign */
	{0x110cd, 0x110cd}, /* the same, above */
	{0x13430, 0x1343f}, /* joiners of hieroglyphs */
};

/* General_Category Zs. */
static const struct range blanks[] = {
	{0x0020, 0x0020},
	{0x00a0, 0x00a0},
	{0x1680, 0x1680},
	{0x2000, 0x200a},
	{0x202f, 0x202f},
	{0x205f, 0x205f},
	{0x3000, 0x3000},
};

static const struct range letters[] = {
	{0x00aa, 0x00aa}, /* Latin-1: three letters, */
	{0x00b5, 0x00b5},
	{0x00b7, 0x00b7}, /* the dot of Catalan, */
	{0x00ba, 0x00ba},
	{0x00c0, 0x00d6}, /* and the rest but for x and : */
	{0x00d8, 0x00f6},
	{0x00f8, 0x1fff},   /* Latin Extended to Greek Extended */
	{0x20d0, 0x20ff},   /* marks for symbols */
	{0x2c00, 0x2dff},   /* Glagolitic to Cyrillic Extended */
	{0x3005, 0x3007},   /* CJK: iteration mark, closing mark, zero */
	{0x3021, 0x302f},   /* numerals of Suzhou, tone marks */
	{0x3031, 0x3035},   /* repeat marks of Kana */
	{0x3038, 0x303c},   /* more numerals, a vertical form */
	{0x3041, 0x318f},   /* Hiragana to Hangul Jamo */
	{0x31a0, 0x31bf},   /* Bopomofo Extended */
	{0x31f0, 0x31ff},   /* Katakana Extensions */
	{0x3400, 0x4dbf},   /* CJK Extension A */
	{0x4e00, 0xa48f},   /* CJK, Yi */
	{0xa4d0, 0xabff},   /* Lisu to Meetei Mayek */
	{0xac00, 0xd7ff},   /* Hangul */
	{0xf900, 0xfdff},   /* CJK compatibility, Hebrew, Arabic */
	{0xfe20, 0xfe2f},   /* half marks */
	{0xfe70, 0xfefe},   /* Arabic, forms B */
	{0xff10, 0xff19},   /* wide digits, */
	{0xff21, 0xff3a},   /* capitals, */
	{0xff41, 0xff5a},   /* small letters; */
	{0xff66, 0xffdc},   /* narrow Katakana and Hangul */
	{0x10000, 0x1cfff}, /* scripts of the second plane */
	{0x1d400, 0x1d7ff}, /* letters of mathematics */
	{0x1d800, 0x1efff}, /* SignWriting to Arabic of mathematics */
	{0x1fbf0, 0x1fbf9}, /* digits of old computers */
	{0x20000, 0x3ffff}, /* CJK Extension B and further */
};

#define NUM(table) (sizeof(table) / sizeof((table)[0]))

static bool is_in(const struct range *table, size_t num, uint32_t code_point)
{
	size_t i;

	for (i = 0; i < num; i++) {
		if (code_point <= table[i].last) {
			return code_point >= table[i].first;
		}
	}
	return false;
}

size_t spn_unicode_next(struct spn_str s, uint32_t *_code_point)
{
	static const struct {
		uint8_t mask;
		uint8_t lead;
		size_t len;
		uint32_t min;
	} forms[] = {
		{0x80, 0x00, 1, 0x00},
		{0xe0, 0xc0, 2, 0x80},
		{0xf0, 0xe0, 3, 0x800},
		{0xf8, 0xf0, 4, 0x10000},
	};
	const uint8_t *in = (const uint8_t *)s.data;
	uint32_t c = 0;
	size_t f = 0;
	size_t i;

	if (s.len == 0) {
		return 0;
	}
	while (f < 4 && (in[0] & forms[f].mask) != forms[f].lead) {
		f++;
	}
	if (f == 4 || forms[f].len > s.len) {
		return 0;
	}
	c = in[0] & (uint8_t)~forms[f].mask;
	for (i = 1; i < forms[f].len; i++) {
		if ((in[i] & 0xc0) != 0x80) {
			return 0;
		}
		c = (c << 6) | (in[i] & 0x3f);
	}
	if (c < forms[f].min || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
		return 0;
	}
	*_code_point = c;
	return forms[f].len;
}

bool spn_unicode_is_ignorable(uint32_t code_point)
{
	return is_in(ignorable, NUM(ignorable), code_point);
}

bool spn_unicode_is_unsafe(uint32_t code_point)
{
	return is_in(controls, NUM(controls), code_point) ||
	       spn_unicode_is_ignorable(code_point);
}

bool spn_unicode_is_letter(uint32_t code_point)
{
	return is_in(letters, NUM(letters), code_point) &&
	       !spn_unicode_is_unsafe(code_point) &&
	       !spn_unicode_is_blank(code_point);
}

bool spn_unicode_is_blank(uint32_t code_point)
{
	return is_in(blanks, NUM(blanks), code_point);
}

char *spn_unicode_visible(TALLOC_CTX *mem_ctx,
			  struct spn_str s,
			  bool *_has_more,
			  bool *_is_text)
{
	char *visible = talloc_array(mem_ctx, char, s.len + 1);
	size_t num = 0;

	if (visible == NULL) {
		return NULL;
	}
	while (s.len > 0) {
		uint32_t c = 0;
		size_t n = spn_unicode_next(s, &c);

		if (n == 0) {
			break; /* no text: the directory does not take it */
		}
		if (spn_unicode_is_ignorable(c)) {
			*_has_more = true;
		} else {
			memcpy(visible + num, s.data, n);
			num += n;
		}
		s.data += n;
		s.len -= n;
	}
	visible[num] = '\0';
	*_is_text = s.len == 0;
	return visible;
}
