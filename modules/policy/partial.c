/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Three tables of accounts, and what has been asked so far.
 */
#include "partial.h"

#include "table.h"

/* From so many SPNs on an account is large. A transaction
 * nearly always has one account; the others go the usual way. */
#define LARGE 64
#define MAX_LARGE 4

struct spn_partial {
	struct spn_index index;	  /* first: see there */
	struct spn_table by_spn;  /* folded value */
	struct spn_table by_name; /* NetBIOS name, no case */
	/* Folded CN of computers and gMSAs: of the first so many of given and
	 * found, for hardly anybody asks. */
	struct spn_table by_cn;
	size_t num_cns_given;
	size_t num_cns_found;
	/* By objectGUID: those that were given to it with all of their SPNs,
	 * and those that searches have found, each time anew. */
	struct spn_table given;
	struct spn_table found;
	/* Given ones with many SPNs are looked up in their own sets. */
	const struct spn_account *large[MAX_LARGE];
	size_t num_large;
	struct spn_set folded; /* by text: its key */
	struct spn_questions questions;
	bool wants_suffixes;
};

static struct spn_partial *partial_of(struct spn_index *index)
{
	return (struct spn_partial *)(void *)index;
}

struct spn_index *spn_partial_index(struct spn_partial *partial)
{
	return &partial->index;
}

static bool add_name(struct spn_partial *partial,
		     const struct spn_account *account)
{
	return account->kind != SPN_KIND_COMPUTER ||
	       spn_table_add(partial,
			     &partial->by_name,
			     spn_account_netbios_name(account),
			     account);
}

/* While an account is being added to the directory it has no objectGUID. */
static struct spn_str guid_key(const char *object_guid)
{
	return spn_str_of((object_guid[0] == '\0') ? "-" : object_guid);
}

bool spn_partial_has(const struct spn_partial *partial,
		     const char *object_guid)
{
	return spn_table_find(&partial->given, guid_key(object_guid)) != NULL;
}

static bool is_large(const struct spn_partial *partial,
		     const struct spn_account *account)
{
	size_t i = 0;

	while (i < partial->num_large && partial->large[i] != account) {
		i++;
	}
	return i < partial->num_large;
}

const struct spn_account *spn_partial_large(const struct spn_partial *partial,
					    size_t n)
{
	return (n < partial->num_large) ? partial->large[n] : NULL;
}

/* What an account has been found as before. */
static bool had_key(const struct spn_partial *partial,
		    const struct spn_entry *before,
		    struct spn_str key)
{
	while (before != NULL &&
	       spn_account_find(before->account, key) == NULL)
	{
		before = spn_table_next(&partial->found, before);
	}
	return before != NULL;
}

/* Each key once, however many spellings of it there are. before: what the
 * account was found as first, which stands for it; NULL: it was not. */
static bool add_spns(struct spn_partial *partial,
		     const struct spn_account *found,
		     const struct spn_entry *before)
{
	const struct spn_account *account = (before != NULL) ? before->account
							     : found;
	size_t i;

	for (i = 0; i < found->spns.num; i++) {
		const struct spn_value *value = &found->spns.values[i];

		if (spn_account_find(found, value->key) != value ||
		    had_key(partial, before, value->key))
		{
			continue;
		}
		if (!spn_table_add(partial,
				   &partial->by_spn,
				   value->key,
				   account))
		{
			return false;
		}
	}
	return true;
}

bool spn_partial_add(struct spn_partial *partial,
		     const struct spn_account *account)
{
	if (spn_partial_has(partial, account->object_guid)) {
		return true;
	}
	if (!spn_table_add(partial,
			   &partial->given,
			   guid_key(account->object_guid),
			   account) ||
	    !add_name(partial, account))
	{
		return false;
	}
	if (account->spns.num >= LARGE && partial->num_large < MAX_LARGE) {
		partial->large[partial->num_large++] = account;
		return true;
	}
	return add_spns(partial, account, NULL);
}

bool spn_partial_add_found(struct spn_partial *partial,
			   const struct spn_account *account)
{
	struct spn_str guid = guid_key(account->object_guid);
	const struct spn_entry *first = spn_table_find(&partial->found, guid);

	if (spn_partial_has(partial, account->object_guid)) {
		return true;
	}
	if (!add_spns(partial, account, first) ||
	    (first == NULL && !add_name(partial, account)))
	{
		return false;
	}
	return spn_table_add(partial, &partial->found, guid, account);
}

bool spn_partial_add_spn(struct spn_partial *partial,
			 const struct spn_account *account,
			 const struct spn_value *spn)
{
	return is_large(partial, account) ||
	       spn_table_add(partial, &partial->by_spn, spn->key, account);
}

