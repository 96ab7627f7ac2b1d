/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Most lists have one name or two, and those are compared one by one.
 */
#include "names.h"

#include <string.h>

#include "slots.h"

/* Of these on, a list is searched by hash. */
#define MANY_NAMES 16

struct spn_str spn_first_label(struct spn_str host)
{
	const char *dot = (host.len == 0) ? NULL
					  : memchr(host.data, '.', host.len);

	if (dot != NULL) {
		host.len = (size_t)(dot - host.data);
	}
	return host;
}

/* As much of it as a NetBIOS name has room for. */
static struct spn_str cut_label(struct spn_str host)
{
	struct spn_str label = spn_first_label(host);

	if (label.len > SPN_NETBIOS_LEN) {
		label.len = SPN_NETBIOS_LEN;
	}
	return label;
}

struct spn_str spn_in_domain(char text[SPN_DNS_NAME_LEN + 1],
			     struct spn_str label,
			     struct spn_str domain)
{
	size_t len = label.len + 1 + domain.len;

	if (label.len > SPN_DNS_NAME_LEN || len > SPN_DNS_NAME_LEN) {
		return (struct spn_str){};
	}
	memcpy(text, label.data, label.len);
	text[label.len] = '.';
	memcpy(text + label.len + 1, domain.data, domain.len);
	text[len] = '\0';
	return (struct spn_str){.data = text, .len = len};
}

bool spn_is_short_of(struct spn_str short_name, struct spn_str fqdn)
{
	return short_name.len > 0 &&
	       (spn_str_equal_nocase(short_name, spn_first_label(fqdn)) ||
		spn_str_equal_nocase(short_name, cut_label(fqdn)));
}

struct spn_str spn_plain_name(const char *name)
{
	struct spn_str s = spn_str_of(name);

	if (s.len > 0 && s.data[s.len - 1] == '$') {
		s.len--;
	}
	return s;
}

struct spn_names {
	struct spn_slots by_name;  /* places in the list */
	struct spn_slots by_label; /* cut off */
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
		struct spn_str name = spn_plain_name(list[i]);
		uint32_t hash = spn_slots_hash(0, name, true);
		uint32_t label = spn_slots_hash(0, cut_label(name), true);

		if (!spn_slots_add(names,
				   &names->by_name,
				   hash,
				   (uint32_t)i) ||
		    !spn_slots_add(names,
				   &names->by_label,
				   label,
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
						 host))
			{
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

const char *spn_names_like(const char *const *list,
			   const struct spn_names *names,
			   struct spn_str short_name)
{
	uint32_t number = 0;
	size_t place = 0;

	if (names != NULL) {
		uint32_t hash = spn_slots_hash(0, cut_label(short_name), true);

		while (spn_slots_next(&names->by_label, hash, &place, &number))
		{
			if (spn_is_short_of(short_name,
					    spn_str_of(list[number])))
			{
				return list[number];
			}
		}
		return NULL;
	}
	for (; list != NULL && *list != NULL; list++) {
		if (spn_is_short_of(short_name, spn_str_of(*list))) {
			return *list;
		}
	}
	return NULL;
}
