/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts lie in an arena and are never moved; slots.h finds the number of each,
 * since an audit keeps hundreds of thousands.
 */
#include "shared.h"

#include "arena.h"
#include "policy/slots.h"

struct spn_shared {
	bool nocase;
	struct spn_arena arena;
	struct spn_str *texts;
	size_t num_texts;
	size_t size;
	struct spn_slots by_text;
};

struct spn_shared *spn_shared_new(TALLOC_CTX *mem_ctx, bool nocase)
{
	struct spn_shared *shared = talloc_zero(mem_ctx, struct spn_shared);

	if (shared != NULL) {
		shared->nocase = nocase;
	}
	return shared;
}

bool spn_shared_find(const struct spn_shared *shared,
		     struct spn_str text,
		     uint32_t *_number)
{
	uint32_t hash = spn_slots_hash(0, text, shared->nocase);
	size_t place = 0;
	uint32_t number = 0;

	while (spn_slots_next(&shared->by_text, hash, &place, &number)) {
		struct spn_str known = shared->texts[number];

		if (shared->nocase ? spn_str_equal_nocase(known, text)
				   : spn_str_equal(known, text))
		{
			*_number = number;
			return true;
		}
	}
	return false;
}

static bool make_room(struct spn_shared *shared)
{
	size_t size = (shared->size == 0) ? 16 : shared->size * 2;
	struct spn_str *texts = NULL;

	if (shared->num_texts < shared->size) {
		return true;
	}
	texts = talloc_realloc(shared, shared->texts, struct spn_str, size);
	if (texts == NULL) {
		return false;
	}
	shared->texts = texts;
	shared->size = size;
	return true;
}

bool spn_shared_number(struct spn_shared *shared,
		       struct spn_str text,
		       uint32_t *_number)
{
	struct spn_str copy = {};

	if (spn_shared_find(shared, text, _number)) {
		return true;
	}
	if (!spn_arena_copy(shared, &shared->arena, text, &copy) ||
	    !make_room(shared) ||
	    !spn_slots_add(shared,
			   &shared->by_text,
			   spn_slots_hash(0, text, shared->nocase),
			   (uint32_t)shared->num_texts))
	{
		return false;
	}
	*_number = (uint32_t)shared->num_texts;
	shared->texts[shared->num_texts++] = copy;
	return true;
}

bool spn_shared_again(struct spn_shared *shared,
		      struct spn_str text,
		      uint32_t *number)
{
	return (*number < shared->num_texts && !shared->nocase &&
		spn_str_equal(shared->texts[*number], text)) ||
	       spn_shared_number(shared, text, number);
}

bool spn_shared_has(const struct spn_shared *shared, struct spn_str text)
{
	uint32_t ignored = 0;

	return spn_shared_find(shared, text, &ignored);
}

struct spn_str spn_shared_text(const struct spn_shared *shared, size_t number)
{
	return shared->texts[number];
}
