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

/* The source is on mem_ctx, and knows its ticket_types if anybody does. On
 * false *_reason is one line on mem_ctx, NULL: out of memory. */
bool audit_open(TALLOC_CTX *mem_ctx,
		const struct audit_opening *opening,
		struct audit_source **_source,
		const char **_reason);

#endif
