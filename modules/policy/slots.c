/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Open addressing, one after the other from where the hash points to; what has
 * the same hash as an entry before goes into a list of its own. Nothing is
 * ever removed.
 */
#include "slots.h"

#include <stdlib.h>

#include "words.h"

#define IS_LIST 0x80000000u

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

/* Where the hash stands, or the empty place for it. */
static struct spn_slot *find(const struct spn_slots *slots, uint32_t hash)
{
	size_t place = place_of(slots, hash);

	while (slots->slots[place].number != 0 &&
	       slots->slots[place].hash != hash)
	{
		place = (place + 1 == slots->size) ? 0 : place + 1;
	}
	return &slots->slots[place];
}

bool spn_slots_reserve(TALLOC_CTX *mem_ctx,
		       struct spn_slots *slots,
		       size_t num)
{
	struct spn_slots grown = *slots;
	size_t i;

	grown.size = num + num / 3 + 16;
	if (grown.size <= slots->size) {
		return true;
	}
	grown.slots = talloc_zero_array(mem_ctx, struct spn_slot, grown.size);
	if (grown.slots == NULL) {
		return false;
	}
	for (i = 0; i < slots->size; i++) {
		if (slots->slots[i].number != 0) {
			*find(&grown, slots->slots[i].hash) = slots->slots[i];
		}
	}
	talloc_free(slots->slots);
	*slots = grown;
	return true;
}

void spn_slots_clear(struct spn_slots *slots)
{
	size_t i;

	for (i = 0; i < slots->num_lists; i++) {
		talloc_free(slots->lists[i].numbers);
	}
	talloc_free(slots->lists);
	talloc_free(slots->slots);
	*slots = (struct spn_slots){};
}

static bool copy_lists(TALLOC_CTX *mem_ctx,
		       const struct spn_slots *slots,
		       struct spn_slots *copy)
{
	size_t i;

	if (slots->num_lists == 0) {
		return true;
	}
	copy->lists = talloc_zero_array(mem_ctx,
					struct spn_slot_list,
					slots->num_lists);
	copy->size_lists = (copy->lists == NULL) ? 0 : slots->num_lists;
	for (i = 0; i < copy->size_lists; i++) {
		struct spn_slot_list list = slots->lists[i];

		list.numbers = talloc_memdup(mem_ctx,
					     list.numbers,
					     list.num * sizeof(uint32_t));
		if (list.numbers == NULL) {
			return false;
		}
		list.size = list.num;
		copy->lists[copy->num_lists++] = list;
	}
	return copy->lists != NULL;
}

bool spn_slots_copy(TALLOC_CTX *mem_ctx,
		    const struct spn_slots *slots,
		    struct spn_slots *_copy)
{
	struct spn_slots copy = {.num = slots->num, .size = slots->size};

	if (slots->size > 0) {
		copy.slots = talloc_memdup(mem_ctx,
					   slots->slots,
					   slots->size *
						   sizeof(struct spn_slot));
		if (copy.slots == NULL || !copy_lists(mem_ctx, slots, &copy)) {
			spn_slots_clear(&copy);
			return false;
		}
	}
	*_copy = copy;
	return true;
}

static bool add_to_list(TALLOC_CTX *mem_ctx,
			struct spn_slot_list *list,
			uint32_t number)
{
	if (list->num == list->size) {
		size_t size = (list->size == 0) ? 4 : list->size * 2;
		uint32_t *numbers =
			talloc_realloc(mem_ctx, list->numbers, uint32_t, size);

		if (numbers == NULL) {
			return false;
		}
		list->numbers = numbers;
		list->size = size;
	}
	list->numbers[list->num++] = number;
	return true;
}

/* The slot has one number: that becomes the first of a list. */
static bool make_list(TALLOC_CTX *mem_ctx,
		      struct spn_slots *slots,
		      struct spn_slot *slot)
{
	struct spn_slot_list list = {};

	if (slots->num_lists == slots->size_lists) {
		size_t size = (slots->size_lists == 0) ? 4
						       : slots->size_lists * 2;
		struct spn_slot_list *lists =
			talloc_realloc(mem_ctx,
				       slots->lists,
				       struct spn_slot_list,
				       size);

		if (lists == NULL) {
			return false;
		}
		slots->lists = lists;
		slots->size_lists = size;
	}
	if (!add_to_list(mem_ctx, &list, slot->number - 1)) {
		return false;
	}
	slot->number = IS_LIST | (uint32_t)slots->num_lists;
	slots->lists[slots->num_lists++] = list;
	return true;
}

bool spn_slots_add(TALLOC_CTX *mem_ctx,
		   struct spn_slots *slots,
		   uint32_t hash,
		   uint32_t number)
{
	struct spn_slot *slot = NULL;

	if (slots->num + slots->num / 4 + 1 >= slots->size &&
	    !spn_slots_reserve(mem_ctx, slots, slots->num * 2 + 16))
	{
		return false;
	}
	slot = find(slots, hash);
	if (slot->number == 0) {
		*slot = (struct spn_slot){
			.hash = hash,
			.number = number + 1,
		};
		slots->num++;
		return true;
	}
	if ((slot->number & IS_LIST) == 0 && !make_list(mem_ctx, slots, slot))
	{
		return false;
	}
	return add_to_list(mem_ctx,
			   &slots->lists[slot->number & ~IS_LIST],
			   number);
}

bool spn_slots_next(const struct spn_slots *slots,
		    uint32_t hash,
		    size_t *_place,
		    uint32_t *_number)
{
	const struct spn_slot_list *list = NULL;
	const struct spn_slot *slot = NULL;
	size_t place = *_place;

	if (slots->size == 0) {
		return false;
	}
	slot = find(slots, hash);
	if (slot->number == 0) {
		return false;
	}
	if ((slot->number & IS_LIST) == 0) {
		*_number = slot->number - 1;
		*_place = 1;
		return place == 0;
	}
	list = &slots->lists[slot->number & ~IS_LIST];
	if (place >= list->num) {
		return false;
	}
	*_number = list->numbers[place];
	*_place = place + 1;
	return true;
}
