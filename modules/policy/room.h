/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Arrays that grow by one element at a time.
 */
#ifndef SPN_POLICY_ROOM_H
#define SPN_POLICY_ROOM_H

#include <limits.h>
#include <stddef.h>
#include <talloc.h>

/*
 * An array of this type with room for one more element behind num: the same
 * one, or a larger one in its place. It grows by doubling, and talloc knows
 *how large it is, so nobody has to count that. array is a talloc array or
 *NULL, then a new one is made on mem_ctx. NULL when out of memory; then the
 *old one is still there.
 *
 *	grown = spn_room(mem_ctx, things, num, struct thing);
 */
#define spn_room(mem_ctx, array, num, type)                                   \
	((type *)spn_room_bytes(mem_ctx, array, num, sizeof(type)))

static inline void *spn_room_bytes(TALLOC_CTX *mem_ctx,
				   void *array,
				   size_t num,
				   size_t size)
{
	size_t all = (num < 4) ? 4 : num * 2;

	if (array != NULL && talloc_get_size(array) / size > num) {
		return array;
	}
	if (all > UINT_MAX) {
		return NULL;
	}
	return _talloc_realloc_array(mem_ctx,
				     array,
				     size,
				     (unsigned)all,
				     __location__);
}

#endif
