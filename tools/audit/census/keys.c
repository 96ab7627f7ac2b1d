/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an account is found by, in one table for all kinds of keys.
 */
#include "keys.h"

#include <string.h>

#include "audit/rules/facts.h"

/* One account being added. */
struct adding {
	TALLOC_CTX *mem_ctx;
	struct spn_gathered *gathered;
	const struct spn_fold *fold;
	uint32_t number;
};

uint32_t spn_keys_hash(enum spn_census_key kind, struct spn_str key)
{
	bool nocase = kind != SPN_CENSUS_SPN &&
		      kind != SPN_CENSUS_DELETED_SPN && kind != SPN_CENSUS_CN;

	return spn_slots_hash((uint32_t)kind + 1, key, nocase);
}

static enum spn_gathered_kind gathered_kind(enum spn_census_key kind)
{
	switch (kind) {
	case SPN_CENSUS_SPN:
		return SPN_GATHERED_SPN;
	case SPN_CENSUS_CN:
		return SPN_GATHERED_CN;
	default:
		return SPN_GATHERED_OTHER;
	}
}

static bool add_key(struct adding *adding,
		    enum spn_census_key kind,
		    struct spn_str key)
{
	return key.len == 0 || spn_gathered_add(adding->mem_ctx,
						adding->gathered,
						gathered_kind(kind),
						spn_keys_hash(kind, key),
						adding->number);
}

static bool add_spns(struct adding *adding,
		     enum spn_census_key kind,
		     const struct spn_account *account)
{
	size_t i;

	for (i = 0; i < account->spns.num; i++) {
		if (!add_key(adding, kind, account->spns.values[i].key)) {
			return false;
		}
	}
	return true;
}

static bool add_hosts(struct adding *adding, const char *const *names)
{
	for (; names != NULL && *names != NULL; names++) {
		if (!add_key(adding, SPN_CENSUS_HOST, spn_plain_name(*names)))
		{
			return false;
		}
	}
	return true;
}

/* Of nearly all: a CN without escapes, that is folded byte by byte. */
#define CN_ROOM 64

static bool quick_cn(const struct spn_fold *fold,
		     const struct spn_account *account,
		     char room[CN_ROOM],
		     struct spn_str *_key)
{
	struct spn_str cn = {};

	if (fold->into == NULL || strchr(account->dn, '\\') != NULL ||
	    !spn_account_cn(NULL, account, &cn) || cn.len > CN_ROOM ||
	    !fold->into(fold->private_data, cn, room))
	{
		return false;
	}
	*_key = (struct spn_str){.data = room, .len = cn.len};
	return true;
}

static bool fold_cn(const struct spn_fold *fold,
		    TALLOC_CTX *mem_ctx,
		    const struct spn_account *account,
		    struct spn_str *_key)
{
	struct spn_str cn = {};

	return spn_account_cn(mem_ctx, account, &cn) &&
	       spn_fold_text(fold, mem_ctx, cn, _key);
}

static bool add_cn(struct adding *adding, const struct spn_account *account)
{
	TALLOC_CTX *tmp_ctx = NULL;
	struct spn_str key = {};
	char room[CN_ROOM];
	bool ok = false;

	if (quick_cn(adding->fold, account, room, &key)) {
		return add_key(adding, SPN_CENSUS_CN, key);
	}
	tmp_ctx = talloc_new(adding->mem_ctx);
	ok = tmp_ctx != NULL &&
	     fold_cn(adding->fold, tmp_ctx, account, &key) &&
	     add_key(adding, SPN_CENSUS_CN, key);
	talloc_free(tmp_ctx);
	return ok;
}

static bool add_names(struct adding *adding, const struct spn_account *account)
{
	const struct spn_facts *facts = account->facts;
	struct spn_str sam = spn_str_of(account->sam_account_name);

	if (!add_key(adding, SPN_CENSUS_NAME, sam)) {
		return false;
	}
	if (facts != NULL && !add_key(adding,
				      SPN_CENSUS_UPN,
				      spn_str_of(facts->user_principal_name)))
	{
		return false;
	}
	if (spn_account_is_machine(account) && !add_cn(adding, account)) {
		return false;
	}
	if (account->kind != SPN_KIND_COMPUTER) {
		return true;
	}
	return add_key(adding,
		       SPN_CENSUS_HOST,
		       spn_account_netbios_name(account)) &&
	       add_key(adding,
		       SPN_CENSUS_HOST,
		       spn_str_of(account->dns_host_name)) &&
	       add_hosts(adding, account->additional_dns_host_names) &&
	       add_hosts(adding, account->additional_sam_names);
}

bool spn_keys_add(TALLOC_CTX *mem_ctx,
		  struct spn_gathered *gathered,
		  const struct spn_fold *fold,
		  const struct spn_account *account,
		  size_t number)
{
	struct adding adding = {
		.mem_ctx = mem_ctx,
		.gathered = gathered,
		.fold = fold,
		.number = (uint32_t)number,
	};

	if (account->is_deleted) {
		return add_spns(&adding, SPN_CENSUS_DELETED_SPN, account);
	}
	return add_spns(&adding, SPN_CENSUS_SPN, account) &&
	       add_names(&adding, account);
}

static bool has_cn(TALLOC_CTX *mem_ctx,
		   const struct spn_fold *fold,
		   const struct spn_account *account,
		   struct spn_str key,
		   bool *_match)
{
	TALLOC_CTX *tmp_ctx = NULL;
	struct spn_str cn = {};
	char room[CN_ROOM];
	bool ok = false;

	*_match = false;
	if (!spn_account_is_machine(account)) {
		return true;
	}
	if (quick_cn(fold, account, room, &cn)) {
		*_match = spn_str_equal(cn, key);
		return true;
	}
	tmp_ctx = talloc_new(mem_ctx);
	ok = tmp_ctx != NULL && fold_cn(fold, tmp_ctx, account, &cn);
	*_match = ok && spn_str_equal(cn, key);
	talloc_free(tmp_ctx);
	return ok;
}

static bool has_key(const struct spn_account *account,
		    enum spn_census_key kind,
		    struct spn_str key)
{
	const struct spn_facts *facts = account->facts;

	switch (kind) {
	case SPN_CENSUS_SPN:
	case SPN_CENSUS_DELETED_SPN:
		return spn_account_find(account, key) != NULL;
	case SPN_CENSUS_NAME:
		return spn_str_equal_nocase(spn_str_of(
						    account->sam_account_name),
					    key);
	case SPN_CENSUS_HOST:
		return spn_account_has_name(account, key);
	case SPN_CENSUS_UPN:
	case SPN_CENSUS_CN:
		break;
	}
	return facts != NULL &&
	       spn_str_equal_nocase(spn_str_of(facts->user_principal_name),
				    key);
}

bool spn_keys_match(TALLOC_CTX *mem_ctx,
		    const struct spn_fold *fold,
		    const struct spn_account *account,
		    enum spn_census_key kind,
		    struct spn_str key,
		    bool *_match)
{
	if (kind == SPN_CENSUS_CN) {
		return has_cn(mem_ctx, fold, account, key, _match);
	}
	*_match = has_key(account, kind, key);
	return true;
}
