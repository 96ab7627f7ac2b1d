/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose key a KDC answers with when somebody asks for an SPN, found out from
 * its directory. That need not be an account that holds the SPN: docs/kdc.md.
 */
#ifndef SPN_DIRECTORY_KEY_HOLDER_H
#define SPN_DIRECTORY_KEY_HOLDER_H

#include "policy/kdc_names.h"
#include "policy/partial.h"
#include "store/store.h"

struct spn_key_holder {
	bool is_known; /* false: no SPN, or a form of which nobody knows what a
			  Windows KDC does with it */
	struct spn_kdc_answer answer;
	/* Who holds exactly this, anywhere in the forest. */
	struct spn_holders exact;
	/* What would answer if nobody held it, HOST/web01, and who has that;
	 * NULL: the class stands for itself. */
	const char *stand_in;
	struct spn_holders substitutes;
};

/*
 * All of it is on mem_ctx; accounts are on the index, which may have answered
 * for other names before. LDB codes.
 */
int spn_key_holder_look(const struct spn_store *store,
			struct spn_forest *forest,
			struct spn_partial *partial,
			TALLOC_CTX *mem_ctx,
			struct spn_str spn,
			struct spn_key_holder *_holder);

#endif
