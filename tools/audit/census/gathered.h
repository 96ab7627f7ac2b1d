/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys as the accounts come, until somebody looks for one. Each would go to a
 * place of the table that nothing else is near, and the processor waits for
 * memory each time; all together they go there in the order of their places.
 * For keys.c and census.c only.
 */
#ifndef SPN_AUDIT_CENSUS_GATHERED_H
#define SPN_AUDIT_CENSUS_GATHERED_H

#include "census.h"
#include "policy/slots.h"

/* Of which keys somebody wants to know that they are there twice. */
enum spn_gathered_kind {
	SPN_GATHERED_SPN,
	SPN_GATHERED_CN,
	SPN_GATHERED_OTHER, /* nobody does */
	SPN_GATHERED_KINDS
};

/* Starts as {}. */
struct spn_gathered {
	struct spn_slot *keys[SPN_GATHERED_KINDS]; /* number as it is */
	size_t num[SPN_GATHERED_KINDS];
};

/* An account, the same one perhaps, was there before with that hash. */
struct spn_gathered_seen {
	/* first: of those that have it */
	void (*fn)(void *private_data,
		   enum spn_gathered_kind kind,
		   uint32_t first,
		   uint32_t number);
	void *private_data;
};

/* On mem_ctx, the same one for all calls. False when out of memory. */
bool spn_gathered_add(TALLOC_CTX *mem_ctx,
		      struct spn_gathered *gathered,
		      enum spn_gathered_kind kind,
		      uint32_t hash,
		      uint32_t number);

/* All of them are in slots, and gathered is empty. Numbers of one hash keep
 * their order. False when out of memory: what is not in slots is kept. */
bool spn_gathered_settle(TALLOC_CTX *mem_ctx,
			 struct spn_gathered *gathered,
			 struct spn_slots *slots,
			 const struct spn_gathered_seen *seen);

#endif
