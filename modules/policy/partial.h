/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An index that starts empty and learns. Whoever owns it lets the rules ask,
 * looks the open questions up in one search, adds what was found and runs the
 * rules again, until none is open.
 */
#ifndef SPN_POLICY_PARTIAL_H
#define SPN_POLICY_PARTIAL_H

#include "index.h"
#include "questions.h"

struct spn_partial;

/* fold's private data must live as long. NULL when out of memory. */
struct spn_partial *spn_partial_new(TALLOC_CTX *mem_ctx, struct spn_fold fold);

/* What rules ask. */
struct spn_index *spn_partial_index(struct spn_partial *partial);

/*
 * Adds a live account with all of its SPNs. It keeps the pointer, the caller
 * the memory. Of the same account (objectGUID) the first one counts. False
 * when out of memory.
 */
bool spn_partial_add(struct spn_partial *partial,
		     const struct spn_account *account);

/* An account in it is to have one value more, which it keeps. False when out
 * of memory. */
bool spn_partial_add_spn(struct spn_partial *partial,
			 const struct spn_account *account,
			 const struct spn_value *spn);

/* It was given the account of this objectGUID, and so with all of its SPNs. */
bool spn_partial_has(const struct spn_partial *partial,
		     const char *object_guid);

/* The n-th of those that have many SPNs; NULL behind the last one. A search
 * for others need not find it. */
const struct spn_account *spn_partial_large(const struct spn_partial *partial,
					    size_t n);

/*
 * Adds an account that a search for the open questions has found. Of its SPNs
 * only those need be there that were asked for: see spn_partial_asks(). It may
 * be found once more, by another search. Nothing is done with one that the
 * index was given. False when out of memory.
 */
bool spn_partial_add_found(struct spn_partial *partial,
			   const struct spn_account *account);

/* An open question is about this SPN, which is folded. */
bool spn_partial_asks(const struct spn_partial *partial, struct spn_str key);

/* It was asked who in the domains holds this, and has the answer: nobody, or
 * only this account. Asks nothing. */
bool spn_partial_is_free(const struct spn_partial *partial,
			 struct spn_str key,
			 const struct spn_account *account);

/* The n-th SPN, folded, about which it was asked and has the answer; len 0
 * behind the last one. */
struct spn_str spn_partial_known_spn(const struct spn_partial *partial,
				     size_t n);

/* spn_index_want_suffixes() was called since the last answer. */
bool spn_partial_wants_suffixes(const struct spn_partial *partial);

/* The questions noted since the last spn_partial_answered(), each once. The
 * result is good until the next question is asked. */
const struct spn_question *spn_partial_open_questions(
	struct spn_partial *partial,
	size_t *_num);

/* What was found for them has been added: they count as known. anywhere: every
 * naming context was searched. False when out of memory. */
bool spn_partial_answered(struct spn_partial *partial, bool anywhere);

#endif
