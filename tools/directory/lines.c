/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether a line goes on is said by the first character of the next one, so
 * that is always read already.
 */
#include "lines.h"

#include "entry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Base64 of the longest value, its name, and blanks to go on: more cannot be
 * put together. */
#define LONGEST_LINE (2 * AUDIT_LONGEST_VALUE)
#define LONGEST_NAME 64

struct audit_lines {
	FILE *stream;
	char *ahead; /* of getline(); NULL before the first */
	size_t ahead_size;
	size_t ahead_len;
	size_t ahead_number;
	bool has_ended; /* there is nothing ahead */
	char *text;
	size_t size;
	size_t len;
};

static int give_back(struct audit_lines *lines)
{
	free(lines->ahead);
	return 0;
}

struct audit_lines *audit_lines_new(TALLOC_CTX *mem_ctx, FILE *stream)
{
	struct audit_lines *lines = talloc_zero(mem_ctx, struct audit_lines);

	if (lines != NULL) {
		lines->stream = stream;
		talloc_set_destructor(lines, give_back);
	}
	return lines;
}

static void drop_ahead(struct audit_lines *lines, size_t num)
{
	lines->ahead_len -= num;
	memmove(lines->ahead, lines->ahead + num, lines->ahead_len + 1);
}

static const char *check_first(struct audit_lines *lines)
{
	const char *text = lines->ahead;

	if (strncmp(text, "\xef\xbb\xbf", 3) == 0) {
		drop_ahead(lines, 3);
	}
	if (strncmp(text, "\xff\xfe", 2) == 0 ||
	    strncmp(text, "\xfe\xff", 2) == 0)
	{
		return "this is UTF-16: export without -u, or convert it with "
		       "'iconv -f UTF-16 -t UTF-8'";
	}
	return NULL;
}

/* NULL, or what is wrong with the line that is now ahead. */
static const char *check_ahead(struct audit_lines *lines)
{
	const char *reason = NULL;

	if (lines->ahead_number == 1) {
		reason = check_first(lines);
	}
	if (reason != NULL) {
		return reason;
	}
	if (memchr(lines->ahead, '\0', lines->ahead_len) != NULL) {
		return "there is a NUL byte: this is no LDIF, or UTF-16";
	}
	if (lines->ahead_len == 0 ||
	    lines->ahead[lines->ahead_len - 1] != '\n')
	{
		return "the file ends in the middle of a line; if that is all "
		       "of it, add a newline";
	}
	lines->ahead_len--;
	if (lines->ahead_len > 0 && lines->ahead[lines->ahead_len - 1] == '\r')
	{
		lines->ahead_len--;
	}
	lines->ahead[lines->ahead_len] = '\0';
	return NULL;
}

static bool look_ahead(struct audit_lines *lines, const char **_reason)
{
	ssize_t len;

	*_reason = NULL;
	errno = 0;
	len = getline(&lines->ahead, &lines->ahead_size, lines->stream);
	lines->ahead_number++;
	if (len < 0) {
		lines->has_ended = true;
		if (feof(lines->stream) != 0 && ferror(lines->stream) == 0) {
			return true;
		}
		*_reason = (errno == ENOMEM)
				   ? NULL
				   : talloc_strdup(lines, strerror(errno));
		return false;
	}
	lines->ahead_len = (size_t)len;
	*_reason = check_ahead(lines);
	return *_reason == NULL;
}

/* By the name of the attribute; it may be all in one line, or folded. */
static const char *too_long(struct audit_lines *lines)
{
	const char *text = (lines->len > 0) ? lines->text : lines->ahead;
	size_t len = strcspn(text, ":");

	return talloc_asprintf(lines,
			       "%.*s has a value that is longer than any of a "
			       "directory; export without it",
			       (int)((len < LONGEST_NAME) ? len
							  : LONGEST_NAME),
			       text);
}

/* What is ahead without its first bytes, at the end of the text. */
static bool append(struct audit_lines *lines,
		   size_t skip,
		   const char **_reason)
{
	size_t len = lines->ahead_len - skip;

	if (lines->len + len > LONGEST_LINE) {
		*_reason = too_long(lines);
		return false;
	}
	if (lines->len + len + 1 > lines->size) {
		size_t size = 2 * (lines->len + len) + 128;
		char *text = talloc_realloc(lines, lines->text, char, size);

		if (text == NULL) {
			return false;
		}
		lines->text = text;
		lines->size = size;
	}
	memcpy(lines->text + lines->len, lines->ahead + skip, len);
	lines->len += len;
	lines->text[lines->len] = '\0';
	return true;
}

bool audit_lines_next(struct audit_lines *lines,
		      struct audit_line *_line,
		      const char **_reason)
{
	bool ok = true;

	*_reason = NULL;
	*_line = (struct audit_line){.number = lines->ahead_number};
	if (lines->ahead == NULL) {
		_line->number = 1;
		ok = look_ahead(lines, _reason);
	}
	if (!ok || lines->has_ended) {
		return ok;
	}
	if (lines->ahead[0] == ' ') {
		*_reason = "it begins with a blank, as if it continued a line "
			   "before it";
		return false;
	}
	lines->len = 0;
	ok = append(lines, 0, _reason);
	while (ok) {
		ok = look_ahead(lines, _reason);
		if (!ok) {
			_line->number = lines->ahead_number;
			return false;
		}
		if (lines->len == 0 || lines->has_ended ||
		    lines->ahead[0] != ' ')
		{
			break;
		}
		ok = append(lines, 1, _reason);
	}
	_line->text = lines->text;
	_line->len = lines->len;
	return ok;
}
