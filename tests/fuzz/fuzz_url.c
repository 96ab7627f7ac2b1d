/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The URL of spn-probe: what is taken is a host that can be asked for, and the
 * URL that is made of it is read as the same again; what is refused has one
 * line that can be shown.
 */
#include "fuzz.h"

#include "policy/unicode.h"
#include "probe/names/host_name.h"
#include "probe/names/target.h"

#define MAX_LEN 9000

static void check_line(const char *line)
{
	struct spn_str rest = spn_str_of(line);

	FUZZ_CHECK(rest.len > 0);
	while (rest.len > 0) {
		uint32_t code_point = 0;
		size_t len = spn_unicode_next(rest, &code_point);

		FUZZ_CHECK(len > 0 && !spn_unicode_is_unsafe(code_point));
		rest = spn_str_from(rest, len);
	}
}

static void check_target(TALLOC_CTX *mem_ctx, const struct probe_target *t)
{
	const char *reason = NULL;
	const struct probe_target *again = NULL;

	check_line(t->url);
	check_line(t->typed);
	FUZZ_CHECK(t->port != 0);
	FUZZ_CHECK(strncmp(t->url, "http", 4) == 0);
	if (t->kind == PROBE_HOST_NAME) {
		FUZZ_CHECK(probe_is_host_name(t->host));
		FUZZ_CHECK(probe_is_host_name(t->host_utf8));
	}
	again = probe_target_parse(mem_ctx, t->url, &reason);
	/* Escaped, it may have become too long. */
	if (again == NULL && strlen(t->url) > 8000) {
		return;
	}
	FUZZ_CHECK(again != NULL);
	FUZZ_CHECK(strcmp(again->host, t->host) == 0);
	FUZZ_CHECK(again->port == t->port && again->kind == t->kind &&
		   again->is_https == t->is_https);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	const char *reason = NULL;
	struct probe_target *target = NULL;
	char *url = NULL;

	if (size <= MAX_LEN) {
		url = talloc_strndup(mem_ctx, (const char *)data, size);
		FUZZ_CHECK(url != NULL);
		target = probe_target_parse(mem_ctx, url, &reason);
		if (target == NULL) {
			check_line(reason);
		} else {
			check_target(mem_ctx, target);
		}
	}
	talloc_free(mem_ctx);
	return 0;
}