static bool ask(struct spn_partial *partial,
		enum spn_question_kind kind,
		const struct spn_value *asked)
{
	return spn_questions_ask(partial, &partial->questions, kind, asked);
}

static bool is_known(const struct spn_partial *partial,
		     enum spn_question_kind kind,
		     struct spn_str key)
{
	return spn_set_has(&partial->questions.known[kind], key);
}

/* The SPN itself; or, where it is only to be looked for in the domains, that.
 */
static bool ask_spn(struct spn_partial *partial,
		    enum spn_question_kind kind,
		    const struct spn_value *spn)
{
	return is_known(partial, SPN_ASK_SPN, spn->key) ||
	       ask(partial, kind, spn);
}

/* Those with that key, and room for some more. */
static bool list_accounts(const struct spn_table *table,
			  TALLOC_CTX *mem_ctx,
			  struct spn_str key,
			  size_t num_more,
			  struct spn_holders *_holders)
{
	struct spn_holders holders = {};
	const struct spn_entry *first = spn_table_find(table, key);
	const struct spn_entry *entry = NULL;
	size_t num = num_more;

	for (entry = first; entry != NULL;
	     entry = spn_table_next(table, entry))
	{
		num++;
	}
	if (num == 0) {
		*_holders = holders;
		return true;
	}
	holders.accounts = talloc_array(mem_ctx,
					const struct spn_account *,
					num);
	if (holders.accounts == NULL) {
		return false;
	}
	for (entry = first; entry != NULL;
	     entry = spn_table_next(table, entry))
	{
		holders.accounts[holders.num_accounts++] = entry->account;
	}
	*_holders = holders;
	return true;
}

static bool find_holders(struct spn_partial *partial,
			 TALLOC_CTX *mem_ctx,
			 const struct spn_value *spn,
			 struct spn_holders *_holders)
{
	size_t i;

	if (!list_accounts(&partial->by_spn,
			   mem_ctx,
			   spn->key,
			   partial->num_large,
			   _holders))
	{
		return false;
	}
	for (i = 0; i < partial->num_large; i++) {
		if (spn_account_find(partial->large[i], spn->key) != NULL) {
			_holders->accounts[_holders->num_accounts++] =
				partial->large[i];
		}
	}
	return true;
}

static bool holders_of(struct spn_index *index,
		       TALLOC_CTX *mem_ctx,
		       enum spn_scope scope,
		       const struct spn_value *spn,
		       struct spn_holders *_holders)
{
	struct spn_partial *partial = partial_of(index);
	enum spn_question_kind kind = (scope == SPN_IN_DOMAINS)
					      ? SPN_ASK_SPN_IN_DOMAINS
					      : SPN_ASK_SPN;

	return ask_spn(partial, kind, spn) &&
	       find_holders(partial, mem_ctx, spn, _holders);
}

bool spn_partial_is_free(const struct spn_partial *partial,
			 struct spn_str key,
			 const struct spn_account *account)
{
	const struct spn_entry *entry = NULL;
	size_t i;

	if (!is_known(partial, SPN_ASK_SPN, key) &&
	    !is_known(partial, SPN_ASK_SPN_IN_DOMAINS, key))
	{
		return false;
	}
	entry = spn_table_find(&partial->by_spn, key);
	while (entry != NULL && entry->account == account) {
		entry = spn_table_next(&partial->by_spn, entry);
	}
	for (i = 0; i < partial->num_large && entry == NULL; i++) {
		if (partial->large[i] != account &&
		    spn_account_find(partial->large[i], key) != NULL)
		{
			return false;
		}
	}
	return entry == NULL;
}

struct spn_str spn_partial_known_spn(const struct spn_partial *partial,
				     size_t n)
{
	static const enum spn_question_kind kinds[] = {
		SPN_ASK_SPN,
		SPN_ASK_SPN_IN_DOMAINS,
	};
	size_t k;

	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		const struct spn_set *known =
			&partial->questions.known[kinds[k]];

		if (n < known->num) {
			return known->values[n].key;
		}
		n -= known->num;
	}
	return (struct spn_str){};
}

/* Rules ask for the same few texts again and again, and to fold one costs
 * more than all that they do with it. */
static bool key_of(struct spn_index *index,
		   TALLOC_CTX *mem_ctx,
		   struct spn_str text,
		   struct spn_str *_key)
{
	struct spn_partial *partial = partial_of(index);
	const struct spn_value *known = spn_set_find(&partial->folded, text);
	struct spn_value fresh = {};

