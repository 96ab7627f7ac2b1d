/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Nothing is looked up here, and nothing compared: this is done before access
 * control has spoken, and so costs next to nothing.
 */
#include "spn_steps.h"

#include <string.h>

#define SPN_ATTR "servicePrincipalName"

/* More than anybody needs, and each one is a write. */
#define MAX_STEPS 16

static bool is_absolute(const struct ldb_message_element *el)
{
	enum spn_change_kind kind = spn_request_kind(el);

	return kind == SPN_CHANGE_REPLACE ||
	       (kind == SPN_CHANGE_DELETE && spn_values_num(el) == 0);
}

/* An element in the making. */
struct merged {
	struct ldb_message_element el;
	size_t room; /* for so many more values */
};

/* A client can send an element for each value, so room is made for many. */
static bool append(TALLOC_CTX *mem_ctx,
		   struct merged *to,
		   const struct ldb_message_element *more)
{
	size_t num = spn_values_num(more);
	size_t i;

	if (to->room < num) {
		to->room = 2 * num + spn_values_num(&to->el);
		if (!spn_values_room(mem_ctx, &to->el, to->room)) {
			return false;
		}
	}
	for (i = 0; i < num; i++) {
		if (!spn_values_push(&to->el, spn_values_get(more, i))) {
			return false;
		}
	}
	to->room -= num;
	return true;
}

/*
 * Whether the second can be one with the first: both add, or both delete; or
 * the first says what is there, and the second adds to that, or says it anew.
 * An element without values that is to add some is for the directory to
 * refuse.
 */
static bool is_same_kind(const struct ldb_message_element *first,
			 const struct ldb_message_element *second)
{
	enum spn_change_kind kind = spn_request_kind(second);

	if (spn_values_num(second) == 0 && kind != SPN_CHANGE_REPLACE) {
		return false;
	}
	if (is_absolute(first)) {
		return kind != SPN_CHANGE_DELETE;
	}
	return kind == spn_request_kind(first) && spn_values_num(first) > 0;
}

/* The elements of servicePrincipalName, as few as possible; MAX_STEPS + 1 of
 * them are too many. */
static bool merge(TALLOC_CTX *mem_ctx,
		  const struct ldb_message *msg,
		  struct merged els[MAX_STEPS + 1],
		  size_t *_num)
{
	size_t num = 0;
	unsigned i;

	for (i = 0; i < msg->num_elements && num <= MAX_STEPS; i++) {
		const struct ldb_message_element *el = &msg->elements[i];
		struct merged *last = (num == 0) ? NULL : &els[num - 1];

		if (!spn_request_is_spns(el)) {
			continue;
		}
		if (last == NULL || !is_same_kind(&last->el, el)) {
			els[num++] = (struct merged){.el = *el};
			continue;
		}
		if (spn_request_kind(el) == SPN_CHANGE_REPLACE) {
			*last = (struct merged){.el = *el};
			continue;
		}
		if (is_absolute(&last->el)) {
			last->el.flags = LDB_FLAG_MOD_REPLACE;
		}
		if (!append(mem_ctx, last, el)) {
			return false;
		}
	}
	*_num = num;
	return true;
}

static struct ldb_message *message_of(TALLOC_CTX *mem_ctx,
				      struct ldb_dn *dn,
				      const struct ldb_message_element *els,
				      unsigned num)
{
	struct ldb_message *msg = ldb_msg_new(mem_ctx);

	if (msg == NULL) {
		return NULL;
	}
	msg->dn = dn;
	msg->elements = talloc_memdup(msg, els, num * sizeof(*els));
	msg->num_elements = num;
	if (msg->elements == NULL) {
		talloc_free(msg);
		return NULL;
	}
	return msg;
}

/* The message with this in the place of its elements of servicePrincipalName.
 */
