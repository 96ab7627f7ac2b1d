/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A set of texts, each once and with a number: parents of DNs, names in DNS.
 */
#ifndef SPN_COMMON_SHARED_H
#define SPN_COMMON_SHARED_H

#include "policy/spn.h"

struct spn_shared;

/* nocase: ASCII letters of either case are the same. NULL: out of memory. */
struct spn_shared *spn_shared_new(TALLOC_CTX *mem_ctx, bool nocase);

/* Adds it, unless it is there. False when out of memory. */
bool spn_shared_number(struct spn_shared *shared,
		       struct spn_str text,
		       uint32_t *_number);

/* The same where many in a row are: *number is that of the one before. */
bool spn_shared_again(struct spn_shared *shared,
		      struct spn_str text,
		      uint32_t *number);

/* Its number, if it is there. */
bool spn_shared_find(const struct spn_shared *shared,
		     struct spn_str text,
		     uint32_t *_number);

bool spn_shared_has(const struct spn_shared *shared, struct spn_str text);

/* NUL-terminated. */
struct spn_str spn_shared_text(const struct spn_shared *shared, size_t number);

#endif
