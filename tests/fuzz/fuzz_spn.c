/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spn_parse, spn_format and spn_escape over one value, and what it may have
 * been meant to be.
 */
#include "fuzz.h"

#include <ctype.h>

#include "policy/meant.h"
#include "policy/parts.h"
#include "policy/quote.h"

#define MAX_LEN 512

static bool inside(struct spn_str value, struct spn_str slice)
{
	return slice.len == 0 ||
	       (slice.data >= value.data &&
		slice.data + slice.len <= value.data + value.len);
}

static size_t count(struct spn_str s, char c)
{
	size_t num = 0;
	size_t i;

	for (i = 0; i < s.len; i++) {
		num += (s.data[i] == c) ? 1 : 0;
	}
	return num;
}

static struct spn_str take(struct spn_str *rest, size_t len)
{
	struct spn_str taken = {.data = rest->data, .len = len};

	FUZZ_CHECK(len <= rest->len);
	rest->data += len;
	rest->len -= len;
	return taken;
}

static void take_char(struct spn_str *rest, char c)
{
	FUZZ_CHECK(rest->len > 0 && rest->data[0] == c);
	take(rest, 1);
}

/* The suffix that stands in the value is the port or the instance name. */
static void check_suffix(const struct spn *spn, struct spn_str suffix)
{
	unsigned long port = 0;
	size_t i;

	if (spn->port == 0) {
		FUZZ_CHECK(spn_str_equal(suffix, spn->instance_name));
		return;
	}
	FUZZ_CHECK(spn->instance_name.len == 0);
	for (i = 0; i < suffix.len; i++) {
		FUZZ_CHECK(isdigit((unsigned char)suffix.data[i]));
		port = port * 10 + (unsigned long)(suffix.data[i] - '0');
	}
	FUZZ_CHECK(port == spn->port);
}

/* The parts and what stands between them are the whole value, in order. */
static void check_parts(const struct spn *spn, size_t num_slashes)
{
	struct spn_str rest = spn->value;
	size_t suffix_len = 0;

	FUZZ_CHECK(spn->has_service_name == (num_slashes == 2));
	FUZZ_CHECK(spn_str_equal(take(&rest, spn->service_class.len),
				 spn->service_class));
	take_char(&rest, '/');
	FUZZ_CHECK(spn_str_equal(take(&rest, spn->host_name.len),
				 spn->host_name));
	FUZZ_CHECK(spn->has_suffix ||
		   (spn->port == 0 && spn->instance_name.len == 0));
	if (spn->has_suffix) {
		take_char(&rest, ':');
		while (suffix_len < rest.len && rest.data[suffix_len] != '/') {
			suffix_len++;
		}
		check_suffix(spn, take(&rest, suffix_len));
	}
	if (spn->has_service_name) {
		take_char(&rest, '/');
	}
	FUZZ_CHECK(spn_str_equal(rest, spn->service_name));
}

/* parse, format, parse agree. */
static void check_plain(TALLOC_CTX *mem_ctx, const struct spn *spn)
{
	char *text = spn_format(mem_ctx, spn->service_class, spn->host_name);
	struct spn_str again = {.data = text, .len = spn->value.len};
	struct spn second = {};

	FUZZ_CHECK(text != NULL && text[spn->value.len] == '\0');
	FUZZ_CHECK(spn_str_equal(again, spn->value));
	FUZZ_CHECK(spn_parse(again, &second) == SPN_SYNTAX_OK);
	FUZZ_CHECK(spn_is_plain(&second));
	FUZZ_CHECK(spn_str_equal(second.service_class, spn->service_class));
	FUZZ_CHECK(spn_str_equal(second.host_name, spn->host_name));
}

/* A good value can be put together again from its parts. */
static void check_good(TALLOC_CTX *mem_ctx, const struct spn *spn)
{
	struct spn_meant parts = {
		.service_class = spn->service_class,
		.host = spn->host_name,
		.suffix = spn->instance_name,
		.service = spn->service_name,
	};
	char *text = NULL;

	FUZZ_CHECK(spn_str_is_utf8(spn->value));
	FUZZ_CHECK(memchr(spn->value.data, '\0', spn->value.len) == NULL);
	FUZZ_CHECK(spn->service_class.len > 0 && spn->host_name.len > 0);
	if (spn->port > 0) {
		/* as it was written, zeros in front of it, too */
		parts.suffix.data = spn->host_name.data + spn->host_name.len +
				    1;
		while (parts.suffix.data + parts.suffix.len <
			       spn->value.data + spn->value.len &&
		       parts.suffix.data[parts.suffix.len] != '/')
		{
			parts.suffix.len++;
		}
	}
	FUZZ_CHECK(spn_meant_format(mem_ctx, &parts, &text) && text != NULL);
	FUZZ_CHECK(spn_str_equal(spn_str_of(text), spn->value));
}

