/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Blocks are never moved and never grown, so that pointers into them hold for
 * as long as their parent. What is large gets a chunk of its own.
 */
#include "arena.h"

#include "policy/quick_fold.h"

#include <stdalign.h>
#include <string.h>

#define BLOCK ((size_t)64 * 1024)

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
		arena->next = talloc_array(mem_ctx, uint8_t, (unsigned)BLOCK);
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

bool spn_arena_copy(TALLOC_CTX *mem_ctx,
		    struct spn_arena *arena,
		    struct spn_str s,
		    struct spn_str *_copy)
{
	uint8_t *bytes = spn_arena_take(mem_ctx, arena, s.len + 1);

	if (bytes == NULL) {
		return false;
	}
	if (s.len > 0) {
		memcpy(bytes, s.data, s.len);
	}
	bytes[s.len] = '\0';
	*_copy = (struct spn_str){.data = (const char *)bytes, .len = s.len};
	return true;
}

bool spn_arena_fold(TALLOC_CTX *mem_ctx,
		    struct spn_arena *arena,
		    const struct spn_fold *fold,
		    struct spn_str s,
		    struct spn_str *_folded)
{
	uint8_t *bytes = spn_arena_take(mem_ctx, arena, s.len + 1);

	if (bytes == NULL) {
		return false;
	}
	bytes[s.len] = '\0';
	return spn_fold_at(fold, mem_ctx, s, (char *)bytes, _folded);
}

void *spn_arena_take_object(TALLOC_CTX *mem_ctx,
			    struct spn_arena *arena,
			    size_t len)
{
	const size_t align = alignof(max_align_t);
	uint8_t *taken = spn_arena_take(mem_ctx, arena, len + align - 1);
	size_t off = 0;

	if (taken == NULL) {
		return NULL;
	}
	off = (uintptr_t)taken % align;
	taken += (off == 0) ? 0 : align - off;
	memset(taken, 0, len);
	return taken;
}
