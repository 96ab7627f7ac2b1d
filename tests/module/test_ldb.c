/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the module makes of an ldb that it was not built with: of its version,
 * and of requests that have another shape. The functions of libldb are wrapped
 * and change what the real ones have made.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "spn_ldb.h"

#include <talloc.h>
#include <ldb_module.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static void series_are_told_apart(void **state)
{
	static const struct {
		const char *version;
		bool is_checked;
	} table[] = {
		{LDB_VERSION, true}, {"2.6.0", true},	{"2.6.2", true},
		{"2.6.17", true},    {"2.7.1", true},	{"2.8.0", true},
		{"2.9.2", true},     {"2.10.0", true},	{"2.11.0", true},
		{"2.11.12", true},   {"2.12.0", false}, {"2.5.3", false},
		{"2.1.0", false},    {"2.60.0", false}, {"2.6", false},
		{"2.6-2", false},    {"2", false},	{"", false},
		{"3.6.0", false},    {"12.6.0", false}, {"x2.6.2", false},
		{" 2.6.2", false},   {"0.0.0", false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		if (spn_ldb_is_checked(table[i].version) !=
		    table[i].is_checked)
		{
			fail_msg("%s", table[i].version);
		}
	}
}

/* ----------------------------------------------------------- another shape */

/* How a request is made wrong; each is tried with each kind of request. */
enum wrong {
	NOTHING,
	A_SIZE,	     /* it has a member more */
	AN_ORDER,    /* what is asked for stands elsewhere */
	A_CALLBACK,  /* the caller stands elsewhere */
	AN_OPERATION /* numbered in another way */
};

static enum wrong wrong;
static enum ldb_request_type wrong_type;
static bool no_memory;

static int done(int ret, struct ldb_request **_req)
{
	struct ldb_request *req = *_req;

	if (no_memory) {
		return LDB_ERR_OPERATIONS_ERROR;
	}
	if (ret != LDB_SUCCESS || req->operation != wrong_type) {
		return ret;
	}
	switch (wrong) {
	case NOTHING:
		break;
	case A_SIZE:
		*_req = talloc_realloc_size(NULL,
					    req,
					    sizeof(*req) + sizeof(void *));
		assert_non_null(*_req);
		break;
	case AN_ORDER:
		memmove((char *)&req->op + 8, &req->op, sizeof(req->op) - 8);
		memset(&req->op, 0, 8);
		break;
	case A_CALLBACK:
		req->context = &wrong;
		break;
	case AN_OPERATION:
		req->operation = (enum ldb_request_type)(wrong_type + 1);
		break;
	}
	return ret;
}

#define TAIL                                                                  \
	struct ldb_control **controls, void *context,                         \
		ldb_request_callback_t callback, struct ldb_request *parent
#define PASS controls, context, callback, parent
#define HEAD                                                                  \
	struct ldb_request **_req, struct ldb_context *ldb, TALLOC_CTX *mem_ctx

int __real_ldb_build_add_req(HEAD, const struct ldb_message *msg, TAIL);
int __wrap_ldb_build_add_req(HEAD, const struct ldb_message *msg, TAIL);
int __real_ldb_build_mod_req(HEAD, const struct ldb_message *msg, TAIL);
int __wrap_ldb_build_mod_req(HEAD, const struct ldb_message *msg, TAIL);
int __real_ldb_build_del_req(HEAD, struct ldb_dn *dn, TAIL);
int __wrap_ldb_build_del_req(HEAD, struct ldb_dn *dn, TAIL);
int __real_ldb_build_rename_req(HEAD,
				struct ldb_dn *dn,
				struct ldb_dn *other,
				TAIL);
int __wrap_ldb_build_rename_req(HEAD,
				struct ldb_dn *dn,
				struct ldb_dn *other,
				TAIL);
int __real_ldb_build_extended_req(HEAD, const char *oid, void *data, TAIL);
int __wrap_ldb_build_extended_req(HEAD, const char *oid, void *data, TAIL);
int __real_ldb_build_search_req(HEAD,
				struct ldb_dn *base,
				enum ldb_scope scope,
				const char *expression,
				const char *const *attrs,
				TAIL);
int __wrap_ldb_build_search_req(HEAD,
				struct ldb_dn *base,
				enum ldb_scope scope,
				const char *expression,
				const char *const *attrs,
				TAIL);

/* NOLINTBEGIN(readability-function-size): libldb's own parameters */
int __wrap_ldb_build_add_req(HEAD, const struct ldb_message *msg, TAIL)
{
	return done(__real_ldb_build_add_req(_req, ldb, mem_ctx, msg, PASS),
		    _req);
}

int __wrap_ldb_build_mod_req(HEAD, const struct ldb_message *msg, TAIL)
{
	return done(__real_ldb_build_mod_req(_req, ldb, mem_ctx, msg, PASS),
		    _req);
}

int __wrap_ldb_build_del_req(HEAD, struct ldb_dn *dn, TAIL)
{
	return done(__real_ldb_build_del_req(_req, ldb, mem_ctx, dn, PASS),
		    _req);
}

int __wrap_ldb_build_rename_req(HEAD,
				struct ldb_dn *dn,
				struct ldb_dn *other,
				TAIL)
{
	return done(__real_ldb_build_rename_req(_req,
						ldb,
						mem_ctx,
						dn,
						other,
						PASS),
		    _req);
}

int __wrap_ldb_build_extended_req(HEAD, const char *oid, void *data, TAIL)
{
	return done(__real_ldb_build_extended_req(_req,
						  ldb,
						  mem_ctx,
						  oid,
						  data,
						  PASS),
		    _req);
}

int __wrap_ldb_build_search_req(HEAD,
				struct ldb_dn *base,
				enum ldb_scope scope,
				const char *expression,
				const char *const *attrs,
				TAIL)
{
	return done(__real_ldb_build_search_req(_req,
						ldb,
						mem_ctx,
						base,
						scope,
						expression,
						attrs,
						PASS),
		    _req);
}
/* NOLINTEND(readability-function-size) */

static void other_shapes_are_noticed(void **state)
{
	static const struct {
		enum ldb_request_type type;
		const char *what;
	} kinds[] = {
		{LDB_ADD, "an add"},
		{LDB_MODIFY, "a modify"},
		{LDB_DELETE, "a delete"},
		{LDB_RENAME, "a rename"},
		{LDB_SEARCH, "a search"},
		{LDB_EXTENDED, "an extended operation"},
	};
	struct ldb_context *ldb = ldb_init(NULL, NULL);
	const char *differs = "";
	size_t i;
	int how;

	(void)state;
	assert_non_null(ldb);
	assert_int_equal(spn_ldb_compare(ldb, &differs), LDB_SUCCESS);
	assert_null(differs);
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		wrong_type = kinds[i].type;
		for (how = A_SIZE; how <= AN_OPERATION; how++) {
			wrong = (enum wrong)how;
			differs = NULL;
			assert_int_equal(spn_ldb_compare(ldb, &differs),
					 LDB_SUCCESS);
			if (differs == NULL) {
				fail_msg("%s, %d", kinds[i].what, how);
			}
			assert_string_equal(differs, kinds[i].what);
		}
		wrong = NOTHING;
	}
	/* No memory is no other shape. */
	no_memory = true;
	assert_int_not_equal(spn_ldb_compare(ldb, &differs), LDB_SUCCESS);
	no_memory = false;
	talloc_free(ldb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(series_are_told_apart),
		cmocka_unit_test(other_shapes_are_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
