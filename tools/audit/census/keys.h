/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keys of a census. For census.c only.
 */
#ifndef SPN_AUDIT_CENSUS_KEYS_H
#define SPN_AUDIT_CENSUS_KEYS_H

#include "census.h"
#include "policy/slots.h"

uint32_t spn_keys_hash(enum spn_census_key kind, struct spn_str key);

/* An account, this one perhaps, is there under one of the same keys, or the
 * same hash. */
struct spn_keys_seen {
	/* number: of the first that was there */
	void (*seen)(void *private_data,
		     enum spn_census_key kind,
		     uint32_t number);
	void *private_data;
};

/* The account's number under each of its keys. Of SPNs and CNs that are there
 * already seen is told. False when out of memory. */
bool spn_keys_add(TALLOC_CTX *mem_ctx,
		  struct spn_slots *slots,
		  const struct spn_fold *fold,
		  const struct spn_account *account,
		  size_t number,
		  const struct spn_keys_seen *seen);

/* It really has this key, and not only the same hash. False when out of
 * memory. */
bool spn_keys_match(TALLOC_CTX *mem_ctx,
		    const struct spn_fold *fold,
		    const struct spn_account *account,
		    enum spn_census_key kind,
		    struct spn_str key,
		    bool *_match);

#endif
