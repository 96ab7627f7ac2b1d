/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nearly every set is small, and looking through it is quickest. A larger one
 * has hash tables. Spellings of one key are chained, and only the first of
 * them is in the table of keys, so that a thousand of them are no thousand
 * steps for whoever asks for the key.
 */
#include "set.h"

#include <string.h>

/* Up to so many values are looked through. */
#define SMALL 16

/* Up to so many spellings of one key, too. */
#define FEW_SPELLINGS 8

/* Places in values. */
struct spn_spelling {
	uint32_t next;	/* the next with the same key, plus 1; 0: none */
	uint32_t last;	/* of the first of a key: the last one */
	uint32_t count; /* of the first of a key: how many */
};

static bool is_small(const struct spn_set *set)
{
	return set->spellings == NULL;
}

/* Which of the values is the first with this key; false when there is none. */
static bool find_first(const struct spn_set *set,
		       struct spn_str key,
		       size_t *_first)
{
	uint32_t number = 0;
	uint32_t hash = 0;
	size_t place = 0;
	size_t i;

	if (is_small(set)) {
		for (i = 0; i < set->num; i++) {
			if (spn_str_equal(set->values[i].key, key)) {
				*_first = i;
				return true;
			}
		}
		return false;
	}
	hash = spn_slots_hash(0, key, false);
	while (spn_slots_next(&set->by_key, hash, &place, &number)) {
		if (spn_str_equal(set->values[number].key, key)) {
			*_first = number;
			return true;
		}
	}
	return false;
}

/* By bytes, in the table that is there when a key has many spellings. */
static bool find_bytes(const struct spn_set *set,
		       const struct spn_value *value,
		       size_t *_place)
{
	uint32_t hash = spn_slots_hash(1, value->value, false);
	uint32_t number = 0;
	size_t place = 0;

	while (spn_slots_next(&set->by_bytes, hash, &place, &number)) {
		const struct spn_value *v = &set->values[number];

		if (spn_str_equal(v->value, value->value) &&
		    spn_str_equal(v->key, value->key))
		{
			*_place = number;
			return true;
		}
	}
	return false;
}

/* Which of the values is this one, bytes and all. */
static bool find_exactly(const struct spn_set *set,
			 const struct spn_value *value,
			 size_t *_place)
{
	size_t i = 0;

	if (set->by_bytes.size > 0) {
		return find_bytes(set, value, _place);
	}
	if (!find_first(set, value->key, &i)) {
		return false;
	}
	while (!spn_str_equal(set->values[i].value, value->value) ||
	       !spn_str_equal(set->values[i].key, value->key))
	{
		if (!is_small(set) && set->spellings[i].next == 0) {
			return false;
		}
		i = is_small(set) ? i + 1 : set->spellings[i].next - 1;
		if (i >= set->num) {
			return false;
		}
	}
	*_place = i;
	return true;
}

/* Those with the same bytes are in it once: all of them may have them. */
static bool add_bytes(TALLOC_CTX *mem_ctx, struct spn_set *set, size_t place)
{
	const struct spn_value *value = &set->values[place];
	size_t known = 0;

	return find_bytes(set, value, &known) ||
	       spn_slots_add(mem_ctx,
			     &set->by_bytes,
			     spn_slots_hash(1, value->value, false),
			     (uint32_t)place);
}

static bool index_bytes(TALLOC_CTX *mem_ctx, struct spn_set *set, size_t num)
{
	size_t i;

	if (!spn_slots_reserve(mem_ctx, &set->by_bytes, num + 1)) {
		return false;
	}
	for (i = 0; i < num; i++) {
		if (!add_bytes(mem_ctx, set, i)) {
			return false;
		}
	}
	return true;
}

