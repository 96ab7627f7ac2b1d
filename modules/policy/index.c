/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A partial index: three tables of accounts, and what it has been asked so
 * far. A complete one is a census.
 */
#include "index.h"

#include "spn_census.h"
#include "table.h"

/* From so many SPNs on an account of a partial index is large. A transaction
 * nearly always has one account; the others go the usual way. */
#define LARGE 64
#define MAX_LARGE 4

struct spn_index {
	struct spn_fold fold;
	struct spn_census *census; /* NULL: a partial index */
	struct spn_table by_spn;   /* folded value */
	struct spn_table by_name;  /* NetBIOS name, no case */
	struct spn_table by_dns;   /* DNS name, no case */
	/* Accounts of a partial index, by objectGUID: those that were given to
	 * it with all of their SPNs, and those that a search has found. */
	struct spn_table given;
	struct spn_table found;
	/* Given ones with many SPNs are looked up in their own sets. */
	const struct spn_account *large[MAX_LARGE];
	size_t num_large;
	struct spn_set folded; /* by text: its key; partial index only */
	struct spn_questions questions; /* partial index only */
	bool wants_suffixes;
};

struct spn_index *spn_index_new(TALLOC_CTX *mem_ctx,
				struct spn_fold fold,
				bool complete)
{
	struct spn_index *index = talloc_zero(mem_ctx, struct spn_index);

	if (index == NULL) {
		return NULL;
	}
	index->fold = fold;
	index->by_name.nocase = true;
	index->by_dns.nocase = true;
	if (complete) {
		index->census = spn_census_new(index, fold);
		if (index->census == NULL) {
			talloc_free(index);
			return NULL;
		}
	}
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
	if (!spn_table_add(index,
			   &index->by_name,
			   spn_account_netbios_name(account),
			   account) ||
	    !spn_table_add(index,
			   &index->by_dns,
			   spn_str_of(account->dns_host_name),
			   account))
	{
		return false;
	}
	for (i = 0; names != NULL && names[i] != NULL; i++) {
		if (!spn_table_add(index,
				   &index->by_dns,
				   spn_str_of(names[i]),
				   account)) {
			return false;
		}
	}
	return true;
}

/* While an account is being added to the directory it has no objectGUID. */
static struct spn_str guid_key(const char *object_guid)
{
	return spn_str_of((object_guid[0] == '\0') ? "-" : object_guid);
}

bool spn_index_has(const struct spn_index *index, const char *object_guid)
{
	return spn_table_find(&index->given, guid_key(object_guid)) != NULL;
}

static bool is_large(const struct spn_index *index,
		     const struct spn_account *account)
{
	size_t i = 0;

	while (i < index->num_large && index->large[i] != account) {
		i++;
	}
	return i < index->num_large;
}

const struct spn_account *spn_index_large(const struct spn_index *index,
					  size_t n)
{
	return (n < index->num_large) ? index->large[n] : NULL;
}

/* Each key once, however many spellings of it there are. */
static bool add_spns(struct spn_index *index,
		     const struct spn_account *found,
		     const struct spn_account *account)
{
	size_t i;

	for (i = 0; i < found->spns.num; i++) {
		const struct spn_value *value = &found->spns.values[i];

		if (spn_account_find(found, value->key) != value ||
		    (found != account &&
		     spn_account_find(account, value->key) != NULL))
		{
			continue;
		}
		if (!spn_table_add(index, &index->by_spn, value->key, account))
		{
			return false;
		}
	}
	return true;
}

bool spn_index_add(struct spn_index *index, const struct spn_account *account)
{
	if (index->census != NULL) {
		return spn_census_add(index->census, account);
	}
	if (spn_index_has(index, account->object_guid)) {
		return true;
	}
	if (!spn_table_add(index,
			   &index->given,
			   guid_key(account->object_guid),
			   account) ||
	    !add_names(index, account))
	{
		return false;
	}
	if (account->spns.num >= LARGE && index->num_large < MAX_LARGE) {
		index->large[index->num_large++] = account;
		return true;
	}
	return add_spns(index, account, account);
}

bool spn_index_add_found(struct spn_index *index,
			 const struct spn_account *account)
{
	struct spn_str guid = guid_key(account->object_guid);
	const struct spn_entry *first = spn_table_find(&index->found, guid);

	if (spn_index_has(index, account->object_guid)) {
		return true;
	}
	if (first != NULL) {
		return add_spns(index, account, first->account);
	}
	return spn_table_add(index, &index->found, guid, account) &&
	       add_names(index, account) && add_spns(index, account, account);
}

