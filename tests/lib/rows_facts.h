/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Facts of an account in rows. Any of them gives it facts:
 *
 *	facts=1			nothing special
 *	control=0x10200		userAccountControl
 *	password=-400d		pwdLastSet, days from now; also logon=
 *				(lastLogonTimestamp) and expires=
 *				(accountExpires); a year as in 2005y is
 *				that year
 *	types=0x4		msDS-SupportedEncryptionTypes
 *	admin=1			adminCount
 *	upn=NAME		userPrincipalName
 *	delegate=SPN		msDS-AllowedToDelegateTo; may be repeated, as
 *				all that follow
 *	also-dns=NAME		msDS-AdditionalDnsHostName
 *	also-sam=NAME		msDS-AdditionalSamAccountName
 *	reader=NAME		a computer that may use its password
 *	writer=WHO		who may write its SPNs; pure only
 *	deleted=1		a deleted object; pure only
 *	dn=DN			pure only
 *	krbtgt-number=N		msDS-SecondaryKrbTgtNumber; pure only
 */
#ifndef SPN_POLICY_TESTS_ROWS_FACTS_H
#define SPN_POLICY_TESTS_ROWS_FACTS_H

#include "audit/rules/facts.h"
#include "rows.h"

#define ROWS_NOW 1700000000 /* in pure runs */

bool row_fact_is_key(const char *word);

/* Nothing if the row has none. Aborts on a value that is not understood. */
void row_facts_apply(const struct row *row, struct spn_account *account);

#endif
