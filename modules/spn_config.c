/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nearly every transaction finds the configuration that the last one found.
 * Samba keeps the highest uSN of each naming context for its own replication;
 * to read that one number is a third of the price of one search. It counts
 * whatever comes through Samba's modules, originating or replicated, in any
 * process. Where it cannot be read nothing is kept.
 */
#include "spn_config.h"

#include <param.h>

#include "spn_log.h"

struct loadparm_context *spn_config_loadparm(struct ldb_context *ldb)
{
	return talloc_get_type(ldb_get_opaque(ldb, "loadparm"),
			       struct loadparm_context);
}

int spn_config_mode(struct ldb_context *ldb,
		    TALLOC_CTX *mem_ctx,
		    const char **_text,
		    enum spn_mode *_mode)
{
	struct loadparm_context *lp_ctx = spn_config_loadparm(ldb);
	struct spn_settings *settings = NULL;
	const char *text = NULL;

	*_text = NULL;
	*_mode = SPN_MODE_ENFORCE;
	if (lp_ctx != NULL) {
		text = lpcfg_parm_string(lp_ctx, NULL, "spn_policy", "mode");
	}
	if (text == NULL) {
		return LDB_SUCCESS;
	}
	/* A copy: Samba frees its own when it is set again. */
	*_text = talloc_strdup(mem_ctx, text);
	settings = spn_settings_new(mem_ctx, spn_rules());
	if (*_text == NULL || settings == NULL) {
		return ldb_oom(ldb);
	}
	spn_settings_set_mode(settings, text);
	*_mode = settings->mode;
	talloc_free(settings);
	return LDB_SUCCESS;
}

static void log_problems(const struct spn_store *store,
			 TALLOC_CTX *mem_ctx,
			 const char *const *problems)
{
	size_t i;

	for (i = 0; problems != NULL && problems[i] != NULL; i++) {
		char *line = talloc_asprintf(mem_ctx,
					     "spn_policy: %s ignored: %s",
					     spn_setting_bad.code,
					     problems[i]);

		spn_log(store->ldb, SPN_LOG_NOTICE, line);
		talloc_free(line);
	}
}

static int read_anew(const struct spn_store *store,
		     TALLOC_CTX *mem_ctx,
		     const char *mode,
		     uint64_t usn,
		     struct spn_config **_config)
{
	struct spn_config *config = talloc_zero(mem_ctx, struct spn_config);
	const char **problems = NULL;
	int ret;

	if (config == NULL) {
		return ldb_oom(store->ldb);
	}
	ret = spn_store_forest(store,
			       config,
			       &config->forest,
			       &config->mappings);
	if (ret == LDB_SUCCESS) {
		ret = spn_store_settings(store,
					 config,
					 config->forest,
					 mode,
					 &config->settings,
					 &problems);
	}
	if (ret != LDB_SUCCESS) {
		talloc_free(config);
		return ret;
	}
	log_problems(store, config, problems);
	config->usn = usn;
	*_config = config;
	return LDB_SUCCESS;
}

int spn_config_read(const struct spn_store *store,
		    TALLOC_CTX *mem_ctx,
		    const char *mode,
		    struct spn_config **kept,
		    const struct spn_config **_config)
{
	struct spn_config *config = NULL;
	uint64_t usn = 0;
	int ret = LDB_SUCCESS;

	if (kept != NULL) {
		ret = spn_store_config_usn(store, mem_ctx, &usn);
	}
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	if (usn != 0 && *kept != NULL && (*kept)->usn == usn) {
		*_config = *kept;
		return LDB_SUCCESS;
	}
	ret = read_anew(store, mem_ctx, mode, usn, &config);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	if (kept != NULL) {
		talloc_free(*kept);
		*kept = config;
	}
	*_config = config;
	return LDB_SUCCESS;
}
