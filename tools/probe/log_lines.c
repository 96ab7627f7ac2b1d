/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Read in blocks: getline() would hold a line of any length.
 */
#include "log_lines.h"

#include <string.h>

/* format_debug_text() of Samba's lib/util/debug.c. */
#define GOES_ON " +>"
#define GOES_ON_LEN 3
#define PIECE_LEN (4095 + GOES_ON_LEN)
#define INDENT "  "
#define INDENT_LEN 2

struct probe_lines {
	FILE *stream;
	char block[65536];
	size_t next; /* in block */
	size_t end;
	char text[PROBE_LONGEST_LINE];
	size_t len;
	size_t num;
};

/* One line of the file. */
struct piece {
	size_t len;
	char last[GOES_ON_LEN]; /* of its bytes */
};

struct probe_lines *probe_lines_new(TALLOC_CTX *mem_ctx, FILE *stream)
{
	struct probe_lines *lines = talloc(mem_ctx, struct probe_lines);

	if (lines != NULL) {
		lines->stream = stream;
		lines->next = 0;
		lines->end = 0;
		lines->len = 0;
		lines->num = 0;
	}
	return lines;
}

static bool fill(struct probe_lines *lines)
{
	lines->next = 0;
	lines->end =
		fread(lines->block, 1, sizeof(lines->block), lines->stream);
	return lines->end > 0;
}

static void keep(struct probe_lines *lines, const char *bytes, size_t len)
{
	size_t room = sizeof(lines->text) - lines->len;
	size_t kept = (len < room) ? len : room;

	memcpy(lines->text + lines->len, bytes, kept);
	lines->len += kept;
}

static void note_last(struct piece *piece, const char *bytes, size_t len)
{
	size_t num = (len < GOES_ON_LEN) ? len : GOES_ON_LEN;

	memmove(piece->last, piece->last + num, GOES_ON_LEN - num);
	memcpy(piece->last + GOES_ON_LEN - num, bytes + len - num, num);
	piece->len += len;
}

/* Up to the next newline; false: there is nothing more. */
static bool read_piece(struct probe_lines *lines, struct piece *_piece)
{
	bool is_any = false;
	bool is_whole = false;

	while (!is_whole) {
		const char *bytes = lines->block + lines->next;
		const char *newline = NULL;
		size_t len = 0;

		if (lines->next == lines->end) {
			if (!fill(lines)) {
				break;
			}
			continue;
		}
		is_any = true;
		len = lines->end - lines->next;
		newline = memchr(bytes, '\n', len);
		is_whole = (newline != NULL);
		if (is_whole) {
			len = (size_t)(newline - bytes);
		}
		keep(lines, bytes, len);
		note_last(_piece, bytes, len);
		lines->next += len + (is_whole ? 1 : 0);
	}
	lines->num += is_any ? 1 : 0;
	return is_any;
}

static bool goes_on(const struct piece *piece)
{
	return piece->len >= PIECE_LEN &&
	       memcmp(piece->last, GOES_ON, GOES_ON_LEN) == 0;
}

/* The bytes from start on begin with the blanks that Samba writes before each
 * piece of what has a header. */
static bool is_indented(const struct probe_lines *lines, size_t start)
{
	return lines->len - start >= INDENT_LEN &&
	       memcmp(lines->text + start, INDENT, INDENT_LEN) == 0;
}

bool probe_lines_next(struct probe_lines *lines, struct spn_str *_line)
{
	bool is_first_indented = false;
	struct piece piece = {};

	lines->len = 0;
	if (!read_piece(lines, &piece)) {
		return false;
	}
	is_first_indented = is_indented(lines, 0);
	while (goes_on(&piece)) {
		size_t start = 0;

		if (lines->len < sizeof(lines->text)) {
			lines->len -= GOES_ON_LEN;
		}
		start = lines->len;
		piece = (struct piece){};
		if (!read_piece(lines, &piece)) {
			break;
		}
		if (is_first_indented && is_indented(lines, start)) {
			lines->len -= INDENT_LEN;
			memmove(lines->text + start,
				lines->text + start + INDENT_LEN,
				lines->len - start);
		}
	}
	*_line = (struct spn_str){.data = lines->text, .len = lines->len};
	return true;
}

size_t probe_lines_num(const struct probe_lines *lines)
{
	return lines->num;
}
