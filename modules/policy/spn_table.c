/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sorted again at the first question after a change. An audit adds everything,
 * then asks; the module adds a handful, asks, adds a handful. Nothing cleverer
 * is needed for either, and qsort() and bsearch() of libc are all there is to
 * trust.
 */
#include "spn_table.h"

#include <stdlib.h>

int spn_table_by_key(const void *a, const void *b)
{
	const struct spn_entry *x = a;
	const struct spn_entry *y = b;
	int cmp = spn_str_compare(x->key, y->key);

	if (cmp != 0 || x->account == NULL || y->account == NULL) {
		return cmp;
	}
	return (x->account > y->account) - (x->account < y->account);
}

int spn_table_by_name(const void *a, const void *b)
{
	const struct spn_entry *x = a;
	const struct spn_entry *y = b;
	size_t i;

	for (i = 0; i < x->key.len && i < y->key.len; i++) {
		int c = spn_ascii_lower(x->key.data[i]);
		int d = spn_ascii_lower(y->key.data[i]);

		if (c != d) {
			return (c > d) ? 1 : -1;
		}
	}
	return (x->key.len > y->key.len) - (x->key.len < y->key.len);
}

bool spn_table_add(TALLOC_CTX *mem_ctx,
		   struct spn_table *table,
		   struct spn_str key,
		   const struct spn_account *account)
{
	if (key.len == 0) {
		return true;
	}
	if (table->num_entries == table->size) {
		size_t size = (table->size == 0) ? 16 : table->size * 2;
		struct spn_entry *entries = talloc_realloc(mem_ctx,
							   table->entries,
							   struct spn_entry,
							   size);

		if (entries == NULL) {
			return false;
		}
		table->entries = entries;
		table->size = size;
	}
	table->entries[table->num_entries++] = (struct spn_entry){
		.key = key,
		.account = account,
	};
	table->sorted = false;
	return true;
}

const struct spn_entry *spn_table_find(struct spn_table *table,
				       struct spn_str key,
				       size_t *_num)
{
	struct spn_entry wanted = {.key = key};
	const struct spn_entry *end = NULL;
	const struct spn_entry *first = NULL;
	const struct spn_entry *last = NULL;

	*_num = 0;
	if (table->num_entries == 0 || key.len == 0) {
		return NULL;
	}
	if (!table->sorted) {
		qsort(table->entries,
		      table->num_entries,
		      sizeof(struct spn_entry),
		      table->compare);
		table->sorted = true;
	}
	first = bsearch(&wanted,
			table->entries,
			table->num_entries,
			sizeof(struct spn_entry),
			table->compare);
	if (first == NULL) {
		return NULL;
	}
	end = table->entries + table->num_entries;
	last = first + 1;
	while (first > table->entries &&
	       table->compare(first - 1, &wanted) == 0) {
		first--;
	}
	while (last < end && table->compare(last, &wanted) == 0) {
		last++;
	}
	*_num = (size_t)(last - first);
	return first;
}
