/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What rules ask a census: those of writes through policy/index.h, those of an
 * audit by its own name.
 */
#include "index.h"

static bool key_of(struct spn_index *index,
		   TALLOC_CTX *mem_ctx,
		   struct spn_str text,
		   struct spn_str *_key)
{
	return spn_fold_text(&index->fold, mem_ctx, text, _key);
}

/* All of it is in domains, or nobody could tell. */
static bool holders_of(struct spn_index *index,
		       TALLOC_CTX *mem_ctx,
		       enum spn_scope scope,
		       const struct spn_value *spn,
		       struct spn_holders *_holders)
{
	(void)scope;
	return spn_census_find(spn_census_of(index),
			       mem_ctx,
			       SPN_CENSUS_SPN,
			       spn->key,
			       _holders);
}

static bool has_netbios_name(const struct spn_account *computer,
			     struct spn_str name)
{
	return spn_str_equal_nocase(spn_account_netbios_name(computer), name);
}

/* The first of those that have this name; of a long list that is looked for
 * once. */
static bool find_computer(struct spn_index *index,
			  struct spn_str name,
			  bool is_dns,
			  const struct spn_account **_computer)
{
	struct spn_holders found = {};
	size_t *known = NULL;
	size_t i = 0;

	*_computer = NULL;
	if (!spn_census_find(spn_census_of(index),
			     index,
			     SPN_CENSUS_HOST,
			     name,
			     &found))
	{
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

static bool by_name(struct spn_index *index,
		    struct spn_str netbios_name,
		    const struct spn_account **_computer)
{
	return find_computer(index, netbios_name, false, _computer);
}

static bool by_dns(struct spn_index *index,
		   struct spn_str fqdn,
		   const struct spn_account **_computer)
{
	return find_computer(index, fqdn, true, _computer);
}

static bool by_cn(struct spn_index *index,
		  TALLOC_CTX *mem_ctx,
		  const struct spn_value *cn,
		  struct spn_holders *_computers)
{
	return spn_census_find(spn_census_of(index),
			       mem_ctx,
			       SPN_CENSUS_CN,
			       cn->key,
			       _computers);
}

const struct spn_index_ops spn_census_index_ops = {
	.key = key_of,
	.holders = holders_of,
	.by_name = by_name,
	.by_dns = by_dns,
	.by_cn = by_cn,
};

bool spn_census_account_by_name(struct spn_census *census,
				struct spn_str sam_account_name,
				const struct spn_account **_account)
{
	struct spn_holders found = {};

	if (!spn_census_find(census,
			     census,
			     SPN_CENSUS_NAME,
			     sam_account_name,
			     &found))
	{
		return false;
	}
	*_account = (found.num_accounts > 0) ? found.accounts[0] : NULL;
	spn_holders_free(&found);
	return true;
}

bool spn_census_computers_named(struct spn_census *census,
				TALLOC_CTX *mem_ctx,
				struct spn_str host_name,
				struct spn_holders *_computers)
{
	return spn_census_find(census,
			       mem_ctx,
			       SPN_CENSUS_HOST,
			       host_name,
			       _computers);
}

bool spn_census_upn_holders(struct spn_census *census,
			    TALLOC_CTX *mem_ctx,
			    struct spn_str user_principal_name,
			    struct spn_holders *_holders)
{
	return spn_census_find(census,
			       mem_ctx,
			       SPN_CENSUS_UPN,
			       user_principal_name,
			       _holders);
}

bool spn_census_deleted_holders(struct spn_census *census,
				TALLOC_CTX *mem_ctx,
				const struct spn_value *spn,
				struct spn_holders *_holders)
{
	return spn_census_find(census,
			       mem_ctx,
			       SPN_CENSUS_DELETED_SPN,
			       spn->key,
			       _holders);
}
