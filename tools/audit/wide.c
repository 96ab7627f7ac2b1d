/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every account of a census once more, its SPNs folded further.
 */
#include "wide.h"

#include "directory/fold.h"

/* The same account as the wide fold sees it; only the SPNs are its own. */
static struct spn_account *widen(TALLOC_CTX *mem_ctx,
				 const struct spn_account *account,
				 const struct spn_fold *wide)
{
	struct spn_account *copy = talloc_memdup(mem_ctx,
						 account,
						 sizeof(*account));
	size_t i;

	if (copy == NULL) {
		return NULL;
	}
	copy->spns = (struct spn_set){};
	for (i = 0; i < account->spns.num; i++) {
		struct spn_value value = {
			.value = account->spns.values[i].value,
		};

		if (!spn_fold_text(wide, copy, value.value, &value.key) ||
		    !spn_set_add(copy, &copy->spns, &value))
		{
			return NULL;
		}
	}
	return copy;
}

static bool add_widened(struct audit_scan *scan,
			struct spn_census *wide_census,
			const struct spn_fold *wide)
{
	struct spn_census *census = scan->census;
	size_t i;

	for (i = 0; i < spn_census_num(census); i++) {
		const struct spn_account *account = NULL;
		struct spn_account *widened = NULL;

		if (!spn_census_get(census, i, &account)) {
			return false;
		}
		if (account != NULL) {
			widened = widen(scan, account, wide);
			if (widened == NULL ||
			    !spn_census_add(wide_census, widened))
			{
				return false;
			}
			talloc_free(widened);
		}
		spn_census_turn_page(census);
	}
	return true;
}

bool audit_wide_census(struct audit_scan *scan, struct spn_census **_census)
{
	struct spn_fold wide = audit_wide_fold(&scan->fold);

	*_census = spn_census_new(scan, wide);
	return *_census != NULL && add_widened(scan, *_census, &wide);
}
