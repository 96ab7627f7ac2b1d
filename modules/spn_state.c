/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One state per ldb context; nothing of a transaction outlives it.
 */
#include "spn_state.h"

#include "spn_log.h"

struct spn_state *spn_state_of(struct ldb_module *module)
{
	return talloc_get_type_abort(ldb_module_get_private(module),
				     struct spn_state);
}

void spn_state_close(struct ldb_module *module)
{
	struct spn_state *state = spn_state_of(module);

	TALLOC_FREE(state->txn);
	TALLOC_FREE(state->replicated);
	state->plan = NULL;
	state->last = NULL;
	state->foreseen = NULL;
	state->num_writes = 0;
	state->failed = false;
}

void spn_state_note_write(struct ldb_module *module)
{
	struct spn_state *state = spn_state_of(module);

	state->num_writes++;
	state->plan = NULL;
	state->foreseen = NULL;
}

/* Enough for nearly every transaction. */
#define POOL_SIZE ((size_t)64 * 1024)

int spn_state_open(struct ldb_module *module)
{
	struct spn_state *state = spn_state_of(module);
	const struct spn_config *config = NULL;
	struct spn_store store = {
		.ldb = ldb_module_get_ctx(module),
		.module = module,
	};
	int ret;

	if (state->txn != NULL) {
		return LDB_SUCCESS;
	}
	if (state->pool == NULL) {
		state->pool = talloc_pool(state, POOL_SIZE);
	}
	if (state->pool == NULL) {
		return ldb_oom(store.ldb);
	}
	/* What this transaction has written may never be committed. */
	ret = spn_config_read(&store,
			      state,
			      state->mode_text,
			      (state->num_writes == 1) ? &state->config : NULL,
			      &config);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	return spn_transaction_new(state->pool, &store, config, &state->txn);
}

int spn_state_freeze(struct ldb_module *module)
{
	struct spn_transaction *txn = NULL;
	int ret = spn_state_open(module);

	if (ret != LDB_SUCCESS) {
		return ret;
	}
	txn = spn_state_of(module)->txn;
	return spn_store_suffixes(&txn->store, txn->forest);
}

int spn_state_check_failed(struct ldb_module *module, const char *what)
{
	struct ldb_context *ldb = ldb_module_get_ctx(module);
	const struct spn_message *m = spn_message_by_code("SPN-901");
	struct spn_state *state = spn_state_of(module);
	char *detail = spn_excerpt(state, spn_str_of(ldb_errstring(ldb)));
	char *line = talloc_asprintf(state,
				     "spn_policy: %s %s: %s",
				     m->code,
				     what,
				     (detail == NULL) ? "" : detail);

	spn_log(ldb, SPN_LOG_ERROR, line);
	talloc_free(line);
	talloc_free(detail);
	if (state->mode == SPN_MODE_AUDIT) {
		return LDB_SUCCESS;
	}
	state->failed = true;
	ldb_asprintf_errstring(ldb,
			       "0000202F: spn_policy: %s %s",
			       m->code,
			       m->client);
	return LDB_ERR_OPERATIONS_ERROR;
}
