/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The built module and the version of ldb that loads it: in force where that
 * is one that was checked, and idle anywhere else. An error from
 * ldb_init_module() would end *every* ldb program of the machine, and a module
 * that is not there keeps its DC from starting.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <dlfcn.h>
#include <sys/wait.h>

#include <util/data_blob.h>

#include <talloc.h>
#include <ldb.h>
#include <ldb_module.h>
#include <param.h>

#include "spn_policy.h"

static char *module_path;

enum comes_up {
	IN_FORCE,
	IDLE,
	NOT_THERE
};

static struct ldb_context *open_ldb(TALLOC_CTX *mem_ctx, const char *conf)
{
	struct ldb_context *ldb = ldb_init(mem_ctx, NULL);
	struct loadparm_context *lp_ctx = NULL;

	if (ldb != NULL && conf != NULL) {
		lp_ctx = loadparm_init(ldb);
		if (lp_ctx == NULL || !lpcfg_set_option(lp_ctx, conf)) {
			return NULL;
		}
		ldb_set_opaque(ldb, "loadparm", lp_ctx);
	}
	return ldb;
}

/* ldb_connect() with the module named, on a throw-away tdb. */
static enum comes_up connect_with_module(const char *conf)
{
	const char *options[] = {"modules:spn_policy", NULL};
	const char *tmp = getenv("TMPDIR");
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct ldb_context *ldb = open_ldb(mem_ctx, conf);
	enum comes_up how = NOT_THERE;
	const char *why = NULL;
	char *url = NULL;

	assert_non_null(ldb);
	url = talloc_asprintf(mem_ctx,
			      "tdb://%s/test_version.%d.ldb",
			      (tmp != NULL) ? tmp : "/tmp",
			      (int)getpid());
	if (ldb_connect(ldb, url, LDB_FLG_NOSYNC, options) == LDB_SUCCESS) {
		why = ldb_get_opaque(ldb, SPN_POLICY_IDLE_OPAQUE);
		how = (why == NULL) ? IN_FORCE : IDLE;
	}
	/* One of the two knows the module, and says so. */
	if ((how == IN_FORCE) ==
	    (ldb_get_opaque(ldb, SPN_POLICY_VERSION_OPAQUE) == NULL))
	{
		how = NOT_THERE;
	}
	unlink(url + strlen("tdb://"));
	talloc_free(mem_ctx);
	return how;
}

static ldb_module_init_fn init_function(void)
{
	void *module = dlopen(module_path, RTLD_NOW | RTLD_LOCAL);
	void *symbol = NULL;
	ldb_module_init_fn init = NULL;

	if (module == NULL) {
		fail_msg("%s", dlerror());
	}
	symbol = dlsym(module, "ldb_init_module");
	assert_non_null(symbol);
	memcpy(&init, &symbol, sizeof(init));
	return init;
}

/* In a process of its own: a module registers once. */
static enum comes_up come_up(const char *version, const char *conf)
{
	int status = 0;
	pid_t child = fork();

	assert_int_not_equal(child, -1);
	if (child == 0) {
		if (init_function()(version) != LDB_SUCCESS) {
			_exit(99);
		}
		_exit((int)connect_with_module(conf));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_in_range(WEXITSTATUS(status), IN_FORCE, NOT_THERE);
	return (enum comes_up)WEXITSTATUS(status);
}

static void in_force_where_it_was_checked(void **state)
{
	static const char long_version[] =
		"2.12.000000000000000000000000000000000000000000000000000000";
	static const struct {
		const char *version;
		const char *conf;
		enum comes_up how;
	} table[] = {
		{LDB_VERSION, NULL, IN_FORCE},
		{"2.6.2", NULL, IN_FORCE},
		{"2.11.0", NULL, IN_FORCE},
		{"2.11.0", "spn_policy:mode=off", IN_FORCE},
		{"2.11.0",
		 "spn_policy:on-unknown-ldb=refuse-to-start",
		 IN_FORCE},
		{"2.12.0", NULL, IDLE},
		{"", NULL, IDLE},
		{long_version, NULL, IDLE},
		{"2.12.0", "spn_policy:on-unknown-ldb=idle", IDLE},
		{"2.12.0", "spn_policy:on-unknown-ldb=nonsense", IDLE},
		{"2.12.0",
		 "spn_policy:on-unknown-ldb=refuse-to-start",
		 NOT_THERE},
		{"2.12.0",
		 "spn_policy:on-unknown-ldb=Refuse-To-Start",
		 NOT_THERE},
	};
	size_t i;

	(void)state;
	if (connect_with_module(NULL) != NOT_THERE) {
		print_message("installed on this machine: loaded already\n");
		skip();
	}
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		enum comes_up how = come_up(table[i].version, table[i].conf);

		if (how != table[i].how) {
			fail_msg("ldb '%s', %s: %d",
				 table[i].version,
				 table[i].conf,
				 (int)how);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_force_where_it_was_checked),
	};
	const char *folder = getenv("LDB_MODULES_PATH");
	int ret;

	if (folder == NULL) {
		fprintf(stderr, "LDB_MODULES_PATH is not set\n");
		return 1;
	}
	module_path = talloc_asprintf(NULL, "%s/spn_policy.so", folder);
	unsetenv("LDB_MODULES_PATH");
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	TALLOC_FREE(module_path);
	return ret;
}
