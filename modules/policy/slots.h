/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A hash table of numbers in eight bytes an entry: an audit has millions.
 * What a number means, and whether it really is what was looked for, the
 * caller knows.
 */
#ifndef SPN_POLICY_SLOTS_H
#define SPN_POLICY_SLOTS_H

#include "spn.h"

struct spn_slot {
	uint32_t hash;
	uint32_t number; /* plus 1, or the place of a list; 0: empty */
};

/* All numbers of one hash, where there are several. */
struct spn_slot_list {
	uint32_t *numbers;
	size_t num;
	size_t size;
};

/* Starts as {}. Each hash stands in it once, so that thousands of numbers of
 * one hash are in nobody's way. Numbers are below 2^31 - 1. */
struct spn_slots {
	struct spn_slot *slots;
	size_t num;
	size_t size;
	struct spn_slot_list *lists;
	size_t num_lists;
	size_t size_lists;
};

/* Of these bytes; nocase: ASCII letters of either case are the same. */
uint32_t spn_slots_hash(uint32_t seed, struct spn_str bytes, bool nocase);

/* Room for that many in all. False when out of memory. */
bool spn_slots_reserve(TALLOC_CTX *mem_ctx,
		       struct spn_slots *slots,
		       size_t num);

/* It is empty again, and holds no memory. */
void spn_slots_clear(struct spn_slots *slots);

/* A table of its own on mem_ctx. False when out of memory. */
bool spn_slots_copy(TALLOC_CTX *mem_ctx,
		    const struct spn_slots *slots,
		    struct spn_slots *_copy);

/* On mem_ctx, the same one for all calls. False when out of memory. */
bool spn_slots_add(TALLOC_CTX *mem_ctx,
		   struct spn_slots *slots,
		   uint32_t hash,
		   uint32_t number);

/*
 * The next number with that hash, in the order in which they were added;
 * *_place is 0 for the first call. False when there is no more.
 */
bool spn_slots_next(const struct spn_slots *slots,
		    uint32_t hash,
		    size_t *_place,
		    uint32_t *_number);

#endif
