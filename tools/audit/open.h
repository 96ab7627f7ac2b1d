/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the options of an audit to what it reads.
 */
#ifndef SPN_AUDIT_OPEN_H
#define SPN_AUDIT_OPEN_H

#include "directory/source.h"
#include "options.h"

struct audit_opening {
	struct spn_connect *connect;
	const struct audit_options *options;
	struct ldb_context *ldb; /* that is open already; NULL: none */
};

/*
 * The source is on mem_ctx. *_types: what the KDC takes for accounts without
 * types of their own (rules/facts.h); it is found out if it is 0. On false
 * *_reason is one line on mem_ctx, NULL: out of memory.
 */
bool audit_open(TALLOC_CTX *mem_ctx,
		const struct audit_opening *opening,
		uint32_t *_types,
		struct audit_source **_source,
		const char **_reason);

#endif
