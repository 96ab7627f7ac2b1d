/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What spn-audit --keytab reads of spn-probe: a report, or none.
 */
#include "fuzz.h"

#include "audit/key_report.h"

#define MAX_LEN 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"one@X", "two$@X"};
	const struct spn_str text = {.data = (const char *)data, .len = size};
	struct audit_key_report report = {};
	TALLOC_CTX *mem_ctx = NULL;
	const char *name = NULL;
	bool is_report = false;
	size_t i;

	if (size > MAX_LEN) {
		return 0;
	}
	mem_ctx = talloc_new(NULL);
	FUZZ_CHECK(audit_key_report_read(mem_ctx,
					 text,
					 names,
					 &report,
					 &is_report));
	FUZZ_CHECK(is_report == (report.answer != NULL));
	for (i = 0; i < report.num_entries; i++) {
		FUZZ_CHECK(strlen(report.principals[i]) < size);
	}
	/* Where nothing is there, nothing is proved. */
	FUZZ_CHECK(is_report ||
		   audit_key_proof_of(&report) == AUDIT_KEY_UNKNOWN);
	FUZZ_CHECK(audit_key_names_of(&report,
				      spn_str_of("http/web01"),
				      NULL,
				      &name) == AUDIT_KEY_NAMES_NONE ||
		   name != NULL);
	talloc_free(mem_ctx);
	return 0;
}
