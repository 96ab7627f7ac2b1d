/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines that fit what they are written to; the text has been through
 * policy/quote.h.
 */
#ifndef SPN_COMMON_WORDS_H
#define SPN_COMMON_WORDS_H

#include <stdio.h>

#include "terminal.h"

/* Where a report is written, and what is there. */
struct spn_page {
	FILE *stream;
	struct spn_terminal terminal;
};

/*
 * "LABEL text", the label in that style and the text in lines of at most the
 * page's columns that all begin at column indent. Words, thus DNs without
 * blanks and SPNs, are never broken.
 */
void spn_page_wrap(const struct spn_page *page,
		   enum spn_style style,
		   const char *label,
		   size_t indent,
		   const char *text);

/* The same for what must stay in one piece, however long. */
void spn_page_line(const struct spn_page *page,
		   enum spn_style style,
		   const char *label,
		   size_t indent,
		   const char *text);

/* A text in that style, and blanks up to so many columns. */
void spn_page_put(const struct spn_page *page,
		  enum spn_style style,
		  const char *text,
		  size_t columns);

/* How many columns a text takes. */
size_t spn_columns_of(const char *text);

/* The first two on a page of 80 columns without colour. */
void audit_wrap(FILE *stream,
		const char *label,
		size_t indent,
		const char *text);
void audit_line(FILE *stream,
		const char *label,
		size_t indent,
		const char *text);

#endif
