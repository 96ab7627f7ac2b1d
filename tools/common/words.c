/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is no terminal has 80 columns: the same audit must be the same text
 * for diff and in a mail.
 */
#include "words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>
#include <uniwidth.h>

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

size_t spn_columns_of(const char *text)
{
	return word_at(text, true).width;
}

void spn_page_put(const struct spn_page *page,
		  enum spn_style style,
		  const char *text,
		  size_t columns)
{
	static const char blanks[] = "                ";
	size_t width = (columns == 0) ? 0 : spn_columns_of(text);

	fputs(spn_style_on(&page->terminal, style), page->stream);
	fputs(text, page->stream);
	fputs(spn_style_off(&page->terminal, style), page->stream);
	while (width < columns) {
		size_t num = columns - width;

		if (num >= sizeof(blanks)) {
			num = sizeof(blanks) - 1;
		}
		fwrite(blanks, 1, num, page->stream);
		width += num;
	}
}

/* A line is written as a whole as long as one blank stands between its words.
 */
void spn_page_wrap(const struct spn_page *page,
		   enum spn_style style,
		   const char *label,
		   size_t indent,
		   const char *text)
{
	FILE *stream = page->stream;
	size_t columns = spn_terminal_columns(&page->terminal);
	size_t column = indent;
	const char *start = text; /* of what is not yet written, up to end */
	const char *end = text;
	struct word word = word_at(text, false);

	spn_page_put(page, style, label, indent);
	while (*word.text != '\0') {
		bool is_first = column == indent;
		bool is_full = !is_first && column + 1 + word.width > columns;

		if (is_full || is_first || word.text != end + 1) {
			fwrite(start, 1, (size_t)(end - start), stream);
			start = word.text;
			if (is_full) {
				fputc('\n', stream);
				spn_page_put(page,
					     SPN_STYLE_PLAIN,
					     "",
					     indent);
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

void spn_page_line(const struct spn_page *page,
		   enum spn_style style,
		   const char *label,
		   size_t indent,
		   const char *text)
{
	spn_page_put(page, style, label, indent);
	fputs(text, page->stream);
	fputc('\n', page->stream);
}

void audit_wrap(FILE *stream,
		const char *label,
		size_t indent,
		const char *text)
{
	const struct spn_page page = {.stream = stream};

	spn_page_wrap(&page, SPN_STYLE_PLAIN, label, indent, text);
}

void audit_line(FILE *stream,
		const char *label,
		size_t indent,
		const char *text)
{
	const struct spn_page page = {.stream = stream};

	spn_page_line(&page, SPN_STYLE_PLAIN, label, indent, text);
}
