/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the rules say of a write before it is done. That spares a second look
 * at the commit, but counts only if the write has succeeded, and no other one
 * of its transaction can have changed the verdict: spn_prediction.c says when
 * that is so.
 */
#ifndef SPN_PREDICTION_H
#define SPN_PREDICTION_H

#include "spn_plan.h"

/* One per ldb context; its fields are private to spn_prediction.c. */
struct spn_prediction;

/* NULL when out of memory. */
struct spn_prediction *spn_prediction_new(TALLOC_CTX *mem_ctx);

/* A transaction begins, or has ended; to be called before it is freed. */
void spn_prediction_reset(struct spn_prediction *p);

/* Write number n of the transaction begins, 1 is the first. */
void spn_prediction_begin(struct spn_prediction *p, size_t n);

/*
 * Asks the rules about a plan that is certain, of the write that began last,
 * unless that has been done. Whatever they want to know is looked up.
 * A failure is a check that could not be made.
 */
int spn_prediction_ask(struct spn_prediction *p,
		       struct spn_transaction *txn,
		       struct spn_plan *plan);

/* What the commit will refuse it for, if nothing else is written, or NULL. */
struct spn_report *spn_prediction_refusal(const struct spn_prediction *p,
					  const struct spn_plan *plan);

/* The write has been done. True: there is a prediction of it, and the plan
 * belongs to the transaction from now on. */
bool spn_prediction_ended(struct spn_prediction *p,
			  const struct spn_plan *plan);

/* The plan is about to be freed. */
void spn_prediction_forget(struct spn_prediction *p,
			   const struct spn_plan *plan);

/* What counts as the verdict, or NULL: then it is to be judged. Once a
 * transaction, at its end. */
struct spn_report *spn_prediction_verdict(struct spn_prediction *p);

#endif
