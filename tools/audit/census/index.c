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

/* Of a long list it is looked for once. */
static bool by_name(struct spn_index *index,
		    struct spn_str netbios_name,
		    const struct spn_account **_computer)
{
	struct spn_holders found = {};
	size_t *known = NULL;
	size_t i = 0;

	*_computer = NULL;
	if (!spn_census_find(spn_census_of(index),
			     index,
			     SPN_CENSUS_HOST,
			     netbios_name,
			     &found))
	{
		return false;
	}
	if (found.many != NULL) {
		known = &found.many->with_name;
		i = (*known > 0) ? *known - 1 : 0;
	}
	while (i < found.num_accounts &&
	       !spn_str_equal_nocase(spn_account_netbios_name(
					     found.accounts[i]),
				     netbios_name))
	{
		i++;
	}
	if (i < found.num_accounts) {
		*_computer = found.accounts[i];
	}
	if (known != NULL) {
		*known = i + 1;
	}
	spn_holders_free(&found);
	return true;
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