bool spn_index_add_spn(struct spn_index *index,
		       const struct spn_account *account,
		       const struct spn_value *spn)
{
	return is_large(index, account) ||
	       spn_table_add(index, &index->by_spn, spn->key, account);
}

static bool ask(struct spn_index *index,
		enum spn_question_kind kind,
		const struct spn_value *asked)
{
	return index->census != NULL ||
	       spn_questions_ask(index, &index->questions, kind, asked);
}

static bool is_known(const struct spn_index *index,
		     enum spn_question_kind kind,
		     struct spn_str key)
{
	return spn_set_has(&index->questions.known[kind], key);
}

/* The SPN itself; or, where it is only to be looked for in the domains, that.
 */
static bool ask_spn(struct spn_index *index,
		    enum spn_question_kind kind,
		    const struct spn_value *spn)
{
	return is_known(index, SPN_ASK_SPN, spn->key) || ask(index, kind, spn);
}

static bool find_holders(struct spn_index *index,
			 TALLOC_CTX *mem_ctx,
			 const struct spn_value *spn,
			 struct spn_holders *_holders)
{
	const struct spn_table *table = &index->by_spn;
	struct spn_holders holders = {};
	const struct spn_entry *first = NULL;
	const struct spn_entry *entry = NULL;
	size_t num = index->num_large;
	size_t i;

	if (index->census != NULL) {
		return spn_census_find(index->census,
				       mem_ctx,
				       SPN_CENSUS_SPN,
				       spn->key,
				       _holders);
	}
	first = spn_table_find(table, spn->key);
	for (entry = first; entry != NULL;
	     entry = spn_table_next(table, entry)) {
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
	     entry = spn_table_next(table, entry)) {
		holders.accounts[holders.num_accounts++] = entry->account;
	}
	for (i = 0; i < index->num_large; i++) {
		if (spn_account_find(index->large[i], spn->key) != NULL) {
			holders.accounts[holders.num_accounts++] =
				index->large[i];
		}
	}
	*_holders = holders;
	return true;
}

bool spn_index_holders_of(struct spn_index *index,
			  TALLOC_CTX *mem_ctx,
			  const struct spn_value *spn,
			  struct spn_holders *_holders)
{
	return ask_spn(index, SPN_ASK_SPN, spn) &&
	       find_holders(index, mem_ctx, spn, _holders);
}

bool spn_index_is_free(struct spn_index *index,
		       struct spn_str key,
		       const struct spn_account *account)
{
	const struct spn_entry *entry = NULL;
	size_t i;

	if (!is_known(index, SPN_ASK_SPN, key) &&
	    !is_known(index, SPN_ASK_SPN_IN_DOMAINS, key))
	{
		return false;
	}
	entry = spn_table_find(&index->by_spn, key);
	while (entry != NULL && entry->account == account) {
		entry = spn_table_next(&index->by_spn, entry);
	}
	for (i = 0; i < index->num_large && entry == NULL; i++) {
		if (index->large[i] != account &&
		    spn_account_find(index->large[i], key) != NULL)
		{
			return false;
		}
	}
	return entry == NULL;
}

/* Rules ask for the same few texts again and again, and to fold one costs
 * more than all that they do with it. */
static bool fold_text(struct spn_index *index,
		      struct spn_str text,
		      struct spn_str *_key)
{
	const struct spn_value *known = spn_set_find(&index->folded, text);
	struct spn_value fresh = {};

	if (known != NULL) {
		*_key = known->value;
		return true;
	}
	fresh.key = spn_str_dup(index, text);
	if (fresh.key.data == NULL ||
	    !index->fold.fn(index->fold.private_data,
			    index,
			    text,
			    &fresh.value) ||
	    !spn_set_add(index, &index->folded, &fresh))
	{
		return false;
	}
	*_key = fresh.value;
	return true;
}

bool spn_index_key(struct spn_index *index,
		   TALLOC_CTX *mem_ctx,
		   struct spn_str service_class,
		   struct spn_str host_name,
		   struct spn_value *_spn)
{
	_spn->value.data = spn_format(mem_ctx, service_class, host_name);
	_spn->value.len = service_class.len + 1 + host_name.len;
	if (_spn->value.data == NULL) {
		return false;
	}
	if (index->census == NULL) {
		return fold_text(index, _spn->value, &_spn->key);
	}
	return index->fold.fn(index->fold.private_data,
			      mem_ctx,
			      _spn->value,
			      &_spn->key);
}

static bool holders_by_kind(struct spn_index *index,
			    TALLOC_CTX *mem_ctx,
			    enum spn_question_kind kind,
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
	     ask_spn(index, kind, &spn) &&
	     find_holders(index, mem_ctx, &spn, _holders);
	talloc_free(tmp_ctx);
	return ok;
}

