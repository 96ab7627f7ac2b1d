/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A duplicate is seen once from each account that has it, a split pair once
 * from each half. Both sides of it have the same code and the same set of
 * names {SPN, other half}; so that set, folded and in order, is the key that
 * says what is one thing. The side whose SPN (then DN) comes first speaks for
 * all of them, so that the order of violations does not matter.
 */
#include "findings.h"

#include "gives_way.h"
#include "policy/room.h"
#include "audit/rules/messages.h"

#include <stdlib.h>
#include <string.h>

#define SCRATCH ((size_t)4 * 1024) /* of one finding */

/* A violation and the key: low <= high, high is empty without a partner. */
struct side {
	const struct spn_violation *violation;
	struct spn_str key; /* of its own SPN */
	struct spn_str partner_key;
	struct spn_str low;
	struct spn_str high;
};

bool audit_violations_add(TALLOC_CTX *mem_ctx,
			  struct audit_violations *violations,
			  const struct spn_violation *violation)
{
	if (violations->num_violations == violations->size) {
		size_t size = violations->size + violations->size / 2 + 16;
		struct spn_violation *grown =
			talloc_realloc(mem_ctx,
				       violations->violations,
				       struct spn_violation,
				       size);

		if (grown == NULL) {
			return false;
		}
		violations->violations = grown;
		violations->size = size;
	}
	violations->violations[violations->num_violations++] = *violation;
	return true;
}

static const char *dn_of(const struct spn_account *account)
{
	return (account == NULL) ? "" : account->dn;
}

static int compare_things(const struct side *a, const struct side *b)
{
	int cmp = strcmp(a->violation->message->code,
			 b->violation->message->code);

	if (cmp == 0) {
		cmp = spn_str_compare(a->low, b->low);
	}
	if (cmp == 0) {
		cmp = spn_str_compare(a->high, b->high);
	}
	return cmp;
}

static int compare_sides(const void *a, const void *b)
{
	const struct side *x = a;
	const struct side *y = b;
	int cmp = compare_things(x, y);

	if (cmp == 0) {
		cmp = spn_str_compare(x->key, y->key);
	}
	if (cmp == 0) {
		cmp = spn_str_compare(x->violation->spn, y->violation->spn);
	}
	if (cmp == 0) {
		cmp = strcmp(dn_of(x->violation->account),
			     dn_of(y->violation->account));
	}
	return cmp;
}

static int compare_accounts(const void *a, const void *b)
{
	const struct spn_account *const *x = a;
	const struct spn_account *const *y = b;
	int cmp = strcmp((*x)->dn, (*y)->dn);

	return (cmp != 0) ? cmp : strcmp((*x)->object_guid, (*y)->object_guid);
}

/* What is said of accounts stands in their order, behind what is not. */
static int compare_heads(const struct audit_finding *x,
			 const struct audit_finding *y)
{
	bool of_account = audit_is_of_account(x);

	if (of_account != audit_is_of_account(y)) {
		return of_account ? 1 : -1;
	}
	return of_account ? strcmp(x->holders.accounts[0]->dn,
				   y->holders.accounts[0]->dn)
			  : 0;
}

/* By severity, rank, code, account or SPN: W.F "Ranking". */
static int compare_findings(const void *a, const void *b)
{
	const struct audit_finding *x = a;
	const struct audit_finding *y = b;
	int cmp = (x->severity < y->severity) - (x->severity > y->severity);

	if (cmp == 0) {
		cmp = (x->message->rank > y->message->rank) -
		      (x->message->rank < y->message->rank);
	}
	if (cmp == 0) {
		cmp = strcmp(x->message->code, y->message->code);
	}
	if (cmp == 0) {
		cmp = compare_heads(x, y);
	}
	if (cmp == 0) {
		cmp = spn_str_compare(x->key, y->key);
	}
	if (cmp == 0) {
		cmp = spn_str_compare(x->spn, y->spn);
	}
	if (cmp == 0) {
		cmp = strcmp((x->partner == NULL) ? "" : x->partner,
			     (y->partner == NULL) ? "" : y->partner);
	}
	return cmp;
}

/* A partner is a text for people, so it is folded for the key. Thousands in a
 * row may have the same; before is the last one that has any, or NULL. */
