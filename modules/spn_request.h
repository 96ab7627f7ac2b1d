/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests: which ones concern us, what they say about SPNs, and how a copy
 * is made that says more. The caller's message is never changed.
 */
#ifndef SPN_POLICY_SPN_REQUEST_H
#define SPN_POLICY_SPN_REQUEST_H

#include "spn_store.h"

/* What a message touches that we care for. */
struct spn_concern {
	bool spns;   /* servicePrincipalName */
	bool names;  /* samldb rewrites SPNs when a name changes; undelete */
	bool policy; /* settings, sPNMappings, dSHeuristics */
};
struct spn_concern spn_request_concern(const struct ldb_message *msg);

/*
 * The account as a modify would leave it: current with the SPN elements
 * applied and the new names, if it brings any. NULL when out of memory.
 */
struct spn_account *spn_request_predict(const struct spn_store *store,
					TALLOC_CTX *mem_ctx,
					const struct spn_account *current,
					const struct ldb_message *msg);

/*
 * What has to be different in the request. completion: see there.
 * gives_up_duplicate: it takes away a value that somebody else has, too.
 */
struct spn_amendment {
	struct spn_completion completion;
	bool gives_up_duplicate;
};

/*
 * A copy of the message with the amendment, in *_copy on mem_ctx; NULL when
 * there is nothing to amend. c->after is spn_request_predict(); c->before
 * the account as it is, NULL for an add.
 *
 * New values always stand in the first servicePrincipalName element, since
 * Samba's own check looks at no other (samba.md 4.5).
 */
int spn_request_amend(const struct spn_store *store,
		      TALLOC_CTX *mem_ctx,
		      const struct ldb_message *msg,
		      const struct spn_case *c,
		      const struct spn_amendment *amendment,
		      struct ldb_message **_copy);

#endif
