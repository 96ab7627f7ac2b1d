/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the module knows between two calls of ldb: the transaction that is
 * under way, and what the last one found in the configuration.
 */
#ifndef SPN_POLICY_SPN_STATE_H
#define SPN_POLICY_SPN_STATE_H

#include "spn_plan.h"
#include "spn_replication.h"

/* One per ldb context. */
struct spn_state {
	/* Where all of a transaction is. It is kept, so that memory does not
	 * go back to the kernel and come again with each transaction. */
	TALLOC_CTX *pool;
	const char *mode_text; /* smb.conf, spn_policy:mode; NULL: not set */
	enum spn_mode mode;
	struct spn_config *config;	   /* as last read; NULL: not yet */
	struct spn_transaction *txn;	   /* NULL: nothing relevant so far */
	struct spn_replicated *replicated; /* NULL: nothing came */
	struct spn_plan *plan; /* of the request that is under way, or NULL */
	struct spn_plan *last; /* of the one that has ended, or NULL */
	struct spn_report *foreseen; /* of the one that succeeded, or NULL */
	size_t num_writes;	     /* that this transaction has seen */
	bool failed; /* a check could not be made: the commit must fail */
};

/* The private data of the module. */
struct spn_state *spn_state_of(struct ldb_module *module);

/* A new transaction begins, or one has ended: nothing is left of it. */
void spn_state_close(struct ldb_module *module);

/* A write passes; what was foreseen of another one may not be so any more. */
void spn_state_note_write(struct ldb_module *module);

/* The record of this transaction; settings are frozen from here on. */
int spn_state_open(struct ldb_module *module);

/* The same, with everything that the configuration says: it is about to be
 * changed. */
int spn_state_freeze(struct ldb_module *module);

/*
 * A check could not be made. The write is refused, now and at the commit,
 * unless smb.conf says that nothing is to be refused: then LDB_SUCCESS.
 */
int spn_state_check_failed(struct ldb_module *module, const char *what);

#endif
