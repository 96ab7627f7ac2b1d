/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * By the first bits of their hashes keys are dealt out; so the part of the
 * table that is being filled fits into the processor's cache.
 */
#include "gathered.h"

#include "policy/room.h"

#include <string.h>

#define PARTS 256
#define PART(hash) ((hash) >> 24)

bool spn_gathered_add(TALLOC_CTX *mem_ctx,
		      struct spn_gathered *gathered,
		      enum spn_gathered_kind kind,
		      uint32_t hash,
		      uint32_t number)
{
	struct spn_slot *keys = spn_room(mem_ctx,
					 gathered->keys[kind],
					 gathered->num[kind],
					 struct spn_slot);

	if (keys == NULL) {
		return false;
	}
	keys[gathered->num[kind]++] = (struct spn_slot){
		.hash = hash,
		.number = number,
	};
	gathered->keys[kind] = keys;
	return true;
}

/* The same keys, part by part. NULL when out of memory. */
static struct spn_slot *deal_out(TALLOC_CTX *mem_ctx,
				 const struct spn_slot *keys,
				 size_t num)
{
	struct spn_slot *dealt = talloc_array(mem_ctx,
					      struct spn_slot,
					      (unsigned)num);
	size_t next[PARTS] = {}; /* of each part, where the next one goes */
	size_t start = 0;
	size_t i;

	if (dealt == NULL) {
		return NULL;
	}
	for (i = 0; i < num; i++) {
		next[PART(keys[i].hash)]++;
	}
	for (i = 0; i < PARTS; i++) {
		size_t of_part = next[i];

		next[i] = start;
		start += of_part;
	}
	for (i = 0; i < num; i++) {
		dealt[next[PART(keys[i].hash)]++] = keys[i];
	}
	return dealt;
}

/* How many of them could be added: fewer when out of memory. */
static size_t add_all(TALLOC_CTX *mem_ctx,
		      enum spn_gathered_kind kind,
		      const struct spn_slot *keys,
		      size_t num,
		      struct spn_slots *slots,
		      const struct spn_gathered_seen *seen)
{
	size_t i;

	for (i = 0; i < num; i++) {
		uint32_t first = 0;
		size_t place = 0;

		if (kind != SPN_GATHERED_OTHER &&
		    spn_slots_next(slots, keys[i].hash, &place, &first))
		{
			seen->fn(seen->private_data,
				 kind,
				 first,
				 keys[i].number);
		}
		if (!spn_slots_add(mem_ctx,
				   slots,
				   keys[i].hash,
				   keys[i].number))
		{
			break;
		}
	}
	return i;
}

static bool settle_kind(TALLOC_CTX *mem_ctx,
			struct spn_gathered *gathered,
			enum spn_gathered_kind kind,
			struct spn_slots *slots,
			const struct spn_gathered_seen *seen)
{
	size_t num = gathered->num[kind];
	size_t done = 0;
	struct spn_slot *keys = NULL;

	if (num == 0) {
		return true;
	}
	keys = deal_out(mem_ctx, gathered->keys[kind], num);
	if (keys == NULL) {
		return false;
	}
	talloc_free(gathered->keys[kind]);
	done = add_all(mem_ctx, kind, keys, num, slots, seen);
	if (done == num) {
		TALLOC_FREE(keys);
	} else {
		memmove(keys, keys + done, (num - done) * sizeof(*keys));
	}
	gathered->keys[kind] = keys;
	gathered->num[kind] = num - done;
	return done == num;
}

bool spn_gathered_settle(TALLOC_CTX *mem_ctx,
			 struct spn_gathered *gathered,
			 struct spn_slots *slots,
			 const struct spn_gathered_seen *seen)
{
	size_t all = 0;
	int kind;

	for (kind = 0; kind < SPN_GATHERED_KINDS; kind++) {
		all += gathered->num[kind];
	}
	/* Of a few the table grows by itself. */
	if (all > slots->num &&
	    !spn_slots_reserve(mem_ctx, slots, slots->num + all))
	{
		return false;
	}
	for (kind = 0; kind < SPN_GATHERED_KINDS; kind++) {
		if (!settle_kind(mem_ctx,
				 gathered,
				 (enum spn_gathered_kind)kind,
				 slots,
				 seen))
		{
			return false;
		}
	}
	return true;
}
