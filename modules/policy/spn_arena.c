/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spn_arena.h"

#define BLOCK (64 * 1024)

uint8_t *spn_arena_take(TALLOC_CTX *mem_ctx,
			struct spn_arena *arena,
			size_t len)
{
	uint8_t *taken = NULL;

	if (len > BLOCK / 8) {
		return talloc_array(mem_ctx, uint8_t, len);
	}
	if (len > arena->room) {
		arena->room = 0;
		arena->next = talloc_array(mem_ctx, uint8_t, BLOCK);
		if (arena->next == NULL) {
			return NULL;
		}
		arena->room = BLOCK;
	}
	taken = arena->next;
	arena->next += len;
	arena->room -= len;
	return taken;
}
