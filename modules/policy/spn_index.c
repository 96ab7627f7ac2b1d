/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sorted arrays of (key, account), sorted again at the first question after
 * a change. An audit adds everything, then asks; the module adds a handful,
 * asks, adds a handful. Nothing cleverer is needed for either, and qsort()
 * and bsearch() of libc are all there is to trust.
 */
#include "spn_index.h"

#include <stdlib.h>

struct entry {
	struct spn_str key;
	const struct spn_account *account;
};

struct table {
	struct entry *entries;
	size_t num_entries;
	size_t size;
	bool sorted;
	int (*compare)(const void *a, const void *b);
};

struct spn_index {
	struct spn_fold fold;
	bool complete;
	struct table by_spn;  /* folded value */
	struct table by_name; /* NetBIOS name, no case */
	struct table by_dns;  /* DNS name, no case */
	struct spn_set guids; /* of its accounts; partial index only */
	/* What a partial index has been asked: with an answer, by kind, and
	 * without. */
	struct spn_set known[2];
	struct spn_question *open;
	size_t num_open;
	size_t size_open;
	bool wants_suffixes;
};

/* The values of one account that have the same key stand together. */
static int compare_holders(const void *a, const void *b)
{
	const struct entry *x = a;
	const struct entry *y = b;
	int cmp = spn_str_compare(x->key, y->key);

	if (cmp != 0 || x->account == NULL || y->account == NULL) {
		return cmp;
	}
	return (x->account > y->account) - (x->account < y->account);
}

static int compare_nocase(const void *a, const void *b)
{
	const struct entry *x = a;
	const struct entry *y = b;
	size_t i;

	for (i = 0; i < x->key.len && i < y->key.len; i++) {
		int c = spn_ascii_lower(x->key.data[i]);
		int d = spn_ascii_lower(y->key.data[i]);

		if (c != d) {
			return (c > d) ? 1 : -1;
		}
	}
	return (x->key.len > y->key.len) - (x->key.len < y->key.len);
}

static bool table_add(struct spn_index *index,
		      struct table *table,
		      struct spn_str key,
		      const struct spn_account *account)
{
	if (key.len == 0) {
		return true;
	}
	if (table->num_entries == table->size) {
		size_t size = (table->size == 0) ? 16 : table->size * 2;
		struct entry *entries = talloc_realloc(index,
						       table->entries,
						       struct entry,
						       size);

		if (entries == NULL) {
			return false;
		}
		table->entries = entries;
		table->size = size;
	}
	table->entries[table->num_entries++] = (struct entry){
		.key = key,
		.account = account,
	};
	table->sorted = false;
	return true;
}

/* The entries with that key: a pointer to the first and how many. */
static const struct entry *table_find(struct table *table,
				      struct spn_str key,
				      size_t *_num)
{
	struct entry wanted = {.key = key};
	const struct entry *end = NULL;
	const struct entry *first = NULL;
	const struct entry *last = NULL;

	*_num = 0;
	if (table->num_entries == 0 || key.len == 0) {
		return NULL;
	}
	if (!table->sorted) {
		qsort(table->entries,
		      table->num_entries,
		      sizeof(struct entry),
		      table->compare);
		table->sorted = true;
	}
	first = bsearch(&wanted,
			table->entries,
			table->num_entries,
			sizeof(struct entry),
			table->compare);
	if (first == NULL) {
		return NULL;
	}
	end = table->entries + table->num_entries;
	last = first + 1;
	while (first > table->entries &&
	       table->compare(first - 1, &wanted) == 0) {
		first--;
	}
	while (last < end && table->compare(last, &wanted) == 0) {
		last++;
	}
	*_num = (size_t)(last - first);
	return first;
}

struct spn_index *spn_index_new(TALLOC_CTX *mem_ctx,
				struct spn_fold fold,
				bool complete)
{
	struct spn_index *index = talloc_zero(mem_ctx, struct spn_index);

	if (index == NULL) {
		return NULL;
	}
	index->fold = fold;
	index->complete = complete;
	index->by_spn.compare = compare_holders;
	index->by_name.compare = compare_nocase;
	index->by_dns.compare = compare_nocase;
	return index;
}

