/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Earlier reports for spn-audit --trend: read, or one line that says why not.
 */
#include "fuzz.h"

#include "audit/trend.h"

#define MAX_LEN 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct audit_trend_wanted wanted = {.domain = "example.com"};
	const struct spn_str text = {.data = (const char *)data, .len = size};
	TALLOC_CTX *mem_ctx = NULL;
	struct audit_moment moment = {};
	const char *why = NULL;
	bool ok = false;

	if (size > MAX_LEN) {
		return 0;
	}
	mem_ctx = talloc_new(NULL);
	ok = audit_trend_parse(mem_ctx, text, &wanted, &moment, &why);
	FUZZ_CHECK(ok == (why == NULL));
	FUZZ_CHECK(!ok || moment.time != NULL);
	FUZZ_CHECK(ok || strchr(why, '\n') == NULL);
	talloc_free(mem_ctx);
	return 0;
}
