/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parser of sPNMappings values and the two questions that are asked
 * of them.
 */
#include "mappings.h"

#include <string.h>

#include "room.h"
#include "words.h"

struct spn_mappings *spn_mappings_new(TALLOC_CTX *mem_ctx)
{
	return talloc_zero(mem_ctx, struct spn_mappings);
}

/* Cuts list at its commas; empty pieces are left out. */
static const char **split_list(TALLOC_CTX *mem_ctx, struct spn_str list)
{
	const char **names = talloc_zero_array(mem_ctx, const char *, 1);
	size_t num_names = 0;

	while (names != NULL && list.len > 0) {
		const char *comma = memchr(list.data, ',', list.len);
		size_t len = (comma == NULL) ? list.len
					     : (size_t)(comma - list.data);
		size_t skip = (comma == NULL) ? len : len + 1;

		if (len > 0) {
			names = spn_room(mem_ctx,
					 names,
					 num_names + 1,
					 const char *);
			if (names == NULL) {
				return NULL;
			}
			names[num_names] = talloc_strndup(names,
							  list.data,
							  len);
			if (names[num_names] == NULL) {
				return NULL;
			}
			names[++num_names] = NULL;
		}
		list.data += skip;
		list.len -= skip;
	}
	return names;
}

static uint32_t letters_of(struct spn_str s)
{
	return (uint32_t)1 << spn_two_letters(s.data, s.len);
}

/* Nearly every class is no alias, and its length and two letters say so. */
static void note_look(struct spn_mappings *mappings, struct spn_str alias)
{
	if (alias.len >= SPN_MAPPINGS_LEN) {
		mappings->has_long = true;
	} else if (alias.len > 0) {
		mappings->letters[alias.len] |= letters_of(alias);
	}
}

static bool may_be_alias(const struct spn_mappings *mappings,
			 struct spn_str class)
{
	if (class.len >= SPN_MAPPINGS_LEN) {
		return mappings->has_long;
	}
	return class.len > 0 &&
	       (mappings->letters[class.len] & letters_of(class)) != 0;
}

static bool note_aliases(struct spn_mappings *mappings, size_t mapping)
{
	const char **names = mappings->mappings[mapping].aliases;
	size_t i;

	for (i = 0; names[i] != NULL; i++) {
		struct spn_mapped *mapped = spn_room(mappings,
						     mappings->mapped,
						     mappings->num_mapped,
						     struct spn_mapped);
		uint32_t hash = spn_slots_hash(0, spn_str_of(names[i]), true);

		if (mapped == NULL) {
			return false;
		}
		mappings->mapped = mapped;
		note_look(mappings, spn_str_of(names[i]));
		mapped[mappings->num_mapped] = (struct spn_mapped){
			.alias = names[i],
			.mapping = mapping,
		};
		if (!spn_slots_add(mappings,
				   &mappings->by_alias,
				   hash,
				   (uint32_t)mappings->num_mapped))
		{
			return false;
		}
		mappings->num_mapped++;
	}
	return true;
}

bool spn_mappings_add(struct spn_mappings *mappings, struct spn_str value)
{
	const char *equals = NULL;
	struct spn_mapping *all = NULL;
	struct spn_mapping *added = NULL;
	struct spn_str list = {};

	if (value.len > 0) {
		/* A value ends at its first NUL byte, as Samba reads it. */
		value.len = strnlen(value.data, value.len);
		equals = memchr(value.data, '=', value.len);
	}
	if (equals == NULL || equals == value.data) {
		return true;
	}
	all = spn_room(mappings,
		       mappings->mappings,
		       mappings->num_mappings,
		       struct spn_mapping);
	if (all == NULL) {
		return false;
	}
	mappings->mappings = all;
	added = &all[mappings->num_mappings];
	added->target = talloc_strndup(all,
				       value.data,
				       (size_t)(equals - value.data));
	list.data = equals + 1;
	list.len = value.len - (size_t)(list.data - value.data);
	added->aliases = split_list(all, list);
	if (added->target == NULL || added->aliases == NULL) {
		return false;
	}
	if (!note_aliases(mappings, mappings->num_mappings)) {
		return false;
	}
	mappings->num_mappings++;
	return true;
}

const char *spn_mappings_target(const struct spn_mappings *mappings,
				struct spn_str service_class)
{
	uint32_t hash = 0;
	size_t place = 0;
	uint32_t number = 0;

	if (!may_be_alias(mappings, service_class)) {
		return NULL;
	}
	hash = spn_slots_hash(0, service_class, true);
	while (spn_slots_next(&mappings->by_alias, hash, &place, &number)) {
		const struct spn_mapped *mapped = &mappings->mapped[number];

		if (spn_str_is(service_class, mapped->alias)) {
			return mappings->mappings[mapped->mapping].target;
		}
	}
	return NULL;
}

const char *const *spn_mappings_aliases(const struct spn_mappings *mappings,
					struct spn_str service_class)
{
	size_t i;

	for (i = 0; i < mappings->num_mappings; i++) {
		const struct spn_mapping *m = &mappings->mappings[i];

		if (spn_str_is(service_class, m->target)) {
			return (const char *const *)m->aliases;
		}
	}
	return NULL;
}
