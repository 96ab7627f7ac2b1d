/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * --apply: the repairs are made, one by one, as a person answers.
 */
#ifndef SPN_AUDIT_APPLY_H
#define SPN_AUDIT_APPLY_H

#include "audit/rules/rules.h"
#include "common/connect.h"
#include "findings.h"

/* One audit; all of it lives on the mem_ctx that it was asked with. */
struct audit_look {
	struct audit_findings *findings;
	struct audit_case a;
};

struct audit_apply {
	struct spn_connect *connect;
	const char *undo; /* a new file; NULL: with the time in its name */
	/* The file that tells whose key a service has; NULL: none. */
	const char *keytab;
	bool yes; /* nobody is asked: what has one way only, or what the keytab
		     decides */
	enum spn_severity threshold; /* of an audit that has failed */
	/* Exit codes, after a message. */
	int (*audit)(void *private_data,
		     TALLOC_CTX *mem_ctx,
		     struct ldb_context *ldb,
		     struct audit_look *_look);
	void *private_data;
};

/* The exit status: SPN_EXIT_CANNOT_RUN, too, if a repair was refused; else as
 * the audit at the end has it. */
int audit_apply_run(TALLOC_CTX *mem_ctx, const struct audit_apply *apply);

#endif
