/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a partial index has been asked so far: with an answer, and without.
 */
#ifndef SPN_POLICY_QUESTIONS_H
#define SPN_POLICY_QUESTIONS_H

#include "set.h"

/* A search that is still to be made. */
enum spn_question_kind {
	SPN_ASK_SPN,		/* (servicePrincipalName=text), anywhere */
	SPN_ASK_COMPUTER,	/* (sAMAccountName=text), in domains */
	SPN_ASK_SPN_IN_DOMAINS, /* (servicePrincipalName=text), likewise */
	SPN_ASK_CN,		/* (cn=text), likewise */
	SPN_NUM_QUESTION_KINDS,
};
struct spn_question {
	enum spn_question_kind kind;
	struct spn_str text;
	struct spn_str key; /* folded: the same question has the same key */
};

/* Starts as {}. */
struct spn_questions {
	struct spn_set known[SPN_NUM_QUESTION_KINDS]; /* with an answer */
	struct spn_question *open;		      /* without */
	size_t num_open;
	struct spn_set asked; /* keys of the open ones about SPNs */
};

/* Notes one, unless the answer is known. Memory is on mem_ctx, the same one
 * for all calls. False when out of memory. */
bool spn_questions_ask(TALLOC_CTX *mem_ctx,
		       struct spn_questions *questions,
		       enum spn_question_kind kind,
		       const struct spn_value *asked);

/* Those without an answer, each once. Good until the next one is noted. */
const struct spn_question *spn_questions_open(struct spn_questions *questions,
					      size_t *_num);

/* All of them have one now. anywhere: every naming context was searched, for
 * those about domains, too. */
bool spn_questions_answered(TALLOC_CTX *mem_ctx,
			    struct spn_questions *questions,
			    bool anywhere);

#endif
