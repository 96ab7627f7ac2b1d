/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Baselines of spn-audit: read, or an error of one line that names the file.
 */
#include "fuzz.h"

#include "audit/baseline.h"

#define MAX_LEN 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem_ctx = NULL;
	struct audit_baseline *baseline = NULL;
	const char *reason = NULL;
	bool ok = false;

	if (size > MAX_LEN) {
		return 0;
	}
	mem_ctx = talloc_new(NULL);
	ok = audit_baseline_parse(mem_ctx,
				  "f",
				  (const char *)data,
				  size,
				  &baseline,
				  &reason);
	FUZZ_CHECK(ok == (reason == NULL));
	FUZZ_CHECK(ok == (baseline != NULL));
	FUZZ_CHECK(ok || strncmp(reason, "f:", 2) == 0);
	FUZZ_CHECK(ok || strchr(reason, '\n') == NULL);
	talloc_free(mem_ctx);
	return 0;
}
