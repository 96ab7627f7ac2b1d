/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one place that knows when a prediction counts: see verdict().
 */
#include "spn_prediction.h"

struct spn_prediction {
	size_t number;		   /* of the write that began last; 0: none */
	struct spn_plan *plan;	   /* of that write; NULL: nobody has asked */
	struct spn_report *report; /* what the rules say to it */
	bool has_ended;		   /* and was done, all steps of it */
};

struct spn_prediction *spn_prediction_new(TALLOC_CTX *mem_ctx)
{
	return talloc_zero(mem_ctx, struct spn_prediction);
}

void spn_prediction_reset(struct spn_prediction *p)
{
	*p = (struct spn_prediction){};
}

void spn_prediction_begin(struct spn_prediction *p, size_t n)
{
	if (p->has_ended) {
		talloc_free(p->plan);
	}
	*p = (struct spn_prediction){.number = n};
}

int spn_prediction_ask(struct spn_prediction *p,
		       struct spn_transaction *txn,
		       struct spn_plan *plan)
{
	struct spn_report *report = NULL;
	int ret;

	if (p->plan == plan) {
		return LDB_SUCCESS;
	}
	report = spn_report_new(plan);
	if (report == NULL) {
		return ldb_oom(txn->store.ldb);
	}
	ret = spn_store_judge(&txn->store,
			      txn->forest,
			      plan->index,
			      &plan->c,
			      1,
			      report);
	if (ret != LDB_SUCCESS) {
		talloc_free(report);
		return ret;
	}
	p->plan = plan;
	p->report = report;
	return LDB_SUCCESS;
}

/* A second write, Samba's own in the middle of the first included, may have
 * changed anything. */
static bool is_only_write(const struct spn_prediction *p)
{
	return p->number == 1;
}

bool spn_prediction_refuses(const struct spn_prediction *p,
			    const struct spn_plan *plan)
{
	return p->plan == plan && is_only_write(p) &&
	       spn_report_refusal(p->report) != NULL;
}

bool spn_prediction_ended(struct spn_prediction *p,
			  const struct spn_plan *plan)
{
	p->has_ended = p->plan != NULL && p->plan == plan;
	return p->has_ended;
}

void spn_prediction_forget(struct spn_prediction *p,
			   const struct spn_plan *plan)
{
	if (p->plan == plan) {
		p->plan = NULL;
		p->report = NULL;
		p->has_ended = false;
	}
}

struct spn_report *spn_prediction_verdict(const struct spn_prediction *p)
{
	return (p->has_ended && is_only_write(p)) ? p->report : NULL;
}
