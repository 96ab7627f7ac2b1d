/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Descriptors: whatever bytes, the same answer twice, and no trustee without
 * a SID and a right.
 */
#include "fuzz.h"

#include "audit/facts/acl.h"

#define MAX_LEN 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem_ctx = NULL;
	struct audit_acl *acl = NULL;
	struct spn_str value = {.len = size};
	int kind;

	if (size > MAX_LEN || size == 0) {
		return 0;
	}
	mem_ctx = talloc_new(NULL);
	acl = audit_acl_new(mem_ctx);
	value.data = talloc_memdup(mem_ctx, data, size);
	for (kind = SPN_KIND_USER; kind <= SPN_KIND_GMSA; kind++) {
		const struct spn_writer *first = NULL;
		const struct spn_writer *again = NULL;
		size_t num_first = 0;
		size_t num_again = 0;
		size_t i;

		FUZZ_CHECK(audit_acl_writers(acl,
					     value,
					     (enum spn_kind)kind,
					     &first,
					     &num_first));
		FUZZ_CHECK(audit_acl_writers(acl,
					     value,
					     (enum spn_kind)kind,
					     &again,
					     &num_again));
		FUZZ_CHECK(first == again && num_first == num_again);
		for (i = 0; i < num_first; i++) {
			FUZZ_CHECK(strncmp(first[i].trustee, "S-1-", 4) == 0);
			FUZZ_CHECK(first[i].right[0] != '\0');
		}
	}
	talloc_free(mem_ctx);
	return 0;
}
