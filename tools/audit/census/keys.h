/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keys of a census. For census.c only.
 */
#ifndef SPN_AUDIT_CENSUS_KEYS_H
#define SPN_AUDIT_CENSUS_KEYS_H

#include "gathered.h"

uint32_t spn_keys_hash(enum spn_census_key kind, struct spn_str key);

/* The account's number under each of its keys. False when out of memory. */
bool spn_keys_add(TALLOC_CTX *mem_ctx,
		  struct spn_gathered *gathered,
		  const struct spn_fold *fold,
		  const struct spn_account *account,
		  size_t number);

/* It really has this key, and not only the same hash. False when out of
 * memory. */
bool spn_keys_match(TALLOC_CTX *mem_ctx,
		    const struct spn_fold *fold,
		    const struct spn_account *account,
		    enum spn_census_key kind,
		    struct spn_str key,
		    bool *_match);

#endif
