/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is remembered from the first relevant request of a transaction to
 * its commit: the settings as they were then, and every account that was
 * touched, as it was before.
 */
#ifndef SPN_TRANSACTION_H
#define SPN_TRANSACTION_H

#include "spn_config.h"

struct spn_touched;

struct spn_transaction {
	struct spn_store store;
	struct spn_forest *forest;
	const struct spn_settings *settings;
	const struct ldb_message *mappings; /* spn_config, or NULL */
	struct spn_touched *touched;	    /* in no order */
	size_t num_touched;
	struct spn_slots by_guid; /* numbers of them */
};

/* A write in this transaction, as the rules want it. before NULL: an add. */
struct spn_case spn_transaction_case(const struct spn_transaction *txn,
				     struct spn_partial *index,
				     const struct spn_account *before,
				     const struct spn_account *after);

/* Whether the account itself is the caller, into c->is_own; only looked up
 * where that matters. An LDB code. */
int spn_transaction_own(const struct spn_transaction *txn, struct spn_case *c);

/* config must live as long. On failure the error string is set. */
int spn_transaction_new(TALLOC_CTX *mem_ctx,
			const struct spn_store *store,
			const struct spn_config *config,
			struct spn_transaction **_txn);

/*
 * Remembers an account as it is before a write, and takes it over. Only the
 * first call in a transaction counts for that. may_refuse false: what the
 * write does is logged only; true wins over false. LDB_ERR_OPERATIONS_ERROR
 * when out of memory.
 */
int spn_transaction_touch(struct spn_transaction *txn,
			  struct spn_account *before,
			  bool may_refuse);

/*
 * What a replace has left out of an account that is touched already; copied.
 * The rules judge that otherwise than what a client deletes.
 * LDB_ERR_OPERATIONS_ERROR when out of memory.
 */
int spn_transaction_leave_out(struct spn_transaction *txn,
			      const char *object_guid,
			      const struct spn_set *left_out);

/* spn_transaction_touch() for an object that was not there before. */
int spn_transaction_touch_added(struct spn_transaction *txn,
				const char *object_guid,
				bool may_refuse);

/*
 * Samba's own check below us has refused an SPN that somebody else holds, in
 * words of its own. If the rules refuse it, too, the error
 * string becomes ours: which SPN, why, and what to do. c, over its index, is
 * what the request was to do. Only to be called when the refusal is of that
 * kind: then the caller has the rights, and has been told as much.
 */
void spn_transaction_explain(struct spn_transaction *txn,
			     struct spn_partial *index,
			     const struct spn_case *c);

/*
 * The verdict over all touched accounts as they are now. predicted is what the
 * rules have said of it already, NULL if they have not. Logs. On a refusal
 * *_refused is true and the result LDB_ERR_CONSTRAINT_VIOLATION, with the
 * client's text as error string. Any other error: it could not be judged.
 */
int spn_transaction_judge(struct spn_transaction *txn,
			  struct spn_report *predicted,
			  bool *_refused);

/*
 * What the rules say of accounts as they are now. are_touched: of what the
 * writes in this transaction have changed in them, and each must be known
 * here; otherwise nobody knows what they were before, and all they hold is
 * judged. LDB codes.
 */
int spn_transaction_judge_accounts(struct spn_transaction *txn,
				   TALLOC_CTX *tmp_ctx,
				   struct spn_account *const *accounts,
				   size_t num,
				   bool are_touched,
				   struct spn_report *report);

/* Logs violations that refuse nothing, up to max one by one; action is
 * "warned" or the like. Texts are left on tmp_ctx. */
void spn_transaction_log(struct spn_transaction *txn,
			 TALLOC_CTX *tmp_ctx,
			 const struct spn_report *report,
			 const char *action,
			 size_t max);

#endif
