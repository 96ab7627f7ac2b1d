/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading requests. Nothing is changed here: see spn_steps.c.
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
	{"dnsRoot", {.policy = true}},
};

struct spn_concern spn_request_concern(const struct ldb_message *msg)
{
	struct spn_concern concern = {};
	unsigned i;
	size_t a;

	for (i = 0; i < msg->num_elements; i++) {
		for (a = 0; a < sizeof(attrs) / sizeof(attrs[0]); a++) {
			if (ldb_attr_cmp(msg->elements[i].name,
					 attrs[a].attr) != 0)
			{
				continue;
			}
			concern.spns |= attrs[a].concern.spns;
			concern.names |= attrs[a].concern.names;
			concern.policy |= attrs[a].concern.policy;
		}
	}
	return concern;
}

bool spn_request_is_spns(const struct ldb_message_element *el)
{
	return ldb_attr_cmp(el->name, SPN_ATTR) == 0;
}

enum spn_change_kind spn_request_kind(const struct ldb_message_element *el)
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

bool spn_request_has_values(const struct ldb_message *msg)
{
	unsigned i;

	for (i = 0; i < msg->num_elements; i++) {
		if (spn_request_is_spns(&msg->elements[i]) &&
		    spn_values_num(&msg->elements[i]) > 0)
		{
			return true;
		}
	}
	return false;
}

bool spn_request_makes_machine(const struct ldb_message *msg)
{
	enum spn_kind kind = spn_store_kind_of(msg);

	return kind == SPN_KIND_COMPUTER || kind == SPN_KIND_GMSA;
}

/* With values or without: to delete the attribute is enough. */
bool spn_request_undeletes(const struct ldb_message *msg)
{
	unsigned i;

	for (i = 0; i < msg->num_elements; i++) {
		if (ldb_attr_cmp(msg->elements[i].name, "isDeleted") == 0) {
			return true;
		}
	}
	return false;
}

bool spn_request_only_adds(const struct ldb_message *msg, size_t *_num)
{
	size_t num_elements = 0;
	size_t num_values = 0;
	unsigned i;

	if (spn_request_concern(msg).names) {
		return false;
	}
	for (i = 0; i < msg->num_elements; i++) {
		const struct ldb_message_element *el = &msg->elements[i];

		if (!spn_request_is_spns(el)) {
			continue;
		}
		if (spn_request_kind(el) != SPN_CHANGE_ADD) {
			return false;
		}
		num_elements++;
		num_values += spn_values_num(el);
	}
	*_num = num_values;
	return num_elements == 1;
}

static bool change_of(TALLOC_CTX *mem_ctx,
		      const struct ldb_message_element *el,
		      struct spn_change *_change)
{
	size_t num = spn_values_num(el);
	struct spn_str *values = talloc_array(mem_ctx, struct spn_str, num);
	size_t i;

	if (values == NULL) {
		return false;
	}
	for (i = 0; i < num; i++) {
		values[i] = spn_values_get(el, i);
	}
	*_change = (struct spn_change){
		.kind = spn_request_kind(el),
		.values = values,
		.num_values = num,
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
		struct spn_str name = spn_values_get(el, 0);

		if (ldb_attr_cmp(el->name, attr) != 0 ||
		    LDB_FLAG_MOD_TYPE(el->flags) == LDB_FLAG_MOD_DELETE ||
		    spn_values_num(el) == 0)
		{
			continue;
		}
		*_name = talloc_strndup(account, name.data, name.len);
		if (*_name == NULL) {
			return false;
		}
	}
	return true;
}

struct spn_account *spn_request_predict(const struct spn_store *store,
					TALLOC_CTX *mem_ctx,
					const struct spn_account *current,
					const struct ldb_message *msg,
					struct spn_changed *_changed)
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
		if (!spn_request_is_spns(&msg->elements[i])) {
			continue;
		}
		if (!change_of(tmp_ctx,
			       &msg->elements[i],
			       &changes[num_changes++]))
		{
			goto done;
		}
	}
	after = spn_changes_apply(mem_ctx,
				  current,
				  &fold,
				  changes,
				  num_changes,
				  _changed);
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
