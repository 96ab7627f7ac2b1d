/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines of a log, of any length and with any bytes, in bounded memory. What
 * Samba has broken into several is put together again: it ends a piece of
 * 4,095 bytes with " +>". Who may choose what is logged can choose what stands
 * behind that, so it is never taken for a line of its own.
 */
#ifndef SPN_PROBE_LOG_LINES_H
#define SPN_PROBE_LOG_LINES_H

#include <stdio.h>

#include "policy/spn.h"

/* What stands behind so many bytes of a line is not kept. */
#define PROBE_LONGEST_LINE 65536

struct probe_lines;

/* The stream must live as long. NULL: out of memory. */
struct probe_lines *probe_lines_new(TALLOC_CTX *mem_ctx, FILE *stream);

/* Without its newline; good until the next one. False at the end, or when
 * ferror() says so. */
bool probe_lines_next(struct probe_lines *lines, struct spn_str *_line);

/* Newlines so far, and what stands behind the last one. */
size_t probe_lines_num(const struct probe_lines *lines);

#endif
