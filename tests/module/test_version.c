/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The built module and another version of ldb. An error from
 * ldb_init_module() would end *every* ldb program of the machine
 *, so it must say LDB_SUCCESS and not be there: only the
 * database that names it does not open.
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

#include <util/data_blob.h>

#include <talloc.h>
#include <ldb.h>
#include <ldb_module.h>

static char *module_path;

/* ldb_connect() with the module named, on a throw-away tdb. */
static int connect_with_module(void)
{
	const char *options[] = {"modules:spn_policy", NULL};
	const char *tmp = getenv("TMPDIR");
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct ldb_context *ldb = ldb_init(mem_ctx, NULL);
	char *url = NULL;
	int ret;

	assert_non_null(ldb);
	url = talloc_asprintf(mem_ctx,
			      "tdb://%s/test_version.%d.ldb",
			      (tmp != NULL) ? tmp : "/tmp",
			      (int)getpid());
	ret = ldb_connect(ldb, url, LDB_FLG_NOSYNC, options);
	unlink(url + strlen("tdb://"));
	talloc_free(mem_ctx);
	return ret;
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

/* One process, one order: nothing is registered before the last step. */
static void other_versions_register_nothing(void **state)
{
	static const char *const others[] = {"0.0.0",
					     "",
					     "2",
					     "99.99.99",
					     (LDB_VERSION ".1"),
					     ("x" LDB_VERSION)};
	ldb_module_init_fn init = init_function();
	size_t i;

	(void)state;
	if (connect_with_module() == LDB_SUCCESS) {
		print_message("installed on this machine: loaded already\n");
		skip();
	}
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_int_equal(init(others[i]), LDB_SUCCESS);
		assert_int_not_equal(connect_with_module(), LDB_SUCCESS);
	}
	assert_int_equal(init(LDB_VERSION), LDB_SUCCESS);
	assert_int_equal(connect_with_module(), LDB_SUCCESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(other_versions_register_nothing),
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
