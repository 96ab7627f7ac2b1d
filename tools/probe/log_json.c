/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RFC 8259, as far as it is needed to find a member: a name or a bracket in a
 * string is none. What stands in the values that are passed over is not
 * judged.
 */
#include "log_json.h"

#include <string.h>
#include <unistr.h>

struct cursor {
	struct spn_str rest;
};

static int peek(const struct cursor *cursor)
{
	return (cursor->rest.len == 0) ? -1
				       : (unsigned char)cursor->rest.data[0];
}

static void skip(struct cursor *cursor, size_t num)
{
	cursor->rest = spn_str_from(cursor->rest, num);
}

static void skip_blanks(struct cursor *cursor)
{
	int c = peek(cursor);

	while (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
		skip(cursor, 1);
		c = peek(cursor);
	}
}

/* This character, and blanks around it. */
static bool take(struct cursor *cursor, char c)
{
	skip_blanks(cursor);
	if (peek(cursor) != (unsigned char)c) {
		return false;
	}
	skip(cursor, 1);
	skip_blanks(cursor);
	return true;
}

/* What stands between the quotes, escapes as they are. */
static bool take_string(struct cursor *cursor, struct spn_str *_inner)
{
	const char *start = cursor->rest.data + 1;
	size_t len = 0;

	if (peek(cursor) != '"') {
		return false;
	}
	skip(cursor, 1);
	while (peek(cursor) != '"') {
		size_t num = (peek(cursor) == '\\') ? 2 : 1;

		if (cursor->rest.len < num) {
			return false;
		}
		skip(cursor, num);
		len += num;
	}
	skip(cursor, 1);
	*_inner = (struct spn_str){.data = start, .len = len};
	return true;
}

/* An object, an array, a string, or anything up to the next comma or end. */
static bool take_value(struct cursor *cursor, struct spn_str *_value)
{
	const struct spn_str from = cursor->rest;
	size_t depth = 0;

	while (cursor->rest.len > 0) {
		struct spn_str inner = {};
		int c = peek(cursor);

		if (depth == 0 && (c == ',' || c == '}' || c == ']')) {
			break;
		}
		if (c == '"') {
			if (!take_string(cursor, &inner)) {
				return false;
			}
			continue;
		}
		depth += (c == '{' || c == '[') ? 1 : 0;
		depth -= (c == '}' || c == ']') ? 1 : 0;
		skip(cursor, 1);
	}
	*_value = (struct spn_str){.data = from.data,
				   .len = from.len - cursor->rest.len};
	return depth == 0 && _value->len > 0;
}

bool probe_json_member(struct spn_str object,
		       const char *name,
		       struct spn_str *_value)
{
	struct cursor cursor = {.rest = object};

	if (!take(&cursor, '{')) {
		return false;
	}
	while (cursor.rest.len > 0) {
		struct spn_str key = {};
		struct spn_str value = {};

		if (!take_string(&cursor, &key) || !take(&cursor, ':') ||
		    !take_value(&cursor, &value))
		{
			return false;
		}
		if (spn_str_equal(key, spn_str_of(name))) {
			*_value = value;
			return true;
		}
		if (!take(&cursor, ',')) {
			return false;
		}
	}
	return false;
}

/* The four digits at the start of s; -1: these are none. */
static int32_t hex_of(struct spn_str s)
{
	int32_t number = 0;
	size_t i;

	if (s.len < 4) {
		return -1;
	}
	for (i = 0; i < 4; i++) {
		int digit = spn_hex_digit(s.data[i]);

		if (digit < 0) {
			return -1;
		}
		number = number * 16 + digit;
	}
	return number;
}

/* What follows "\u", one half of a pair or two; 0: nothing that may be. */
static uint32_t take_code_point(struct cursor *cursor)
{
	int32_t high = hex_of(cursor->rest);
	int32_t low = -1;

	if (high <= 0) {
		return 0;
	}
	skip(cursor, 4);
	if (high < 0xd800 || high > 0xdfff) {
		return (uint32_t)high;
	}
	if (high > 0xdbff || cursor->rest.len < 6 ||
	    memcmp(cursor->rest.data, "\\u", 2) != 0)
	{
		return 0;
	}
	low = hex_of(spn_str_from(cursor->rest, 2));
	if (low < 0xdc00 || low > 0xdfff) {
		return 0;
	}
	skip(cursor, 6);
	return 0x10000 + ((uint32_t)(high - 0xd800) << 10) +
	       (uint32_t)(low - 0xdc00);
}

/* The character that a backslash and what follows it are; 0: none. */
static uint32_t take_escape(struct cursor *cursor)
{
	static const char names[] = "\"\\/bfnrt";
	static const char values[] = "\"\\/\b\f\n\r\t";
	const char *found = NULL;

	skip(cursor, 1);
	if (peek(cursor) == 'u') {
		skip(cursor, 1);
		return take_code_point(cursor);
	}
	found = (peek(cursor) > 0) ? strchr(names, peek(cursor)) : NULL;
	if (found == NULL) {
		return 0;
	}
	skip(cursor, 1);
	return (uint32_t)values[found - names];
}

/* No escape is shorter than the character that it is. */
char *probe_json_string(TALLOC_CTX *mem_ctx,
			struct spn_str object,
			const char *name)
{
	struct cursor cursor = {};
	struct spn_str inner = {};
	char *text = NULL;
	size_t len = 0;

	if (!probe_json_member(object, name, &cursor.rest) ||
	    !take_string(&cursor, &inner) || !spn_str_is_utf8(inner) ||
	    memchr(inner.data, '\0', inner.len) != NULL)
	{
		return NULL;
	}
	text = talloc_array(mem_ctx, char, inner.len + 1);
	cursor.rest = inner;
	while (text != NULL && cursor.rest.len > 0) {
		uint32_t code_point = 0;
		int written = 0;

		if (peek(&cursor) != '\\') {
			text[len++] = cursor.rest.data[0];
			skip(&cursor, 1);
			continue;
		}
		code_point = take_escape(&cursor);
		written = (code_point == 0)
				  ? -1
				  : u8_uctomb((uint8_t *)text + len,
					      code_point,
					      (int)(inner.len - len));
		if (written < 0) {
			TALLOC_FREE(text);
			return NULL;
		}
		len += (size_t)written;
	}
	if (text != NULL) {
		text[len] = '\0';
	}
	return text;
}