static struct ldb_message *with_spns(TALLOC_CTX *mem_ctx,
				     const struct ldb_message *msg,
				     const struct ldb_message_element *els,
				     unsigned num)
{
	struct ldb_message_element *all =
		talloc_array(mem_ctx,
			     struct ldb_message_element,
			     msg->num_elements + num);
	struct ldb_message *made = NULL;
	unsigned num_all = 0;
	bool placed = false;
	unsigned i;

	for (i = 0; all != NULL && i < msg->num_elements; i++) {
		if (!spn_request_is_spns(&msg->elements[i])) {
			all[num_all++] = msg->elements[i];
		} else if (!placed) {
			memcpy(all + num_all, els, num * sizeof(*els));
			num_all += num;
			placed = true;
		}
	}
	if (all != NULL) {
		made = message_of(mem_ctx, msg->dn, all, num_all);
	}
	talloc_free(all);
	return made;
}

static bool make_steps(TALLOC_CTX *mem_ctx,
		       const struct ldb_message *msg,
		       const struct merged *els,
		       size_t num,
		       const struct ldb_message **messages)
{
	size_t i;

	for (i = 0; i < num; i++) {
		messages[i] =
			(i == 0) ? with_spns(mem_ctx, msg, &els[i].el, 1)
				 : message_of(mem_ctx, msg->dn, &els[i].el, 1);
		if (messages[i] == NULL) {
			return false;
		}
	}
	return true;
}

static bool has_one_at_most(const struct ldb_message *msg)
{
	size_t num = 0;
	unsigned i;

	for (i = 0; i < msg->num_elements && num < 2; i++) {
		num += spn_request_is_spns(&msg->elements[i]) ? 1 : 0;
	}
	return num < 2;
}

/* The first thing that it says. */
static bool deletes_all(const struct ldb_message *msg)
{
	unsigned i = 0;

	while (i < msg->num_elements &&
	       !spn_request_is_spns(&msg->elements[i]))
	{
		i++;
	}
	return i < msg->num_elements && is_absolute(&msg->elements[i]) &&
	       spn_request_kind(&msg->elements[i]) == SPN_CHANGE_DELETE;
}

bool spn_steps_split(TALLOC_CTX *mem_ctx,
		     const struct ldb_message *msg,
		     struct spn_steps *_steps)
{
	struct merged els[MAX_STEPS + 1] = {};
	struct spn_steps steps = {.num = 1};

	steps.messages = talloc_array(mem_ctx,
				      const struct ldb_message *,
				      MAX_STEPS);
	if (steps.messages == NULL) {
		return false;
	}
	steps.messages[0] = msg;
	if (has_one_at_most(msg)) {
		*_steps = steps;
		return true;
	}
	if (!merge(mem_ctx, msg, els, &steps.num)) {
		return false;
	}
	steps.deletes_all = deletes_all(msg);
	if (spn_request_concern(msg).names && steps.num > 1) {
		steps.num = 1;
		steps.refusal = "00002035: spn_policy: a request that changes "
				"a name, or brings an object back, says only "
				"once what servicePrincipalName is to be";
	} else if (steps.num > MAX_STEPS) {
		steps.num = 1;
		steps.refusal = "00002035: spn_policy: more than 16 turns "
				"between adding and deleting "
				"servicePrincipalName; send several requests";
	} else if (!make_steps(mem_ctx, msg, els, steps.num, steps.messages)) {
		return false;
	}
	*_steps = steps;
	return true;
}

static bool fill(TALLOC_CTX *mem_ctx,
		 const struct spn_str *values,
		 size_t num,
		 struct ldb_message_element *el)
{
	size_t i;

	el->name = SPN_ATTR;
	if (!spn_values_room(mem_ctx, el, num)) {
		return false;
	}
	for (i = 0; i < num; i++) {
		if (!spn_values_push(el, values[i])) {
			return false;
		}
	}
	return true;
}

