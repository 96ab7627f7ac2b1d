/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Formats of spn-audit: the lines of the input are an SPN, a partner, a DN and
 * a name, with whatever bytes; no report may be broken by them.
 */
#include "fuzz.h"

#include "lib/format_checks.h"

#define MAX_LEN 4096

static const struct hostile harmless = {
	.spn = {.data = "http/web", .len = 8},
	.partner = "http/web.example.com",
	.dn = "CN=web",
	.domain = "example.com",
};

/* Up to the next line feed; what is left in *rest. */
static struct spn_str take_line(struct spn_str *rest)
{
	const char *end = memchr(rest->data, '\n', rest->len);
	struct spn_str line = *rest;

	line.len = (end == NULL) ? rest->len : (size_t)(end - rest->data);
	rest->data += line.len + ((end == NULL) ? 0 : 1);
	rest->len -= line.len + ((end == NULL) ? 0 : 1);
	return line;
}

static char *take_text(TALLOC_CTX *mem_ctx, struct spn_str *rest)
{
	struct spn_str line = take_line(rest);

	return talloc_strndup(mem_ctx, line.data, line.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct audit_format *format = audit_formats();
	TALLOC_CTX *mem_ctx = NULL;
	struct spn_str rest = {.data = (const char *)data, .len = size};
	struct hostile hostile = {};

	if (size > MAX_LEN || size == 0 || data[0] == '\n') {
		return 0; /* a page without an SPN is another one */
	}
	mem_ctx = talloc_new(NULL);
	hostile.spn = take_line(&rest);
	hostile.partner = take_text(mem_ctx, &rest);
	hostile.dn = take_text(mem_ctx, &rest);
	hostile.domain = take_text(mem_ctx, &rest);
	for (; format->name != NULL; format++) {
		size_t len = 0;
		size_t ignored = 0;
		char *text = format_hostile(mem_ctx, format, &hostile, &len);
		char *base =
			format_hostile(mem_ctx, format, &harmless, &ignored);

		FUZZ_CHECK(text != NULL && base != NULL);
		FUZZ_CHECK(format_complaint(format->name, text, len, base) ==
			   NULL);
		free(text);
		free(base);
	}
	talloc_free(mem_ctx);
	return 0;
}
