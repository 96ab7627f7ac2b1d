/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The directory's own comparison, for accounts with thousands of SPNs: one
 * call of it costs thousands of instructions, and nearly every SPN is nothing
 * but printable ASCII without blanks, in which each character is folded for
 * itself.
 */
#ifndef SPN_POLICY_QUICK_FOLD_H
#define SPN_POLICY_QUICK_FOLD_H

#include "spn.h"

struct spn_quick_fold;

/*
 * The same comparison as narrow's, learnt from it character by character as
 * they come; whatever is not that simple is asked of narrow each time. narrow
 * is copied, its private data must live as long. NULL when out of memory.
 */
struct spn_quick_fold *spn_quick_fold_new(TALLOC_CTX *mem_ctx,
					  const struct spn_fold *narrow);
struct spn_fold spn_quick_fold(struct spn_quick_fold *quick);

/* By fold->into where it can be: then *_folded is at to, which has room for
 * value.len bytes; else on mem_ctx. False when out of memory. */
bool spn_fold_at(const struct spn_fold *fold,
		 TALLOC_CTX *mem_ctx,
		 struct spn_str value,
		 char *to,
		 struct spn_str *_folded);

#endif
