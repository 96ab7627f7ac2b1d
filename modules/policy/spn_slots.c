/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Open addressing, one after the other from where the hash points to.
 * Nothing is ever removed, so entries of one hash stay in their order.
 */
#include "spn_slots.h"

#define FNV_PRIME 16777619u
#define FNV_BASIS 2166136261u

uint32_t spn_slots_hash(uint32_t seed, struct spn_str bytes, bool nocase)
{
	uint32_t hash = FNV_BASIS ^ seed;
	size_t i;

	for (i = 0; i < bytes.len; i++) {
		uint8_t byte = (uint8_t)bytes.data[i];

		/* Spelt out: a million accounts come through here. */
		if (nocase && (uint8_t)(byte - 'A') <= 'Z' - 'A') {
			byte |= 0x20;
		}
		hash = (hash ^ byte) * FNV_PRIME;
	}
	return hash ^ (hash >> 15);
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
