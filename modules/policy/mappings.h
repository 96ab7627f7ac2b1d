/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sPNMappings: "host=alerter,...,http,..." says that a KDC which finds no
 * http/x may answer with host/x. MS-ADA3, MS-DRSR LookupSPN.
 */
#ifndef SPN_POLICY_MAPPINGS_H
#define SPN_POLICY_MAPPINGS_H

#include "slots.h"

struct spn_mapping {
	const char *target;   /* "host" */
	const char **aliases; /* NULL-terminated: "alerter", ..., "http" */
};

#define SPN_MAPPINGS_LEN 32

/* An alias and its mapping, found by a hash of the alias. */
struct spn_mapped {
	const char *alias;
	size_t mapping;
};

struct spn_mappings {
	struct spn_mapping *mappings;
	size_t num_mappings;
	struct spn_mapped *mapped;
	size_t num_mapped;
	struct spn_slots by_alias;
	/* Of the aliases of each length, spn_two_letters() as bits */
	uint32_t letters[SPN_MAPPINGS_LEN];
	bool has_long; /* one is longer than that */
};

/* No mapping yet. NULL when out of memory. */
struct spn_mappings *spn_mappings_new(TALLOC_CTX *mem_ctx);

/*
 * Adds one value of the attribute. A value without "=" or with an empty
 * target says nothing and is skipped, as Samba does; empty aliases too. A NUL
 * byte ends the value.
 * False when out of memory.
 */
bool spn_mappings_add(struct spn_mappings *mappings, struct spn_str value);

/* The class that stands in for this one, or NULL. The first match wins. */
const char *spn_mappings_target(const struct spn_mappings *mappings,
				struct spn_str service_class);

/*
 * The classes that this one stands in for: NULL-terminated, or NULL. Only
 * the first mapping with that target is looked at.
 */
const char *const *spn_mappings_aliases(const struct spn_mappings *mappings,
					struct spn_str service_class);

#endif
