/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Samba's own check of SPNs, which asks for rights on the account that holds
 * a HOST SPN, looks at the first servicePrincipalName element of a modify and
 * at no other. So whatever is new has to stand there: what we
 * add, and what a client put behind. A request takes one of these forms:
 *
 *	as it is	nothing to add, and what is new comes first
 *	more		one element gets more values of its kind
 *	replace		where the client replaces, the end state
 *	difference	add what is new; delete what goes; add what is only
 *			spelled anew
 *	give up		"delete all" and "add what stays": Samba refuses any
 *			delete by value and any replace in which a duplicate
 *			is left, so this is how one of several duplicates
 *			can be taken away. Brings nothing new.
 *
 * A request that the directory will refuse anyway, since it deletes what is
 * not there or adds what is, is passed on as it is, to be refused.
 */
#include "spn_amend.h"

#include <string.h>

#define SPN_ATTR "servicePrincipalName"

/* One request in the making; sets and arrays on copy. */
struct work {
	const struct spn_case *c;
	const struct spn_amendment *amendment;
	struct ldb_message *copy;
	struct spn_set final; /* after, and what we add and remove */
};

/* What the SPN elements look like. */
struct shape {
	unsigned num;
	bool is_absolute;  /* one replaces, or deletes all */
	bool hides_values; /* one behind the first brings some */
	struct ldb_message_element *first;
};

static struct shape shape_of(const struct ldb_message *msg)
{
	struct shape shape = {};
	unsigned i;

	for (i = 0; i < msg->num_elements; i++) {
		struct ldb_message_element *el = &msg->elements[i];
		enum spn_change_kind kind = SPN_CHANGE_ADD;

		if (!spn_request_is_spns(el)) {
			continue;
		}
		kind = spn_request_kind(el);
		if (shape.num == 0) {
			shape.first = el;
		} else if (kind != SPN_CHANGE_DELETE) {
			shape.hides_values = true;
		}
		if (kind == SPN_CHANGE_REPLACE ||
		    (kind == SPN_CHANGE_DELETE && el->num_values == 0))
		{
			shape.is_absolute = true;
		}
		shape.num++;
	}
	return shape;
}

static bool values_of(TALLOC_CTX *mem_ctx,
		      const struct spn_set *set,
		      struct ldb_message_element *el)
{
	size_t i;

	el->values = talloc_array(mem_ctx, struct ldb_val, set->num);
	if (el->values == NULL) {
		return false;
	}
	for (i = 0; i < set->num; i++) {
		el->values[i] = spn_store_val(set->values[i].value);
	}
	el->num_values = (unsigned)set->num;
	return true;
}

/* The element with these values behind its own. */
static bool extend_element(TALLOC_CTX *mem_ctx,
			   struct ldb_message_element *el,
			   const struct spn_str *more,
			   size_t num_more)
{
	struct ldb_val *values = talloc_array(mem_ctx,
					      struct ldb_val,
					      el->num_values + num_more);
	size_t i;

	if (values == NULL) {
		return false;
	}
	if (el->num_values > 0) {
		memcpy(values,
		       el->values,
		       el->num_values * sizeof(struct ldb_val));
	}
	for (i = 0; i < num_more; i++) {
		values[el->num_values + i] = spn_store_val(more[i]);
	}
	el->values = values;
	el->num_values += (unsigned)num_more;
	return true;
}

/* Takes every SPN element out; *_place is where the first one was. */
static void drop_spn_elements(struct ldb_message *copy, unsigned *_place)
{
	unsigned kept = 0;
	unsigned i;
	bool found = false;

	for (i = 0; i < copy->num_elements; i++) {
		if (!spn_request_is_spns(&copy->elements[i])) {
			copy->elements[kept++] = copy->elements[i];
			continue;
		}
		if (!found) {
			*_place = kept;
			found = true;
		}
	}
	copy->num_elements = kept;
}

/* Puts these elements where the SPN elements were. */
static bool set_spn_elements(struct ldb_message *copy,
			     const struct ldb_message_element *els,
			     unsigned num)
{
	struct ldb_message_element *all = NULL;
	unsigned place = 0;

	drop_spn_elements(copy, &place);
	all = talloc_array(copy,
			   struct ldb_message_element,
			   copy->num_elements + num);
	if (all == NULL) {
		return false;
	}
	memcpy(all, copy->elements, place * sizeof(all[0]));
	memcpy(all + place, els, num * sizeof(all[0]));
	memcpy(all + place + num,
	       copy->elements + place,
	       (copy->num_elements - place) * sizeof(all[0]));
	copy->elements = all;
	copy->num_elements += num;
	return true;
}

/* Values of one set that the other has not in these bytes. */
static bool subtract(TALLOC_CTX *mem_ctx,
		     const struct spn_set *from,
		     const struct spn_set *what,
		     struct spn_set *_rest)
{
	size_t i;

	*_rest = (struct spn_set){};
	for (i = 0; i < from->num; i++) {
		if (!spn_set_has_exactly(what, &from->values[i]) &&
		    !spn_set_add(mem_ctx, _rest, &from->values[i]))
		{
			return false;
		}
	}
	return true;
}

