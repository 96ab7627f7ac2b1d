/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a request is about to do to the SPNs of one account.
 */
#ifndef SPN_PLAN_H
#define SPN_PLAN_H

#include "spn_request.h"
#include "spn_transaction.h"

struct spn_plan {
	struct spn_account *before; /* as it is; NULL: an add */
	struct spn_account *after;  /* as predicted; NULL: only names change,
				       or it could not be predicted */
	struct spn_changed changed; /* what a modify says besides;
				       keeps_spelling is for the caller */
	struct spn_partial *index;  /* what was looked up */
	struct spn_case c;	    /* before and after, in that index */
	struct spn_completion completion; /* halves that go along */
	/* It takes away a value that somebody else has, too, and brings
	 * nothing. */
	bool gives_up_duplicate;
	/* It adds a few values and does nothing else to SPNs and names: if it
	 * succeeds the account is what was predicted. */
	bool is_certain;
	/* It does nothing else at all. */
	bool is_plain;
};

/*
 * Fill in a plan, a talloc object that then owns everything in it. This costs
 * searches and time, so it is only to be done when access control has let the
 * request pass.
 */
int spn_plan_add(struct spn_transaction *txn,
		 struct ldb_request *req,
		 struct spn_plan *plan);

/*
 * Where there is no such account plan stays empty: there is nothing to judge,
 * and the modules below say so with the rights of the caller. Only the search
 * for the account itself can tell: "no such object" from any other is a check
 * that could not be made.
 */
int spn_plan_modify(struct spn_transaction *txn,
		    struct ldb_request *req,
		    bool changes_spns,
		    struct spn_plan *plan);

/* It has been looked up who holds this SPN, and nobody does. */
bool spn_plan_nobody_holds(struct spn_plan *plan, struct spn_str spn);

/* When samldb's question about one of the new values is refused, samldb writes
 * the value into the log as the client sent it: it must not begin a line of
 * its own there, or fill the log. */
bool spn_plan_may_be_logged(const struct spn_plan *plan);

#endif
