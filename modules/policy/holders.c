/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lists of accounts that hold something. index.h says what they are.
 */
#include "index.h"

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
		    account->census_number) {
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
