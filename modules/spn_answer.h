/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Samba's own check of SPNs asks the whole stack, and so us.
 */
#ifndef SPN_ANSWER_H
#define SPN_ANSWER_H

#include "spn_plan.h"

/* It asks who in the domain holds one value of servicePrincipalName. */
bool spn_answer_is_about_spn(struct ldb_context *ldb,
			     const struct ldb_request *req);

/*
 * Answers a search that is made while a request with a certain plan is under
 * way, over which the rules have been asked, if the answer is known.
 * *_answered false: it is to be passed down as if nothing had been. A failure
 * is a check that could not be made, and then it is not answered.
 */
int spn_answer(struct spn_transaction *txn,
	       struct spn_plan *plan,
	       struct ldb_request *req,
	       bool *_answered);

#endif
