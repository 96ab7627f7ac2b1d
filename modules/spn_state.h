/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the module knows between two calls of ldb: the transaction that is
 * under way, and what the last one found in the configuration.
 */
#ifndef SPN_STATE_H
#define SPN_STATE_H

#include "policy/quick_fold.h"
#include "spn_prediction.h"
#include "spn_replication.h"

struct spn_renamed;
struct spn_write;

/* One per ldb context. */
struct spn_state {
	/* Where all of a transaction is. It is kept, so that memory does not
	 * go back to the kernel and come again with each transaction. */
	TALLOC_CTX *pool;
	struct spn_fold fold;  /* how the directory compares */
	const char *mode_text; /* smb.conf, spn_policy:mode; NULL: not set */
	enum spn_mode mode;
	struct spn_config *config;	   /* as last read; NULL: not yet */
	struct spn_transaction *txn;	   /* NULL: nothing relevant so far */
	struct spn_replicated *replicated; /* NULL: nothing came */
	struct spn_renamed *renamed;	   /* NULL: nothing was */
	struct spn_write *current;	   /* that is under way, or NULL */
	struct spn_prediction *prediction; /* of the verdict */
	size_t num_writes;		   /* that this transaction has seen */
	uint64_t number; /* of this transaction, in this process */
	bool failed;	 /* a check could not be made: the commit must fail */
	size_t num_config_writes; /* of clients, likewise */
	size_t config_write;	  /* the write of a client that has changed the
				     configuration before it was read; 0: none */
};

/* The private data of the module. */
struct spn_state *spn_state_of(struct ldb_module *module);

/* A new one, with what is in smb.conf. An LDB code. */
int spn_state_new(struct ldb_module *module);

/* A new transaction begins, or one has ended: nothing is left of it. */
void spn_state_close(struct ldb_module *module);

/* A write passes; what was predicted of another one may not be so any more. */
void spn_state_note_write(struct ldb_module *module);

/* The record of this transaction; settings are frozen from here on. */
int spn_state_open(struct ldb_module *module);

/*
 * The configuration is about to be changed by this request, so everything that
 * it says is read now. A client's request is passed on without that: it has
 * the transaction for itself, and access control has not spoken yet. Should
 * the transaction go on all the same, it can check nothing any more.
 */
int spn_state_freeze(struct ldb_module *module, struct ldb_request *req);

/*
 * A check could not be made. The write is refused, now and at the commit,
 * unless smb.conf says that nothing is to be refused: then LDB_SUCCESS.
 */
int spn_state_check_failed(struct ldb_module *module, const char *what);

#endif
