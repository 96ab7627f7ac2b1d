/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Guesses about a value. They only cut it into parts; what comes out is looked
 * at once more, in one place, before anybody sees it.
 */
#include "meant.h"

#include <string.h>

#include "parts.h"
#include "unicode.h"

/* How many bytes stand before the first of these characters. */
static size_t before(struct spn_str s, const char *chars)
{
	size_t i = 0;

	while (i < s.len &&
	       (s.data[i] == '\0' || strchr(chars, s.data[i]) == NULL))
	{
		i++;
	}
	return i;
}

/* Takes what stands before the first of these off *rest, and that, too. */
static struct spn_str take(struct spn_str *rest, const char *chars)
{
	struct spn_str taken = *rest;

	taken.len = before(*rest, chars);
	*rest = spn_str_from(*rest,
			     taken.len + ((taken.len < rest->len) ? 1 : 0));
	return taken;
}

static struct spn_str trim(struct spn_str s)
{
	while (s.len > 0 && s.data[0] == ' ') {
		s = spn_str_from(s, 1);
	}
	while (s.len > 0 && s.data[s.len - 1] == ' ') {
		s.len--;
	}
	return s;
}

/* *_text is left alone if this is not good; frees text then. A NUL byte is
 * data here, too. */
static void propose(char *text, size_t len, char **_text)
{
	const struct spn_str value = {.data = text, .len = len};
	struct spn spn = {};

	if (spn_parse(value, &spn) == SPN_SYNTAX_OK && spn_is_good(&spn)) {
		*_text = text;
	} else {
		talloc_free(text);
	}
}

bool spn_meant_format(TALLOC_CTX *mem_ctx,
		      const struct spn_meant *meant,
		      char **_text)
{
	const struct {
		struct spn_str part;
		const char *mark; /* in front of it */
		bool is_optional;
	} parts[] = {
		{meant->service_class, "", false},
		{meant->host, "/", false},
		{meant->suffix, ":", true},
		{meant->service, "/", true},
	};
	size_t room = meant->service_class.len + meant->host.len +
		      meant->suffix.len + meant->service.len + 4;
	char *text = talloc_zero_array(mem_ctx, char, room);
	size_t len = 0;
	size_t i;

	if (text == NULL) {
		return false;
	}
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i].part.len == 0) {
			if (parts[i].is_optional) {
				continue;
			}
			talloc_free(text);
			return true;
		}
		text[len] = parts[i].mark[0];
		len += strlen(parts[i].mark);
		memcpy(text + len, parts[i].part.data, parts[i].part.len);
		len += parts[i].part.len;
	}
	propose(text, len, _text);
	return true;
}

void spn_meant_split(struct spn_str text, struct spn_meant *meant)
{
	static const char marks[] = "\\,;:";
	struct spn_str rest = text;

	if (text.len > 0 && text.data[0] == '[') {
		meant->host = take(&rest, "]");
		meant->host.len += (meant->host.len < text.len) ? 1 : 0;
		take(&rest, marks);
	} else {
		meant->host = take(&rest, marks);
	}
	meant->suffix = (struct spn_str){};
	while (rest.len > 0) {
		struct spn_str piece = take(&rest, marks);

		if (meant->suffix.len == 0 ||
		    (spn_str_is_number(piece) &&
		     !spn_str_is_number(meant->suffix)))
		{
			meant->suffix = piece;
		}
	}
}

void spn_meant_url(struct spn_str value,
		   size_t scheme_len,
		   struct spn_meant *meant)
{
	/* What clients of the one ask for is the other. */
	static const struct {
		const char *scheme;
		const char *service_class;
	} other[] = {
		{"https", "http"},
		{"ldaps", "ldap"},
		{"smb", "cifs"},
	};
	struct spn_str rest = spn_str_from(value, scheme_len + 1);
	struct spn_str host = {};
	size_t i;

	*meant = (struct spn_meant){
		.service_class = {.data = value.data, .len = scheme_len},
	};
	for (i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		if (spn_str_is(meant->service_class, other[i].scheme)) {
			meant->service_class = spn_str_of(
				other[i].service_class);
		}
	}
	while (rest.len > 0 && rest.data[0] == '/') {
		rest = spn_str_from(rest, 1);
	}
	host = take(&rest, "/?#");
	rest = host;
	take(&rest, "@"); /* a user, and a password perhaps */
	spn_meant_split((rest.len > 0) ? rest : host, meant);
	if (spn_str_is(meant->service_class, "http")) {
		meant->suffix = (struct spn_str){};
	}
}

static bool is_quote(uint32_t c)
{
	return c == '"' || c == '\'' || c == '`' || c == 0xab || c == 0xbb ||
	       (c >= 0x2018 && c <= 0x201f);
}

bool spn_meant_unquoted(TALLOC_CTX *mem_ctx,
			struct spn_str value,
			char **_text)
{
	char *text = talloc_zero_array(mem_ctx, char, value.len + 1);
	size_t num = 0;

	if (text == NULL) {
		return false;
	}
	while (value.len > 0) {
		uint32_t c = 0;
		size_t n = spn_unicode_next(value, &c);

		n = (n > 0) ? n : 1;
		if (!is_quote(c)) {
			memcpy(text + num, value.data, n);
			num += n;
		}
		value = spn_str_from(value, n);
	}
	propose(text, num, _text);
	return true;
}

static const char list_marks[] = ",;";

bool spn_meant_next(struct spn_str *rest, struct spn_meant *_item)
{
	struct spn_str item = {};

	while (item.len == 0 && rest->len > 0) {
		item = trim(take(rest, list_marks));
	}
	if (item.len == 0) {
		return false;
	}
	if (before(item, "/") < item.len) {
		_item->service_class = take(&item, "/");
	}
	spn_meant_split(item, _item);
	return true;
}

/* By itself, and it is no DN, which has commas, and no port of the one before.
 */
static bool is_good_item(const struct spn_meant *item)
{
	struct spn spn = {
		.service_class = item->service_class,
		.host_name = item->host,
		.port = spn_port(item->suffix),
		.has_suffix = item->suffix.len > 0,
	};

	if (spn.port == 0) {
		spn.instance_name = item->suffix;
	}
	return spn_is_good(&spn) && !spn_host_is_dn(item->host) &&
	       !spn_str_is_number(item->host);
}

bool spn_meant_is_list(struct spn_str value)
{
	struct spn_str rest = value;
	struct spn_meant item = {};
	size_t num = 0;

	if (before(value, list_marks) == value.len) {
		return false;
	}
	while (spn_meant_next(&rest, &item)) {
		/* the first one has no class to take over */
		if (!is_good_item(&item)) {
			return false;
		}
		num++;
	}
	return num > 1;
}
