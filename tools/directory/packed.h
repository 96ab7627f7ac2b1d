/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Of a record of libldb's, the attributes that are wanted and nothing else.
 */
#ifndef SPN_DIRECTORY_PACKED_H
#define SPN_DIRECTORY_PACKED_H

#include "store/store.h"

struct audit_packed;

/* attrs must live as long. NULL when out of memory. */
struct audit_packed *audit_packed_new(TALLOC_CTX *mem_ctx,
				      const char *const *attrs);

enum audit_packed_result {
	AUDIT_PACKED_DONE,
	AUDIT_PACKED_UNKNOWN, /* libldb has to be asked */
	AUDIT_PACKED_NO_MEMORY,
};

/*
 * Fills an empty message with the DN and the wanted attributes, under the
 * names that attrs has. What it holds points into the bytes, and its elements
 * into packed: good until the next record, and not to be written to.
 */
enum audit_packed_result audit_packed_read(struct audit_packed *packed,
					   struct ldb_context *ldb,
					   const struct ldb_val *bytes,
					   struct ldb_message *msg);

/* The same of a message that libldb has unpacked: the others go. */
void audit_packed_keep_wanted(struct audit_packed *packed,
			      struct ldb_message *msg);

#endif
