/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Work that may hang, or end the process that does it: what a library does
 * with the answers of servers. A child does it, and has so many seconds.
 */
#ifndef SPN_COMMON_LIMITED_H
#define SPN_COMMON_LIMITED_H

#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>

/* They may be wiped, so they are not const. */
struct spn_limited_bytes {
	char *data;
	size_t len;
};

enum spn_limited {
	SPN_LIMITED_DONE,
	SPN_LIMITED_LATE,   /* time is up; the child is gone */
	SPN_LIMITED_DIED,   /* what it did has ended the child */
	SPN_LIMITED_CANNOT, /* no more processes or files */
	SPN_LIMITED_NO_MEMORY,
};

/*
 * Runs in the child, whose changes nobody sees. The bytes go to the parent;
 * false: out of memory.
 */
typedef bool (*spn_limited_work)(TALLOC_CTX *mem_ctx,
				 void *private_data,
				 struct spn_limited_bytes *_bytes);

/*
 * The bytes are on mem_ctx, with a NUL behind them; more than most_bytes count
 * as the death of the child.
 */
enum spn_limited spn_limited_run(TALLOC_CTX *mem_ctx,
				 spn_limited_work work,
				 void *private_data,
				 unsigned seconds,
				 size_t most_bytes,
				 struct spn_limited_bytes *_bytes);

#endif
