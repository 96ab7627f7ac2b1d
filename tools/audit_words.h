/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text for terminals: nothing in it that steers one, and lines that fit.
 */
#ifndef SPN_AUDIT_WORDS_H
#define SPN_AUDIT_WORDS_H

#include <stdio.h>

#include "policy/spn.h"

/*
 * A DN, or text that was escaped, as one line of clean UTF-8: \xx for what is
 * not, as spn_printable(). On mem_ctx. NULL when out of memory.
 */
char *audit_printable(TALLOC_CTX *mem_ctx, const char *text);

/*
 * "LABEL text", the text in lines of at most 80 columns that all begin at
 * column indent. Words, thus DNs without blanks and SPNs, are never broken.
 */
void audit_wrap(FILE *stream,
		const char *label,
		size_t indent,
		const char *text);

/* The same for what must stay in one piece, however long. */
void audit_line(FILE *stream,
		const char *label,
		size_t indent,
		const char *text);

#endif
