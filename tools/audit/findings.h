/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From violations, one for each account that a rule looked at, to findings,
 * one for each thing that is wrong. Pure.
 */
#ifndef SPN_AUDIT_FINDINGS_H
#define SPN_AUDIT_FINDINGS_H

#include "choice.h"
#include "policy/report.h"
#include "common/arena.h"

struct audit_accounts {
	const struct spn_account **accounts;
	size_t num_accounts;
};

/*
 * A violation seen from every side. holders have the SPN itself, or, where
 * nobody has it (is_held is false), are those that it is said of. others take
 * part in another way: the other half of a pair, HOST, a right to delegate.
 * Both are sorted by DN. A finding of the forest itself has neither.
 */
struct audit_finding {
	const struct spn_message *message;
	enum spn_severity severity;
	struct spn_str spn;	    /* as stored; len 0 if none */
	struct spn_str key;	    /* folded */
	const char *partner;	    /* NULL when there is none */
	struct spn_str partner_key; /* folded */
	struct audit_accounts holders;
	struct audit_accounts others;
	bool is_held;
	bool is_aside;	    /* not reported, but others may give way to it */
	const char *reason; /* one line each */
	const char *fix;
	/* What gave way to it, most urgent first (gives_way.h). They are of
	 * the same mistake, are not counted, and have none themselves. */
	struct audit_finding *consequences;
	size_t num_consequences;
	const char *because; /* of a consequence: why it gave way */
};

/* It is said of its holders as such: that is what heads it, and the SPN, if
 * there is one, only helps to find it. */
static inline bool audit_is_of_account(const struct audit_finding *finding)
{
	return finding->holders.num_accounts > 0 &&
	       (finding->message->is_of_account || finding->spn.len == 0);
}

/* What holders are to it: "held by", or "account" where nobody has the SPN. */
static inline const char *audit_holders_label(
	const struct audit_finding *finding)
{
	return finding->is_held ? "held by" : "account";
}

#define AUDIT_NUM_SEVERITIES (SPN_SEVERITY_ERROR + 1)

/* What was said of the last finding. */
struct audit_said {
	const struct spn_message *message;
	const char *partner;
	const char *reason;
	const char *fix;
};

struct audit_findings {
	struct audit_finding *findings;
	size_t num_findings;
	size_t counts[AUDIT_NUM_SEVERITIES]; /* without consequences */
	size_t num_consequences;	     /* below all of them */
	struct spn_arena arena;		     /* of what they point to */
	struct audit_said said;		     /* while they are made */
};

/* Starts as {}. Others may hold the account itself, too: no text of an audit
 * names them. */
struct audit_violations {
	struct spn_violation *violations;
	size_t num_violations;
	size_t size;
};

/* On mem_ctx, the same one for all calls; what it points to is not copied.
 * False when out of memory. */
bool audit_violations_add(TALLOC_CTX *mem_ctx,
			  struct audit_violations *violations,
			  const struct spn_violation *violation);

/*
 * Merges what is one thing, gives it the chosen severity, leaves out what
 * was not chosen, and sorts: most urgent first, the same for the same
 * violations in any order. What is only not severe enough is set aside if
 * others may give way to it, see gives_way.h. Texts and lists live on the
 * result; accounts and the bytes of SPNs belong to the violations. NULL when
 * out of memory.
 */
struct audit_findings *audit_findings_new(
	TALLOC_CTX *mem_ctx,
	const struct spn_fold *fold,
	const struct audit_choice *choice,
	const struct audit_violations *violations);

/* One more that belongs to no account; partner is not copied. Nothing if it
 * was not chosen. False when out of memory. */
bool audit_findings_add(struct audit_findings *findings,
			const struct audit_choice *choice,
			const struct spn_message *message,
			const char *partner);

/* Reason and fix of a finding of this violation. They live as long as findings
 * or as its message; tmp_ctx is for the work. False when out of memory. */
bool audit_finding_texts(TALLOC_CTX *tmp_ctx,
			 struct audit_findings *findings,
			 struct audit_finding *finding,
			 const struct spn_violation *violation);

/* Order and counts, after findings were added or taken out. */
void audit_findings_settle(struct audit_findings *findings);

/* Sets aside the findings without an account for which this is true. */
void audit_findings_keep(struct audit_findings *findings,
			 bool (*is_wanted)(void *private_data,
					   const struct spn_account *account),
			 void *private_data);

/* True if one is at least that severe. */
bool audit_findings_reach(const struct audit_findings *findings,
			  enum spn_severity severity);

#endif