static bool fold_partner(struct audit_findings *findings,
			 const struct spn_fold *fold,
			 const struct side *before,
			 struct side *side)
{
	const char *partner = side->violation->partner;

	if (partner == NULL) {
		return true;
	}
	if (before != NULL && strcmp(before->violation->partner, partner) == 0)
	{
		side->partner_key = before->partner_key;
		return true;
	}
	return spn_arena_fold(findings,
			      &findings->arena,
			      fold,
			      spn_str_of(partner),
			      &side->partner_key);
}

/* Keys live as long as the findings: they become those of one of them. */
static bool make_side(struct audit_findings *findings,
		      const struct spn_fold *fold,
		      const struct spn_violation *violation,
		      const struct side *before,
		      struct side *_side)
{
	struct side side = {.violation = violation};

	if (!spn_arena_fold(findings,
			    &findings->arena,
			    fold,
			    violation->spn,
			    &side.key) ||
	    !fold_partner(findings, fold, before, &side))
	{
		return false;
	}
	side.low = side.key;
	side.high = side.partner_key;
	if (side.high.len > 0 && spn_str_compare(side.low, side.high) > 0) {
		side.low = side.high;
		side.high = side.key;
	}
	*_side = side;
	return true;
}

/* How many others of a side the one before has not; thousands may share one
 * list. */
static size_t num_fresh(const struct side *sides, size_t i)
{
	const struct spn_holders *others = &sides[i].violation->others;

	if (i > 0 &&
	    sides[i - 1].violation->others.accounts == others->accounts)
	{
		return 0;
	}
	return others->num_accounts;
}

/* Every account of these sides once, sorted by DN. */
static bool gather(TALLOC_CTX *mem_ctx,
		   const struct side *sides,
		   size_t num_sides,
		   struct audit_accounts *_all)
{
	const struct spn_account **all = NULL;
	size_t num = 0;
	size_t kept = 0;
	size_t i;
	size_t j;

	for (i = 0; i < num_sides; i++) {
		num += 1 + num_fresh(sides, i);
	}
	all = talloc_array(mem_ctx, const struct spn_account *, num);
	if (all == NULL) {
		return false;
	}
	num = 0;
	for (i = 0; i < num_sides; i++) {
		const struct spn_holders *others = &sides[i].violation->others;

		if (sides[i].violation->account != NULL) {
			all[num++] = sides[i].violation->account;
		}
		for (j = 0; j < num_fresh(sides, i); j++) {
			all[num++] = others->accounts[j];
		}
	}
	qsort(all, num, sizeof(const struct spn_account *), compare_accounts);
	for (i = 0; i < num; i++) {
		if (kept == 0 || !spn_account_same(all[kept - 1], all[i])) {
			all[kept++] = all[i];
		}
	}
	_all->accounts = all;
	_all->num_accounts = kept;
	return true;
}

/* Those of whom the finding is said, and not of their other half, sorted. */
static bool gather_subjects(TALLOC_CTX *mem_ctx,
			    const struct side *sides,
			    size_t num_sides,
			    struct audit_accounts *_subjects)
{
	const struct spn_account **subjects =
		talloc_array(mem_ctx, const struct spn_account *, num_sides);
	size_t num = 0;
	size_t i;

	if (subjects == NULL) {
		return false;
	}
	for (i = 0; i < num_sides; i++) {
		if (spn_str_equal(sides[i].key, sides[0].key)) {
			subjects[num++] = sides[i].violation->account;
		}
	}
	qsort(subjects,
	      num,
	      sizeof(const struct spn_account *),
	      compare_accounts);
	_subjects->accounts = subjects;
	_subjects->num_accounts = num;
	return true;
}

static bool is_one_of(const struct audit_accounts *subjects,
		      const struct spn_account *account)
{
	return bsearch(&account,
		       subjects->accounts,
		       subjects->num_accounts,
		       sizeof(const struct spn_account *),
		       compare_accounts) != NULL;
}

static bool has_spn(const struct audit_finding *finding,
		    const struct spn_account *account)
{
	return spn_account_find(account, finding->key) != NULL;
}

