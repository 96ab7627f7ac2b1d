/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Entries of one key are chained, and only the first of them is in the hash
 * table: ten thousand holders of one SPN are no ten thousand steps for each
 * that is added.
 */
#include "table.h"

#include "room.h"

static struct spn_entry *find(const struct spn_table *table,
			      struct spn_str key,
			      uint32_t hash)
{
	uint32_t number = 0;
	size_t place = 0;

	while (spn_slots_next(&table->by_key, hash, &place, &number)) {
		struct spn_entry *entry = &table->entries[number];

		if (table->nocase ? spn_str_equal_nocase(entry->key, key)
				  : spn_str_equal(entry->key, key))
		{
			return entry;
		}
	}
	return NULL;
}

bool spn_table_add(TALLOC_CTX *mem_ctx,
		   struct spn_table *table,
		   struct spn_str key,
		   const struct spn_account *account)
{
	uint32_t hash = spn_slots_hash(0, key, table->nocase);
	uint32_t number = (uint32_t)table->num_entries;
	struct spn_entry *first = NULL;
	struct spn_entry *grown = NULL;

	if (key.len == 0) {
		return true;
	}
	if (number != UINT32_MAX) {
		grown = spn_room(mem_ctx,
				 table->entries,
				 number,
				 struct spn_entry);
	}
	if (grown == NULL) {
		return false;
	}
	table->entries = grown;
	first = find(table, key, hash);
	if (first == NULL &&
	    !spn_slots_add(mem_ctx, &table->by_key, hash, number))
	{
		return false;
	}
	table->entries[number] = (struct spn_entry){
		.key = key,
		.account = account,
		.last = number,
	};
	table->num_entries++;
	if (first != NULL) {
		table->entries[first->last].next = number + 1;
		first->last = number;
	}
	return true;
}

const struct spn_entry *spn_table_find(const struct spn_table *table,
				       struct spn_str key)
{
	if (table->num_entries == 0 || key.len == 0) {
		return NULL;
	}
	return find(table, key, spn_slots_hash(0, key, table->nocase));
}

const struct spn_entry *spn_table_next(const struct spn_table *table,
				       const struct spn_entry *entry)
{
	return (entry->next == 0) ? NULL : &table->entries[entry->next - 1];
}
