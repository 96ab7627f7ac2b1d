/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The built module in an ldb of its own process: it is found by name, goes on
 * top of a throw-away tdb, and lets through what does not concern it. Proves
 * that it loads as it was linked, which no test that compiles it in can.
 * LDB_MODULES_PATH must name the folder it lies in; `./waf test` sees to that.
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include <talloc.h>
#include <ldb.h>

struct dlopen_state {
	struct ldb_context *ldb;
	char *folder;
	char *file;
};

static int dlopen_setup(void **_state)
{
	struct dlopen_state *state = talloc_zero(NULL, struct dlopen_state);
	const char *tmp = getenv("TMPDIR");

	assert_non_null(state);
	state->folder = talloc_asprintf(state,
					"%s/test_dlopen.XXXXXX",
					tmp != NULL ? tmp : "/tmp");
	assert_non_null(state->folder);
	assert_non_null(mkdtemp(state->folder));
	state->file = talloc_asprintf(state, "%s/t.ldb", state->folder);
	assert_non_null(state->file);
	state->ldb = ldb_init(state, NULL);
	assert_non_null(state->ldb);
	*_state = state;
	return 0;
}

static int dlopen_teardown(void **_state)
{
	struct dlopen_state *state = *_state;

	TALLOC_FREE(state->ldb);
	unlink(state->file);
	rmdir(state->folder);
	TALLOC_FREE(state);
	return 0;
}

static int dlopen_connect(struct dlopen_state *state, const char *modules)
{
	const char *options[] = {modules, NULL};
	char *url = talloc_asprintf(state, "tdb://%s", state->file);

	assert_non_null(url);
	return ldb_connect(state->ldb, url, 0, options);
}

/* What all others rest on: a name that is not there must not open. */
static void dlopen_unknown_module(void **_state)
{
	struct dlopen_state *state = *_state;

	assert_int_not_equal(dlopen_connect(state, "modules:spn_policy_none"),
			     LDB_SUCCESS);
}

static void dlopen_known_module(void **_state)
{
	struct dlopen_state *state = *_state;

	assert_int_equal(dlopen_connect(state, "modules:spn_policy"),
			 LDB_SUCCESS);
}

/* A write without anything of ours in it arrives and can be read back. */
static void dlopen_passes_through(void **_state)
{
	struct dlopen_state *state = *_state;
	struct ldb_message *msg = NULL;
	struct ldb_result *res = NULL;
	int ret;

	assert_int_equal(dlopen_connect(state, "modules:spn_policy"),
			 LDB_SUCCESS);
	msg = ldb_msg_new(state);
	assert_non_null(msg);
	msg->dn = ldb_dn_new(msg, state->ldb, "cn=x,dc=test");
	assert_non_null(msg->dn);
	ret = ldb_msg_add_string(msg, "description", "as it was");
	assert_int_equal(ret, LDB_SUCCESS);
	ret = ldb_add(state->ldb, msg);
	assert_int_equal(ret, LDB_SUCCESS);

	ret = ldb_search(state->ldb,
			 state,
			 &res,
			 msg->dn,
			 LDB_SCOPE_BASE,
			 NULL,
			 "(description=as it was)");
	assert_int_equal(ret, LDB_SUCCESS);
	assert_int_equal(res->count, 1);

	ret = ldb_delete(state->ldb, msg->dn);
	assert_int_equal(ret, LDB_SUCCESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(dlopen_unknown_module,
						dlopen_setup,
						dlopen_teardown),
		cmocka_unit_test_setup_teardown(dlopen_known_module,
						dlopen_setup,
						dlopen_teardown),
		cmocka_unit_test_setup_teardown(dlopen_passes_through,
						dlopen_setup,
						dlopen_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
