/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What replication brings is judged and logged, never refused: a refusal
 * would stop replication with that partner.
 */
#ifndef SPN_REPLICATION_H
#define SPN_REPLICATION_H

#include "store/store.h"

/* The SPNs that came in a transaction. */
struct spn_replicated;

/*
 * Remembers the SPNs that an extended operation is about to bring, in
 * *_replicated, which is NULL before the first ones and made on mem_ctx.
 * Any other operation is none of its business. Nothing is searched, and the
 * request stays as it is.
 */
void spn_replication_note(struct ldb_module *module,
			  TALLOC_CTX *mem_ctx,
			  struct ldb_request *req,
			  struct spn_replicated **_replicated);

/*
 * Logs what is wrong with them by now; to be called at the commit, when
 * conflicts have been resolved. mode is smb.conf's spn_policy:mode or NULL.
 * A check that could not be made is logged, too. NULL for nothing came.
 */
void spn_replication_judge(struct ldb_module *module,
			   const char *mode,
			   struct spn_replicated *replicated);

#endif
