/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every byte that somebody else has chosen is looked at one character at a
 * time; what is not valid UTF-8, or is unsafe to show, is written as its code.
 */
#include "quote.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "unicode.h"

/* What is more of a value says nothing to a reader of a log. */
#define ENOUGH 300

/* The bytes of the character there, and whether it may be seen as it is: 1 and
 * not where there is none. */
static size_t next(struct spn_str s, size_t start, bool *_safe)
{
	uint32_t c = 0;
	size_t len = spn_unicode_next(spn_str_from(s, start), &c);

	*_safe = len > 0 && !spn_unicode_is_unsafe(c);
	return (len == 0) ? 1 : len;
}

/* By far the most values: ASCII that can be seen, with none of those. */
static bool is_simple(struct spn_str s, const char *marks)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		if (s.data[i] < ' ' || s.data[i] >= 0x7f) {
			return false;
		}
	}
	while (*marks != '\0' &&
	       (s.len == 0 || memchr(s.data, *marks, s.len) == NULL))
	{
		marks++;
	}
	return *marks == '\0';
}

/* It begins with a backslash and two hex digits. */
static bool is_code(struct spn_str s)
{
	return s.len >= 3 && s.data[0] == '\\' &&
	       spn_hex_digit(s.data[1]) >= 0 && spn_hex_digit(s.data[2]) >= 0;
}

/* Of a backslash only one that would be read as the start of "\xx". */
static bool is_mark(struct spn_str s, size_t i, const char *marks)
{
	if (strchr(marks, s.data[i]) == NULL) {
		return false;
	}
	return s.data[i] != '\\' || is_code(spn_str_from(s, i));
}

/* Hex for what is unsafe and for each of the marks, which are ASCII. */
static char *escape(TALLOC_CTX *mem_ctx, struct spn_str s, const char *marks)
{
	static const char hex[] = "0123456789abcdef";
	const uint8_t *in = (const uint8_t *)s.data;
	char *out = NULL;
	size_t num_out = 0;
	size_t i = 0;

	if (s.len == 0 || is_simple(s, marks)) {
		return talloc_strndup(mem_ctx,
				      (s.len == 0) ? "" : s.data,
				      s.len);
	}
	out = talloc_array(mem_ctx, char, 3 * s.len + 1);
	if (out == NULL) {
		return NULL;
	}
	while (i < s.len) {
		bool safe = false;
		size_t end = i + next(s, i, &safe);

		if (safe && !is_mark(s, i, marks)) {
			memcpy(out + num_out, in + i, end - i);
			num_out += end - i;
			i = end;
			continue;
		}
		for (; i < end; i++) {
			out[num_out++] = '\\';
			out[num_out++] = hex[in[i] >> 4];
			out[num_out++] = hex[in[i] & 0xf];
		}
	}
	out[num_out] = '\0';
	return talloc_realloc(mem_ctx, out, char, num_out + 1);
}

char *spn_escape(TALLOC_CTX *mem_ctx, struct spn_str s)
{
	return escape(mem_ctx, s, "\\");
}

struct spn_str spn_unescape(TALLOC_CTX *mem_ctx, struct spn_str text)
{
	char *out = talloc_array(mem_ctx, char, text.len + 1);
	struct spn_str value = {.data = out};
	size_t i = 0;

	while (out != NULL && i < text.len) {
		struct spn_str rest = spn_str_from(text, i);
		bool code = is_code(rest);
		char *to = &out[value.len++];

		*to = rest.data[0];
		if (code) {
			*to = (char)(spn_hex_digit(rest.data[1]) << 4 |
				     spn_hex_digit(rest.data[2]));
		}
		i += code ? 3 : 1;
	}
	if (out != NULL) {
		out[value.len] = '\0';
	}
	return value;
}

char *spn_printable(TALLOC_CTX *mem_ctx, struct spn_str dn)
{
	return escape(mem_ctx, dn, "");
}

struct spn_str spn_cut(struct spn_str s, size_t enough)
{
	if (s.len > enough) {
		s.len = enough;
		while (s.len > 0 &&
		       ((unsigned char)s.data[s.len] & 0xc0) == 0x80)
		{
			s.len--;
		}
	}
	return s;
}

