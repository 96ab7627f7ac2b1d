/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words of a command line as options, before anything is done with them:
 * what has to be known of them before popt and Samba read them. What is wrong
 * with them is said by those.
 */
#ifndef SPN_AUDIT_COMMAND_LINE_H
#define SPN_AUDIT_COMMAND_LINE_H

#include <popt.h>
#include <stdbool.h>

struct audit_words {
	const char *const *argv; /* of a program; NULL-terminated */
	int next;		 /* starts as 1 */
	const char *rest;	 /* of "-vN", what is left; NULL: nothing */
	/* what audit_words_next() has found: */
	const struct poptOption *option;
	const char *value; /* NULL: it has none */
};

/* The next option that is known; false behind the last one. */
bool audit_words_next(struct audit_words *words);

/* The value of the last option of that long name; NULL: there is none. */
const char *audit_words_last(const char *const *argv, const char *name);

/* The option of that long name, ours or one of Samba's; NULL: there is
 * none. */
const struct poptOption *audit_word_option(const char *name);

/* Does it take a value, which may be left out only if that is allowed? */
bool audit_word_has_value(const struct poptOption *option);

#endif