static bool any_has_spn(const struct audit_finding *finding,
			const struct audit_accounts *all)
{
	size_t i;

	for (i = 0; i < all->num_accounts; i++) {
		if (has_spn(finding, all->accounts[i])) {
			return true;
		}
	}
	return false;
}

/* Those that have the finding's own SPN first, or if nobody has it those that
 * it is said of. Both parts stay sorted. */
static bool split(struct audit_findings *findings,
		  struct audit_finding *finding,
		  const struct audit_accounts *all,
		  const struct audit_accounts *subjects)
{
	const struct spn_account **accounts = spn_arena_take_object(
		findings,
		&findings->arena,
		all->num_accounts * sizeof(struct spn_account *));
	size_t num = 0;
	size_t round;
	size_t i;

	if (accounts == NULL) {
		return false;
	}
	finding->is_held = any_has_spn(finding, all);
	for (round = 0; round < 2; round++) {
		for (i = 0; i < all->num_accounts; i++) {
			const struct spn_account *account = all->accounts[i];
			bool first = finding->is_held
					     ? has_spn(finding, account)
					     : is_one_of(subjects, account);

			if (first == (round == 0)) {
				accounts[num++] = account;
			}
		}
		if (round == 0) {
			finding->holders.num_accounts = num;
		}
	}
	finding->holders.accounts = accounts;
	finding->others.accounts = accounts + finding->holders.num_accounts;
	finding->others.num_accounts = num - finding->holders.num_accounts;
	return true;
}

/* All sides of one thing; sides[0] speaks. */
static bool merge(struct audit_findings *findings,
		  TALLOC_CTX *tmp_ctx,
		  const struct audit_choice *choice,
		  const struct side *sides,
		  size_t num_sides)
{
	const struct spn_violation *speaker = sides[0].violation;
	struct audit_finding finding = {
		.message = speaker->message,
		.severity = speaker->severity,
		.spn = speaker->spn,
		.partner = speaker->partner,
		.key = sides[0].key,
		.partner_key = sides[0].partner_key,
	};
	struct audit_accounts all = {};
	struct audit_accounts subjects = {};
	size_t i;

	for (i = 1; i < num_sides; i++) {
		if (sides[i].violation->severity > finding.severity) {
			finding.severity = sides[i].violation->severity;
		}
	}
	finding.severity = audit_choice_severity(choice,
						 finding.message,
						 finding.severity);
	finding.is_aside = finding.severity < audit_choice_lowest(choice);
	if (finding.is_aside && !audit_is_given_way(finding.message)) {
		return true;
	}
	if (!gather(tmp_ctx, sides, num_sides, &all) ||
	    (speaker->account != NULL &&
	     (!gather_subjects(tmp_ctx, sides, num_sides, &subjects) ||
	      !split(findings, &finding, &all, &subjects))) ||
	    !audit_finding_texts(tmp_ctx, findings, &finding, speaker))
	{
		return false;
	}
	findings->findings[findings->num_findings++] = finding;
	return true;
}

struct sides {
	struct side *sides;
	size_t num_sides;
};

/* The chosen violations, sorted, so that one thing stands together. */
static bool collect_sides(TALLOC_CTX *mem_ctx,
			  struct audit_findings *findings,
			  const struct spn_fold *fold,
			  const struct audit_choice *choice,
			  const struct audit_violations *violations,
			  struct sides *_sides)
{
	struct sides sides = {};
	struct side *side = NULL;
	const struct side *before = NULL;
	size_t i;

	sides.sides = talloc_array(mem_ctx,
				   struct side,
				   violations->num_violations + 1);
	if (sides.sides == NULL) {
		return false;
	}
	for (i = 0; i < violations->num_violations; i++) {
		const struct spn_violation *v = &violations->violations[i];

		if (!audit_choice_is_on(choice, v->message)) {
			continue;
		}
		side = &sides.sides[sides.num_sides];
		if (!make_side(findings, fold, v, before, side)) {
			return false;
		}
		before = (v->partner != NULL) ? side : before;
		sides.num_sides++;
	}
	qsort(sides.sides,
	      sides.num_sides,
	      sizeof(sides.sides[0]),
	      compare_sides);
	*_sides = sides;
	return true;
}

