/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Large requests that a client may send: too long to be written down in a
 * file, so they are made.
 */
#ifndef SPN_POLICY_BENCH_SHAPES_H
#define SPN_POLICY_BENCH_SHAPES_H

#include <stdbool.h>

/* data_blob.h before ldb.h: it defines ldb_val. */
#include <util/data_blob.h>

#include <ldb.h>

/*
 * Puts num values of servicePrincipalName into the message:
 *
 *	add		foo/NAME-1, foo/NAME-2, ...
 *	descending	the same, the last one first
 *	spellings	one value in num spellings
 *	both		half of them added, half of them deleted
 *	halves		http/NAME-1, ... each of them half of a pair
 *
 * False when there is no such shape, or no memory.
 */
bool bench_shape_fill(struct ldb_message *msg,
		      const char *shape,
		      const char *name,
		      size_t num);

#endif