/* The value at this place, the last one so far, into the tables. */
static bool index_value(TALLOC_CTX *mem_ctx, struct spn_set *set, size_t place)
{
	struct spn_str key = set->values[place].key;
	struct spn_spelling *first = NULL;
	size_t i = 0;

	set->spellings[place] = (struct spn_spelling){
		.last = (uint32_t)place,
		.count = 1,
	};
	if (!find_first(set, key, &i)) {
		return (set->by_bytes.size == 0 ||
			add_bytes(mem_ctx, set, place)) &&
		       spn_slots_add(mem_ctx,
				     &set->by_key,
				     spn_slots_hash(0, key, false),
				     (uint32_t)place);
	}
	first = &set->spellings[i];
	if (set->by_bytes.size > 0
		    ? !add_bytes(mem_ctx, set, place)
		    : first->count >= FEW_SPELLINGS &&
			      !index_bytes(mem_ctx, set, place + 1))
	{
		return false;
	}
	set->spellings[first->last].next = (uint32_t)place + 1;
	first->last = (uint32_t)place;
	first->count++;
	return true;
}

/* Everything, when a set is small no longer. */
static bool index_all(TALLOC_CTX *mem_ctx, struct spn_set *set)
{
	size_t num = set->num;

	set->spellings = talloc_array(mem_ctx, struct spn_spelling, set->size);
	if (set->spellings == NULL ||
	    !spn_slots_reserve(mem_ctx, &set->by_key, set->size))
	{
		TALLOC_FREE(set->spellings);
		return false;
	}
	for (set->num = 0; set->num < num; set->num++) {
		if (!index_value(mem_ctx, set, set->num)) {
			set->num = num;
			TALLOC_FREE(set->spellings);
			spn_slots_clear(&set->by_key);
			spn_slots_clear(&set->by_bytes);
			return false;
		}
	}
	return true;
}

bool spn_set_reserve(TALLOC_CTX *mem_ctx, struct spn_set *set, size_t num)
{
	struct spn_value *values = NULL;
	struct spn_spelling *spellings = NULL;

	if (num <= set->size) {
		return true;
	}
	if (num > UINT32_MAX - 1) {
		return false;
	}
	values = talloc_realloc(mem_ctx, set->values, struct spn_value, num);
	if (values == NULL) {
		return false;
	}
	set->values = values;
	if (!is_small(set)) {
		spellings = talloc_realloc(mem_ctx,
					   set->spellings,
					   struct spn_spelling,
					   num);
		if (spellings == NULL) {
			return false;
		}
		set->spellings = spellings;
	}
	set->size = num;
	return true;
}

bool spn_set_add(TALLOC_CTX *mem_ctx,
		 struct spn_set *set,
		 const struct spn_value *value)
{
	struct spn_value added = *value; /* it may stand in this very set */

	if (set->num == set->size &&
	    !spn_set_reserve(mem_ctx,
			     set,
			     (set->size == 0) ? 4 : set->size * 2))
	{
		return false;
	}
	if (is_small(set) && set->num == SMALL && !index_all(mem_ctx, set)) {
		return false;
	}
	set->values[set->num] = added;
	if (!is_small(set) && !index_value(mem_ctx, set, set->num)) {
		return false;
	}
	set->num++;
	return true;
}

void spn_set_clear(struct spn_set *set)
{
	TALLOC_FREE(set->spellings);
	spn_slots_clear(&set->by_key);
	spn_slots_clear(&set->by_bytes);
	set->num = 0;
}

/*
 * The one that is to go, if it has not gone yet: firsts holds, for the first
 * value of each key, the first of its spellings that has not.
 */
static bool find_gone(const struct spn_set *set,
		      const struct spn_value *value,
		      const bool *is_gone,
		      size_t *firsts,
		      size_t *_place)
{
	size_t head = 0;
	size_t i = 0;

	if (find_exactly(set, value, _place) && !is_gone[*_place]) {
		return true;
	}
	if (!find_first(set, value->key, &head)) {
		return false;
	}
	for (i = firsts[head]; i < set->num; firsts[head] = i) {
		if (!is_gone[i] &&
		    spn_str_equal(set->values[i].key, value->key))
		{
			*_place = i;
			return true;
		}
		if (is_small(set)) {
			i++;
		} else if (set->spellings[i].next == 0) {
			i = set->num;
		} else {
			i = set->spellings[i].next - 1;
		}
	}
	return false;
}

