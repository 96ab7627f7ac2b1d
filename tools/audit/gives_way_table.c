/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which code gives way to which; docs/messages.md has it as a table.
 */
#include "gives_way.h"

#include <string.h>

/* No client can ask for it. */
#define NO_NAMES                                                              \
	"MAL-PARTS MAL-EMPTY MAL-URL MAL-SPACE MAL-INVISIBLE MAL-UTF8 "       \
	"MAL-CHARACTER MAL-LIST MAL-OPEN-END"
/* Odd, and maybe to be replaced. */
#define ODD_NAMES                                                             \
	"MAL-CLASS-HTTPS MAL-REALM MAL-DOT MAL-IP MAL-PORT80 MAL-INSTANCE "   \
	"MAL-ODD"
/* Something is to be added to the account. */
#define HALVES "PAIR-NO-SHORT PAIR-NO-FQDN PAIR-SPLIT-ALIAS"
#define PORTS "PAIR-PORT PAIR-PORT-HALF"

static const struct audit_gives_way table[] = {
	{
		.ids = "DUP-EXACT DUP-FOLD DUP-SELF MULTI-FARM ALIAS-CLASH "
		       "HOST-ON-USER PAIR-FOREIGN STALE-NOHOST GHOST-DNS "
		       "HOST-MISMATCH FOREIGN-NAME ALIAS-NAME OWN-DOMAIN",
		.to = NO_NAMES,
		.in_common = AUDIT_ALL_OF_SPN,
		.why = "no client can ask for it: whoever holds it, it goes",
	},
	{
		.ids = HALVES " PAIR-FOREIGN " PORTS,
		.to = "MAL-DOT MAL-REALM MAL-ODD",
		.in_common = AUDIT_SAME_SPN,
		.why = "what is replaced needs no other half",
	},
	{
		.ids = ODD_NAMES " ALIAS-CLASH HOST-ON-USER " HALVES
				 " PAIR-SPLIT " PORTS
				 " STALE-NOHOST GHOST-DNS HOST-MISMATCH "
				 "FOREIGN-NAME ALIAS-NAME WINRM-HIT",
		.to = "DUP-EXACT MULTI-FARM",
		.in_common = AUDIT_SAME_SPN,
		.why = "first one account has it; what is added to each of "
		       "several makes more duplicates",
	},
	{
		.ids = "HOST-ON-USER FOREIGN-NAME ALIAS-NAME",
		.to = "DUP-HIDDEN",
		.in_common = AUDIT_SAME_SPN,
		.why = "first it is settled whose name that is",
	},
	{
		.ids = "HOST-MISMATCH",
		.to = "DUP-HIDDEN",
		.in_common = AUDIT_SAME_HOST,
		.why = "first it is settled whose name that is",
	},
	{
		.ids = ODD_NAMES " CASE-MIX DUP-SELF ALIAS-CLASH "
				 "HOST-ON-USER " HALVES " PAIR-SPLIT " PORTS
				 " WINRM-HIT HOST-MISMATCH OWN-DOMAIN",
		.to = "STALE-NOHOST GHOST-DNS",
		.in_common = AUDIT_SAME_HOST,
		.why = "nobody reaches a host that DNS does not have: it is "
		       "removed, or the name comes first",
	},
	{
		.ids = "HOST-MISSING",
		.to = "GHOST-DNS",
		.in_common = AUDIT_SAME_HOST,
		.why = "the same",
	},
	{
		.ids = HALVES " " PORTS,
		.to = "HOST-MISMATCH",
		.in_common = AUDIT_SAME_HOST,
		.why = "first it is settled whether the computer has that "
		       "name",
	},
	{
		.ids = "ALIAS-CLASH",
		.to = "HOST-MISMATCH",
		.in_common = AUDIT_SAME_SPN,
		.why = "both say that the computer may not be called so",
	},
	{
		.ids = "ALIAS-CLASH WINRM-HIT",
		.to = "PAIR-SPLIT PAIR-SPLIT-ALIAS",
		.in_common = AUDIT_SAME_PAIR,
		.why = "first it is settled whose key the service has",
	},
	{
		.ids = "PAIR-PORT",
		.to = HALVES " PAIR-SPLIT",
		.in_common = AUDIT_SAME_HOST,
		.why = "both want the plain pair on one account",
	},
	{
		.ids = "PAIR-PORT-HALF",
		.to = "PAIR-SPLIT",
		.in_common = AUDIT_SAME_HOST,
		.why = "first it is settled which account it is",
	},
	{
		.ids = "MAL-PORT80",
		.to = "PAIR-PORT",
		.in_common = AUDIT_SAME_SPN,
		.why = "first the SPN that clients ask for",
	},
	{
		.ids = HALVES " " PORTS " HOST-MISSING ADDL-NAME KRB-ROAST "
			      "KRB-ROAST-OLD KRB-ENC-WEAK",
		.to = "OWNER-CNF",
		.in_common = AUDIT_SAME_ACCOUNT,
		.why = "first it is settled which of the two objects stays",
	},
	{
		.ids = "ADMIN-SPN",
		.to = "KRB-ROAST-PRIV",
		.in_common = AUDIT_SAME_ACCOUNT,
		.why = "the same advice; there it is known, here guessed",
	},
	{
		.ids = "KRB-ROAST KRB-ROAST-OLD",
		.to = "ADMIN-SPN",
		.in_common = AUDIT_SAME_ACCOUNT,
		.why = "no password makes it right that a person's account "
		       "has them",
	},
	{
		.ids = "DELEG-AMBIG",
		.to = "DUP-EXACT MULTI-FARM",
		.in_common = AUDIT_SAME_SPN,
		.why = "the same advice: one account has it",
	},
	{
		.ids = "GHOST-DNS DELEG-UNPAIRED",
		.to = "DELEG-GHOST",
		.in_common = AUDIT_SAME_SPN,
		.why = "the entry goes",
	},
	{
		.ids = "DELEG-UNPAIRED",
		.to = "STALE-NOHOST GHOST-DNS",
		.in_common = AUDIT_SAME_SPN,
		.why = "the entry goes, or the name comes first",
	},
	{},
};

const struct audit_gives_way *audit_gives_way_table(void)
{
	return table;
}

const char *audit_in_common_text(enum audit_in_common in_common)
{
	static const char *const texts[] = {
		[AUDIT_SAME_SPN] = "SPN",
		[AUDIT_ALL_OF_SPN] = "SPN, on all its accounts",
		[AUDIT_SAME_PAIR] = "pair",
		[AUDIT_SAME_HOST] = "host, on one account",
		[AUDIT_SAME_ACCOUNT] = "account",
	};

	return texts[in_common];
}

bool audit_gives_way_next(const char **list, struct spn_str *_id)
{
	*list += strspn(*list, " ");
	*_id = (struct spn_str){.data = *list, .len = strcspn(*list, " ")};
	*list += _id->len;
	return _id->len > 0;
}
