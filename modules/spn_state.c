/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One state per ldb context; nothing of a transaction outlives it.
 */
#include "spn_state.h"

#include "policy/quote.h"
#include "spn_log.h"

struct spn_state *spn_state_of(struct ldb_module *module)
{
	return talloc_get_type_abort(ldb_module_get_private(module),
				     struct spn_state);
}

int spn_state_new(struct ldb_module *module)
{
	struct ldb_context *ldb = ldb_module_get_ctx(module);
	const struct spn_store store = {.ldb = ldb, .module = module};
	const struct spn_fold fold = spn_store_fold(&store);
	struct spn_state *state = talloc_zero(module, struct spn_state);
	struct spn_quick_fold *quick = NULL;

	if (state != NULL) {
		quick = spn_quick_fold_new(state, &fold);
		state->prediction = spn_prediction_new(state);
	}
	if (quick == NULL || state->prediction == NULL) {
		talloc_free(state);
		return ldb_oom(ldb);
	}
	state->fold = spn_quick_fold(quick);
	ldb_module_set_private(module, state);
	return spn_config_mode(ldb, state, &state->mode_text, &state->mode);
}

void spn_state_close(struct ldb_module *module)
{
	struct spn_state *state = spn_state_of(module);

	spn_prediction_reset(state->prediction);
	TALLOC_FREE(state->txn);
	TALLOC_FREE(state->replicated);
	TALLOC_FREE(state->renamed);
	state->current = NULL;
	state->num_writes = 0;
	state->number++;
	state->failed = false;
	state->config_write = 0;
	state->num_config_writes = 0;
}

void spn_state_note_write(struct ldb_module *module)
{
	struct spn_state *state = spn_state_of(module);

	state->num_writes++;
	spn_prediction_begin(state->prediction, state->num_writes);
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
		.fold = &state->fold,
	};
	TALLOC_CTX *tmp_ctx = NULL;
	int ret;

	if (state->txn != NULL) {
		return LDB_SUCCESS;
	}
	/* While that very write is under way nothing is changed yet. */
	if (state->config_write != 0 &&
	    state->config_write != state->num_writes)
	{
		ldb_set_errstring(store.ldb,
				  "the configuration was changed before");
		return LDB_ERR_OPERATIONS_ERROR;
	}
	if (state->pool == NULL) {
		state->pool = talloc_pool(state, POOL_SIZE);
	}
	if (state->pool == NULL) {
		return ldb_oom(store.ldb);
	}
	tmp_ctx = talloc_new(state->pool);
	if (tmp_ctx == NULL) {
		return ldb_oom(store.ldb);
	}
	/* What this transaction has written may never be committed: then it
	 * is read for this transaction alone. */
	ret = spn_config_read(&store,
			      (state->num_writes == 1) ? (TALLOC_CTX *)state
						       : tmp_ctx,
			      state->mode_text,
			      (state->num_writes == 1) ? &state->config : NULL,
			      &config);
	if (ret == LDB_SUCCESS) {
		ret = spn_transaction_new(state->pool,
					  &store,
					  config,
					  &state->txn);
	}
	if (ret == LDB_SUCCESS) {
		talloc_steal(state->txn, tmp_ctx);
	} else {
		talloc_free(tmp_ctx);
	}
	return ret;
}

int spn_state_freeze(struct ldb_module *module, struct ldb_request *req)
{
	struct spn_state *state = spn_state_of(module);
	int ret;

	if (ldb_req_is_untrusted(req) && state->txn == NULL) {
		state->num_config_writes++;
		if (state->config_write == 0) {
			state->config_write = state->num_writes;
		}
		return LDB_SUCCESS;
	}
	ret = spn_state_open(module);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	return spn_store_suffixes(&state->txn->store, state->txn->forest);
}

int spn_state_check_failed(struct ldb_module *module, const char *what)
{
	struct ldb_context *ldb = ldb_module_get_ctx(module);
	const struct spn_message *m = &spn_check_failed;
	struct spn_state *state = spn_state_of(module);
	char *detail = spn_excerpt(state, spn_str_of(ldb_errstring(ldb)), 0);
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
