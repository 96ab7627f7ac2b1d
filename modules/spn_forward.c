/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parent of the new request is the caller's: it keeps its event context
 * and stays untrusted if it was.
 */
#include "spn_forward.h"

struct forwarded {
	struct ldb_module *module;
	struct ldb_request *req; /* the caller's */
	const struct spn_forward_hooks *hooks;
	void *private_data;
	bool done;     /* ldb calls back again when we return an error */
	bool referred; /* an RODC: nothing was written here */
	int result;
};

static int finish(struct forwarded *fwd, struct ldb_reply *ares, int ret)
{
	fwd->done = true;
	fwd->result = ret;
	if (ares == NULL) {
		return ldb_module_done(fwd->req, NULL, NULL, ret);
	}
	return ldb_module_done(fwd->req, ares->controls, ares->response, ret);
}

static int forwarded_callback(struct ldb_request *down, struct ldb_reply *ares)
{
	struct forwarded *fwd = talloc_get_type_abort(down->context,
						      struct forwarded);
	int ret = LDB_SUCCESS;

	if (fwd->done) {
		return fwd->result;
	}
	if (ares == NULL) {
		return finish(fwd, NULL, LDB_ERR_OPERATIONS_ERROR);
	}
	if (ares->error != LDB_SUCCESS) {
		if (fwd->hooks->refused != NULL) {
			fwd->hooks->refused(fwd->module,
					    ares->error,
					    fwd->private_data);
		}
		return finish(fwd, ares, ares->error);
	}
	switch (ares->type) {
	case LDB_REPLY_REFERRAL:
		fwd->referred = true;
		return ldb_module_send_referral(fwd->req, ares->referral);
	case LDB_REPLY_ENTRY:
		return ldb_module_send_entry(fwd->req,
					     ares->message,
					     ares->controls);
	case LDB_REPLY_DONE:
		break;
	}
	if (fwd->hooks->written != NULL && !fwd->referred) {
		ret = fwd->hooks->written(fwd->module,
					  fwd->req,
					  fwd->private_data);
	}
	return finish(fwd, ares, ret);
}

int spn_forward(struct ldb_module *module,
		struct ldb_request *req,
		const struct ldb_message *msg,
		const struct spn_forward_hooks *hooks,
		void *private_data)
{
	struct ldb_context *ldb = ldb_module_get_ctx(module);
	struct forwarded *fwd = talloc_zero(req, struct forwarded);
	int (*build)(struct ldb_request **,
		     struct ldb_context *,
		     TALLOC_CTX *,
		     const struct ldb_message *,
		     struct ldb_control **,
		     void *,
		     ldb_request_callback_t,
		     struct ldb_request *) = ldb_build_mod_req;
	struct ldb_request *down = NULL;
	int ret;

	if (fwd == NULL) {
		return ldb_oom(ldb);
	}
	fwd->module = module;
	fwd->req = req;
	fwd->hooks = hooks;
	fwd->private_data = private_data;
	if (req->operation == LDB_ADD) {
		build = ldb_build_add_req;
	}
	ret = build(&down,
		    ldb,
		    fwd,
		    msg,
		    req->controls,
		    fwd,
		    forwarded_callback,
		    req);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	LDB_REQ_SET_LOCATION(down);
	return ldb_next_request(module, down);
}
