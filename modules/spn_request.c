/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An amended request takes one of four forms:
 *
 *	add		the values go into the add message
 *	one element	it gets more values of the same kind
 *	replace		all elements become one replace with the end state
 *	give up		"delete all" and "add what stays": Samba refuses any
 *			delete by value and any replace in which a duplicate
 *			is left, so this is how one of several duplicates
 *			can be taken away. Only for requests that bring
 *			nothing new.
 */
#include "spn_request.h"

#include <string.h>

#define SPN_ATTR "servicePrincipalName"

static const struct {
	const char *attr;
	struct spn_concern concern;
} attrs[] = {
	{SPN_ATTR, {.spns = true}},
	{"dNSHostName", {.names = true}},
	{"sAMAccountName", {.names = true}},
	{"msDS-AdditionalDnsHostName", {.names = true}},
	{"isDeleted", {.names = true}},
	{"msDS-Settings", {.policy = true}},
	{"sPNMappings", {.policy = true}},
	{"dSHeuristics", {.policy = true}},
	{"msDS-AllowedDNSSuffixes", {.policy = true}},
};

struct spn_concern spn_request_concern(const struct ldb_message *msg)
{
	struct spn_concern concern = {};
	unsigned i;
	size_t a;

	for (i = 0; i < msg->num_elements; i++) {
		for (a = 0; a < sizeof(attrs) / sizeof(attrs[0]); a++) {
			if (ldb_attr_cmp(msg->elements[i].name,
					 attrs[a].attr) != 0) {
				continue;
			}
			concern.spns |= attrs[a].concern.spns;
			concern.names |= attrs[a].concern.names;
			concern.policy |= attrs[a].concern.policy;
		}
	}
	return concern;
}

static bool is_spn_element(const struct ldb_message_element *el)
{
	return ldb_attr_cmp(el->name, SPN_ATTR) == 0;
}

static enum spn_change_kind kind_of(const struct ldb_message_element *el)
{
	switch (LDB_FLAG_MOD_TYPE(el->flags)) {
	case LDB_FLAG_MOD_DELETE:
		return SPN_CHANGE_DELETE;
	case LDB_FLAG_MOD_REPLACE:
		return SPN_CHANGE_REPLACE;
	default:
		return SPN_CHANGE_ADD;
	}
}

static bool change_of(TALLOC_CTX *mem_ctx,
		      const struct ldb_message_element *el,
		      struct spn_change *_change)
{
	struct spn_str *values = talloc_array(mem_ctx,
					      struct spn_str,
					      el->num_values);
	unsigned i;

	if (values == NULL) {
		return false;
	}
	for (i = 0; i < el->num_values; i++) {
		values[i].data = (const char *)el->values[i].data;
		values[i].len = el->values[i].length;
	}
	*_change = (struct spn_change){
		.kind = kind_of(el),
		.values = values,
		.num_values = el->num_values,
	};
	return true;
}

/* The one value that an element leaves, or NULL if it leaves none. */
static bool new_name(struct spn_account *account,
		     const struct ldb_message *msg,
		     const char *attr,
		     const char **_name)
{
	unsigned i;

	for (i = 0; i < msg->num_elements; i++) {
		const struct ldb_message_element *el = &msg->elements[i];

		if (ldb_attr_cmp(el->name, attr) != 0 ||
		    LDB_FLAG_MOD_TYPE(el->flags) == LDB_FLAG_MOD_DELETE ||
		    el->num_values == 0)
		{
			continue;
		}
		*_name = talloc_strndup(account,
					(const char *)el->values[0].data,
					el->values[0].length);
		if (*_name == NULL) {
			return false;
		}
	}
	return true;
}

struct spn_account *spn_request_predict(const struct spn_store *store,
					TALLOC_CTX *mem_ctx,
					const struct spn_account *current,
					const struct ldb_message *msg)
{
	struct spn_fold fold = spn_store_fold(store);
	TALLOC_CTX *tmp_ctx = talloc_new(mem_ctx);
	struct spn_change *changes = NULL;
	struct spn_account *after = NULL;
	size_t num_changes = 0;
	unsigned i;

	if (tmp_ctx == NULL) {
		return NULL;
	}
	changes = talloc_array(tmp_ctx, struct spn_change, msg->num_elements);
	if (changes == NULL) {
		goto done;
	}
	for (i = 0; i < msg->num_elements; i++) {
		if (!is_spn_element(&msg->elements[i])) {
			continue;
		}
		if (!change_of(tmp_ctx,
			       &msg->elements[i],
			       &changes[num_changes++])) {
			goto done;
		}
	}
	after = spn_changes_apply(mem_ctx,
				  current,
				  &fold,
				  changes,
				  num_changes);
	if (after == NULL) {
		goto done;
	}
	if (!new_name(after, msg, "dNSHostName", &after->dns_host_name) ||
	    !new_name(after, msg, "sAMAccountName", &after->sam_account_name))
	{
		TALLOC_FREE(after);
	}
done:
	talloc_free(tmp_ctx);
	return after;
}

