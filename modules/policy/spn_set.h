/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SPN values in the order in which they came, found by their folded form
 * without looking at every one: an account may have thousands.
 */
#ifndef SPN_POLICY_SPN_SET_H
#define SPN_POLICY_SPN_SET_H

#include "spn.h"

/* value: as stored. key: as compared (spn_fold). */
struct spn_value {
	struct spn_str value;
	struct spn_str key;
};

/* Several values may have the same key: other spellings. Starts as {}. */
struct spn_set {
	struct spn_value *values;
	size_t num;
	size_t size;	/* room in both arrays */
	size_t *by_key; /* places in values, sorted by key, then by place */
};

/* Bytes of the value are not copied. Arrays are allocated on mem_ctx, the
 * same one for all calls. False when out of memory, nothing added. */
bool spn_set_add(TALLOC_CTX *mem_ctx,
		 struct spn_set *set,
		 const struct spn_value *value);

/* One value with that key goes: the one with these very bytes, else the first
 * that came. False when there is none. */
bool spn_set_remove(struct spn_set *set, const struct spn_value *value);
void spn_set_clear(struct spn_set *set);

/* Arrays of its own on mem_ctx, the same bytes. False when out of memory. */
bool spn_set_copy(TALLOC_CTX *mem_ctx,
		  const struct spn_set *set,
		  struct spn_set *_copy);

/* The first that came with that key, or NULL. */
const struct spn_value *spn_set_find(const struct spn_set *set,
				     struct spn_str key);
size_t spn_set_count(const struct spn_set *set, struct spn_str key);
bool spn_set_has(const struct spn_set *set, struct spn_str key);

/* In these very bytes: another spelling is another value to a directory. */
bool spn_set_has_exactly(const struct spn_set *set,
			 const struct spn_value *value);

#endif
