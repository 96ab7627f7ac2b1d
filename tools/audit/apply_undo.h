/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The file that takes the repairs of a run back. Whatever ends the program,
 * and whenever: what was sent to the server is in it, on the disk.
 */
#ifndef SPN_AUDIT_APPLY_UNDO_H
#define SPN_AUDIT_APPLY_UNDO_H

#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>

struct audit_undo;

/*
 * A new file, for its owner only, with that head; never one that was there.
 * path NULL: one with the time in its name, in the current folder. On false,
 * here and below, *_reason is one line on mem_ctx, NULL when out of memory.
 */
bool audit_undo_new(TALLOC_CTX *mem_ctx,
		    const char *path,
		    const char *head,
		    struct audit_undo **_undo,
		    const char **_reason);

const char *audit_undo_path(const struct audit_undo *undo);

/* Has it a record? */
bool audit_undo_is_used(const struct audit_undo *undo);

/*
 * One record more, on the disk when this returns. A file is carried out from
 * its top: what depends on an earlier repair stands in front of all others.
 */
bool audit_undo_put(struct audit_undo *undo,
		    const char *record,
		    bool in_front,
		    const char **_reason);

/*
 * Another record takes the place of that of the last audit_undo_put(), or
 * NULL: none. On false that one stays, in the file and here.
 */
bool audit_undo_exchange(struct audit_undo *undo,
			 const char *record,
			 const char **_reason);

/* The record of the last audit_undo_put() goes: nothing was changed. */
bool audit_undo_take_back(struct audit_undo *undo, const char **_reason);

/* A file without a record goes. */
void audit_undo_end(struct audit_undo *undo);

#endif
