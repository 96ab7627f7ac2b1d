/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A partial index: three tables of accounts, and what it has been asked so
 * far. A complete one is a census.
 */
#include "spn_index.h"

#include <stdlib.h>

#include "spn_census.h"
#include "spn_table.h"

struct spn_index {
	struct spn_fold fold;
	struct spn_census *census; /* NULL: a partial index */
	struct spn_table by_spn;   /* folded value */
	struct spn_table by_name;  /* NetBIOS name, no case */
	struct spn_table by_dns;   /* DNS name, no case */
	struct spn_set guids;	   /* of its accounts; partial index only */
	struct spn_set folded;	   /* by text: its key; partial index only */
	/* What a partial index has been asked: with an answer, by kind, and
	 * without. */
	struct spn_set known[SPN_NUM_QUESTION_KINDS];
	struct spn_question *open;
	size_t num_open;
	size_t size_open;
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
	index->by_spn.compare = spn_table_by_key;
	index->by_name.compare = spn_table_by_name;
	index->by_dns.compare = spn_table_by_name;
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

bool spn_index_has(const struct spn_index *index, const char *object_guid)
{
	return spn_set_has(&index->guids, spn_str_of(object_guid));
}

bool spn_index_add(struct spn_index *index, const struct spn_account *account)
{
	struct spn_value guid = {.key = spn_str_of(account->object_guid)};
	size_t i;

	if (index->census != NULL) {
		return spn_census_add(index->census, account);
	}
	if (spn_index_has(index, account->object_guid)) {
		return true;
	}
	if (!spn_set_add(index, &index->guids, &guid)) {
		return false;
	}
	for (i = 0; i < account->spns.num; i++) {
		if (!spn_table_add(index,
				   &index->by_spn,
				   account->spns.values[i].key,
				   account))
		{
			return false;
		}
	}
	return add_names(index, account);
}

bool spn_index_add_spn(struct spn_index *index,
		       const struct spn_account *account,
		       const struct spn_value *spn)
{
	return spn_table_add(index, &index->by_spn, spn->key, account);
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
	if (index->census != NULL || asked->value.len == 0 ||
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

/* The SPN itself; or, where it is only to be looked for in the domains, that.
 */
static bool ask_spn(struct spn_index *index,
		    enum spn_question_kind kind,
		    const struct spn_value *spn)
{
	return spn_set_has(&index->known[SPN_ASK_SPN], spn->key) ||
	       ask(index, kind, spn);
}

static bool find_holders(struct spn_index *index,
			 TALLOC_CTX *mem_ctx,
			 const struct spn_value *spn,
			 struct spn_holders *_holders)
{
	struct spn_holders holders = {};
	const struct spn_entry *found = NULL;
	size_t num = 0;
	size_t i;

	if (index->census != NULL) {
		return spn_census_find(index->census,
				       mem_ctx,
				       SPN_CENSUS_SPN,
				       spn->key,
				       _holders);
	}
	found = spn_table_find(&index->by_spn, spn->key, &num);
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
	const struct spn_entry *found = NULL;
	size_t num = 0;
	size_t i;

	if (!spn_set_has(&index->known[SPN_ASK_SPN], key) &&
	    !spn_set_has(&index->known[SPN_ASK_SPN_IN_DOMAINS], key))
	{
		return false;
	}
	found = spn_table_find(&index->by_spn, key, &num);
	for (i = 0; i < num; i++) {
		if (found[i].account != account) {
			return false;
		}
	}
	return true;
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
	talloc_free(ignored.accounts);
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

/* The first of those in a census of which this is true. */
static bool find_computer(struct spn_index *index,
			  struct spn_str name,
			  bool (*is_meant)(const struct spn_account *computer,
					   struct spn_str name),
			  const struct spn_account **_computer)
{
	struct spn_holders found = {};
	size_t i;

	*_computer = NULL;
	if (!spn_census_find(index->census,
			     index,
			     SPN_CENSUS_HOST,
			     name,
			     &found)) {
		return false;
	}
	for (i = 0; i < found.num_accounts && *_computer == NULL; i++) {
		if (is_meant(found.accounts[i], name)) {
			*_computer = found.accounts[i];
		}
	}
	talloc_free(found.accounts);
	return true;
}

static bool has_netbios_name(const struct spn_account *computer,
			     struct spn_str name)
{
	return spn_str_equal_nocase(spn_account_netbios_name(computer), name);
}

bool spn_index_computer_by_name(struct spn_index *index,
				struct spn_str netbios_name,
				const struct spn_account **_computer)
{
	const struct spn_entry *found = NULL;
	size_t num = 0;

	if (index->census != NULL) {
		return find_computer(index,
				     netbios_name,
				     has_netbios_name,
				     _computer);
	}
	if (!ask_for_machine(index, netbios_name) ||
	    !ask_for_host(index, netbios_name))
	{
		return false;
	}
	found = spn_table_find(&index->by_name, netbios_name, &num);
	*_computer = (num > 0) ? found->account : NULL;
	return true;
}

bool spn_index_computer_by_dns(struct spn_index *index,
			       struct spn_str fqdn,
			       const struct spn_account **_computer)
{
	const size_t max_netbios = 15;
	const struct spn_entry *found = NULL;
	struct spn_str label = fqdn;
	size_t num = 0;

	if (index->census != NULL) {
		return find_computer(index,
				     fqdn,
				     spn_account_has_dns_name,
				     _computer);
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
	found = spn_table_find(&index->by_dns, fqdn, &num);
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

const struct spn_question *spn_index_open_questions(struct spn_index *index,
						    size_t *_num)
{
	struct spn_question *open = index->open;
	size_t num_spns = 0;
	size_t kept = 0;
	size_t i;

	if (index->num_open > 0) {
		qsort(open,
		      index->num_open,
		      sizeof(struct spn_question),
		      compare_questions);
	}
	for (i = 0; i < index->num_open; i++) {
		if ((kept > 0 &&
		     compare_questions(&open[kept - 1], &open[i]) == 0) ||
		    is_asked_twice(open, num_spns, &open[i]))
		{
			continue;
		}
		open[kept++] = open[i];
		num_spns += (open[kept - 1].kind == SPN_ASK_SPN) ? 1 : 0;
	}
	index->num_open = kept;
	*_num = kept;
	return open;
}

bool spn_index_answered(struct spn_index *index, bool anywhere)
{
	size_t i;

	for (i = 0; i < index->num_open; i++) {
		enum spn_question_kind kind = index->open[i].kind;
		struct spn_value question = {.key = index->open[i].key};

		if (kind == SPN_ASK_SPN_IN_DOMAINS && anywhere) {
			kind = SPN_ASK_SPN; /* that is more */
		}
		if (!spn_set_add(index, &index->known[kind], &question)) {
			return false;
		}
	}
	index->num_open = 0;
	index->wants_suffixes = false;
	return true;
}

struct spn_census *spn_index_census(struct spn_index *index)
{
	return index->census;
}
