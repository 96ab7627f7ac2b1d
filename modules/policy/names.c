/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Most lists have one name or two, and those are compared one by one.
 */
#include "names.h"

#include "slots.h"

/* Of these on, a list is searched by hash. */
#define MANY_NAMES 16

struct spn_str spn_plain_name(const char *name)
{
	struct spn_str s = spn_str_of(name);

	if (s.len > 0 && s.data[s.len - 1] == '$') {
		s.len--;
	}
	return s;
}

struct spn_names {
	struct spn_slots by_name; /* places in the list */
};

bool spn_names_list(TALLOC_CTX *mem_ctx,
		    const char *const *list,
		    const struct spn_names **_names)
{
	struct spn_names *names = NULL;
	size_t num = 0;
	size_t i;

	while (list != NULL && list[num] != NULL) {
		num++;
	}
	if (num < MANY_NAMES) {
		return true;
	}
	names = talloc_zero(mem_ctx, struct spn_names);
	for (i = 0; names != NULL && i < num; i++) {
		if (!spn_slots_add(
			    names,
			    &names->by_name,
			    spn_slots_hash(0, spn_plain_name(list[i]), true),
			    (uint32_t)i))
		{
			return false;
		}
	}
	*_names = names;
	return names != NULL;
}

bool spn_names_have(const char *const *list,
		    const struct spn_names *names,
		    struct spn_str host)
{
	uint32_t number = 0;
	size_t place = 0;

	if (names != NULL) {
		uint32_t hash = spn_slots_hash(0, host, true);

		while (spn_slots_next(&names->by_name, hash, &place, &number))
		{
			if (spn_str_equal_nocase(spn_plain_name(list[number]),
						 host)) {
				return true;
			}
		}
		return false;
	}
	for (; list != NULL && *list != NULL; list++) {
		if (spn_str_equal_nocase(spn_plain_name(*list), host)) {
			return true;
		}
	}
	return false;
}
