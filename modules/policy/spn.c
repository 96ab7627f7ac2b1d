/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Parsing and formatting of one SPN. Nothing here decides whether a value
 * is good: that is the job of the rule "syntax".
 */
#include "spn.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "unicode.h"
#include "words.h"

int spn_ascii_lower(char c)
{
	if (c >= 'A' && c <= 'Z') {
		return c - 'A' + 'a';
	}
	return (unsigned char)c;
}

int spn_hex_digit(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	c |= 'a' - 'A';
	return (c >= 'a' && c <= 'f') ? c - 'a' + 10 : -1;
}

struct spn_str spn_str_dup(TALLOC_CTX *mem_ctx, struct spn_str s)
{
	/* One byte more, so that it may be printed in a debugger. */
	char *copy = talloc_array(mem_ctx, char, s.len + 1);

	if (copy == NULL) {
		return (struct spn_str){};
	}
	if (s.len > 0) {
		memcpy(copy, s.data, s.len);
	}
	copy[s.len] = '\0';
	return (struct spn_str){.data = copy, .len = s.len};
}

char *spn_str_join(TALLOC_CTX *mem_ctx,
		   const struct spn_str *parts,
		   size_t num)
{
	char *text = NULL;
	char *to = NULL;
	size_t len = 0;
	size_t i;

	for (i = 0; i < num; i++) {
		len += parts[i].len;
	}
	text = talloc_array(mem_ctx, char, len + 1);
	if (text == NULL) {
		return NULL;
	}
	to = text;
	for (i = 0; i < num; i++) {
		if (parts[i].len > 0) {
			memcpy(to, parts[i].data, parts[i].len);
			to += parts[i].len;
		}
	}
	*to = '\0';
	return text;
}

int spn_str_compare(struct spn_str a, struct spn_str b)
{
	size_t shorter = (a.len < b.len) ? a.len : b.len;
	int cmp = (shorter == 0) ? 0 : memcmp(a.data, b.data, shorter);

	if (cmp != 0) {
		return cmp;
	}
	return (a.len > b.len) - (a.len < b.len);
}

bool spn_str_equal_nocase(struct spn_str a, struct spn_str b)
{
	size_t i;

	if (a.len != b.len) {
		return false;
	}
	for (i = 0; i < a.len; i += SPN_WORD) {
		uint64_t x = spn_word_at(a, i);
		uint64_t y = spn_word_at(b, i);

		if (x != y && spn_word_lower(x) != spn_word_lower(y)) {
			return false;
		}
	}
	return true;
}

uint16_t spn_port(struct spn_str suffix)
{
	uint32_t port = 0;
	size_t i;

	if (suffix.len == 0 || suffix.len > 5) {
		return 0;
	}
	for (i = 0; i < suffix.len; i++) {
		if (suffix.data[i] < '0' || suffix.data[i] > '9') {
			return 0;
		}
		port = port * 10 + (uint32_t)(suffix.data[i] - '0');
	}
	return (port <= UINT16_MAX) ? (uint16_t)port : 0;
}

/* Where the suffix of a host part starts (its colon), or NULL. */
static const char *find_suffix(struct spn_str host)
{
	const char *end = host.data + host.len;
	const char *first = memchr(host.data, ':', host.len);
	const char *last = NULL;
	const char *bracket = NULL;

	if (first == NULL) {
		return NULL;
	}
	last = memrchr(host.data, ':', host.len);
	if (host.data[0] == '[') {
		bracket = memchr(host.data, ']', host.len);
		if (bracket != NULL) {
			return (bracket + 1 < end && bracket[1] == ':')
				       ? bracket + 1
				       : NULL;
		}
	}
	return (first == last) ? last : NULL;
}

static void parse_host(struct spn_str host, struct spn *spn)
{
	const char *colon = NULL;
	struct spn_str suffix = {};

	spn->host_name = host;
	if (host.len == 0) {
		return;
	}
	colon = find_suffix(host);
	if (colon == NULL) {
		return;
	}
	spn->has_suffix = true;
	spn->host_name.len = (size_t)(colon - host.data);
	suffix.data = colon + 1;
	suffix.len = host.len - spn->host_name.len - 1;
	spn->port = spn_port(suffix);
	if (spn->port == 0) {
		spn->instance_name = suffix;
	}
}

/* Takes what stands before the next slash off *rest, and the slash with it.
 * Without one all is taken, and this is false. */
static bool take_part(struct spn_str *rest, struct spn_str *_part)
{
	const char *slash = (rest->len == 0)
				    ? NULL
				    : memchr(rest->data, '/', rest->len);

	*_part = *rest;
	if (slash == NULL) {
		*rest = (struct spn_str){};
		return false;
	}
	_part->len = (size_t)(slash - rest->data);
	rest->data = slash + 1;
	rest->len -= _part->len + 1;
	return true;
}

enum spn_syntax spn_parse(struct spn_str value, struct spn *_spn)
{
	struct spn_str rest = value;
	struct spn_str service_class = {};
	struct spn_str host = {};
	struct spn_str service_name = {};
	bool has_service_name = false;

	*_spn = (struct spn){.value = value};
	if (!take_part(&rest, &service_class)) {
		return SPN_SYNTAX_NO_SLASH;
	}
	has_service_name = take_part(&rest, &host);
	if (has_service_name && take_part(&rest, &service_name)) {
		return SPN_SYNTAX_TOO_MANY_SLASHES;
	}
	_spn->service_class = service_class;
	_spn->has_service_name = has_service_name;
	_spn->service_name = service_name;
	parse_host(host, _spn);
	return SPN_SYNTAX_OK;
}

bool spn_class_is_of_tls(struct spn_str service_class)
{
	return spn_str_is(service_class, "https") ||
	       spn_str_is(service_class, "ssl") ||
	       spn_str_is(service_class, "tls");
}

bool spn_is_web_port(uint16_t port)
{
	return port == 80 || port == 443;
}

size_t spn_scheme_len(struct spn_str value)
{
	size_t i;

	for (i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.data[i];

		if (!(isascii(c) && (isalnum(c) || strchr("+.-", c)))) {
			break;
		}
	}
	if (i == 0 || !isalpha((unsigned char)value.data[0]) ||
	    i + 1 >= value.len || value.data[i] != ':' ||
	    value.data[i + 1] != '/')
	{
		return 0;
	}
	return i;
}

bool spn_is_plain(const struct spn *spn)
{
	return spn->service_class.len > 0 && spn->host_name.len > 0 &&
	       !spn->has_suffix && !spn->has_service_name;
}

char *spn_format(TALLOC_CTX *mem_ctx,
		 struct spn_str service_class,
		 struct spn_str host_name)
{
	const struct spn_str parts[] = {
		service_class,
		{.data = "/", .len = 1},
		host_name,
	};

	return spn_str_join(mem_ctx, parts, sizeof(parts) / sizeof(parts[0]));
}

struct spn_str spn_str_from(struct spn_str s, size_t start)
{
	return (struct spn_str){
		.data = s.data + start,
		.len = s.len - start,
	};
}

bool spn_str_is_utf8(struct spn_str s)
{
	uint32_t ignored = 0;
	size_t i = 0;

	while (i < s.len) {
		size_t n = spn_unicode_next(spn_str_from(s, i), &ignored);

		if (n == 0) {
			return false;
		}
		i += n;
	}
	return true;
}

bool spn_fold_text(const struct spn_fold *fold,
		   TALLOC_CTX *mem_ctx,
		   struct spn_str value,
		   struct spn_str *_folded)
{
	return fold->fn(fold->private_data, mem_ctx, value, _folded);
}
