/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes that stay where they are, one after the other in large blocks: talloc
 * spends a hundred bytes on each chunk.
 */
#ifndef SPN_COMMON_ARENA_H
#define SPN_COMMON_ARENA_H

#include "policy/spn.h"

/* Starts as {}. */
struct spn_arena {
	uint8_t *next;
	size_t room;
};

/* Not aligned; blocks are on mem_ctx. NULL when out of memory. */
uint8_t *spn_arena_take(TALLOC_CTX *mem_ctx,
			struct spn_arena *arena,
			size_t len);

/* The same bytes and a NUL byte behind them. False when out of memory. */
bool spn_arena_copy(TALLOC_CTX *mem_ctx,
		    struct spn_arena *arena,
		    struct spn_str s,
		    struct spn_str *_copy);

/* The folded form of it, with a NUL byte behind it. False when out of memory.
 */
bool spn_arena_fold(TALLOC_CTX *mem_ctx,
		    struct spn_arena *arena,
		    const struct spn_fold *fold,
		    struct spn_str s,
		    struct spn_str *_folded);

/* As spn_arena_take() for what must be aligned as any object; zeroed. */
void *spn_arena_take_object(TALLOC_CTX *mem_ctx,
			    struct spn_arena *arena,
			    size_t len);

#endif