const struct spn_fold *spn_index_fold(const struct spn_index *index)
{
	return &index->fold;
}

static bool add_names(struct spn_index *index,
		      const struct spn_account *account)
{
	const char **names = account->additional_dns_host_names;
	size_t i;

	if (account->kind != SPN_KIND_COMPUTER) {
		return true;
	}
	if (!table_add(index,
		       &index->by_name,
		       spn_account_netbios_name(account),
		       account) ||
	    !table_add(index,
		       &index->by_dns,
		       spn_str_of(account->dns_host_name),
		       account))
	{
		return false;
	}
	for (i = 0; names != NULL && names[i] != NULL; i++) {
		if (!table_add(index,
			       &index->by_dns,
			       spn_str_of(names[i]),
			       account)) {
			return false;
		}
	}
	return true;
}

bool spn_index_has(const struct spn_index *index, const char *object_guid)
{
	return spn_set_has(&index->guids, spn_str_of(object_guid));
}

bool spn_index_add(struct spn_index *index, const struct spn_account *account)
{
	struct spn_value guid = {.key = spn_str_of(account->object_guid)};
	size_t i;

	if (!index->complete) {
		if (spn_index_has(index, account->object_guid)) {
			return true;
		}
		if (!spn_set_add(index, &index->guids, &guid)) {
			return false;
		}
	}
	for (i = 0; i < account->spns.num; i++) {
		if (!table_add(index,
			       &index->by_spn,
			       account->spns.values[i].key,
			       account)) {
			return false;
		}
	}
	return add_names(index, account);
}

/* Notes a question that a partial index cannot answer yet. */
static bool ask(struct spn_index *index,
		enum spn_question_kind kind,
		const struct spn_value *asked)
{
	struct spn_question question = {.kind = kind};

	/* What is not UTF-8 cannot be folded, so no index of the directory
	 * has it: nobody can store it, and a search for it would read every
	 * object there is. */
	if (index->complete || asked->value.len == 0 ||
	    !spn_str_is_utf8(asked->value) ||
	    spn_set_has(&index->known[kind], asked->key))
	{
		return true;
	}
	if (index->num_open == index->size_open) {
		size_t size = (index->size_open == 0) ? 16
						      : index->size_open * 2;
		struct spn_question *open = talloc_realloc(index,
							   index->open,
							   struct spn_question,
							   size);

		if (open == NULL) {
			return false;
		}
		index->open = open;
		index->size_open = size;
	}
	question.text = spn_str_dup(index, asked->value);
	question.key = spn_str_dup(index, asked->key);
	if (question.text.data == NULL || question.key.data == NULL) {
		return false;
	}
	index->open[index->num_open++] = question;
	return true;
}

bool spn_index_holders_of(struct spn_index *index,
			  TALLOC_CTX *mem_ctx,
			  const struct spn_value *spn,
			  struct spn_holders *_holders)
{
	struct spn_holders holders = {};
	const struct entry *found = NULL;
	size_t num = 0;
	size_t i;

	if (!ask(index, SPN_ASK_SPN, spn)) {
		return false;
	}
	found = table_find(&index->by_spn, spn->key, &num);
	if (num > 0) {
		holders.accounts = talloc_array(mem_ctx,
						const struct spn_account *,
						num);
		if (holders.accounts == NULL) {
			return false;
		}
	}
	for (i = 0; i < num; i++) {
		if (i == 0 || found[i].account != found[i - 1].account) {
			holders.accounts[holders.num_accounts++] =
				found[i].account;
		}
	}
	*_holders = holders;
	return true;
}

bool spn_index_key(const struct spn_index *index,
		   TALLOC_CTX *mem_ctx,
		   struct spn_str service_class,
		   struct spn_str host_name,
		   struct spn_value *_spn)
{
	_spn->value.data = spn_format(mem_ctx, service_class, host_name);
	_spn->value.len = service_class.len + 1 + host_name.len;
	return _spn->value.data != NULL &&
	       index->fold.fn(index->fold.private_data,
			      mem_ctx,
			      _spn->value,
			      &_spn->key);
}

