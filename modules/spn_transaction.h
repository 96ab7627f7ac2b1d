/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is remembered from the first relevant request of a transaction to
 * its commit: the settings as they were then, and every account that was
 * touched, as it was before.
 */
#ifndef SPN_POLICY_SPN_TRANSACTION_H
#define SPN_POLICY_SPN_TRANSACTION_H

#include "spn_store.h"

struct spn_touched;

struct spn_transaction {
	struct spn_store store;
	struct spn_forest *forest;
	struct spn_settings *settings;
	struct spn_touched *touched; /* newest first */
};

/*
 * Reads forest and settings. mode is smb.conf's spn_policy:mode or NULL.
 * On failure nothing is remembered and the error string is set.
 */
int spn_transaction_new(TALLOC_CTX *mem_ctx,
			struct ldb_module *module,
			const char *mode,
			struct spn_transaction **_txn);

/*
 * Remembers an account. Only the first call for an objectGUID counts for
 * before (NULL: it is being added; the account is copied by reference and
 * must live as long). may_refuse false: what it does is logged only; true
 * wins over false. LDB_ERR_OPERATIONS_ERROR when out of memory.
 */
int spn_transaction_touch(struct spn_transaction *txn,
			  const char *object_guid,
			  struct spn_account *before,
			  bool may_refuse);

/*
 * The verdict over all touched accounts as they are now. Logs. On a refusal
 * *_refused is true and the result LDB_ERR_CONSTRAINT_VIOLATION, with the
 * client's text as error string. Any other error: it could not be judged.
 */
int spn_transaction_judge(struct spn_transaction *txn, bool *_refused);

#endif
