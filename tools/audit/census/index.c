/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What only a complete index is asked: its census knows.
 */
#include "spn_census.h"

bool spn_index_account_by_name(struct spn_index *index,
			       struct spn_str sam_account_name,
			       const struct spn_account **_account)
{
	struct spn_holders found = {};

	if (!spn_census_find(spn_index_census(index),
			     index,
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

bool spn_index_computers_named(struct spn_index *index,
			       TALLOC_CTX *mem_ctx,
			       struct spn_str host_name,
			       struct spn_holders *_computers)
{
	return spn_census_find(spn_index_census(index),
			       mem_ctx,
			       SPN_CENSUS_HOST,
			       host_name,
			       _computers);
}

bool spn_index_upn_holders(struct spn_index *index,
			   TALLOC_CTX *mem_ctx,
			   struct spn_str user_principal_name,
			   struct spn_holders *_holders)
{
	return spn_census_find(spn_index_census(index),
			       mem_ctx,
			       SPN_CENSUS_UPN,
			       user_principal_name,
			       _holders);
}

bool spn_index_deleted_holders(struct spn_index *index,
			       TALLOC_CTX *mem_ctx,
			       const struct spn_value *spn,
			       struct spn_holders *_holders)
{
	return spn_census_find(spn_index_census(index),
			       mem_ctx,
			       SPN_CENSUS_DELETED_SPN,
			       spn->key,
			       _holders);
}

bool spn_census_number(const struct spn_account *account, size_t *_number)
{
	if (account->census_number == 0) {
		return false;
	}
	*_number = account->census_number - 1;
	return true;
}
