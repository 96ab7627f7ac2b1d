/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Of a document only what is asked for is looked at. What is read is a slice
 * that gets shorter from the left; nothing is copied, and nothing nests in the
 * stack. Names are compared as they stand: our own are written without
 * escapes.
 */
#include "json_read.h"

#include "policy/quote.h"

#include <string.h>

#define NUM_DIGITS 15 /* of a count, at most */

static bool next_is(const struct spn_str *rest, char c)
{
	return rest->len > 0 && rest->data[0] == c;
}

static void skip(struct spn_str *rest, size_t num)
{
	*rest = spn_str_from(*rest, (num < rest->len) ? num : rest->len);
}

static bool next_is_one_of(const struct spn_str *rest, const char *chars)
{
	return rest->len > 0 && rest->data[0] != '\0' &&
	       strchr(chars, rest->data[0]) != NULL;
}

static void skip_blanks(struct spn_str *rest)
{
	while (next_is_one_of(rest, " \t\r\n")) {
		skip(rest, 1);
	}
}

/* From one quote to behind the other. */
static void skip_string(struct spn_str *rest)
{
	skip(rest, 1);
	while (rest->len > 0 && !next_is(rest, '"')) {
		skip(rest, next_is(rest, '\\') ? 2 : 1);
	}
	skip(rest, 1);
}

static bool ends_value(const struct spn_str *rest)
{
	return rest->len == 0 || next_is_one_of(rest, ":,}] \t\r\n");
}

/* A value of any kind, and which bytes it is; len 0 when there is none. */
static struct spn_str take_value(struct spn_str *rest)
{
	struct spn_str value = *rest;
	size_t depth = 0;

	while (rest->len > 0 && (depth > 0 || !ends_value(rest))) {
		if (next_is(rest, '"')) {
			skip_string(rest);
			continue;
		}
		if (next_is_one_of(rest, "{[")) {
			depth++;
		} else if (next_is_one_of(rest, "}]")) {
			depth--;
		}
		skip(rest, 1);
	}
	value.len -= rest->len;
	return value;
}

struct spn_str spn_json_member(struct spn_str object, const char *name)
{
	struct spn_str rest = object;
	size_t len = strlen(name);

	skip_blanks(&rest);
	if (!next_is(&rest, '{')) {
		return (struct spn_str){};
	}
	do {
		struct spn_str key = {};
		struct spn_str value = {};

		skip(&rest, 1);
		skip_blanks(&rest);
		key = take_value(&rest);
		skip_blanks(&rest);
		if (!next_is(&rest, ':')) {
			break;
		}
		skip(&rest, 1);
		skip_blanks(&rest);
		value = take_value(&rest);
		if (key.len == len + 2 && memcmp(key.data + 1, name, len) == 0)
		{
			return value;
		}
		skip_blanks(&rest);
	} while (next_is(&rest, ','));
	return (struct spn_str){};
}

bool spn_json_count(struct spn_str value, size_t *_count)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < value.len; i++) {
		if (value.data[i] < '0' || value.data[i] > '9') {
			return false;
		}
		count = 10 * count + (size_t)(value.data[i] - '0');
	}
	*_count = count;
	return value.len > 0 && value.len <= NUM_DIGITS;
}

bool spn_json_is(TALLOC_CTX *mem_ctx,
		 struct spn_str value,
		 const char *text,
		 bool *_is)
{
	char *json = spn_json(mem_ctx, spn_str_of(text));

	if (json == NULL) {
		return false;
	}
	*_is = spn_str_equal(value, spn_str_of(json));
	talloc_free(json);
	return true;
}

bool spn_json_element(struct spn_str *array, struct spn_str *_value)
{
	struct spn_str rest = *array;

	skip_blanks(&rest);
	if (!next_is_one_of(&rest, "[,")) {
		return false;
	}
	skip(&rest, 1);
	skip_blanks(&rest);
	*_value = take_value(&rest);
	*array = rest;
	return _value->len > 0;
}

static bool is_plain_escape(char c)
{
	return c == '"' || c == '\\' || c == '/';
}

char *spn_json_unquote(TALLOC_CTX *mem_ctx, struct spn_str value)
{
	char *text = NULL;
	size_t num = 0;
	size_t i;

	if (value.len < 2 || value.data[0] != '"' ||
	    value.data[value.len - 1] != '"')
	{
		return talloc_strdup(mem_ctx, "");
	}
	text = talloc_array(mem_ctx, char, value.len);
	if (text == NULL) {
		return NULL;
	}
	for (i = 1; i + 1 < value.len; i++) {
		char c = value.data[i];

		if (c == '\\' && i + 2 < value.len &&
		    is_plain_escape(value.data[i + 1]))
		{
			i++;
			c = value.data[i];
		}
		if (c != '\0') {
			text[num++] = c;
		}
	}
	text[num] = '\0';
	return text;
}
