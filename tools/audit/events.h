/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What differs between two lists of findings, as lines.
 */
#ifndef SPN_AUDIT_EVENTS_H
#define SPN_AUDIT_EVENTS_H

#include <stdio.h>

#include "findings.h"

/* Findings as lines, without the accounts that they were about. */
struct audit_events;

/* NULL when out of memory. */
struct audit_events *audit_events_new(TALLOC_CTX *mem_ctx,
				      const struct audit_findings *findings,
				      bool as_json);

/*
 * "fixed ..." (in JSON "cured") for what only before (NULL: nothing) has, then
 * "new ..." for what only after has and "changed ..." for what has other
 * accounts or words now, each in the order of its findings. time is ISO 8601,
 * for json.
 */
void audit_events_write(const struct audit_events *before,
			const struct audit_events *after,
			const char *time,
			FILE *stream);

#endif
