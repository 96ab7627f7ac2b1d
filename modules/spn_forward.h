/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Passing a request down in one or several steps.
 */
#ifndef SPN_FORWARD_H
#define SPN_FORWARD_H

#include <util/data_blob.h>

#include <ldb.h>
#include <ldb_module.h>

/*
 * What is asked after each step, once. *_next starts as NULL; a message that
 * is put there is sent as a modify, as the next step.
 */
struct spn_forward_hooks {
	/* The modules below are done without error. What this returns becomes
	 * the result if it is an error, or if nothing comes next. */
	int (*written)(void *private_data, const struct ldb_message **_next);
	/* They refused with this code. Without a next step it stays the
	 * result; the error string may be put into better words. */
	void (*refused)(void *private_data,
			int error,
			const struct ldb_message **_next);
	/* The request is about to be answered. */
	void (*ended)(void *private_data);
};

/*
 * Sends an add or modify like req, but with msg, to the next module, and the
 * steps that follow; then req is answered. The caller's controls and its trust
 * go with each. hooks and private_data must live as long as req.
 */
int spn_forward(struct ldb_module *module,
		struct ldb_request *req,
		const struct ldb_message *msg,
		const struct spn_forward_hooks *hooks,
		void *private_data);

#endif
