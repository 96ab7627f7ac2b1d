/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A copy of a request that says more, or says the same in another form. The
 * caller's message is never changed.
 */
#ifndef SPN_POLICY_SPN_AMEND_H
#define SPN_POLICY_SPN_AMEND_H

#include "spn_request.h"

struct spn_amendment {
	struct spn_completion completion;
	/* It takes away a value that somebody else has, too. */
	bool gives_up_duplicate;
	/* No value is deleted that is not there, none added that is; or the
	 * caller does not mind (permissive modify). */
	bool is_clean;
};

/*
 * The copy in *_copy on mem_ctx; NULL when the request is right as it is.
 * c->after is spn_request_predict(); c->before the account as it is, NULL for
 * an add.
 */
int spn_amend(const struct spn_store *store,
	      TALLOC_CTX *mem_ctx,
	      const struct ldb_message *msg,
	      const struct spn_case *c,
	      const struct spn_amendment *amendment,
	      struct ldb_message **_copy);

#endif
