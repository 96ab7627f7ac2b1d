/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SPN values in the order in which they came, found by their folded form
 * without looking at every one: an account may have a hundred thousand, and
 * all of them may be spellings of one.
 */
#ifndef SPN_POLICY_SET_H
#define SPN_POLICY_SET_H

#include "slots.h"

/* value: as stored. key: as compared (spn_fold). */
struct spn_value {
	struct spn_str value;
	struct spn_str key;
};

/* Several values may have the same key: other spellings. Starts as {}. */
struct spn_set {
	struct spn_value *values;
	size_t num;
	size_t size; /* room in the arrays */
	/* Only of sets that are not small: */
	struct spn_spelling *spellings; /* one for each value */
	struct spn_slots by_key;	/* the first value with each key */
	struct spn_slots by_bytes;	/* every value; built when some key has
					   many spellings */
};

/* Bytes of the value are not copied. Arrays are allocated on mem_ctx, the
 * same one for all calls. False when out of memory, nothing added. */
bool spn_set_add(TALLOC_CTX *mem_ctx,
		 struct spn_set *set,
		 const struct spn_value *value);

/* Room for that many in all. False when out of memory. */
bool spn_set_reserve(TALLOC_CTX *mem_ctx, struct spn_set *set, size_t num);

/*
 * Values go, in the order given: of those with its key the one with these very
 * bytes, else the first that came. The others stay in their order. *_all (may
 * be NULL): there was one for each. Linear in both, so a few at a time are
 * better taken together. False when out of memory, nothing removed.
 */
bool spn_set_remove(TALLOC_CTX *mem_ctx,
		    struct spn_set *set,
		    const struct spn_value *gone,
		    size_t num_gone,
		    bool *_all);
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