/* between stands before and behind. */
static char *render(TALLOC_CTX *mem_ctx,
		    struct spn_str s,
		    unsigned how,
		    const char *marks,
		    const char *between)
{
	struct spn_str shown = ((how & SPN_QUOTE_CUT) != 0)
				       ? spn_cut(s, ENOUGH)
				       : s;
	char *escaped = escape(mem_ctx, shown, marks);
	bool is_all = between[0] == '\0' && shown.len == s.len;
	const struct spn_str parts[] = {
		spn_str_of(between),
		spn_str_of(escaped),
		spn_str_of((shown.len < s.len) ? "..." : ""),
		spn_str_of(between),
	};
	char *text = NULL;

	if (escaped == NULL || is_all) {
		return escaped;
	}
	text = spn_str_join(mem_ctx, parts, sizeof(parts) / sizeof(parts[0]));
	talloc_free(escaped);
	return text;
}

static bool is_word(struct spn_str s)
{
	size_t i = 0;

	while (i < s.len) {
		uint32_t c = (unsigned char)s.data[i];
		size_t len = 1;

		if (c >= 0x80) {
			len = spn_unicode_next(spn_str_from(s, i), &c);
		}
		if (c == '\'' || c == '"' || spn_unicode_is_blank(c)) {
			return false;
		}
		i += (len == 0) ? 1 : len;
	}
	return true;
}

/* A blank after a colon or semicolon ends a DN in a line; each is a value
 * inside of one, too. */
static bool is_clear_dn(struct spn_str dn)
{
	size_t i;

	for (i = 0; i < dn.len; i++) {
		if (dn.data[i] == '\'') {
			return false;
		}
		if (dn.data[i] == ' ' && i > 0 &&
		    (dn.data[i - 1] == ':' || dn.data[i - 1] == ';'))
		{
			return false;
		}
	}
	return dn.len == 0 || strchr(":;", dn.data[dn.len - 1]) == NULL;
}

char *spn_quote(TALLOC_CTX *mem_ctx, struct spn_str s, unsigned how)
{
	bool is_dn = (how & SPN_QUOTE_DN) != 0;

	if ((how & SPN_QUOTE_IF_NEEDED) != 0 &&
	    (is_dn ? is_clear_dn(s) : is_word(s)))
	{
		return render(mem_ctx, s, how, is_dn ? "" : "\\", "");
	}
	return render(mem_ctx, s, how, is_dn ? "'" : "\\'", "'");
}

char *spn_excerpt(TALLOC_CTX *mem_ctx, struct spn_str s, unsigned how)
{
	return render(mem_ctx,
		      s,
		      how | SPN_QUOTE_CUT,
		      ((how & SPN_QUOTE_DN) != 0) ? "" : "\\",
		      "");
}

/* -------------------------------------------------------------------- JSON */

/* \uXXXX of one character, in UTF-16 as RFC 8259 has it; or of a byte that is
 * none, the text \xx. At most 12 bytes. */
static size_t put_code(char *out, struct spn_str s)
{
	uint32_t c = 0;

	if (spn_unicode_next(s, &c) == 0) {
		return (size_t)sprintf(out, "\\\\%02x", (uint8_t)s.data[0]);
	}
	if (c >= 0x10000) {
		c -= 0x10000;
		return (size_t)sprintf(out,
				       "\\u%04x\\u%04x",
				       0xd800 | (c >> 10),
				       0xdc00 | (c & 0x3ff));
	}
	return (size_t)sprintf(out, "\\u%04x", c);
}

char *spn_json(TALLOC_CTX *mem_ctx, struct spn_str s)
{
	char *out = NULL;
	size_t num = 0;
	size_t i = 0;

	if (s.data == NULL) {
		return talloc_strdup(mem_ctx, "null");
	}
	/* Of a byte come six at most; sprintf() ends what it writes. */
	out = talloc_array(mem_ctx, char, 6 * s.len + sizeof("\"\""));
	if (out == NULL) {
		return NULL;
	}
	out[num++] = '"';
	while (i < s.len) {
		bool safe = false;
		size_t len = next(s, i, &safe);

		if (safe && strchr("\"\\", s.data[i]) != NULL) {
			out[num++] = '\\';
		}
		if (safe) {
			memcpy(out + num, s.data + i, len);
			num += len;
		} else {
			num += put_code(out + num, spn_str_from(s, i));
		}
		i += len;
	}
	out[num++] = '"';
	out[num] = '\0';
	return talloc_realloc(mem_ctx, out, char, num + 1);
}
