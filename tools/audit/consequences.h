/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One mistake is one finding, and what gives way to it stands below it. Pure.
 */
#ifndef SPN_AUDIT_CONSEQUENCES_H
#define SPN_AUDIT_CONSEQUENCES_H

#include <stdint.h>

#include "findings.h"

/* Of each finding: the place of the one that it gives way to, or that it
 * speaks. The relation has no circle. */
#define AUDIT_SPEAKS SIZE_MAX

struct audit_given {
	size_t to;
	const char *why; /* NULL where it speaks */
};

/*
 * Takes what gives way, and what is set aside, out of the findings, and hangs
 * it below the one that speaks in the end, which becomes as grave as the
 * gravest of them. What would not have been reported is not there either.
 * False when out of memory.
 */
bool audit_consequences_gather(struct audit_findings *findings,
			       const struct audit_given *given);

#endif
