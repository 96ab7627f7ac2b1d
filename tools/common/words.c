/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Always 80 columns, not those of the terminal: the same audit must be the
 * same text for diff, in a mail and on a screen.
 */
#include "words.h"

#include <stdlib.h>
#include <string.h>
#include <unistr.h>
#include <uniwidth.h>

#define COLUMNS 80

/* Printable ASCII: each byte is a column, nothing else. */
static bool is_simple(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] < ' ' || text[i] >= 0x7f) {
			return false;
		}
	}
	return true;
}

static size_t width_of(const char *text, size_t len)
{
	int width = 0;

	if (is_simple(text, len)) {
		return len;
	}
	width = u8_width((const uint8_t *)text, len, "UTF-8");
	return (width < 0) ? len : (size_t)width;
}

static void write_label(FILE *stream, const char *label, size_t indent)
{
	size_t width = width_of(label, strlen(label));

	fputs(label, stream);
	for (; width < indent; width++) {
		fputc(' ', stream);
	}
}

void audit_wrap(FILE *stream,
		const char *label,
		size_t indent,
		const char *text)
{
	size_t column = indent;
	const char *word = text;

	write_label(stream, label, indent);
	while (*word != '\0') {
		size_t len = strcspn(word, " ");
		size_t width = width_of(word, len);

		if (column > indent && column + 1 + width > COLUMNS) {
			fputc('\n', stream);
			write_label(stream, "", indent);
			column = indent;
		}
		if (column > indent) {
			fputc(' ', stream);
			column++;
		}
		fwrite(word, 1, len, stream);
		column += width;
		word += len;
		word += strspn(word, " ");
	}
	fputc('\n', stream);
}

void audit_line(FILE *stream,
		const char *label,
		size_t indent,
		const char *text)
{
	write_label(stream, label, indent);
	fputs(text, stream);
	fputc('\n', stream);
}
