/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Is there only one way to repair a finding? Where there are two, or a name
 * would change hands, a person is asked.
 */
#ifndef SPN_AUDIT_REPAIR_ASK_H
#define SPN_AUDIT_REPAIR_ASK_H

#include "audit/rules/rules.h"
#include "findings.h"

/* What is done if the answer to a question is the second one. */
enum audit_otherwise {
	AUDIT_NOTHING_ELSE,
	AUDIT_REMOVE_SPN,  /* of the finding */
	AUDIT_REMOVE_NAME, /* the additional name, its partner */
};

struct audit_doubt {
	const char *question; /* NULL: there is none */
	/* In the first case the finding is repaired as its message says. */
	const char *first;
	const char *second;
	enum audit_otherwise otherwise;
	/* Where it is asked whose key a service has, and it is that of the
	 * finding's account or that of this one. NULL: another question. */
	const struct spn_account *rival;
};

/*
 * value would be added to the one account of the finding, or taken from it.
 * The texts are on mem_ctx. False when out of memory.
 */
bool audit_doubt_of(TALLOC_CTX *mem_ctx,
		    const struct audit_case *a,
		    const struct audit_finding *finding,
		    struct spn_str value,
		    struct audit_doubt *_doubt);

#endif