/* Values in the making, without those that are to be left out. */
static bool collect_values(TALLOC_CTX *mem_ctx,
			   const struct spn_account *after,
			   const struct spn_completion *completion,
			   struct ldb_val **_values,
			   unsigned *_num)
{
	struct ldb_val *values = talloc_array(mem_ctx,
					      struct ldb_val,
					      after->spns.num +
						      completion->num_add);
	unsigned num = 0;
	size_t i;
	size_t r;

	if (values == NULL) {
		return false;
	}
	for (i = 0; i < after->spns.num; i++) {
		struct spn_str value = after->spns.values[i].value;
		bool removed = false;

		for (r = 0; r < completion->num_remove; r++) {
			removed |= spn_str_equal(value, completion->remove[r]);
		}
		if (!removed) {
			values[num++] = spn_store_val(value);
		}
	}
	for (i = 0; i < completion->num_add; i++) {
		values[num++] = spn_store_val(completion->add[i]);
	}
	*_values = values;
	*_num = num;
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
		if (!is_spn_element(&copy->elements[i])) {
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

static bool brings_something(const struct spn_account *before,
			     const struct spn_account *after)
{
	size_t i;

	for (i = 0; i < after->spns.num; i++) {
		if (spn_account_count(after, after->spns.values[i].key) >
		    spn_account_count(before, after->spns.values[i].key))
		{
			return true;
		}
	}
	return false;
}

/* One replace with the end state, or the two elements of "give up". */
static bool restate(struct ldb_message *copy,
		    const struct spn_account *before,
		    const struct spn_account *after,
		    const struct spn_amendment *amendment)
{
	struct ldb_message_element els[2] = {
		{.name = SPN_ATTR, .flags = LDB_FLAG_MOD_REPLACE},
		{.name = SPN_ATTR, .flags = LDB_FLAG_MOD_ADD},
	};
	bool give_up = amendment->gives_up_duplicate &&
		       amendment->completion.num_add == 0 &&
		       !brings_something(before, after);
	struct ldb_message_element *values_go_to = &els[give_up ? 1 : 0];

	if (!collect_values(copy,
			    after,
			    &amendment->completion,
			    &values_go_to->values,
			    &values_go_to->num_values))
	{
		return false;
	}
	if (give_up) {
		els[0].flags = LDB_FLAG_MOD_DELETE;
	}
	return set_spn_elements(copy,
				els,
				(give_up && els[1].num_values > 0) ? 2 : 1);
}

/* The only SPN element of the message, or NULL. */
static struct ldb_message_element *only_element(struct ldb_message *copy)
{
	struct ldb_message_element *only = NULL;
	unsigned i;

	for (i = 0; i < copy->num_elements; i++) {
		if (!is_spn_element(&copy->elements[i])) {
			continue;
		}
		if (only != NULL) {
			return NULL;
		}
		only = &copy->elements[i];
	}
	return only;
}

static bool amend_copy(struct ldb_message *copy,
		       const struct spn_account *before,
		       const struct spn_account *after,
		       const struct spn_amendment *amendment)
{
	const struct spn_completion *more = &amendment->completion;
	struct ldb_message_element *el = only_element(copy);

	if (before == NULL) {
		/* an add message is normalised: one element */
		return el == NULL ||
		       extend_element(copy, el, more->add, more->num_add);
	}
	if (el == NULL || amendment->gives_up_duplicate) {
		return restate(copy, before, after, amendment);
	}
	if (kind_of(el) == SPN_CHANGE_ADD && more->num_remove == 0) {
		return extend_element(copy, el, more->add, more->num_add);
	}
	if (kind_of(el) == SPN_CHANGE_DELETE && more->num_add == 0) {
		return extend_element(copy,
				      el,
				      more->remove,
				      more->num_remove);
	}
	return restate(copy, before, after, amendment);
}

int spn_request_amend(const struct spn_store *store,
		      TALLOC_CTX *mem_ctx,
		      const struct ldb_message *msg,
		      const struct spn_case *c,
		      const struct spn_amendment *amendment,
		      struct ldb_message **_copy)
{
	struct ldb_message *copy = NULL;

	*_copy = NULL;
	if (amendment->completion.num_add == 0 &&
	    amendment->completion.num_remove == 0 &&
	    !amendment->gives_up_duplicate)
	{
		return LDB_SUCCESS;
	}
	copy = ldb_msg_copy_shallow(mem_ctx, msg);
	if (copy == NULL || !amend_copy(copy, c->before, c->after, amendment))
	{
		talloc_free(copy);
		return ldb_oom(store->ldb);
	}
	*_copy = copy;
	return LDB_SUCCESS;
}
