/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reports of before, as --format=json has written them: when each was made,
 * and how much it found.
 */
#ifndef SPN_AUDIT_TREND_H
#define SPN_AUDIT_TREND_H

#include "findings.h"

struct audit_moment {
	const char *time;    /* ISO 8601, UTC */
	long long timestamp; /* the same, seconds since 1970 */
	size_t counts[AUDIT_NUM_SEVERITIES];
};

/* Sorted by time. */
struct audit_trend {
	struct audit_moment *moments;
	size_t num_moments;
};

/* Of what it has to be a report. */
struct audit_trend_wanted {
	const char *domain;
	const char *part; /* as in struct audit_result */
};

/*
 * Every file that fits the pattern, which is one of a shell; a path without *,
 * ? and [ is that file. NULL is no pattern, and no trend. On false *_reason is
 * one line on mem_ctx that names the file, or NULL when out of memory.
 */
bool audit_trend_read(TALLOC_CTX *mem_ctx,
		      const char *pattern,
		      const struct audit_trend_wanted *wanted,
		      const struct audit_trend **_trend,
		      const char **_reason);

/* One report; for tests. *_why is NULL when out of memory. */
bool audit_trend_parse(TALLOC_CTX *mem_ctx,
		       struct spn_str text,
		       const struct audit_trend_wanted *wanted,
		       struct audit_moment *_moment,
		       const char **_why);

#endif
