/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What each format of spn-audit must hold whatever is in the directory.
 */
#ifndef SPN_POLICY_TESTS_FORMAT_CHECKS_H
#define SPN_POLICY_TESTS_FORMAT_CHECKS_H

#include "audit/formats/format.h"

/* The values of one finding of every kind that the formats must get over. */
struct hostile {
	struct spn_str spn;
	const char *partner; /* NULL: none */
	const char *dn;
	const char *domain;
};

/* The report in this format over such a finding; NULL when out of memory. */
char *format_hostile(TALLOC_CTX *mem_ctx,
		     const struct audit_format *format,
		     const struct hostile *hostile,
		     size_t *_len);

/* NULL if it is well, else what is wrong. harmless is the same report over
 * values without anything special. */
const char *format_complaint(const char *format,
			     const char *text,
			     size_t len,
			     const char *harmless);

#endif
