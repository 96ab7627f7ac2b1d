/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accounts by a key; several may have the same one. What an spn_index is made
 * of.
 */
#ifndef SPN_POLICY_TABLE_H
#define SPN_POLICY_TABLE_H

#include "account.h"

struct spn_entry {
	struct spn_str key;
	const struct spn_account *account;
	uint32_t next; /* the next with the same key, plus 1; 0: none */
	uint32_t last; /* of the first of a key: the last one */
};

/* Starts as {}, with nocase where keys are names: ASCII without case. */
struct spn_table {
	struct spn_entry *entries;
	size_t num_entries;
	struct spn_slots by_key; /* the first entry of each key */
	bool nocase;
};

/* Entries are on mem_ctx, the same one for all calls; key and account must
 * live as long. An empty key is left out. False when out of memory. */
bool spn_table_add(TALLOC_CTX *mem_ctx,
		   struct spn_table *table,
		   struct spn_str key,
		   const struct spn_account *account);

/* The first entry with that key that was added, and the one after it; NULL for
 * none. Good until the next one is added. */
const struct spn_entry *spn_table_find(const struct spn_table *table,
				       struct spn_str key);
const struct spn_entry *spn_table_next(const struct spn_table *table,
				       const struct spn_entry *entry);

#endif