struct ldb_message *spn_steps_complete(TALLOC_CTX *mem_ctx,
				       struct ldb_dn *dn,
				       const struct spn_completion *completion)
{
	struct ldb_message_element els[2] = {};
	unsigned num = 0;

	if (completion->num_add > 0) {
		els[num].flags = LDB_FLAG_MOD_ADD;
		if (!fill(mem_ctx,
			  completion->add,
			  completion->num_add,
			  &els[num++]))
		{
			return NULL;
		}
	}
	if (completion->num_remove > 0) {
		els[num].flags = LDB_FLAG_MOD_DELETE;
		if (!fill(mem_ctx,
			  completion->remove,
			  completion->num_remove,
			  &els[num++]))
		{
			return NULL;
		}
	}
	return message_of(mem_ctx, dn, els, num);
}

/* Values of an account that are there in other spellings as well. */
static bool push_twins(struct ldb_message_element *el,
		       const struct spn_account *account,
		       const struct spn_set *twins)
{
	size_t i;

	for (i = 0; i < account->spns.num; i++) {
		const struct spn_value *value = &account->spns.values[i];

		if (spn_set_has(twins, value->key) &&
		    !spn_values_push(el, value->value))
		{
			return false;
		}
	}
	return true;
}

struct ldb_message *spn_steps_restore(TALLOC_CTX *mem_ctx,
				      struct ldb_dn *dn,
				      const struct spn_account *before,
				      const struct spn_account *after,
				      const struct spn_set *twins)
{
	struct ldb_message_element els[2] = {
		{.name = SPN_ATTR, .flags = LDB_FLAG_MOD_DELETE},
		{.name = SPN_ATTR, .flags = LDB_FLAG_MOD_ADD},
	};
	size_t i;

	if (!spn_values_room(mem_ctx,
			     &els[0],
			     before->spns.num + twins->num) ||
	    !spn_values_room(mem_ctx, &els[1], after->spns.num))
	{
		return NULL;
	}
	for (i = 0; i < twins->num; i++) {
		if (!spn_values_push(&els[0], twins->values[i].value)) {
			return NULL;
		}
	}
	if (!push_twins(&els[0], before, twins) ||
	    !push_twins(&els[1], after, twins))
	{
		return NULL;
	}
	return message_of(mem_ctx,
			  dn,
			  els,
			  (spn_values_num(&els[1]) > 0) ? 2 : 1);
}

/* The account after the request and what goes along with it. */
static bool final_values(TALLOC_CTX *mem_ctx,
			 const struct spn_case *c,
			 const struct spn_completion *completion,
			 struct spn_account **_final)
{
	const struct spn_fold *fold = spn_index_fold(c->index);
	const struct spn_change changes[2] = {
		{
			.kind = SPN_CHANGE_ADD,
			.values = completion->add,
			.num_values = completion->num_add,
		},
		{
			.kind = SPN_CHANGE_DELETE,
			.values = completion->remove,
			.num_values = completion->num_remove,
		},
	};

	*_final = spn_changes_apply(mem_ctx,
				    c->after,
				    fold,
				    changes,
				    (completion->num_remove > 0) ? 2 : 1,
				    NULL);
	return *_final != NULL;
}

struct ldb_message *spn_steps_give_up(TALLOC_CTX *mem_ctx,
				      const struct ldb_message *msg,
				      const struct spn_case *c,
				      const struct spn_completion *completion)
{
	struct ldb_message_element els[2] = {
		{.name = SPN_ATTR, .flags = LDB_FLAG_MOD_DELETE},
		{.name = SPN_ATTR, .flags = LDB_FLAG_MOD_ADD},
	};
	struct spn_account *final = NULL;
	struct spn_str *values = NULL;
	size_t i;

	if (!final_values(mem_ctx, c, completion, &final)) {
		return NULL;
	}
	values = talloc_array(mem_ctx, struct spn_str, final->spns.num);
	for (i = 0; values != NULL && i < final->spns.num; i++) {
		values[i] = final->spns.values[i].value;
	}
	if (values == NULL || !fill(mem_ctx, values, final->spns.num, &els[1]))
	{
		return NULL;
	}
	return with_spns(mem_ctx, msg, els, (final->spns.num > 0) ? 2 : 1);
}
