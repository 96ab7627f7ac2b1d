/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines of an LDIF file (RFC 2849), put together again where they were
 * folded. Only one of them is in memory.
 */
#ifndef SPN_DIRECTORY_LINES_H
#define SPN_DIRECTORY_LINES_H

#include <stdbool.h>
#include <stdio.h>
#include <talloc.h>

struct audit_line {
	char *text; /* NUL-terminated, without a NUL byte in it; NULL after the
		       last one. Good until the next one, may be written to */
	size_t len;
	size_t number; /* of its first line in the file, from 1 */
};

struct audit_lines;

/* The stream must live as long. NULL when out of memory. */
struct audit_lines *audit_lines_new(TALLOC_CTX *mem_ctx, FILE *stream);

/* On false *_reason is what is wrong with line _line->number, on the lines, or
 * NULL when out of memory. */
bool audit_lines_next(struct audit_lines *lines,
		      struct audit_line *_line,
		      const char **_reason);

#endif
