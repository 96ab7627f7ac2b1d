/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Work that may hang, or end the process that does it: what a library does
 * with the answers of servers. Child processes do it, and have so much time.
 *
 * The work is in pieces, with numbers. A child does one after the other, for
 * to fork a process that has a hundred libraries costs more than most
 * questions. One that is slow with its piece does no other: the next goes to
 * another child, at the same time. So many pieces that are quick cost one
 * child, and each that hangs costs its own.
 */
#ifndef SPN_COMMON_CHILDREN_H
#define SPN_COMMON_CHILDREN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

enum spn_child_end {
	SPN_CHILD_LATE, /* its time is up; the child is gone */
	SPN_CHILD_DONE,
	SPN_CHILD_DIED,	    /* what it did has ended the child */
	SPN_CHILD_TOO_LONG, /* it has said more than most_bytes */
	SPN_CHILD_CANNOT,   /* no more processes or files */
	SPN_CHILD_LEFT_OUT, /* is_enough() was true before it began */
};

/* Of one piece. */
struct spn_child_answer {
	enum spn_child_end end;
	/* What was said before that, each time whole or not at all, with a NUL
	 * behind; NULL: nothing. Wiped when it is freed. */
	char *bytes;
	size_t len;
};

struct spn_child; /* in a child: whom it tells */

struct spn_children {
	/*
	 * Runs in a child, whose changes nobody sees; mem_ctx is the piece's.
	 * False: it could not be done, as if it had ended the child.
	 */
	bool (*work)(struct spn_child *child,
		     TALLOC_CTX *mem_ctx,
		     size_t number,
		     void *private_data);
	void *private_data;
	unsigned milliseconds; /* for each piece; UINT_MAX: for ever */
	bool is_time_of_all;   /* for all pieces together */
	unsigned patience;     /* milliseconds, then another child goes on;
				  0: each piece has its own child */
	unsigned most_at_once; /* children; 1: one piece after the other */
	size_t most_bytes;     /* of an answer */
	bool is_silent;	       /* nothing of it is seen on stderr */
	/* In the parent, of each answer: true, and no other piece is begun.
	 * NULL: each is. */
	bool (*is_enough)(const struct spn_child_answer *answer);
};

/* As often as it likes. False: nobody listens any more. */
bool spn_child_say(struct spn_child *child, const void *bytes, size_t len);

/* An answer for each number below num; NULL when out of memory. No child is
 * left. */
struct spn_child_answer *spn_children_ask(TALLOC_CTX *mem_ctx,
					  const struct spn_children *ask,
					  size_t num);

/* Milliseconds, of a clock that nobody sets. */
int64_t spn_children_now(void);

#endif
