/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An array of pointers; the bytes are in an arena.
 */
#include "html_pool.h"

#include "policy/room.h"

#include <stdlib.h>
#include <string.h>

bool html_pool_add(TALLOC_CTX *mem_ctx,
		   struct html_pool *pool,
		   struct spn_str text)
{
	struct spn_str copy = {};
	const char **grown =
		spn_room(mem_ctx, pool->texts, pool->num, const char *);

	if (grown == NULL) {
		return false;
	}
	pool->texts = grown;
	if (!spn_arena_copy(mem_ctx, &pool->arena, text, &copy)) {
		return false;
	}
	grown[pool->num++] = copy.data;
	return true;
}

static size_t num_digits(const char *text)
{
	return strspn(text, "0123456789");
}

static int compare_natural(const char *a, const char *b)
{
	while (*a != '\0' && *b != '\0') {
		size_t len_a = num_digits(a);
		size_t len_b = num_digits(b);
		int cmp = spn_ascii_lower(*a) - spn_ascii_lower(*b);

		if (len_a > 0 && len_b > 0) {
			cmp = (len_a > len_b) - (len_a < len_b);
			cmp = (cmp != 0) ? cmp : memcmp(a, b, len_a);
		} else {
			len_a = 1;
			len_b = 1;
		}
		if (cmp != 0) {
			return cmp;
		}
		a += len_a;
		b += len_b;
	}
	return (*a != '\0') - (*b != '\0');
}

static int compare_texts(const void *a, const void *b)
{
	const char *const *x = a;
	const char *const *y = b;
	int cmp = compare_natural(*x, *y);

	return (cmp != 0) ? cmp : strcmp(*x, *y);
}

void html_pool_settle(struct html_pool *pool)
{
	size_t kept = 0;
	size_t i;

	if (pool->num > 0) {
		qsort(pool->texts,
		      pool->num,
		      sizeof(const char *),
		      compare_texts);
	}
	for (i = 0; i < pool->num; i++) {
		if (kept == 0 ||
		    strcmp(pool->texts[kept - 1], pool->texts[i]) != 0)
		{
			pool->texts[kept++] = pool->texts[i];
		}
	}
	pool->num = kept;
}

size_t html_pool_find(const struct html_pool *pool, const char *text)
{
	const char **found = bsearch(&text,
				     pool->texts,
				     pool->num,
				     sizeof(const char *),
				     compare_texts);

	return (found == NULL) ? 0 : (size_t)(found - pool->texts);
}
