/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one place that knows when a prediction counts: see verdict().
 *
 * Of the only write of a transaction it does. Of several it does where each of
 * them brings SPNs to an account of its own and does nothing else, none was
 * failed or refused, and none brings what the rules have asked about when an
 * earlier one was judged. Then all the answers that they have got are still
 * true: those of a later one were looked up when the earlier ones had been
 * written. Whatever else is written, by whomever, and everything is judged at
 * the commit.
 */
#include "spn_prediction.h"

#include "policy/room.h"

/* Writes that have ended as they were predicted. On the transaction. */
struct spn_earlier {
	size_t num;		   /* that many, from the first one on */
	struct spn_set accounts;   /* their objectGUIDs */
	struct spn_set spns;	   /* that came, or were asked about: keys */
	struct spn_report *report; /* over all of them; refuses nothing */
};

struct spn_prediction {
	size_t number;		   /* of the write that began last; 0: none */
	struct spn_plan *plan;	   /* of that write; NULL: nobody has asked */
	struct spn_report *report; /* what the rules say to it */
	bool has_ended;		   /* and was done, all steps of it */
	struct spn_transaction *txn; /* of that plan */
	struct spn_earlier *earlier; /* NULL: there are none */
};

struct spn_prediction *spn_prediction_new(TALLOC_CTX *mem_ctx)
{
	return talloc_zero(mem_ctx, struct spn_prediction);
}

void spn_prediction_reset(struct spn_prediction *p)
{
	*p = (struct spn_prediction){};
}

/* It has nothing to do with what was written before. */
static bool stands_apart(const struct spn_earlier *earlier,
			 const struct spn_plan *plan)
{
	const struct spn_diff *diff = plan->c.diff;
	size_t i;

	if (!plan->is_plain ||
	    spn_set_has(&earlier->accounts,
			spn_str_of(plan->after->object_guid)))
	{
		return false;
	}
	for (i = 0; i < diff->num_brought; i++) {
		if (spn_set_has(&earlier->spns, diff->brought[i]->key)) {
			return false;
		}
	}
	return true;
}

static bool add_key(struct spn_earlier *earlier,
		    struct spn_set *set,
		    struct spn_str key)
{
	struct spn_value copy = {};

	if (spn_set_has(set, key)) {
		return true;
	}
	copy.key = spn_str_dup(earlier, key);
	return copy.key.data != NULL && spn_set_add(earlier, set, &copy);
}

static bool add_spns(struct spn_earlier *earlier, const struct spn_plan *plan)
{
	const struct spn_diff *diff = plan->c.diff;
	struct spn_str key = spn_partial_known_spn(plan->index, 0);
	size_t i;

	for (i = 0; i < diff->num_brought; i++) {
		if (!add_key(earlier, &earlier->spns, diff->brought[i]->key)) {
			return false;
		}
	}
	for (i = 1; key.len > 0; i++) {
		if (!add_key(earlier, &earlier->spns, key)) {
			return false;
		}
		key = spn_partial_known_spn(plan->index, i);
	}
	return true;
}

/* Its texts stay on the report that it comes from. */
static bool add_violations(struct spn_earlier *earlier,
			   const struct spn_report *report)
{
	struct spn_report *all = earlier->report;
	size_t i;

	for (i = 0; i < report->num_violations; i++) {
		struct spn_violation *grown = spn_room(all,
						       all->violations,
						       all->num_violations,
						       struct spn_violation);

		if (grown == NULL) {
			return false;
		}
		all->violations = grown;
		grown[all->num_violations++] = report->violations[i];
	}
	return true;
}

static struct spn_earlier *new_earlier(struct spn_transaction *txn)
{
	struct spn_earlier *earlier = talloc_zero(txn, struct spn_earlier);

	if (earlier != NULL) {
		earlier->report = spn_report_new(earlier);
	}
	if (earlier != NULL && earlier->report == NULL) {
		TALLOC_FREE(earlier);
	}
	return earlier;
}

/* The write that has ended is one of the earlier ones now. False: it does not
 * go with them, or there is no memory to find that out. */
static bool add_to_earlier(struct spn_prediction *p)
{
	struct spn_earlier *earlier = p->earlier;
	const struct spn_plan *plan = p->plan;

	if (earlier == NULL && p->number == 1) {
		earlier = p->earlier = new_earlier(p->txn);
	}
	if (earlier == NULL || earlier->num + 1 != p->number ||
	    spn_report_refusal(p->report) != NULL ||
	    !stands_apart(earlier, plan) || !add_spns(earlier, plan) ||
	    !add_key(earlier,
		     &earlier->accounts,
		     spn_str_of(plan->after->object_guid)) ||
	    !add_violations(earlier, p->report))
	{
		return false;
	}
	earlier->num++;
	return true;
}

/* The plan is large, and only violations need it. */
static bool keep(struct spn_prediction *p)
{
	bool kept = add_to_earlier(p);

	if (!kept || p->report->num_violations == 0) {
		talloc_free(p->plan);
	}
	p->plan = NULL;
	p->report = NULL;
	p->has_ended = false;
	return kept;
}

void spn_prediction_begin(struct spn_prediction *p, size_t n)
{
	if (p->has_ended) {
		keep(p);
	}
	*p = (struct spn_prediction){.number = n, .earlier = p->earlier};
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
	p->txn = txn;
	return LDB_SUCCESS;
}

/* A second write, Samba's own in the middle of the first included, may change
 * anything. */
static bool is_only_write(const struct spn_prediction *p)
{
	return p->number == 1;
}

struct spn_report *spn_prediction_refusal(const struct spn_prediction *p,
					  const struct spn_plan *plan)
{
	return (p->plan == plan && is_only_write(p) &&
		spn_report_refusal(p->report) != NULL)
		       ? p->report
		       : NULL;
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

struct spn_report *spn_prediction_verdict(struct spn_prediction *p)
{
	if (!p->has_ended) {
		return NULL;
	}
	if (is_only_write(p)) {
		return p->report;
	}
	return keep(p) ? p->earlier->report : NULL;
}
