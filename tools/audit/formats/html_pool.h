/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts that are collected as often as they come, then sorted and each kept
 * once, so that a number stands for a text and numbers are in its order.
 */
#ifndef SPN_AUDIT_FORMATS_HTML_POOL_H
#define SPN_AUDIT_FORMATS_HTML_POOL_H

#include "common/arena.h"

/* Starts as {}. */
struct html_pool {
	const char **texts;
	size_t num;
	struct spn_arena arena;
};

/* A copy on mem_ctx, the same one for all calls. False when out of memory. */
bool html_pool_add(TALLOC_CTX *mem_ctx,
		   struct html_pool *pool,
		   struct spn_str text);

/* "web9" comes before "web10", without case. */
void html_pool_settle(struct html_pool *pool);

/* Of a text that is there, when the pool is settled. */
size_t html_pool_find(const struct html_pool *pool, const char *text);

#endif