	(void)mem_ctx;
	if (known != NULL) {
		*_key = known->value;
		return true;
	}
	fresh.key = spn_str_dup(partial, text);
	if (fresh.key.data == NULL ||
	    !spn_fold_text(&index->fold, partial, text, &fresh.value) ||
	    !spn_set_add(partial, &partial->folded, &fresh))
	{
		return false;
	}
	*_key = fresh.value;
	return true;
}

/*
 * Nearly every computer has HOST/<its name>. For a DNS name there is no other
 * index. For a NetBIOS name there is; but rules want to know that SPN next,
 * and so it is in the same search.
 */
static bool ask_for_host(struct spn_partial *partial, struct spn_str name)
{
	struct spn_holders ignored = {};

	if (!spn_index_domain_holders(&partial->index,
				      partial,
				      spn_str_of("HOST"),
				      name,
				      &ignored))
	{
		return false;
	}
	spn_holders_free(&ignored);
	return true;
}

/* Machines have ASCII names: small letters will do for a key. */
static bool ask_for_machine(struct spn_partial *partial, struct spn_str name)
{
	struct spn_value asked = {};
	char *sam = NULL;
	bool ok = false;
	size_t i;

	if (name.len == 0) {
		return true;
	}
	sam = talloc_array(partial, char, name.len + 1);
	if (sam == NULL) {
		return false;
	}
	for (i = 0; i < name.len; i++) {
		sam[i] = (char)spn_ascii_lower(name.data[i]);
	}
	sam[name.len] = '$';
	asked.value = (struct spn_str){.data = sam, .len = name.len + 1};
	asked.key = asked.value;
	ok = ask(partial, SPN_ASK_COMPUTER, &asked);
	talloc_free(sam);
	return ok;
}

static bool by_name(struct spn_index *index,
		    struct spn_str netbios_name,
		    const struct spn_account **_computer)
{
	struct spn_partial *partial = partial_of(index);
	const struct spn_entry *entry = NULL;

	if (!ask_for_machine(partial, netbios_name) ||
	    !ask_for_host(partial, netbios_name))
	{
		return false;
	}
	entry = spn_table_find(&partial->by_name, netbios_name);
	*_computer = (entry != NULL) ? entry->account : NULL;
	return true;
}

/* Those of the table that are not there yet. An account may be found again:
 * the first stands for it. */
static bool add_cns(struct spn_partial *partial,
		    const struct spn_table *table,
		    size_t *_num)
{
	for (; *_num < table->num_entries; (*_num)++) {
		const struct spn_entry *entry = &table->entries[*_num];
		struct spn_str cn = {};
		struct spn_str key = {};

		if (!spn_account_is_machine(entry->account) ||
		    spn_table_find(table, entry->key) != entry)
		{
			continue;
		}
		if (!spn_account_cn(partial, entry->account, &cn) ||
		    !key_of(&partial->index, partial, cn, &key) ||
		    !spn_table_add(partial,
				   &partial->by_cn,
				   key,
				   entry->account))
		{
			return false;
		}
	}
	return true;
}

static bool by_cn(struct spn_index *index,
		  TALLOC_CTX *mem_ctx,
		  const struct spn_value *cn,
		  struct spn_holders *_computers)
{
	struct spn_partial *partial = partial_of(index);

	return ask(partial, SPN_ASK_CN, cn) &&
	       add_cns(partial, &partial->given, &partial->num_cns_given) &&
	       add_cns(partial, &partial->found, &partial->num_cns_found) &&
	       list_accounts(&partial->by_cn, mem_ctx, cn->key, 0, _computers);
}

static void want_suffixes(struct spn_index *index)
{
	partial_of(index)->wants_suffixes = true;
}

bool spn_partial_wants_suffixes(const struct spn_partial *partial)
{
	return partial->wants_suffixes;
}

const struct spn_question *spn_partial_open_questions(
	struct spn_partial *partial,
	size_t *_num)
{
	return spn_questions_open(&partial->questions, _num);
}

bool spn_partial_asks(const struct spn_partial *partial, struct spn_str key)
{
	return spn_set_has(&partial->questions.asked, key);
}

bool spn_partial_answered(struct spn_partial *partial, bool anywhere)
{
	partial->wants_suffixes = false;
	return spn_questions_answered(partial, &partial->questions, anywhere);
}

struct spn_partial *spn_partial_new(TALLOC_CTX *mem_ctx, struct spn_fold fold)
{
	static const struct spn_index_ops ops = {
		.key = key_of,
		.holders = holders_of,
		.by_name = by_name,
		.by_cn = by_cn,
		.want_suffixes = want_suffixes,
	};
	struct spn_partial *partial = talloc_zero(mem_ctx, struct spn_partial);

	if (partial != NULL) {
		partial->index.ops = &ops;
		partial->index.fold = fold;
		partial->by_name.nocase = true;
	}
	return partial;
}
