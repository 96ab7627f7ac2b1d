/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A request goes down as it came, or in steps, one after the other: each with
 * one element of servicePrincipalName, so that Samba's own check, which looks
 * at one, sees everything that comes. What must come or go along is one more
 * step. The caller's message is never changed.
 */
#ifndef SPN_STEPS_H
#define SPN_STEPS_H

#include "spn_request.h"

struct spn_steps {
	const struct ldb_message **messages;
	size_t num;
	/* NULL, or why we do not do it: access control is heard first */
	const char *refusal;
	/* It begins by deleting the attribute, which has to be there. */
	bool deletes_all;
};

/*
 * The steps of a modify, which in this order do what it does: one that is the
 * message itself where it has one element at most. Whatever else the message
 * changes is in the first step, so that access control is heard about it
 * before anything is done. All on mem_ctx. False when out of memory.
 *
 * A request that goes back and forth between adding and deleting too often is
 * one step, and to be refused afterwards; so is one that changes a name, since
 * Samba rewrites SPNs after all that a request says about them, and an
 * undelete, which moves the object.
 */
bool spn_steps_split(TALLOC_CTX *mem_ctx,
		     const struct ldb_message *msg,
		     struct spn_steps *_steps);

/* The step that adds the halves that must come along and deletes those that
 * must go along. On mem_ctx; NULL when out of memory. */
struct ldb_message *spn_steps_complete(
	TALLOC_CTX *mem_ctx,
	struct ldb_dn *dn,
	const struct spn_completion *completion);

/*
 * The step that takes away again what a permissive request has added in
 * another spelling than the account has: the spellings of before, where the
 * request leaves any (after). A delete by value takes any spelling, so all go
 * and those come back. On mem_ctx; NULL when out of memory.
 */
struct ldb_message *spn_steps_restore(TALLOC_CTX *mem_ctx,
				      struct ldb_dn *dn,
				      const struct spn_account *before,
				      const struct spn_account *after,
				      const struct spn_set *twins);

/*
 * What a request comes to, halves that go along included, as "delete all, add
 * what stays". Samba refuses any delete by value and any replace in which a
 * duplicate is left, so this is how one of several duplicates can be taken
 * away. c->after is spn_request_predict(). On mem_ctx; NULL when out of
 * memory.
 */
struct ldb_message *spn_steps_give_up(TALLOC_CTX *mem_ctx,
				      const struct ldb_message *msg,
				      const struct spn_case *c,
				      const struct spn_completion *completion);

#endif
