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

/* A word: up to a blank or the end. */
struct word {
	const char *text;
	size_t len;
	size_t width; /* columns */
};

/* Of printable ASCII each byte is a column, nothing else. */
static struct word word_at(const char *text, bool with_blanks)
{
	struct word word = {.text = text};
	bool is_simple = true;
	int width = 0;

	while (text[word.len] != '\0' &&
	       (with_blanks || text[word.len] != ' '))
	{
		char c = text[word.len++];

		is_simple &= c >= ' ' && c < 0x7f;
	}
	if (!is_simple) {
		width = u8_width((const uint8_t *)text, word.len, "UTF-8");
	}
	word.width = (is_simple || width < 0) ? word.len : (size_t)width;
	return word;
}

static void write_label(FILE *stream, const char *label, size_t indent)
{
	static const char blanks[] = "                ";
	size_t width = word_at(label, true).width;

	fputs(label, stream);
	while (width < indent) {
		size_t num = indent - width;

		if (num >= sizeof(blanks)) {
			num = sizeof(blanks) - 1;
		}
		fwrite(blanks, 1, num, stream);
		width += num;
	}
}

/* A line is written as a whole as long as one blank stands between its words.
 */
void audit_wrap(FILE *stream,
		const char *label,
		size_t indent,
		const char *text)
{
	size_t column = indent;
	const char *start = text; /* of what is not yet written, up to end */
	const char *end = text;
	struct word word = word_at(text, false);

	write_label(stream, label, indent);
	while (*word.text != '\0') {
		bool is_first = column == indent;
		bool is_full = !is_first && column + 1 + word.width > COLUMNS;

		if (is_full || is_first || word.text != end + 1) {
			fwrite(start, 1, (size_t)(end - start), stream);
			start = word.text;
			if (is_full) {
				fputc('\n', stream);
				write_label(stream, "", indent);
				column = indent;
			} else if (!is_first) {
				fputc(' ', stream);
			}
		}
		column += word.width + ((column > indent) ? 1 : 0);
		end = word.text + word.len;
		word = word_at(end + strspn(end, " "), false);
	}
	fwrite(start, 1, (size_t)(end - start), stream);
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
