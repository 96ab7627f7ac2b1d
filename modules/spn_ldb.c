/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nobody tells us the layout of the structures in the libldb that runs. But it
 * makes requests and messages for whoever asks, in memory of talloc, which
 * knows how long each of them is; so some are made, and looked at.
 */
#include "spn_ldb.h"

#include "ldb_series.h"
#include "store/values.h"

#include <stdio.h>
#include <string.h>

#include <talloc.h>
#include <ldb_module.h>

/*
 * What the series of the table have in common, on machines of 64 bits. A build
 * that stops here was made with the headers of an ldb that nobody has checked:
 * see ldb_series.h.
 */
#if __SIZEOF_POINTER__ == 8
#define INTERFACE(type, size)                                                 \
	_Static_assert(sizeof(type) == (size),                                \
		       #type " is not the one that was checked")

INTERFACE(struct ldb_val, 16);
INTERFACE(struct ldb_message_element, 32);
INTERFACE(struct ldb_message, 24);
INTERFACE(struct ldb_control, 24);
INTERFACE(struct ldb_parse_tree, 48);
INTERFACE(struct ldb_result, 40);
INTERFACE(struct ldb_reply, 40);
INTERFACE(struct ldb_request, 96);
INTERFACE(struct ldb_module_ops, 136);
#endif

bool spn_ldb_is_checked(const char *version)
{
	size_t num = sizeof(spn_ldb_checked) / sizeof(spn_ldb_checked[0]);
	size_t i;

	for (i = 0; i < num; i++) {
		char series[2 * sizeof("4294967295")];
		int len = snprintf(series,
				   sizeof(series),
				   "%u.%u.",
				   spn_ldb_checked[i].major,
				   spn_ldb_checked[i].minor);

		if (strncmp(version, series, (size_t)len) == 0) {
			return true;
		}
	}
	return false;
}

/* ------------------------------------------------------------- the trial */

static const char oid_of_trial[] = "trial";

struct trial {
	struct ldb_context *ldb;
	struct ldb_dn *dn;
	struct ldb_dn *other_dn;
	struct ldb_message *msg;
};

static const char *const attrs_of_trial[] = {"trial", NULL};

static int no_callback(struct ldb_request *req, struct ldb_reply *reply)
{
	(void)req;
	(void)reply;
	return LDB_ERR_OPERATIONS_ERROR;
}

/* What no_callback() and the trial itself stand for in each request. */
#define OURS t, no_callback, NULL

static int make_add(TALLOC_CTX *mem_ctx,
		    struct trial *t,
		    struct ldb_request **_req)
{
	return ldb_build_add_req(_req, t->ldb, mem_ctx, t->msg, NULL, OURS);
}

static bool add_is_ours(const struct ldb_request *req, const struct trial *t)
{
	return req->op.add.message == t->msg;
}

static int make_modify(TALLOC_CTX *mem_ctx,
		       struct trial *t,
		       struct ldb_request **_req)
{
	return ldb_build_mod_req(_req, t->ldb, mem_ctx, t->msg, NULL, OURS);
}

static bool modify_is_ours(const struct ldb_request *req,
			   const struct trial *t)
{
	return req->op.mod.message == t->msg;
}

static int make_delete(TALLOC_CTX *mem_ctx,
		       struct trial *t,
		       struct ldb_request **_req)
{
	return ldb_build_del_req(_req, t->ldb, mem_ctx, t->dn, NULL, OURS);
}

static bool delete_is_ours(const struct ldb_request *req,
			   const struct trial *t)
{
	return req->op.del.dn == t->dn;
}

static int make_rename(TALLOC_CTX *mem_ctx,
		       struct trial *t,
		       struct ldb_request **_req)
{
	return ldb_build_rename_req(_req,
				    t->ldb,
				    mem_ctx,
				    t->dn,
				    t->other_dn,
				    NULL,
				    OURS);
}

static bool rename_is_ours(const struct ldb_request *req,
			   const struct trial *t)
{
	return req->op.rename.olddn == t->dn &&
	       req->op.rename.newdn == t->other_dn;
}

static int make_extended(TALLOC_CTX *mem_ctx,
			 struct trial *t,
			 struct ldb_request **_req)
{
	return ldb_build_extended_req(_req,
				      t->ldb,
				      mem_ctx,
				      oid_of_trial,
				      t->msg,
				      NULL,
				      OURS);
}

static bool extended_is_ours(const struct ldb_request *req,
			     const struct trial *t)
{
	return req->op.extended.oid == oid_of_trial &&
	       req->op.extended.data == t->msg;
}

static int make_search(TALLOC_CTX *mem_ctx,
		       struct trial *t,
		       struct ldb_request **_req)
{
	int ret = ldb_build_search_req(_req,
				       t->ldb,
				       mem_ctx,
				       t->dn,
				       LDB_SCOPE_ONELEVEL,
				       "(trial=value)",
				       attrs_of_trial,
				       NULL,
				       OURS);

	if (ret != LDB_SUCCESS) {
		return ret;
	}
	return ldb_request_add_control(*_req, oid_of_trial, true, t);
}

static bool search_is_ours(const struct ldb_request *req,
			   const struct trial *t)
{
	const struct ldb_parse_tree *tree = req->op.search.tree;
	struct ldb_control *const *controls = req->controls;

	return req->op.search.base == t->dn &&
	       req->op.search.scope == LDB_SCOPE_ONELEVEL &&
	       req->op.search.attrs == attrs_of_trial &&
	       talloc_get_size(tree) == sizeof(*tree) &&
	       tree->operation == LDB_OP_EQUALITY &&
	       strcmp(tree->u.equality.attr, "trial") == 0 &&
	       tree->u.equality.value.length == strlen("value") &&
	       controls != NULL && controls[0] != NULL &&
	       talloc_get_size(controls[0]) == sizeof(*controls[0]) &&
	       strcmp(controls[0]->oid, oid_of_trial) == 0 &&
	       controls[0]->critical != 0 && controls[0]->data == t &&
	       controls[1] == NULL;
}

static const struct {
	const char *what;
	enum ldb_request_type operation;
	int (*make)(TALLOC_CTX *mem_ctx,
		    struct trial *t,
		    struct ldb_request **_req);
	bool (*is_ours)(const struct ldb_request *req, const struct trial *t);
} requests[] = {
	{"an add", LDB_ADD, make_add, add_is_ours},
	{"a modify", LDB_MODIFY, make_modify, modify_is_ours},
	{"a delete", LDB_DELETE, make_delete, delete_is_ours},
	{"a rename", LDB_RENAME, make_rename, rename_is_ours},
	{"a search", LDB_SEARCH, make_search, search_is_ours},
	{"an extended operation",
	 LDB_EXTENDED,
	 make_extended,
	 extended_is_ours},
};

/* What requests of all kinds have. */
static bool has_our_frame(const struct ldb_request *req,
			  enum ldb_request_type operation,
			  const struct trial *t)
{
	return talloc_get_size(req) == sizeof(*req) &&
	       req->operation == operation && req->context == t &&
	       req->callback == no_callback && req->handle != NULL &&
	       (req->controls == NULL) == (operation != LDB_SEARCH);
}

static bool message_is_ours(const struct trial *t)
{
	const struct ldb_message *msg = t->msg;
	const struct ldb_message_element *el = msg->elements;

	return talloc_get_size(msg) == sizeof(*msg) && msg->dn == t->dn &&
	       msg->num_elements == 1 && el != NULL &&
	       talloc_get_size(el) % sizeof(*el) == 0 &&
	       el->flags == LDB_FLAG_MOD_REPLACE &&
	       strcmp(el->name, "trial") == 0 && spn_values_num(el) == 1 &&
	       spn_str_equal(spn_values_get(el, 0), spn_str_of("value"));
}

static int make_message(TALLOC_CTX *mem_ctx, struct trial *t)
{
	t->dn = ldb_dn_new(mem_ctx, t->ldb, "@TRIAL");
	t->other_dn = ldb_dn_new(mem_ctx, t->ldb, "@OTHER");
	t->msg = ldb_msg_new(mem_ctx);
	if (t->dn == NULL || t->other_dn == NULL || t->msg == NULL) {
		return ldb_oom(t->ldb);
	}
	t->msg->dn = t->dn;
	return ldb_msg_append_string(t->msg,
				     "trial",
				     "value",
				     LDB_FLAG_MOD_REPLACE);
}

static int compare(TALLOC_CTX *mem_ctx, struct trial *t, const char **_differs)
{
	int ret = make_message(mem_ctx, t);
	size_t i;

	if (ret != LDB_SUCCESS) {
		return ret;
	}
	if (!message_is_ours(t)) {
		*_differs = "a message";
		return LDB_SUCCESS;
	}
	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		struct ldb_request *req = NULL;

		ret = requests[i].make(mem_ctx, t, &req);
		if (ret != LDB_SUCCESS) {
			return ret;
		}
		if (!has_our_frame(req, requests[i].operation, t) ||
		    !requests[i].is_ours(req, t))
		{
			*_differs = requests[i].what;
			return LDB_SUCCESS;
		}
	}
	return LDB_SUCCESS;
}

int spn_ldb_compare(struct ldb_context *ldb, const char **_differs)
{
	TALLOC_CTX *tmp_ctx = talloc_new(ldb);
	struct trial trial = {.ldb = ldb};
	int ret;

	*_differs = NULL;
	if (tmp_ctx == NULL) {
		return ldb_oom(ldb);
	}
	ret = compare(tmp_ctx, &trial, _differs);
	talloc_free(tmp_ctx);
	return ret;
}
