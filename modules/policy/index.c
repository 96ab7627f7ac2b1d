/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the question to whoever has the answer, and lists of holders.
 */
#include "index.h"

#include <string.h>

#include "names.h"

const struct spn_fold *spn_index_fold(const struct spn_index *index)
{
	return &index->fold;
}

bool spn_index_key(struct spn_index *index,
		   TALLOC_CTX *mem_ctx,
		   struct spn_str service_class,
		   struct spn_str host_name,
		   struct spn_value *_spn)
{
	_spn->value.data = spn_format(mem_ctx, service_class, host_name);
	_spn->value.len = service_class.len + 1 + host_name.len;
	return _spn->value.data != NULL &&
	       index->ops->key(index, mem_ctx, _spn->value, &_spn->key);
}

/* Of nearly all: what is looked for and its key. */
struct room {
	char value[256];
	char key[256];
};

/* The same where a text is folded byte by byte, and without memory of its own.
 * False if that cannot be. */
static bool quick_key(const struct spn_index *index,
		      struct spn_str service_class,
		      struct spn_str host_name,
		      struct room *room,
		      struct spn_value *_spn)
{
	const struct spn_fold *fold = &index->fold;
	struct spn_str value = {
		.data = room->value,
		.len = service_class.len + 1 + host_name.len,
	};

	if (fold->into == NULL || service_class.len == 0 ||
	    host_name.len == 0 || value.len > sizeof(room->value))
	{
		return false;
	}
	memcpy(room->value, service_class.data, service_class.len);
	room->value[service_class.len] = '/';
	memcpy(room->value + service_class.len + 1,
	       host_name.data,
	       host_name.len);
	*_spn = (struct spn_value){
		.value = value,
		.key = {.data = room->key, .len = value.len},
	};
	return fold->into(fold->private_data, value, room->key);
}

static bool holders_in(struct spn_index *index,
		       TALLOC_CTX *mem_ctx,
		       enum spn_scope scope,
		       struct spn_str service_class,
		       struct spn_str host_name,
		       struct spn_holders *_holders)
{
	TALLOC_CTX *tmp_ctx = NULL;
	struct spn_value spn = {};
	struct room room;
	bool ok = false;

	if (quick_key(index, service_class, host_name, &room, &spn)) {
		return index->ops->holders(index,
					   mem_ctx,
					   scope,
					   &spn,
					   _holders);
	}
	tmp_ctx = talloc_new(mem_ctx);
	if (tmp_ctx == NULL) {
		return false;
	}
	ok = spn_index_key(index, tmp_ctx, service_class, host_name, &spn) &&
	     index->ops->holders(index, mem_ctx, scope, &spn, _holders);
	talloc_free(tmp_ctx);
	return ok;
}

bool spn_index_holders(struct spn_index *index,
		       TALLOC_CTX *mem_ctx,
		       struct spn_str service_class,
		       struct spn_str host_name,
		       struct spn_holders *_holders)
{
	return holders_in(index,
			  mem_ctx,
			  SPN_ANYWHERE,
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
	return holders_in(index,
			  mem_ctx,
			  SPN_IN_DOMAINS,
			  service_class,
			  host_name,
			  _holders);
}

bool spn_index_holders_of(struct spn_index *index,
			  TALLOC_CTX *mem_ctx,
			  const struct spn_value *spn,
			  struct spn_holders *_holders)
{
	return index->ops->holders(index,
				   mem_ctx,
				   SPN_ANYWHERE,
				   spn,
				   _holders);
}

bool spn_index_domain_holders_of(struct spn_index *index,
				 TALLOC_CTX *mem_ctx,
				 const struct spn_value *spn,
				 struct spn_holders *_holders)
{
	return index->ops->holders(index,
				   mem_ctx,
				   SPN_IN_DOMAINS,
				   spn,
				   _holders);
}

bool spn_index_computer_by_name(struct spn_index *index,
				struct spn_str netbios_name,
				const struct spn_account **_computer)
{
	return index->ops->by_name(index, netbios_name, _computer);
}

/* The label, whole or cut off, is its sAMAccountName. */
static bool by_label(struct spn_index *index,
		     struct spn_str fqdn,
		     const struct spn_account **_computer)
{
	struct spn_str label = spn_first_label(fqdn);
	const struct spn_account *whole = NULL;
	const struct spn_account *cut = NULL;

	if (!index->ops->by_name(index, label, &whole)) {
		return false;
	}
	if (label.len > SPN_NETBIOS_LEN) {
		label.len = SPN_NETBIOS_LEN;
		if (!index->ops->by_name(index, label, &cut)) {
			return false;
		}
	}
	if (whole != NULL && spn_account_has_dns_name(whole, fqdn)) {
		*_computer = whole;
	} else if (cut != NULL && spn_account_has_dns_name(cut, fqdn)) {
		*_computer = cut;
	}
	return true;
}

/* Of those that hold HOST/fqdn. */
static const struct spn_account *find_by_dns(const struct spn_holders *holders,
					     struct spn_str fqdn)
{
	size_t *known = (holders->many != NULL) ? &holders->many->with_dns_name
						: NULL;
	const struct spn_account *computer = NULL;
	size_t place = 0;
	size_t i = 0;

