/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Questions at the terminal.
 */
#ifndef SPN_AUDIT_APPLY_ASK_H
#define SPN_AUDIT_APPLY_ASK_H

#include <signal.h>
#include <stdbool.h>

enum audit_answer {
	AUDIT_ANSWER_YES,
	AUDIT_ANSWER_NO,
	AUDIT_ANSWER_ALL,
	AUDIT_ANSWER_FIRST,
	AUDIT_ANSWER_SECOND,
	AUDIT_ANSWER_QUIT,   /* the end of the input, too */
	AUDIT_ANSWER_SIGNAL, /* one of those that audit_output_begin() keeps
				back is waiting */
	AUDIT_ANSWER_AGAIN,  /* none: it is asked again */
};

/* Answers that are taken, as a set of bits (1 << answer). */
#define AUDIT_ANSWERS_REPAIR                                                  \
	(1U << AUDIT_ANSWER_YES | 1U << AUDIT_ANSWER_NO |                     \
	 1U << AUDIT_ANSWER_ALL | 1U << AUDIT_ANSWER_QUIT)
#define AUDIT_ANSWERS_QUESTION                                                \
	(1U << AUDIT_ANSWER_FIRST | 1U << AUDIT_ANSWER_SECOND |               \
	 1U << AUDIT_ANSWER_NO | 1U << AUDIT_ANSWER_QUIT)

/*
 * Until one of those is typed; an empty line is that answer. What was typed
 * before the question could be read is no answer to it. Signals are kept back
 * (audit_output_begin()).
 */
enum audit_answer audit_ask(const char *prompt,
			    unsigned answers,
			    enum audit_answer empty);

/* One of those signals is waiting. */
bool audit_ask_is_interrupted(void);

#endif