bool spn_index_holders(struct spn_index *index,
		       TALLOC_CTX *mem_ctx,
		       struct spn_str service_class,
		       struct spn_str host_name,
		       struct spn_holders *_holders)
{
	return holders_by_kind(index,
			       mem_ctx,
			       SPN_ASK_SPN,
			       service_class,
			       host_name,
			       _holders);
}

bool spn_index_domain_holders(struct spn_index *index,
			      TALLOC_CTX *mem_ctx,
			      struct spn_str service_class,
			      struct spn_str host_name,
			      struct spn_holders *_holders)
{
	return holders_by_kind(index,
			       mem_ctx,
			       SPN_ASK_SPN_IN_DOMAINS,
			       service_class,
			       host_name,
			       _holders);
}

/*
 * Nearly every computer has HOST/<its name>. For a DNS name there is no other
 * index. For a NetBIOS name there is; but rules want to know that SPN next,
 * and so it is in the same search.
 */
static bool ask_for_host(struct spn_index *index, struct spn_str name)
{
	struct spn_holders ignored = {};

	if (index->census != NULL) {
		return true;
	}
	if (!spn_index_domain_holders(index,
				      index,
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
static bool ask_for_machine(struct spn_index *index, struct spn_str name)
{
	struct spn_value asked = {};
	char *sam = NULL;
	bool ok = false;
	size_t i;

	if (index->census != NULL || name.len == 0) {
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
	ok = ask(index, SPN_ASK_COMPUTER, &asked);
	talloc_free(sam);
	return ok;
}

void spn_holders_free(struct spn_holders *holders)
{
	if (holders->many == NULL) {
		talloc_free(holders->accounts);
	}
	*holders = (struct spn_holders){};
}

static bool has_netbios_name(const struct spn_account *computer,
			     struct spn_str name)
{
	return spn_str_equal_nocase(spn_account_netbios_name(computer), name);
}

/* The first of those in a census that has this name; of a long list that is
 * looked for once. */
static bool find_computer(struct spn_index *index,
			  struct spn_str name,
			  bool is_dns,
			  const struct spn_account **_computer)
{
	struct spn_holders found = {};
	size_t *known = NULL;
	size_t i = 0;

	*_computer = NULL;
	if (!spn_census_find(index->census,
			     index,
			     SPN_CENSUS_HOST,
			     name,
			     &found)) {
		return false;
	}
	if (found.many != NULL) {
		known = &found.many->first_meant[is_dns ? 1 : 0];
		i = (*known > 0) ? *known - 1 : 0;
	}
	for (; i < found.num_accounts; i++) {
		if (is_dns ? spn_account_has_dns_name(found.accounts[i], name)
			   : has_netbios_name(found.accounts[i], name))
		{
			*_computer = found.accounts[i];
			break;
		}
	}
	if (known != NULL) {
		*known = i + 1;
	}
	spn_holders_free(&found);
	return true;
}

bool spn_index_computer_by_name(struct spn_index *index,
				struct spn_str netbios_name,
				const struct spn_account **_computer)
{
	const struct spn_entry *found = NULL;

	if (index->census != NULL) {
		return find_computer(index, netbios_name, false, _computer);
	}
	if (!ask_for_machine(index, netbios_name) ||
	    !ask_for_host(index, netbios_name))
	{
		return false;
	}
	found = spn_table_find(&index->by_name, netbios_name);
	*_computer = (found != NULL) ? found->account : NULL;
	return true;
}

bool spn_index_computer_by_dns(struct spn_index *index,
			       struct spn_str fqdn,
			       const struct spn_account **_computer)
{
	const size_t max_netbios = 15;
	const struct spn_entry *found = NULL;
	struct spn_str label = fqdn;

	if (index->census != NULL) {
		return find_computer(index, fqdn, true, _computer);
	}
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
	if (!ask_for_host(index, fqdn)) {
		return false;
	}
	found = spn_table_find(&index->by_dns, fqdn);
	*_computer = (found != NULL) ? found->account : NULL;
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

const struct spn_question *spn_index_open_questions(struct spn_index *index,
						    size_t *_num)
{
	return spn_questions_open(&index->questions, _num);
}

bool spn_index_asks(const struct spn_index *index, struct spn_str key)
{
	return spn_set_has(&index->questions.asked, key);
}

bool spn_index_answered(struct spn_index *index, bool anywhere)
{
	index->wants_suffixes = false;
	return spn_questions_answered(index, &index->questions, anywhere);
}

struct spn_census *spn_index_census(struct spn_index *index)
{
	return index->census;
}
