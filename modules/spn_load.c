/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A database that names a module which is not there does not open, and its DC
 * does not start. So we are there whatever ldb loads us: in force where its
 * interface is known, and idle anywhere else. Idle means that every request
 * goes by as if we were not in the list, and that everybody is told so: the
 * log at each start, spn-policy status, spn-guard, and other DCs by the
 * rootDSE. Whoever would rather have no DC than one that enforces nothing has
 *
 *	spn_policy:on-unknown-ldb = refuse-to-start
 *
 * The table of operations is empty until the first stack has shown that the
 * interface is ours; ldb looks into it at each request.
 *
 * ldb gives up on *every* database of the machine when ldb_init_module()
 * fails, even where we are not used, so it never does.
 */
#include "spn_load.h"

#include "spn_config.h"
#include "spn_dc_state.h"
#include "spn_ldb.h"
#include "spn_log.h"
#include "spn_policy.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <param.h>

static int start(struct ldb_module *module);

static struct ldb_module_ops ops = {
	.name = "spn_policy",
	.init_context = start,
};

/* Of the ldb that has loaded us. */
static char ldb_version[32];

/* On mem_ctx; NULL when out of memory. */
static char *why_idle(TALLOC_CTX *mem_ctx, const char *differs)
{
	if (differs != NULL) {
		return talloc_asprintf(mem_ctx,
				       "%s of ldb %s is not as in ldb %s, "
				       "which it was built with",
				       differs,
				       ldb_version,
				       LDB_VERSION);
	}
	return talloc_asprintf(mem_ctx,
			       "ldb %s is of none of the series that it was "
			       "checked with",
			       ldb_version);
}

/* smb.conf says that a DC is not to run then. */
static bool wants_no_start(struct ldb_context *ldb)
{
	struct loadparm_context *lp_ctx = spn_config_loadparm(ldb);
	const char *text = NULL;

	if (lp_ctx != NULL) {
		text = lpcfg_parm_string(lp_ctx,
					 NULL,
					 "spn_policy",
					 SPN_ON_UNKNOWN_LDB);
	}
	return text != NULL && strcasecmp(text, SPN_REFUSE_TO_START) == 0;
}

/* Once a process, however often clients make it open the database; those that
 * samba forks have heard it. */
static void say_idle(struct ldb_context *ldb, const char *why)
{
	static bool has_been_said;
	char *line = NULL;

	if (has_been_said) {
		return;
	}
	has_been_said = true;
	line = talloc_asprintf(ldb,
			       "spn_policy: IDLE, nothing is checked or "
			       "refused on this DC: %s; install the build "
			       "for it",
			       why);
	spn_log(ldb, SPN_LOG_ERROR, line);
	talloc_free(line);
}

static int go_idle(struct ldb_module *module, char *why)
{
	struct ldb_context *ldb = ldb_module_get_ctx(module);
	int ret;

	if (wants_no_start(ldb)) {
		ldb_asprintf_errstring(ldb,
				       "%s: %s; install the build for it",
				       SPN_REFUSES_TO_START,
				       why);
		return LDB_ERR_UNWILLING_TO_PERFORM;
	}
	say_idle(ldb, why);
	ret = ldb_set_opaque(ldb, SPN_POLICY_IDLE_OPAQUE, why);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	return ldb_next_init(module);
}

static int start(struct ldb_module *module)
{
	const char *differs = NULL;
	char *why = NULL;
	int ret = spn_ldb_compare(ldb_module_get_ctx(module), &differs);

	if (ret != LDB_SUCCESS) {
		return ret;
	}
	if (differs == NULL && spn_ldb_is_checked(ldb_version)) {
		ops = spn_policy_ops;
		ops.init_context = start;
		return spn_policy_ops.init_context(module);
	}
	if (differs == NULL) {
		ops.search = spn_dc_state_search_idle;
	}
	why = why_idle(module, differs);
	return (why == NULL) ? ldb_module_oom(module) : go_idle(module, why);
}

__attribute__((visibility("default"))) int ldb_init_module(const char *version)
{
	snprintf(ldb_version, sizeof(ldb_version), "%s", version);
	spn_dc_state_loaded(ldb_version);
	return ldb_register_module(&ops);
}