static bool make_final(struct work *w)
{
	const struct spn_fold *fold = spn_index_fold(w->c->index);
	const struct spn_completion *more = &w->amendment->completion;
	size_t i;

	if (!spn_set_copy(w->copy, &w->c->after->spns, &w->final)) {
		return false;
	}
	for (i = 0; i < more->num_add + more->num_remove; i++) {
		bool adds = i < more->num_add;
		struct spn_value value = {
			.value = adds ? more->add[i]
				      : more->remove[i - more->num_add],
		};

		if (!fold->fn(fold->private_data,
			      w->copy,
			      value.value,
			      &value.key)) {
			return false;
		}
		if (!adds) {
			spn_set_remove(&w->final, &value);
		} else if (!spn_set_add(w->copy, &w->final, &value)) {
			return false;
		}
	}
	return true;
}

static bool replace(struct work *w)
{
	struct ldb_message_element el = {
		.name = SPN_ATTR,
		.flags = LDB_FLAG_MOD_REPLACE,
	};

	return make_final(w) && values_of(w->copy, &w->final, &el) &&
	       set_spn_elements(w->copy, &el, 1);
}

static bool give_up(struct work *w)
{
	struct ldb_message_element els[2] = {
		{.name = SPN_ATTR, .flags = LDB_FLAG_MOD_DELETE},
		{.name = SPN_ATTR, .flags = LDB_FLAG_MOD_ADD},
	};

	return make_final(w) && values_of(w->copy, &w->final, &els[1]) &&
	       set_spn_elements(w->copy, els, (w->final.num > 0) ? 2 : 1);
}

/* New values by key first, other spellings last. */
static bool difference(struct work *w)
{
	static const int flags[3] = {LDB_FLAG_MOD_ADD,
				     LDB_FLAG_MOD_DELETE,
				     LDB_FLAG_MOD_ADD};
	const struct spn_set *before = &w->c->before->spns;
	struct ldb_message_element els[3] = {};
	struct spn_set parts[3] = {};
	struct spn_set brought = {};
	unsigned num = 0;
	size_t i;

	if (!make_final(w) ||
	    !subtract(w->copy, &w->final, before, &brought) ||
	    !subtract(w->copy, before, &w->final, &parts[1]))
	{
		return false;
	}
	for (i = 0; i < brought.num; i++) {
		bool known = spn_set_has(before, brought.values[i].key);

		if (!spn_set_add(w->copy,
				 &parts[known ? 2 : 0],
				 &brought.values[i])) {
			return false;
		}
	}
	for (i = 0; i < 3; i++) {
		if (parts[i].num == 0) {
			continue;
		}
		els[num].name = SPN_ATTR;
		els[num].flags = (unsigned)flags[i];
		if (!values_of(w->copy, &parts[i], &els[num++])) {
			return false;
		}
	}
	return set_spn_elements(w->copy, els, num);
}

static bool brings_something(const struct spn_case *c)
{
	size_t i;

	for (i = 0; i < c->after->spns.num; i++) {
		if (spn_case_added(c, &c->after->spns.values[i])) {
			return true;
		}
	}
	return false;
}

/* One element that gets more values of its kind; all else: replace. */
static bool amend_only_element(struct work *w, const struct shape *shape)
{
	const struct spn_completion *more = &w->amendment->completion;
	enum spn_change_kind kind = spn_request_kind(shape->first);

	if (kind == SPN_CHANGE_ADD && more->num_remove == 0) {
		return extend_element(w->copy,
				      shape->first,
				      more->add,
				      more->num_add);
	}
	if (kind == SPN_CHANGE_DELETE && more->num_add == 0) {
		return extend_element(w->copy,
				      shape->first,
				      more->remove,
				      more->num_remove);
	}
	return replace(w);
}

static bool amend_copy(struct work *w)
{
	const struct spn_amendment *amendment = w->amendment;
	struct shape shape = shape_of(w->copy);

	if (shape.first == NULL) {
		return true;
	}
	if (w->c->before == NULL) {
		/* an add message is normalised: one element */
		return extend_element(w->copy,
				      shape.first,
				      amendment->completion.add,
				      amendment->completion.num_add);
	}
	if (amendment->gives_up_duplicate && !brings_something(w->c)) {
		return give_up(w);
	}
	if (shape.num == 1) {
		return amend_only_element(w, &shape);
	}
	return shape.is_absolute ? replace(w) : difference(w);
}

/* Nothing to say besides, and what is new stands where Samba looks. */
static bool is_right(const struct ldb_message *msg,
		     const struct spn_case *c,
		     const struct spn_amendment *amendment)
{
	struct shape shape = shape_of(msg);

	if (shape.num == 0) {
		return true;
	}
	if (c->before != NULL && shape.num > 1 && !amendment->is_clean) {
		return true; /* the directory will refuse it */
	}
	return amendment->completion.num_add == 0 &&
	       amendment->completion.num_remove == 0 &&
	       !amendment->gives_up_duplicate &&
	       (c->before == NULL || !shape.hides_values ||
		!brings_something(c));
}

int spn_amend(const struct spn_store *store,
	      TALLOC_CTX *mem_ctx,
	      const struct ldb_message *msg,
	      const struct spn_case *c,
	      const struct spn_amendment *amendment,
	      struct ldb_message **_copy)
{
	struct work w = {.c = c, .amendment = amendment};

	*_copy = NULL;
	if (is_right(msg, c, amendment)) {
		return LDB_SUCCESS;
	}
	w.copy = ldb_msg_copy_shallow(mem_ctx, msg);
	if (w.copy == NULL || !amend_copy(&w)) {
		talloc_free(w.copy);
		return ldb_oom(store->ldb);
	}
	*_copy = w.copy;
	return LDB_SUCCESS;
}
