/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much of a report people want to see, and how it is put together:
 * --summary, --limit, --group-by, --color.
 */
#ifndef SPN_AUDIT_VIEW_H
#define SPN_AUDIT_VIEW_H

#include "common/terminal.h"

enum audit_group_by {
	AUDIT_BY_CODE,
	AUDIT_BY_ACCOUNT,
	AUDIT_BY_HOST,
};

/* Starts as {}: all of it, by code, to a file. */
struct audit_view {
	enum audit_group_by group_by;
	struct spn_terminal terminal;
	size_t limit;	 /* findings of a code; 0: all */
	bool is_summary; /* nothing but the totals */
	bool is_full;	 /* each finding in its own words */
	/* The command that was typed, for options to be added to; NULL: bare.
	 */
	const char *again;
};

/* Findings of a code on a terminal. */
#define AUDIT_USUAL_LIMIT 20

#endif
