/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON that our own programs have written. A value is a slice of the document,
 * strings with their quotes; whatever else it is makes no value, or another
 * one, but never one that reaches beyond it.
 */
#ifndef SPN_COMMON_JSON_READ_H
#define SPN_COMMON_JSON_READ_H

#include "policy/spn.h"

/* The value of that name in an object; len 0 when there is none. */
struct spn_str spn_json_member(struct spn_str object, const char *name);

/* The next value of an array, which gets shorter by it. False behind the last
 * one, and of what is no array. */
bool spn_json_element(struct spn_str *array, struct spn_str *_value);

/* False when it is no number, or a larger one than there can be. */
bool spn_json_count(struct spn_str value, size_t *_count);

/* Is it that text, or null where there is none? False when out of memory. */
bool spn_json_is(TALLOC_CTX *mem_ctx,
		 struct spn_str value,
		 const char *text,
		 bool *_is);

/* A string without its quotes, "" of what is none; of escapes those of quotes,
 * backslashes and slashes are undone, others stay as they are. On mem_ctx;
 * NULL when out of memory. */
char *spn_json_unquote(TALLOC_CTX *mem_ctx, struct spn_str value);

#endif
