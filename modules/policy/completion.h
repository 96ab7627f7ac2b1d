/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mode "complete" of http-pair: which half must come or go along with a
 * request. KB 871179 registers a pair by two commands; one value a request
 * is all that setspn.exe, samba-tool and ADUC ever send. So the missing
 * half is added (a orphaned one removed) by the same caller, whose rights are
 * checked for both.
 *
 * A delete says what is to go, and the other half goes along. A replace says
 * what is to be there: if it brings something new, the half that it leaves out
 * stays. If it brings nothing new it could be meant either way, and the
 * setting replace-half decides.
 */
#ifndef SPN_POLICY_COMPLETION_H
#define SPN_POLICY_COMPLETION_H

#include "case.h"

/* One element of a modify request. */
enum spn_change_kind {
	SPN_CHANGE_ADD,
	SPN_CHANGE_DELETE, /* no value: all of them */
	SPN_CHANGE_REPLACE,
};
struct spn_change {
	enum spn_change_kind kind;
	const struct spn_str *values;
	size_t num_values;
};

/* What changes say besides the account that they leave. */
struct spn_changed {
	/* For the caller to say: what is there in one spelling is there. Else
	 * another spelling is another value, as to a directory. */
	bool keeps_spelling;
	/* No value is deleted that is not there, none added that is. */
	bool is_clean;
	/* Added, while the account has them in another spelling and keeps
	 * that. */
	struct spn_set twins;
	/* Gone because a replace does not list them; no delete names them. */
	struct spn_set left_out;
};

/*
 * The account as a directory leaves it after these changes. before may be
 * NULL (an add); then base gives the names. Deleting an absent value and
 * adding a present one change nothing: the directory below says what it
 * thinks of that. *_changed may be NULL; it uses memory of base and of the
 * result. The result is on mem_ctx; NULL when out of memory.
 */
struct spn_account *spn_changes_apply(TALLOC_CTX *mem_ctx,
				      const struct spn_account *base,
				      const struct spn_fold *fold,
				      const struct spn_change *changes,
				      size_t num_changes,
				      struct spn_changed *_changed);

/*
 * Requests that bring and take more values than this together are neither
 * completed nor reshaped. A completion is looked up before access control has
 * spoken, so anybody, even a caller without rights, can ask for that work; the
 * verdict, which comes after it, has no such limit.
 */
#define SPN_COMPLETION_MAX 100

/* What must be done besides; values on the completion. */
struct spn_completion {
	struct spn_str *add; /* the missing halves */
	size_t num_add;
	struct spn_str *remove; /* the orphaned halves, as stored */
	size_t num_remove;
};

/*
 * c->before is the account as it is, c->after as the request would leave
 * it, c->left_out as spn_changes_apply() says; c->index must hold c->after.
 * Nothing to do where a partner is held by
 * somebody else, was removed by this very request, or is not to be paired:
 * the rules judge that. Only final when c->index has no open question.
 * False when out of memory.
 */
bool spn_complete(const struct spn_case *c,
		  TALLOC_CTX *mem_ctx,
		  struct spn_completion *_completion);

/*
 * True in *_yes if a value that the account gives up is held by somebody
 * else, too. Samba refuses such a delete, so it needs another form.
 */
bool spn_gives_up_duplicate(const struct spn_case *c, bool *_yes);

#endif
