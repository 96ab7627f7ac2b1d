/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sPNMappings: every line of the input is one value of the attribute.
 */
#include "fuzz.h"

#include "policy/mappings.h"

#define MAX_LEN 1024

/* The first mapping that lists this class, by looking at all of them. */
static const char *first_target(const struct spn_mappings *mappings,
				const char *name)
{
	size_t i;
	size_t j;

	for (i = 0; i < mappings->num_mappings; i++) {
		const struct spn_mapping *m = &mappings->mappings[i];

		for (j = 0; m->aliases[j] != NULL; j++) {
			if (strcasecmp(m->aliases[j], name) == 0) {
				return m->target;
			}
		}
	}
	return NULL;
}

static void check_mapping(const struct spn_mappings *mappings,
			  const struct spn_mapping *m)
{
	size_t i;

	FUZZ_CHECK(m->target[0] != '\0' && strchr(m->target, '=') == NULL);
	FUZZ_CHECK(spn_mappings_aliases(mappings, spn_str_of(m->target)) !=
		   NULL);
	for (i = 0; m->aliases[i] != NULL; i++) {
		const char *name = m->aliases[i];

		FUZZ_CHECK(name[0] != '\0' && strchr(name, ',') == NULL);
		FUZZ_CHECK(spn_mappings_target(mappings, spn_str_of(name)) ==
			   first_target(mappings, name));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spn_mappings *mappings = NULL;
	struct spn_str rest = {.data = (const char *)data, .len = size};
	size_t num_values = 0;
	size_t i;

	if (size > MAX_LEN) {
		return 0;
	}
	mappings = spn_mappings_new(NULL);
	FUZZ_CHECK(mappings != NULL);
	while (rest.len > 0) {
		const char *end = memchr(rest.data, '\n', rest.len);
		struct spn_str value = rest;

		value.len = (end == NULL) ? rest.len
					  : (size_t)(end - rest.data);
		FUZZ_CHECK(spn_mappings_add(mappings, value));
		num_values++;
		rest.data += value.len + ((end == NULL) ? 0 : 1);
		rest.len -= value.len + ((end == NULL) ? 0 : 1);
	}
	FUZZ_CHECK(mappings->num_mappings <= num_values);
	for (i = 0; i < mappings->num_mappings; i++) {
		check_mapping(mappings, &mappings->mappings[i]);
	}
	/* The class that is not there stands for nothing. */
	FUZZ_CHECK(spn_mappings_target(mappings, (struct spn_str){}) == NULL);
	FUZZ_CHECK(spn_mappings_aliases(mappings, (struct spn_str){}) == NULL);
	talloc_free(mappings);
	return 0;
}
