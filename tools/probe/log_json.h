/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Single members of a JSON object, as Samba writes one in a line. Nothing is
 * built: each is looked for in the text.
 */
#ifndef SPN_PROBE_LOG_JSON_H
#define SPN_PROBE_LOG_JSON_H

#include "policy/spn.h"

/* The text of that member's value, a slice of object. False when there is no
 * such member, or the text is broken before it. */
bool probe_json_member(struct spn_str object,
		       const char *name,
		       struct spn_str *_value);

/*
 * The string that this member is, in UTF-8 and NUL-terminated, on mem_ctx.
 * NULL when it is no string, null, not valid, has a NUL character in it, or
 * memory is out: a line of a log more or less.
 */
char *probe_json_string(TALLOC_CTX *mem_ctx,
			struct spn_str object,
			const char *name);

#endif
