/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Questions to the C library and to libkrb5 that ask DNS, each in a child
 * process. Neither has a time limit of its own, so the parent sets one: what a
 * child has not said by then is not known.
 */
#ifndef SPN_PROBE_CHILD_H
#define SPN_PROBE_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>

/* In a child: what is written to fd with probe_child_say() is the answer. */
struct probe_child_work {
	void (*work)(size_t number, const void *private_data, int fd);
	const void *private_data;
};

/* One thing that a child said: a letter, and a text. */
struct probe_said {
	char letter;
	const char *text;
};

struct probe_heard {
	struct probe_said *said; /* in its order */
	size_t num_said;
	bool is_late; /* it was ended, so there may be more */
};

void probe_child_say(int fd, char letter, const char *text);

/*
 * One child for each number, all at the same time; ends after timeout seconds,
 * whatever they do. One answer for each number, or NULL when out of memory. A
 * child that cannot be started, or dies, has said nothing.
 */
struct probe_heard *probe_child_ask(TALLOC_CTX *mem_ctx,
				    const struct probe_child_work *work,
				    size_t num,
				    unsigned timeout);

#endif
