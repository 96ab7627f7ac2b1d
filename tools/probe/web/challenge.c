/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Behind a comma a new challenge begins or a parameter of the one before: it
 * is a parameter if "=" follows the first word.
 */
#include "challenge.h"

#include <string.h>

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z');
}

/* tchar of RFC 9110 5.6.2. */
static bool is_word(char c)
{
	return is_alnum(c) ||
	       (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool is_token68(char c)
{
	return is_alnum(c) || (c != '\0' && strchr("-._~+/", c) != NULL);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_blank_or_comma(char c)
{
	return is_blank(c) || c == ',';
}

static bool is_equals(char c)
{
	return c == '=';
}

/* As many as there are, from the start. */
static struct spn_str take(struct spn_str *rest, bool (*is)(char c))
{
	struct spn_str taken = {.data = rest->data};

	while (taken.len < rest->len && is(rest->data[taken.len])) {
		taken.len++;
	}
	*rest = spn_str_from(*rest, taken.len);
	return taken;
}

static bool begins_with(struct spn_str rest, char c)
{
	return rest.len > 0 && rest.data[0] == c;
}

/* To behind the closing quote, or the end; at the opening one now. */
static void skip_quoted(struct spn_str *rest)
{
	size_t i = 1;

	while (i < rest->len && rest->data[i] != '"') {
		i += (rest->data[i] == '\\') ? 2 : 1;
	}
	*rest = spn_str_from(*rest, (i < rest->len) ? i + 1 : rest->len);
}

/* To the next comma that is not in quotes. */
static void skip_to_comma(struct spn_str *rest)
{
	while (rest->len > 0 && rest->data[0] != ',') {
		if (rest->data[0] == '"') {
			skip_quoted(rest);
		} else {
			*rest = spn_str_from(*rest, 1);
		}
	}
}

/* "realm = x", "realm=\"x, y\"": one parameter; *rest stays if it is none. */
static bool skip_parameter(struct spn_str *rest)
{
	struct spn_str at = *rest;

	if (take(&at, is_word).len == 0) {
		return false;
	}
	(void)take(&at, is_blank);
	if (!begins_with(at, '=')) {
		return false;
	}
	skip_to_comma(&at);
	*rest = at;
	return true;
}

/* A whole one: nothing but a comma or the end follows it. */
static struct spn_str take_token68(struct spn_str *rest)
{
	struct spn_str at = *rest;
	struct spn_str token = take(&at, is_token68);

	if (token.len == 0) {
		return (struct spn_str){};
	}
	token.len += take(&at, is_equals).len;
	(void)take(&at, is_blank);
	if (at.len > 0 && at.data[0] != ',') {
		return (struct spn_str){};
	}
	*rest = at;
	return token;
}

static void skip_parameters(struct spn_str *rest)
{
	struct spn_str at = *rest;

	while (skip_parameter(&at)) {
		*rest = at;
		(void)take(&at, is_blank_or_comma);
	}
}

bool probe_challenge_next(struct spn_str *rest,
			  struct probe_challenge *_challenge)
{
	while (rest->len > 0) {
		struct probe_challenge challenge = {};

		(void)take(rest, is_blank_or_comma);
		challenge.scheme = take(rest, is_word);
		if (challenge.scheme.len == 0 ||
		    (rest->len > 0 && !is_blank_or_comma(rest->data[0])))
		{
			skip_to_comma(rest);
			continue;
		}
		(void)take(rest, is_blank);
		if (begins_with(*rest, '=')) { /* a parameter of nothing */
			skip_to_comma(rest);
			continue;
		}
		challenge.token68 = take_token68(rest);
		if (challenge.token68.len == 0) {
			skip_parameters(rest);
			skip_to_comma(rest);
		}
		*_challenge = challenge;
		return true;
	}
	return false;
}
