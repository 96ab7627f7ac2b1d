/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules ask for the same few things again and again, in every round, and not
 * all that they ask for is worth a search of its own.
 */
#include "questions.h"

#include <stdlib.h>

#include "room.h"

bool spn_questions_ask(TALLOC_CTX *mem_ctx,
		       struct spn_questions *questions,
		       enum spn_question_kind kind,
		       const struct spn_value *asked)
{
	struct spn_question question = {.kind = kind};
	struct spn_question *open = NULL;

	/* What is not UTF-8 cannot be folded, so no index of the directory
	 * has it: nobody can store it, and a search for it would read every
	 * object there is. */
	if (asked->value.len == 0 || !spn_str_is_utf8(asked->value) ||
	    spn_set_has(&questions->known[kind], asked->key))
	{
		return true;
	}
	open = spn_room(mem_ctx,
			questions->open,
			questions->num_open,
			struct spn_question);
	if (open == NULL) {
		return false;
	}
	questions->open = open;
	question.text = spn_str_dup(mem_ctx, asked->value);
	question.key = spn_str_dup(mem_ctx, asked->key);
	if (question.text.data == NULL || question.key.data == NULL) {
		return false;
	}
	questions->open[questions->num_open++] = question;
	return kind == SPN_ASK_COMPUTER || kind == SPN_ASK_CN ||
	       spn_set_has(&questions->asked, question.key) ||
	       spn_set_add(mem_ctx,
			   &questions->asked,
			   &(struct spn_value){.key = question.key});
}

static int compare_questions(const void *a, const void *b)
{
	const struct spn_question *x = a;
	const struct spn_question *y = b;

	if (x->kind != y->kind) {
		return (x->kind > y->kind) ? 1 : -1;
	}
	return spn_str_compare(x->key, y->key);
}

static int compare_keys(const void *a, const void *b)
{
	const struct spn_question *x = a;
	const struct spn_question *y = b;

	return spn_str_compare(x->key, y->key);
}

/* Who holds it anywhere is asked besides. */
static bool is_asked_twice(const struct spn_question *questions,
			   size_t num_spns,
			   const struct spn_question *question)
{
	return question->kind == SPN_ASK_SPN_IN_DOMAINS && num_spns > 0 &&
	       bsearch(question,
		       questions,
		       num_spns,
		       sizeof(*question),
		       compare_keys) != NULL;
}

const struct spn_question *spn_questions_open(struct spn_questions *questions,
					      size_t *_num)
{
	struct spn_question *open = questions->open;
	size_t num_spns = 0;
	size_t kept = 0;
	size_t i;

	if (questions->num_open > 0) {
		qsort(open,
		      questions->num_open,
		      sizeof(struct spn_question),
		      compare_questions);
	}
	for (i = 0; i < questions->num_open; i++) {
		if ((kept > 0 &&
		     compare_questions(&open[kept - 1], &open[i]) == 0) ||
		    is_asked_twice(open, num_spns, &open[i]))
		{
			continue;
		}
		open[kept++] = open[i];
		num_spns += (open[kept - 1].kind == SPN_ASK_SPN) ? 1 : 0;
	}
	questions->num_open = kept;
	*_num = kept;
	return open;
}

bool spn_questions_answered(TALLOC_CTX *mem_ctx,
			    struct spn_questions *questions,
			    bool anywhere)
{
	size_t i;

	for (i = 0; i < questions->num_open; i++) {
		enum spn_question_kind kind = questions->open[i].kind;
		struct spn_value question = {.key = questions->open[i].key};

		if (kind == SPN_ASK_SPN_IN_DOMAINS && anywhere) {
			kind = SPN_ASK_SPN; /* that is more */
		}
		if (!spn_set_add(mem_ctx, &questions->known[kind], &question))
		{
			return false;
		}
	}
	spn_set_clear(&questions->asked);
	questions->num_open = 0;
	return true;
}
