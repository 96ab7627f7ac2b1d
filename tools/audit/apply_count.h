/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What has become of findings, from one audit to the next.
 */
#ifndef SPN_AUDIT_APPLY_COUNT_H
#define SPN_AUDIT_APPLY_COUNT_H

#include "findings.h"

/* What findings are known by, without the accounts that they were about. */
struct audit_known;

/* NULL when out of memory. */
struct audit_known *audit_known_new(TALLOC_CTX *mem_ctx,
				    const struct audit_findings *findings);

struct audit_fate {
	size_t gone; /* only before has them */
	size_t left; /* both */
	size_t come; /* only after */
};

struct audit_fate audit_known_compare(const struct audit_known *before,
				      const struct audit_known *after);

#endif
