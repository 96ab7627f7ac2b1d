/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A second array holds the places of the values in the order of their keys;
 * a new one is put where it belongs by binary search.
 */
#include "spn_set.h"

#include <string.h>

/* Where in by_key the first value stands whose key is not less than key, or,
 * with after, the first whose key is greater. */
static size_t find_place(const struct spn_set *set,
			 struct spn_str key,
			 bool after)
{
	size_t low = 0;
	size_t high = set->num;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct spn_value *v = &set->values[set->by_key[middle]];
		int cmp = spn_str_compare(v->key, key);

		if (cmp < 0 || (after && cmp == 0)) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

static bool make_room(TALLOC_CTX *mem_ctx, struct spn_set *set)
{
	size_t size = (set->size == 0) ? 4 : set->size * 2;
	struct spn_value *values = NULL;
	size_t *by_key = NULL;

	if (set->num < set->size) {
		return true;
	}
	values = talloc_realloc(mem_ctx, set->values, struct spn_value, size);
	if (values == NULL) {
		return false;
	}
	set->values = values;
	by_key = talloc_realloc(mem_ctx, set->by_key, size_t, size);
	if (by_key == NULL) {
		return false;
	}
	set->by_key = by_key;
	set->size = size;
	return true;
}

bool spn_set_add(TALLOC_CTX *mem_ctx,
		 struct spn_set *set,
		 const struct spn_value *value)
{
	struct spn_value added = *value; /* it may stand in this very set */
	size_t place = 0;

	if (!make_room(mem_ctx, set)) {
		return false;
	}
	place = find_place(set, added.key, true);
	memmove(set->by_key + place + 1,
		set->by_key + place,
		(set->num - place) * sizeof(size_t));
	set->by_key[place] = set->num;
	set->values[set->num++] = added;
	return true;
}

void spn_set_clear(struct spn_set *set)
{
	set->num = 0;
}

/* One value goes: later ones move up. */
static void remove_at(struct spn_set *set, size_t place)
{
	size_t gone = set->by_key[place];
	size_t i;

	memmove(set->by_key + place,
		set->by_key + place + 1,
		(set->num - place - 1) * sizeof(size_t));
	memmove(set->values + gone,
		set->values + gone + 1,
		(set->num - gone - 1) * sizeof(struct spn_value));
	set->num--;
	for (i = 0; i < set->num; i++) {
		if (set->by_key[i] > gone) {
			set->by_key[i]--;
		}
	}
}

bool spn_set_remove(struct spn_set *set, const struct spn_value *value)
{
	size_t end = find_place(set, value->key, true);
	size_t place = find_place(set, value->key, false);
	size_t i;

	if (place == end) {
		return false;
	}
	for (i = place; i < end; i++) {
		if (spn_str_equal(set->values[set->by_key[i]].value,
				  value->value)) {
			place = i;
			break;
		}
	}
	remove_at(set, place);
	return true;
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
	copy.by_key = talloc_memdup(mem_ctx,
				    set->by_key,
				    set->num * sizeof(size_t));
	if (copy.values == NULL || copy.by_key == NULL) {
		talloc_free(copy.values);
		talloc_free(copy.by_key);
		return false;
	}
	*_copy = copy;
	return true;
}

size_t spn_set_count(const struct spn_set *set, struct spn_str key)
{
	return find_place(set, key, true) - find_place(set, key, false);
}

const struct spn_value *spn_set_find(const struct spn_set *set,
				     struct spn_str key)
{
	size_t place = find_place(set, key, false);
	const struct spn_value *found = NULL;

	if (place == set->num) {
		return NULL;
	}
	found = &set->values[set->by_key[place]];
	return spn_str_equal(found->key, key) ? found : NULL;
}

bool spn_set_has(const struct spn_set *set, struct spn_str key)
{
	return spn_set_find(set, key) != NULL;
}

bool spn_set_has_exactly(const struct spn_set *set,
			 const struct spn_value *value)
{
	size_t end = find_place(set, value->key, true);
	size_t i;

	for (i = find_place(set, value->key, false); i < end; i++) {
		if (spn_str_equal(set->values[set->by_key[i]].value,
				  value->value)) {
			return true;
		}
	}
	return false;
}
