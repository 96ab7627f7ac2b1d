/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accounts by a key; several may have the same one. What an spn_index is made
 * of.
 */
#ifndef SPN_POLICY_SPN_TABLE_H
#define SPN_POLICY_SPN_TABLE_H

#include "spn_account.h"

struct spn_entry {
	struct spn_str key;
	const struct spn_account *account;
};

/* Starts as {} with a comparison. */
struct spn_table {
	struct spn_entry *entries;
	size_t num_entries;
	size_t size;
	bool sorted;
	int (*compare)(const void *a, const void *b);
};

/* Comparisons of two entries. By key: those of one account that have the same
 * key stand together. By name: ASCII without case. */
int spn_table_by_key(const void *a, const void *b);
int spn_table_by_name(const void *a, const void *b);

/* Entries are on mem_ctx, the same one for all calls; key and account must
 * live as long. An empty key is left out. False when out of memory. */
bool spn_table_add(TALLOC_CTX *mem_ctx,
		   struct spn_table *table,
		   struct spn_str key,
		   const struct spn_account *account);

/* The entries with that key: a pointer to the first, which is good until the
 * next one is added, and how many. */
const struct spn_entry *spn_table_find(struct spn_table *table,
				       struct spn_str key,
				       size_t *_num);

#endif