bool spn_index_holders(struct spn_index *index,
		       TALLOC_CTX *mem_ctx,
		       struct spn_str service_class,
		       struct spn_str host_name,
		       struct spn_holders *_holders)
{
	TALLOC_CTX *tmp_ctx = talloc_new(mem_ctx);
	struct spn_value spn = {};
	bool ok = false;

	if (tmp_ctx == NULL) {
		return false;
	}
	ok = spn_index_key(index, tmp_ctx, service_class, host_name, &spn) &&
	     spn_index_holders_of(index, mem_ctx, &spn, _holders);
	talloc_free(tmp_ctx);
	return ok;
}

/* Machines have ASCII names: small letters will do for a key. */
static bool ask_for_machine(struct spn_index *index, struct spn_str name)
{
	struct spn_value asked = {};
	char *sam = NULL;
	bool ok = false;
	size_t i;

	if (index->complete || name.len == 0) {
		return true;
	}
	sam = talloc_array(index, char, name.len + 1);
	if (sam == NULL) {
		return false;
	}
	for (i = 0; i < name.len; i++) {
		sam[i] = (char)spn_ascii_lower(name.data[i]);
	}
	sam[name.len] = '$';
	asked.value = (struct spn_str){.data = sam, .len = name.len + 1};
	asked.key = asked.value;
	ok = ask(index, SPN_ASK_SAM_ACCOUNT_NAME, &asked);
	talloc_free(sam);
	return ok;
}

bool spn_index_computer_by_name(struct spn_index *index,
				struct spn_str netbios_name,
				const struct spn_account **_computer)
{
	const struct entry *found = NULL;
	size_t num = 0;

	if (!ask_for_machine(index, netbios_name)) {
		return false;
	}
	found = table_find(&index->by_name, netbios_name, &num);
	*_computer = (num > 0) ? found->account : NULL;
	return true;
}

bool spn_index_computer_by_dns(struct spn_index *index,
			       struct spn_str fqdn,
			       const struct spn_account **_computer)
{
	const size_t max_netbios = 15;
	const struct entry *found = NULL;
	struct spn_str label = fqdn;
	size_t num = 0;

	for (label.len = 0; label.len < fqdn.len; label.len++) {
		if (fqdn.data[label.len] == '.') {
			break;
		}
	}
	if (!ask_for_machine(index, label)) {
		return false;
	}
	if (label.len > max_netbios) {
		label.len = max_netbios;
		if (!ask_for_machine(index, label)) {
			return false;
		}
	}
	if (!index->complete) {
		struct spn_holders ignored = {};

		if (!spn_index_holders(index,
				       index,
				       spn_str_of("HOST"),
				       fqdn,
				       &ignored)) {
			return false;
		}
		talloc_free(ignored.accounts);
	}
	found = table_find(&index->by_dns, fqdn, &num);
	*_computer = (num > 0) ? found->account : NULL;
	return true;
}

void spn_index_want_suffixes(struct spn_index *index)
{
	index->wants_suffixes = true;
}

bool spn_index_wants_suffixes(const struct spn_index *index)
{
	return index->wants_suffixes;
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

const struct spn_question *spn_index_open_questions(struct spn_index *index,
						    size_t *_num)
{
	struct spn_question *open = index->open;
	size_t kept = 0;
	size_t i;

	if (index->num_open > 0) {
		qsort(open,
		      index->num_open,
		      sizeof(struct spn_question),
		      compare_questions);
	}
	for (i = 0; i < index->num_open; i++) {
		if (kept == 0 ||
		    compare_questions(&open[kept - 1], &open[i]) != 0) {
			open[kept++] = open[i];
		}
	}
	index->num_open = kept;
	*_num = kept;
	return open;
}

bool spn_index_answered(struct spn_index *index)
{
	size_t i;

	for (i = 0; i < index->num_open; i++) {
		struct spn_value question = {.key = index->open[i].key};

		if (!spn_set_add(index,
				 &index->known[index->open[i].kind],
				 &question)) {
			return false;
		}
	}
	index->num_open = 0;
	index->wants_suffixes = false;
	return true;
}
