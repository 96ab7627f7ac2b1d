/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of the forest's own configuration the rules depend on. Read by
 * spn_store, built from rows by the tests.
 */
#ifndef SPN_POLICY_FOREST_H
#define SPN_POLICY_FOREST_H

#include "mappings.h"

struct spn_forest {
	struct spn_mappings *mappings;
	const char **dns_suffixes; /* dnsRoot of every domain; NULL-terminated,
				      never NULL */
	/* msDS-AllowedDNSSuffixes, NULL-terminated. NULL: not read yet, which
	 * a rule that wants them tells its index (spn_index_want_suffixes). */
	const char **allowed_suffixes;
	const char *dns_domain;	    /* the domain of this DC, never NULL */
	const char *netbios_domain; /* its other name; NULL: not known */
	const char *ds_heuristics;  /* dSHeuristics, "" when absent */
	/* Its domain controllers are all Windows', and so is the KDC. */
	bool is_windows;
};

#endif
