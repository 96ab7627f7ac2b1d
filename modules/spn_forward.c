/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parent of each new request is the caller's: it keeps its event context
 * and stays untrusted if it was.
 */
#include "spn_forward.h"

#include <stdbool.h>

struct forwarded {
	struct ldb_module *module;
	struct ldb_request *req; /* the caller's */
	const struct spn_forward_hooks *hooks;
	void *private_data;
	struct ldb_request *step; /* that is under way */
	bool done;     /* ldb calls back again when we return an error */
	bool referred; /* an RODC: nothing was written here */
	int result;
};

static int finish(struct forwarded *fwd, struct ldb_reply *ares, int ret)
{
	fwd->done = true;
	fwd->result = ret;
	fwd->hooks->ended(fwd->private_data);
	if (ares == NULL) {
		return ldb_module_done(fwd->req, NULL, NULL, ret);
	}
	return ldb_module_done(fwd->req, ares->controls, ares->response, ret);
}

static int send_step(struct forwarded *fwd,
		     bool is_add,
		     const struct ldb_message *msg);

/* An error that no callback has heard of is the result. */
static int send_next(struct forwarded *fwd, const struct ldb_message *msg)
{
	int ret = send_step(fwd, false, msg);

	return (ret == LDB_SUCCESS || fwd->done) ? ret
						 : finish(fwd, NULL, ret);
}

static int step_refused(struct forwarded *fwd, struct ldb_reply *ares)
{
	const struct ldb_message *next = NULL;

	fwd->hooks->refused(fwd->private_data, ares->error, &next);
	return (next == NULL) ? finish(fwd, ares, ares->error)
			      : send_next(fwd, next);
}

static int step_written(struct forwarded *fwd, struct ldb_reply *ares)
{
	const struct ldb_message *next = NULL;
	int ret = LDB_SUCCESS;

	if (!fwd->referred) {
		ret = fwd->hooks->written(fwd->private_data, &next);
	}
	return (ret != LDB_SUCCESS || next == NULL) ? finish(fwd, ares, ret)
						    : send_next(fwd, next);
}

static int forwarded_callback(struct ldb_request *down, struct ldb_reply *ares)
{
	struct forwarded *fwd = talloc_get_type_abort(down->context,
						      struct forwarded);

	if (fwd->done) {
		return fwd->result;
	}
	if (down != fwd->step) {
		return LDB_SUCCESS; /* it has been heard */
	}
	if (ares == NULL) {
		return finish(fwd, NULL, LDB_ERR_OPERATIONS_ERROR);
	}
	if (ares->error != LDB_SUCCESS) {
		return step_refused(fwd, ares);
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
	return step_written(fwd, ares);
}

static int send_step(struct forwarded *fwd,
		     bool is_add,
		     const struct ldb_message *msg)
{
	struct ldb_context *ldb = ldb_module_get_ctx(fwd->module);
	int (*build)(struct ldb_request **,
		     struct ldb_context *,
		     TALLOC_CTX *,
		     const struct ldb_message *,
		     struct ldb_control **,
		     void *,
		     ldb_request_callback_t,
		     struct ldb_request *) = is_add ? ldb_build_add_req
						    : ldb_build_mod_req;
	int ret = build(&fwd->step,
			ldb,
			fwd,
			msg,
			fwd->req->controls,
			fwd,
			forwarded_callback,
			fwd->req);

	if (ret != LDB_SUCCESS) {
		return ret;
	}
	LDB_REQ_SET_LOCATION(fwd->step);
	return ldb_next_request(fwd->module, fwd->step);
}

int spn_forward(struct ldb_module *module,
		struct ldb_request *req,
		const struct ldb_message *msg,
		const struct spn_forward_hooks *hooks,
		void *private_data)
{
	struct forwarded *fwd = talloc_zero(req, struct forwarded);

	if (fwd == NULL) {
		return ldb_oom(ldb_module_get_ctx(module));
	}
	fwd->module = module;
	fwd->req = req;
	fwd->hooks = hooks;
	fwd->private_data = private_data;
	return send_step(fwd, req->operation == LDB_ADD, msg);
}
