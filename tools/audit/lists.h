/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lists of accounts, each kept once: of an SPN that thousands have, each of
 * them has a violation that names all others.
 */
#ifndef SPN_AUDIT_LISTS_H
#define SPN_AUDIT_LISTS_H

#include "policy/index.h"

struct audit_lists;

/* NULL when out of memory. */
struct audit_lists *audit_lists_new(TALLOC_CTX *mem_ctx);

/* Puts a copy in its place, which lives on lists and is the same one for the
 * same accounts in the same order. False when out of memory. */
bool audit_lists_keep(struct audit_lists *lists, struct spn_holders *list);

#endif
