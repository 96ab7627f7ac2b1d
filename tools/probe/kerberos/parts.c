/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Parts, as they are written and read.
 */
#include "parts.h"

#include <string.h>

bool probe_part_say(struct spn_child *child, const void *data, size_t len)
{
	uint32_t number = (uint32_t)len;

	return spn_child_say(child, &number, sizeof(number)) &&
	       (len == 0 || spn_child_say(child, data, len));
}

static void skip(struct probe_bytes *bytes, size_t len)
{
	bytes->data += len;
	bytes->len -= len;
}

struct probe_bytes probe_part_take(struct probe_bytes *bytes)
{
	struct probe_bytes part = {};
	uint32_t len = 0;

	if (bytes->len < sizeof(len)) {
		return part;
	}
	memcpy(&len, bytes->data, sizeof(len));
	skip(bytes, sizeof(len));
	if (len > bytes->len) {
		return part;
	}
	part.data = bytes->data;
	part.len = len;
	skip(bytes, len);
	return part;
}

struct spn_str probe_part_take_text(struct probe_bytes *bytes)
{
	struct probe_bytes part = probe_part_take(bytes);

	return (struct spn_str){part.data, part.len};
}
