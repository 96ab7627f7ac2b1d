/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * -L and -Q: what an account has, and who has what.
 */
#include "setspn.h"

#include "policy/quote.h"
#include "policy/room.h"
#include <stdlib.h>
#include <string.h>

static void show_spns(const struct spn_account *account)
{
	size_t i;

	for (i = 0; i < account->spns.num; i++) {
		setspn_item(account->spns.values[i].value);
	}
}

void setspn_show(const struct spn_account *account)
{
	setspn_say("%s", account->dn);
	show_spns(account);
}

int setspn_list(const struct setspn *s)
{
	struct spn_account *account = NULL;
	int status = setspn_find_account(s, s->store.ldb, &account);

	if (status != SETSPN_DONE) {
		return status;
	}
	setspn_say(SETSPN_REGISTERED, account->dn);
	show_spns(account);
	return SETSPN_DONE;
}

/* ------------------------------------------------------------------ -Q */

struct found {
	const struct setspn *s;
	struct spn_account **accounts;
	size_t num;
};

static int take(void *private_data, const struct ldb_message *msg)
{
	struct found *found = private_data;
	const struct spn_store *store = &found->s->store;
	struct spn_account *account = NULL;
	int ret = spn_store_account_of(store, store->ldb, msg, &account, NULL);

	if (ret != LDB_SUCCESS) {
		return ret;
	}
	found->accounts = spn_room(store->ldb,
				   found->accounts,
				   found->num,
				   struct spn_account *);
	if (found->accounts == NULL) {
		return LDB_ERR_OPERATIONS_ERROR;
	}
	found->accounts[found->num++] = account;
	return LDB_SUCCESS;
}

static void forget(void *private_data)
{
	struct found *found = private_data;

	found->num = 0;
}

static int compare_dns(const void *a, const void *b)
{
	const struct spn_account *const *left = a;
	const struct spn_account *const *right = b;

	return strcmp((*left)->dn, (*right)->dn);
}

/* "*" stays, "**" is no filter and means the same; all else is only itself.
 * NULL when out of memory. */
static char *filter_of(TALLOC_CTX *mem_ctx, const char *pattern)
{
	char *filter = talloc_strdup(mem_ctx, "(servicePrincipalName=");
	const char *part = pattern;

	while (filter != NULL) {
		struct spn_str piece = {part, strcspn(part, "*")};
		char *escaped = ldb_binary_encode(mem_ctx,
						  spn_values_val(piece));

		if (escaped == NULL) {
			return NULL;
		}
		filter = talloc_asprintf_append(filter,
						"%s%s",
						escaped,
						(part[piece.len] == '*') ? "*"
									 : "");
		part += piece.len;
		if (*part == '\0') {
			break;
		}
		part += strspn(part, "*");
	}
	return (filter == NULL) ? NULL : talloc_strdup_append(filter, ")");
}

static int search_for(struct found *found, const char *pattern)
{
	const struct setspn_search search = {
		.filter = filter_of(found->s->store.ldb, pattern),
		.attrs = spn_store_attrs,
		.entry = take,
		.restart = forget,
		.private_data = found,
	};
	int status;

	if (search.filter == NULL) {
		return setspn_out_of_memory(found->s);
	}
	status = setspn_search(found->s, &search);
	if (status == SETSPN_DONE && found->num > 0) {
		qsort(found->accounts,
		      found->num,
		      sizeof(void *),
		      compare_dns);
	}
	return status;
}

/* As it was typed, and if nobody has that, as it was printed. */
static int search_typed(struct found *found)
{
	const char *typed = found->s->plan->spn;
	int status = search_for(found, typed);
	struct spn_str value = {};

	if (status != SETSPN_DONE || found->num > 0 ||
	    strchr(typed, '\\') == NULL)
	{
		return status;
	}
	value = spn_unescape(found->s->store.ldb, spn_str_of(typed));
	if (value.data == NULL) {
		return setspn_out_of_memory(found->s);
	}
	/* A star that nobody typed stands for nothing but itself. */
	if (memchr(value.data, '\0', value.len) != NULL ||
	    (strchr(value.data, '*') != NULL && strchr(typed, '*') == NULL))
	{
		return SETSPN_DONE;
	}
	return search_for(found, value.data);
}

int setspn_query(const struct setspn *s)
{
	struct found found = {.s = s};
	size_t i;
	int status = search_typed(&found);

	if (status != SETSPN_DONE) {
		return status;
	}
	setspn_say_scope(s);
	for (i = 0; i < found.num; i++) {
		setspn_show(found.accounts[i]);
	}
	setspn_say("%s", "");
	setspn_say((found.num > 0) ? SETSPN_EXISTING : SETSPN_NO_SUCH_SPN);
	status = setspn_say_answer(s);
	if (status != SETSPN_DONE) {
		return status;
	}
	return (found.num > 0) ? SETSPN_DONE : SETSPN_NO;
}
