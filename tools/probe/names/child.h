/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Questions to the C library and to libkrb5 that ask DNS, in child processes
 * (common/children.h). Neither has a time limit of its own, so the parent sets
 * one: what a child has not said by then is not known.
 */
#ifndef SPN_PROBE_CHILD_H
#define SPN_PROBE_CHILD_H

#include "common/children.h"

/* In a child: what is said with probe_child_say() is the answer. */
struct probe_child_work {
	void (*work)(size_t number,
		     const void *private_data,
		     struct spn_child *child);
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

void probe_child_say(struct spn_child *child, char letter, const char *text);

/*
 * One answer for each number, after so many milliseconds at the latest,
 * whatever the children do; or NULL when out of memory. A child that cannot be
 * started, or dies, has said nothing more.
 */
struct probe_heard *probe_child_ask(TALLOC_CTX *mem_ctx,
				    const struct probe_child_work *work,
				    size_t num,
				    unsigned milliseconds);

#endif
