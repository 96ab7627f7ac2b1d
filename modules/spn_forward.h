/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Passing a request down with another message than the caller's.
 */
#ifndef SPN_POLICY_SPN_FORWARD_H
#define SPN_POLICY_SPN_FORWARD_H

#include <util/data_blob.h>

#include <ldb.h>
#include <ldb_module.h>

/*
 * Sends an add or modify like req, but with msg, to the next module. The
 * caller's controls and its trust go with it. written (may be NULL) is
 * called once when the modules below are done without error; what it
 * returns becomes the result.
 */
int spn_forward(struct ldb_module *module,
		struct ldb_request *req,
		const struct ldb_message *msg,
		int (*written)(struct ldb_module *module,
			       struct ldb_request *req));

#endif
