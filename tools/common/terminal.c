/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * NO_COLOR as https://no-color.org has it: any value but an empty one. COLUMNS
 * is what a person says, so it counts before what the terminal says of itself.
 */
#include "terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FILE_COLUMNS 80
#define LEAST_COLUMNS 40
#define MOST_COLUMNS 120

bool spn_color_by_name(const char *word, enum spn_color *_color)
{
	static const char *const words[] = {
		[SPN_COLOR_AUTO] = "auto",
		[SPN_COLOR_ALWAYS] = "always",
		[SPN_COLOR_NEVER] = "never",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], word) == 0) {
			*_color = (enum spn_color)i;
			return true;
		}
	}
	return false;
}

bool spn_terminal_is_dumb(void)
{
	const char *term = getenv("TERM");

	return term == NULL || term[0] == '\0' || strcmp(term, "dumb") == 0;
}

static bool has_color(enum spn_color color, bool is_there)
{
	const char *no_color = getenv("NO_COLOR");

	if (color != SPN_COLOR_AUTO) {
		return color == SPN_COLOR_ALWAYS;
	}
	return is_there && !spn_terminal_is_dumb() &&
	       (no_color == NULL || no_color[0] == '\0');
}

/* 0: nobody says. */
static size_t columns_of(int fd)
{
	const char *text = getenv("COLUMNS");
	char *end = NULL;
	long columns = 0;
	struct winsize size = {};

	if (text != NULL) {
		columns = strtol(text, &end, 10);
		if (end != text && *end == '\0' && columns > 0) {
			return (size_t)columns;
		}
	}
	return (ioctl(fd, TIOCGWINSZ, &size) == 0) ? size.ws_col : 0;
}

struct spn_terminal spn_terminal_of(int fd, enum spn_color color)
{
	struct spn_terminal terminal = {.is_there = isatty(fd) == 1};

	terminal.has_color = has_color(color, terminal.is_there);
	if (terminal.is_there) {
		terminal.columns = columns_of(fd);
	}
	return terminal;
}

struct spn_terminal spn_terminal_of_file(enum spn_color color)
{
	return (struct spn_terminal){.has_color = has_color(color, false)};
}

size_t spn_terminal_columns(const struct spn_terminal *terminal)
{
	if (terminal->columns == 0) {
		return FILE_COLUMNS;
	}
	if (terminal->columns < LEAST_COLUMNS) {
		return LEAST_COLUMNS;
	}
	return (terminal->columns > MOST_COLUMNS) ? MOST_COLUMNS
						  : terminal->columns;
}

const char *spn_style_on(const struct spn_terminal *terminal,
			 enum spn_style style)
{
	/* Readable on black and on white: no colour but the first eight. */
	static const char *const starts[] = {
		[SPN_STYLE_PLAIN] = "",
		[SPN_STYLE_ERROR] = "\033[1;31m",
		[SPN_STYLE_WARNING] = "\033[33m",
		[SPN_STYLE_INFO] = "\033[36m",
		[SPN_STYLE_GOOD] = "\033[32m",
		[SPN_STYLE_STRONG] = "\033[1m",
		[SPN_STYLE_FAINT] = "\033[2m",
	};

	return terminal->has_color ? starts[style] : "";
}

const char *spn_style_off(const struct spn_terminal *terminal,
			  enum spn_style style)
{
	return (terminal->has_color && style != SPN_STYLE_PLAIN) ? "\033[0m"
								 : "";
}
