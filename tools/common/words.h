/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines that fit a terminal; the text has been through policy/quote.h.
 */
#ifndef SPN_COMMON_WORDS_H
#define SPN_COMMON_WORDS_H

#include <stdio.h>

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
