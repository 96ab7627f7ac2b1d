/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Open addressing, one after the other from where the hash points to.
 * Nothing is ever removed, so entries of one hash stay in their order.
 */
#include "spn_slots.h"

#include <stdlib.h>

#include "spn_words.h"

/* Drawn once a process: who chooses values cannot choose their places. */
static uint64_t secret(size_t which)
{
	static uint64_t secrets[2];

	if (secrets[0] == 0) {
		arc4random_buf(secrets, sizeof(secrets));
		secrets[0] |= 1;
	}
	return secrets[which];
}

/* Both halves of the product of 64 bits each, one over the other. */
#ifdef __SIZEOF_INT128__
static uint64_t fold_product(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = a;

	product *= b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}
#else
static uint64_t fold_product(uint64_t a, uint64_t b)
{
	uint64_t low = (a & UINT32_MAX) * (b & UINT32_MAX);
	uint64_t middle = (a >> 32) * (b & UINT32_MAX) + (low >> 32);
	uint64_t other = (a & UINT32_MAX) * (b >> 32) + (middle & UINT32_MAX);
	uint64_t high = (a >> 32) * (b >> 32) + (middle >> 32) + (other >> 32);

	return high ^ (other << 32 | (low & UINT32_MAX));
}
#endif

uint32_t spn_slots_hash(uint32_t seed, struct spn_str bytes, bool nocase)
{
	uint64_t hash = secret(1) ^ seed;
	uint64_t key = secret(0) ^ bytes.len;
	size_t i;

	for (i = 0; i < bytes.len; i += SPN_WORD) {
		uint64_t word = spn_word_at(bytes, i);

		hash = fold_product(hash ^ (nocase ? spn_word_lower(word)
						   : word),
				    key ^ hash);
	}
	return (uint32_t)(hash ^ (hash >> 32));
}

static size_t place_of(const struct spn_slots *slots, uint32_t hash)
{
	/* The whole hash counts, not its last bits. */
	return (size_t)(((uint64_t)hash * slots->size) >> 32);
}

static void put(struct spn_slots *slots, struct spn_slot slot)
{
	size_t place = place_of(slots, slot.hash);

	while (slots->slots[place].number != 0) {
		place = (place + 1 == slots->size) ? 0 : place + 1;
	}
	slots->slots[place] = slot;
	slots->num++;
}

bool spn_slots_reserve(TALLOC_CTX *mem_ctx,
		       struct spn_slots *slots,
		       size_t num)
{
	struct spn_slots grown = {.size = num + num / 3 + 16};
	size_t first = 0;
	size_t i;

	if (grown.size <= slots->size) {
		return true;
	}
	grown.slots = talloc_zero_array(mem_ctx, struct spn_slot, grown.size);
	if (grown.slots == NULL) {
		return false;
	}
	/* From an empty one on, or those that went round the end came first.
	 */
	while (first < slots->size && slots->slots[first].number != 0) {
		first++;
	}
	for (i = 0; i < slots->size; i++) {
		size_t place = (first + i) % slots->size;

		if (slots->slots[place].number != 0) {
			put(&grown, slots->slots[place]);
		}
	}
	talloc_free(slots->slots);
	*slots = grown;
	return true;
}

void spn_slots_clear(struct spn_slots *slots)
{
	TALLOC_FREE(slots->slots);
	slots->num = 0;
	slots->size = 0;
}

bool spn_slots_copy(TALLOC_CTX *mem_ctx,
		    const struct spn_slots *slots,
		    struct spn_slots *_copy)
{
	struct spn_slots copy = *slots;

	if (slots->size > 0) {
		copy.slots = talloc_memdup(mem_ctx,
					   slots->slots,
					   slots->size *
						   sizeof(struct spn_slot));
		if (copy.slots == NULL) {
			return false;
		}
	}
	*_copy = copy;
	return true;
}

bool spn_slots_add(TALLOC_CTX *mem_ctx,
		   struct spn_slots *slots,
		   uint32_t hash,
		   uint32_t number)
{
	if (slots->num + slots->num / 4 + 1 >= slots->size &&
	    !spn_slots_reserve(mem_ctx, slots, slots->num * 2 + 16))
	{
		return false;
	}
	put(slots, (struct spn_slot){.hash = hash, .number = number + 1});
	return true;
}

bool spn_slots_next(const struct spn_slots *slots,
		    uint32_t hash,
		    size_t *_place,
		    uint32_t *_number)
{
	size_t step = *_place;

	if (slots->size == 0) {
		return false;
	}
	for (; step < slots->size; step++) {
		size_t place = place_of(slots, hash) + step;
		const struct spn_slot *slot = NULL;

		if (place >= slots->size) {
			place -= slots->size;
		}
		slot = &slots->slots[place];
		if (slot->number == 0) {
			return false;
		}
		if (slot->hash == hash) {
			*_place = step + 1;
			*_number = slot->number - 1;
			return true;
		}
	}
	return false;
}
