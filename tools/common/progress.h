/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A line on a terminal that says how far something is, and that is wiped away
 * in the end. Nothing of it is seen of what takes less than a second, nor
 * where standard error is no terminal.
 */
#ifndef SPN_COMMON_PROGRESS_H
#define SPN_COMMON_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>

struct spn_progress;

/* tool: who says it, "spn-audit". *_progress is NULL where nobody would see
 * it, which the others take. False when out of memory. */
bool spn_progress_new(TALLOC_CTX *mem_ctx,
		      const char *tool,
		      struct spn_progress **_progress);

/* The second begins now. */
void spn_progress_begin(struct spn_progress *progress);

/* Is it time to say something? Cheap. */
bool spn_progress_is_due(struct spn_progress *progress);

/*
 * "spn-audit: reading [####------]  40%, 12345 accounts". share is how much of
 * it is done, 0 to 1; below 0: not known, and then there is no bar. unit NULL:
 * without the number. If it is due.
 */
void spn_progress_say(struct spn_progress *progress,
		      const char *what,
		      double share,
		      size_t num,
		      const char *unit);

/* Wipes it away, until something is said again. */
void spn_progress_wipe(struct spn_progress *progress);

#endif