static bool merge_all(struct audit_findings *findings,
		      const struct audit_choice *choice,
		      const struct sides *all)
{
	const struct side *sides = all->sides;
	TALLOC_CTX *tmp_ctx = talloc_pool(findings, SCRATCH);
	bool ok = tmp_ctx != NULL;
	size_t first;
	size_t next;

	for (first = 0; ok && first < all->num_sides; first = next) {
		next = first + 1;
		while (next < all->num_sides &&
		       compare_things(&sides[first], &sides[next]) == 0)
		{
			next++;
		}
		ok = merge(findings,
			   tmp_ctx,
			   choice,
			   &sides[first],
			   next - first);
		talloc_free_children(tmp_ctx);
	}
	talloc_free(tmp_ctx);
	return ok;
}

void audit_findings_settle(struct audit_findings *findings)
{
	size_t i;

	qsort(findings->findings,
	      findings->num_findings,
	      sizeof(findings->findings[0]),
	      compare_findings);

	memset(findings->counts, 0, sizeof(findings->counts));
	for (i = 0; i < findings->num_findings; i++) {
		if (!findings->findings[i].is_aside) {
			findings->counts[findings->findings[i].severity]++;
		}
	}
}

struct audit_findings *audit_findings_new(
	TALLOC_CTX *mem_ctx,
	const struct spn_fold *fold,
	const struct audit_choice *choice,
	const struct audit_violations *violations)
{
	struct audit_findings *findings = talloc_zero(mem_ctx,
						      struct audit_findings);
	TALLOC_CTX *tmp_ctx = talloc_new(mem_ctx);
	struct sides sides = {};
	bool ok = false;

	if (findings != NULL && tmp_ctx != NULL &&
	    collect_sides(tmp_ctx, findings, fold, choice, violations, &sides))
	{
		findings->findings = talloc_array(findings,
						  struct audit_finding,
						  sides.num_sides + 1);
		ok = findings->findings != NULL &&
		     merge_all(findings, choice, &sides);
	}
	talloc_free(tmp_ctx);
	if (!ok) {
		talloc_free(findings);
		return NULL;
	}
	audit_findings_settle(findings);
	return findings;
}

bool audit_findings_add(struct audit_findings *findings,
			const struct audit_choice *choice,
			const struct spn_message *message,
			const char *partner)
{
	const struct spn_violation violation = {
		.message = message,
		.partner = partner,
	};
	struct audit_finding finding = {
		.message = message,
		.severity = audit_choice_severity(choice,
						  message,
						  message->severity),
		.partner = partner,
	};
	struct audit_finding *all = NULL;

	if (!audit_choice_is_on(choice, message) ||
	    finding.severity < audit_choice_lowest(choice))
	{
		return true;
	}
	all = spn_room(findings,
		       findings->findings,
		       findings->num_findings,
		       struct audit_finding);
	if (all == NULL ||
	    !audit_finding_texts(findings, findings, &finding, &violation))
	{
		return false;
	}
	findings->findings = all;
	all[findings->num_findings++] = finding;
	return true;
}

static bool any_is_wanted(const struct audit_accounts *accounts,
			  bool (*is_wanted)(void *private_data,
					    const struct spn_account *account),
			  void *private_data)
{
	size_t i;

	for (i = 0; i < accounts->num_accounts; i++) {
		if (is_wanted(private_data, accounts->accounts[i])) {
			return true;
		}
	}
	return false;
}

void audit_findings_keep(struct audit_findings *findings,
			 bool (*is_wanted)(void *private_data,
					   const struct spn_account *account),
			 void *private_data)
{
	size_t i;

	for (i = 0; i < findings->num_findings; i++) {
		struct audit_finding *f = &findings->findings[i];

		f->is_aside |=
			!any_is_wanted(&f->holders, is_wanted, private_data) &&
			!any_is_wanted(&f->others, is_wanted, private_data);
	}
	audit_findings_settle(findings);
}

bool audit_findings_reach(const struct audit_findings *findings,
			  enum spn_severity severity)
{
	size_t s;

	for (s = severity; s < AUDIT_NUM_SEVERITIES; s++) {
		if (findings->counts[s] > 0) {
			return true;
		}
	}
	return false;
}
