/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Colour and width: the one place that says what a terminal gets. What goes
 * to a file or a pipe has neither, so that the same report is the same text.
 */
#ifndef SPN_COMMON_TERMINAL_H
#define SPN_COMMON_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

enum spn_color {
	SPN_COLOR_AUTO, /* on a terminal that knows it, unless NO_COLOR says
			   otherwise */
	SPN_COLOR_ALWAYS,
	SPN_COLOR_NEVER,
};

/* Of --color=WHEN; false: there is no such word. */
bool spn_color_by_name(const char *word, enum spn_color *_color);

/* For a message about a wrong one, and for --help. */
#define SPN_COLOR_WORDS "auto, always, never"
#define SPN_COLOR_HELP "Colour: auto (default), always, never"

/* Starts as {}: a file. */
struct spn_terminal {
	bool is_there; /* somebody looks at it */
	bool has_color;
	size_t columns; /* 0: those of a file, 80 */
};

/* What standard output or standard error is. */
struct spn_terminal spn_terminal_of(int fd, enum spn_color color);

/* What a file is: coloured only if that was asked for. */
struct spn_terminal spn_terminal_of_file(enum spn_color color);

/* Of the terminal that TERM names: it can do no more than print. */
bool spn_terminal_is_dumb(void);

/* 80 of a file; of a terminal at least 40, and at most 120, since nobody
 * likes to read longer lines. */
size_t spn_terminal_columns(const struct spn_terminal *terminal);

enum spn_style {
	SPN_STYLE_PLAIN,
	SPN_STYLE_ERROR,
	SPN_STYLE_WARNING,
	SPN_STYLE_INFO,
	SPN_STYLE_GOOD,
	SPN_STYLE_STRONG,
	SPN_STYLE_FAINT,
};

/* The bytes before and behind a text of that style; "" without colour. */
const char *spn_style_on(const struct spn_terminal *terminal,
			 enum spn_style style);
const char *spn_style_off(const struct spn_terminal *terminal,
			  enum spn_style style);

#endif
