/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * --watch: audits again whenever something has changed, and says what is new
 * and what is fixed, a line each.
 */
#ifndef SPN_AUDIT_WATCH_H
#define SPN_AUDIT_WATCH_H

#include "events.h"
#include "common/connect.h"
#include "common/progress.h"

struct audit_watch {
	struct spn_connect *connect;
	bool as_json;
	int interval;		       /* seconds between two looks */
	struct spn_progress *progress; /* of an audit; NULL: none */
	/* One audit over this connection; the exit status, after a message if
	 * it is not SPN_EXIT_DONE. */
	int (*audit)(void *private_data,
		     TALLOC_CTX *mem_ctx,
		     struct ldb_context *ldb,
		     struct audit_findings **_findings);
	void *private_data;
};

/*
 * Ends only with SIGINT or SIGTERM, and exit status 0; returns if the first
 * audit fails or nobody reads the lines.
 */
int audit_watch_run(TALLOC_CTX *mem_ctx, const struct audit_watch *watch);

#endif