static bool rebuild(TALLOC_CTX *mem_ctx,
		    struct spn_set *set,
		    const bool *is_gone)
{
	struct spn_set rest = {};
	size_t i;

	if (!spn_set_reserve(mem_ctx, &rest, set->num)) {
		return false;
	}
	for (i = 0; i < set->num; i++) {
		if (!is_gone[i] &&
		    !spn_set_add(mem_ctx, &rest, &set->values[i]))
		{
			return false;
		}
	}
	spn_set_clear(set);
	talloc_free(set->values);
	*set = rest;
	return true;
}

bool spn_set_remove(TALLOC_CTX *mem_ctx,
		    struct spn_set *set,
		    const struct spn_value *gone,
		    size_t num_gone,
		    bool *_all)
{
	TALLOC_CTX *tmp_ctx = talloc_new(mem_ctx);
	bool *is_gone = NULL;
	size_t *firsts = NULL;
	size_t num_found = 0;
	bool ok = false;
	size_t i;

	if (tmp_ctx == NULL) {
		return false;
	}
	is_gone = talloc_zero_array(tmp_ctx, bool, set->num + 1);
	firsts = talloc_array(tmp_ctx, size_t, set->num + 1);
	if (is_gone != NULL && firsts != NULL) {
		for (i = 0; i < set->num; i++) {
			firsts[i] = i;
		}
		for (i = 0; i < num_gone; i++) {
			size_t place = 0;

			if (find_gone(set, &gone[i], is_gone, firsts, &place))
			{
				is_gone[place] = true;
				num_found++;
			}
		}
		ok = num_found == 0 || rebuild(mem_ctx, set, is_gone);
	}
	talloc_free(tmp_ctx);
	if (ok && _all != NULL) {
		*_all = num_found == num_gone;
	}
	return ok;
}

bool spn_set_copy(TALLOC_CTX *mem_ctx,
		  const struct spn_set *set,
		  struct spn_set *_copy)
{
	struct spn_set copy = {.num = set->num, .size = set->num};

	if (set->num == 0) {
		*_copy = copy;
		return true;
	}
	copy.values = talloc_memdup(mem_ctx,
				    set->values,
				    set->num * sizeof(struct spn_value));
	if (copy.values == NULL) {
		return false;
	}
	if (!is_small(set)) {
		copy.spellings =
			talloc_memdup(mem_ctx,
				      set->spellings,
				      set->num * sizeof(struct spn_spelling));
		if (copy.spellings == NULL ||
		    !spn_slots_copy(mem_ctx, &set->by_key, &copy.by_key) ||
		    !spn_slots_copy(mem_ctx, &set->by_bytes, &copy.by_bytes))
		{
			spn_set_clear(&copy);
			talloc_free(copy.values);
			return false;
		}
	}
	*_copy = copy;
	return true;
}

size_t spn_set_count(const struct spn_set *set, struct spn_str key)
{
	size_t count = 0;
	size_t first = 0;
	size_t i;

	if (!find_first(set, key, &first)) {
		return 0;
	}
	if (!is_small(set)) {
		return set->spellings[first].count;
	}
	for (i = first; i < set->num; i++) {
		count += spn_str_equal(set->values[i].key, key) ? 1 : 0;
	}
	return count;
}

const struct spn_value *spn_set_find(const struct spn_set *set,
				     struct spn_str key)
{
	size_t first = 0;

	return find_first(set, key, &first) ? &set->values[first] : NULL;
}

bool spn_set_has(const struct spn_set *set, struct spn_str key)
{
	return spn_set_find(set, key) != NULL;
}

bool spn_set_has_exactly(const struct spn_set *set,
			 const struct spn_value *value)
{
	size_t place = 0;

	return find_exactly(set, value, &place);
}
