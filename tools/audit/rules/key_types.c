/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Read from above: what is asked first decides.
 */
#include "key_types.h"

#include "policy/ticket_types.h"

#define YEAR_2009 1230768000 /* no domain made AES keys before */

#define TYPES_OF_KDC (SPN_TYPE_RC4 | SPN_TYPES_AES)

/* A KDC takes the best key that there is. */
static bool is_from_before_aes(const struct spn_facts *facts)
{
	return facts->password_set > 0 && facts->password_set < YEAR_2009;
}

static enum audit_key_state state_of(const struct spn_account *account,
				     const struct spn_facts *facts,
				     uint32_t types)
{
	bool is_default = facts->encryption_types == 0;

	if ((facts->control & SPN_UAC_USE_DES_KEY_ONLY) != 0) {
		return AUDIT_KEY_DES;
	}
	if (account->kind == SPN_KIND_OTHER) {
		return AUDIT_KEY_UNKNOWN; /* no account: it has no keys */
	}
	if (account->is_dc) {
		/* whatever the domain can do */
		return is_default ? AUDIT_KEY_UNKNOWN : AUDIT_KEY_STRONG;
	}
	if (is_default && is_from_before_aes(facts) &&
	    (types == 0 || (types & SPN_TYPES_AES) != 0))
	{
		return AUDIT_KEY_OLD_PASSWORD;
	}
	if (types == 0) {
		return AUDIT_KEY_UNKNOWN;
	}
	if ((types & SPN_TYPES_AES) != 0) {
		return AUDIT_KEY_STRONG;
	}
	if ((types & SPN_TYPE_RC4) != 0) {
		return is_default ? AUDIT_KEY_RC4_DEFAULT : AUDIT_KEY_RC4;
	}
	return ((types & SPN_TYPES_DES) != 0) ? AUDIT_KEY_DES
					      : AUDIT_KEY_NOTHING;
}

struct audit_key_types audit_key_types_of(const struct spn_account *account,
					  const struct spn_facts *facts,
					  uint32_t default_types)
{
	uint32_t types = (facts->encryption_types == 0)
				 ? default_types
				 : facts->encryption_types;
	struct audit_key_types key = {
		.state = state_of(account, facts, types),
	};

	if (key.state == AUDIT_KEY_OLD_PASSWORD) {
		key.types = SPN_TYPE_RC4;
	} else if (key.state != AUDIT_KEY_UNKNOWN &&
		   key.state != AUDIT_KEY_DES)
	{
		key.types = types & TYPES_OF_KDC;
	}
	return key;
}
