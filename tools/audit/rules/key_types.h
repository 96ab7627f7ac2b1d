/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How tickets to an account are encrypted: what the rule keys judges, and what
 * a report says of an account.
 */
#ifndef SPN_AUDIT_RULES_KEY_TYPES_H
#define SPN_AUDIT_RULES_KEY_TYPES_H

#include "facts.h"
#include "policy/account.h"

enum audit_key_state {
	AUDIT_KEY_UNKNOWN, /* it has no keys, or nobody says what a KDC does */
	AUDIT_KEY_STRONG,
	AUDIT_KEY_OLD_PASSWORD, /* RC4: there were no other keys then */
	AUDIT_KEY_RC4_DEFAULT,	/* RC4: it has no types of its own */
	AUDIT_KEY_RC4,		/* RC4: its types are that */
	AUDIT_KEY_DES,		/* no ticket */
	AUDIT_KEY_NOTHING,	/* no ticket: its types are none that a KDC has
				 */
};

struct audit_key_types {
	enum audit_key_state state;
	uint32_t types; /* RC4 and AES that there are tickets with, bits of
			   MS-KILE 2.2.7; 0: no ticket, or unknown */
};

/*
 * What Samba's KDC makes of them (policy/ticket_types.h); tried for each with
 * kvno, tests/dc/tool_audit_ticket_types.py. default_types is what it takes
 * for an account without types of its own; 0: not known.
 */
struct audit_key_types audit_key_types_of(const struct spn_account *account,
					  const struct spn_facts *facts,
					  uint32_t default_types);

#endif