static void check_parse(TALLOC_CTX *mem_ctx, struct spn_str value)
{
	struct spn spn = {};
	enum spn_syntax syntax = spn_parse(value, &spn);
	size_t num_slashes = count(value, '/');

	FUZZ_CHECK((syntax == SPN_SYNTAX_NO_SLASH) == (num_slashes == 0));
	FUZZ_CHECK((syntax == SPN_SYNTAX_TOO_MANY_SLASHES) ==
		   (num_slashes > 2));
	FUZZ_CHECK(spn_str_equal(spn.value, value));
	FUZZ_CHECK(inside(value, spn.service_class));
	FUZZ_CHECK(inside(value, spn.host_name));
	FUZZ_CHECK(inside(value, spn.instance_name));
	FUZZ_CHECK(inside(value, spn.service_name));
	if (syntax != SPN_SYNTAX_OK) {
		FUZZ_CHECK(spn.service_class.len == 0 &&
			   spn.host_name.len == 0);
		return;
	}
	check_parts(&spn, num_slashes);
	if (spn_is_plain(&spn)) {
		check_plain(mem_ctx, &spn);
	}
	if (spn_is_good(&spn)) {
		check_good(mem_ctx, &spn);
	}
}

/* Whatever is proposed is good. */
static void check_proposal(const char *text)
{
	struct spn spn = {};

	FUZZ_CHECK(text == NULL ||
		   (spn_parse(spn_str_of(text), &spn) == SPN_SYNTAX_OK &&
		    spn_is_good(&spn)));
}

static void check_meant(TALLOC_CTX *mem_ctx, struct spn_str value)
{
	struct spn_str rest = value;
	struct spn_meant meant = {};
	size_t len = spn_scheme_len(value);
	size_t num = 0;
	char *text = NULL;

	if (len > 0) {
		spn_meant_url(value, len, &meant);
		FUZZ_CHECK(spn_meant_format(mem_ctx, &meant, &text));
		check_proposal(text);
	}
	text = NULL;
	FUZZ_CHECK(spn_meant_unquoted(mem_ctx, value, &text));
	check_proposal(text);
	if (!spn_meant_is_list(value)) {
		return;
	}
	meant = (struct spn_meant){};
	while (spn_meant_next(&rest, &meant)) {
		text = NULL;
		FUZZ_CHECK(spn_meant_format(mem_ctx, &meant, &text));
		FUZZ_CHECK(text != NULL);
		check_proposal(text);
		num++;
	}
	FUZZ_CHECK(num > 1);
}

/* Valid text of one line, no control characters, and the value comes back. */
static void check_escape(TALLOC_CTX *mem_ctx, struct spn_str value)
{
	struct spn_str text = spn_str_of(spn_escape(mem_ctx, value));
	struct spn_str back = {};
	char hex[3] = "";
	size_t num = 0;
	size_t i;

	FUZZ_CHECK(text.data != NULL && spn_str_is_utf8(text));
	back = spn_unescape(mem_ctx, text);
	FUZZ_CHECK(back.data != NULL && spn_str_equal(back, value));
	for (i = 0; i < text.len; num++) {
		unsigned char c = (unsigned char)text.data[i];

		FUZZ_CHECK(c >= 0x20 && c != 0x7f && num < value.len);
		/* C1 controls are 0xc2 and less than 0xa0 */
		FUZZ_CHECK(c != 0xc2 ||
			   (unsigned char)text.data[i + 1] >= 0xa0);
		/* U+2028, U+2029, U+202E */
		FUZZ_CHECK(strncmp(text.data + i, "\xe2\x80\xa8", 3) != 0 &&
			   strncmp(text.data + i, "\xe2\x80\xa9", 3) != 0 &&
			   strncmp(text.data + i, "\xe2\x80\xae", 3) != 0);
		if (c == '\\' &&
		    sscanf(text.data + i + 1, "%2[0-9a-fA-F]", hex) == 1 &&
		    strlen(hex) == 2)
		{
			c = (unsigned char)strtoul(hex, NULL, 16);
			i += 2;
		}
		FUZZ_CHECK(c == (unsigned char)value.data[num]);
		i++;
	}
	FUZZ_CHECK(num == value.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spn_str value = {.data = (const char *)data, .len = size};
	TALLOC_CTX *mem_ctx = NULL;

	if (size > MAX_LEN) {
		return 0;
	}
	mem_ctx = talloc_new(NULL);
	check_parse(mem_ctx, value);
	check_meant(mem_ctx, value);
	check_escape(mem_ctx, value);
	talloc_free(mem_ctx);
	return 0;
}
