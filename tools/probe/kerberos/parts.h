/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a child of this folder says in one piece, one part after the other,
 * each behind its length.
 */
#ifndef SPN_PROBE_PARTS_H
#define SPN_PROBE_PARTS_H

#include "common/children.h"
#include "policy/spn.h"

/* For libkrb5, which wants to be able to write. */
struct probe_bytes {
	char *data;
	size_t len;
};

/* False: nobody listens any more. */
bool probe_part_say(struct spn_child *child, const void *data, size_t len);

/* The next part of the bytes; it has no data when they end too early. */
struct probe_bytes probe_part_take(struct probe_bytes *bytes);
struct spn_str probe_part_take_text(struct probe_bytes *bytes);

#endif
