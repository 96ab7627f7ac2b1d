/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Passing a request down with another message than the caller's.
 */
#ifndef SPN_POLICY_SPN_FORWARD_H
#define SPN_POLICY_SPN_FORWARD_H

#include <util/data_blob.h>

#include <ldb.h>
#include <ldb_module.h>

struct spn_forward_hooks {
	/* The modules below are done without error; what this returns
	 * becomes the result. */
	int (*written)(struct ldb_module *module,
		       struct ldb_request *req,
		       void *private_data);
	/* They refused; the result stays what it is, the error string may
	 * be put into better words. */
	void (*refused)(struct ldb_module *module,
			int error,
			void *private_data);
};

/*
 * Sends an add or modify like req, but with msg, to the next module. The
 * caller's controls and its trust go with it. Each hook (may be NULL) is
 * called once at most. hooks and private_data must live as long as req.
 */
int spn_forward(struct ldb_module *module,
		struct ldb_request *req,
		const struct ldb_message *msg,
		const struct spn_forward_hooks *hooks,
		void *private_data);

#endif