	if (known != NULL && *known > 0) {
		place = *known - 1;
		return (place < holders->num_accounts)
			       ? holders->accounts[place]
			       : NULL;
	}
	place = holders->num_accounts;
	for (i = 0; i < holders->num_accounts; i++) {
		const struct spn_account *holder = holders->accounts[i];

		if (holder->kind == SPN_KIND_COMPUTER &&
		    spn_account_has_dns_name(holder, fqdn) &&
		    (computer == NULL ||
		     strcmp(holder->object_guid, computer->object_guid) < 0))
		{
			computer = holder;
			place = i;
		}
	}
	if (known != NULL) {
		*known = place + 1;
	}
	return computer;
}

bool spn_index_computer_by_dns(struct spn_index *index,
			       struct spn_str fqdn,
			       const struct spn_account **_computer)
{
	struct spn_holders holders = {};

	*_computer = NULL;
	if (!by_label(index, fqdn, _computer) ||
	    !spn_index_domain_holders(index,
				      index,
				      spn_str_of("HOST"),
				      fqdn,
				      &holders))
	{
		return false;
	}
	if (*_computer == NULL) {
		*_computer = find_by_dns(&holders, fqdn);
	}
	spn_holders_free(&holders);
	return true;
}

bool spn_index_computers_by_cn(struct spn_index *index,
			       TALLOC_CTX *mem_ctx,
			       struct spn_str cn,
			       struct spn_holders *_computers)
{
	TALLOC_CTX *tmp_ctx = talloc_new(mem_ctx);
	struct spn_value asked = {.value = cn};
	bool ok = false;

	if (tmp_ctx == NULL) {
		return false;
	}
	ok = index->ops->key(index, tmp_ctx, cn, &asked.key) &&
	     index->ops->by_cn(index, mem_ctx, &asked, _computers);
	talloc_free(tmp_ctx);
	return ok;
}

void spn_index_want_suffixes(struct spn_index *index)
{
	if (index->ops->want_suffixes != NULL) {
		index->ops->want_suffixes(index);
	}
}

void spn_holders_free(struct spn_holders *holders)
{
	if (holders->many == NULL) {
		talloc_free(holders->accounts);
	}
	*holders = (struct spn_holders){};
}

/* In the order of the census. */
static bool many_has(const struct spn_holders *holders,
		     const struct spn_account *account)
{
	size_t low = 0;
	size_t high = holders->num_accounts;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (holders->accounts[middle]->census_number <
		    account->census_number)
		{
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low < holders->num_accounts &&
	       holders->accounts[low]->census_number == account->census_number;
}

bool spn_holders_has(const struct spn_holders *holders,
		     const struct spn_account *account)
{
	size_t i;

	if (holders->many != NULL && account->census_number != 0) {
		return many_has(holders, account);
	}
	for (i = 0; i < holders->num_accounts; i++) {
		if (spn_account_same(holders->accounts[i], account)) {
			return true;
		}
	}
	return false;
}

bool spn_holders_is_only(const struct spn_holders *holders,
			 const struct spn_account *account)
{
	return holders->num_accounts == 1 && spn_holders_has(holders, account);
}

void spn_holders_leave_out(struct spn_holders *holders,
			   const struct spn_account *account)
{
	size_t kept = 0;
	size_t i;

	if (holders->many != NULL) {
		return;
	}
	for (i = 0; i < holders->num_accounts; i++) {
		if (!spn_account_same(holders->accounts[i], account)) {
			holders->accounts[kept++] = holders->accounts[i];
		}
	}
	holders->num_accounts = kept;
}
