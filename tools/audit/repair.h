/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of the findings can be repaired without asking anybody: nothing is lost
 * by it, and there is only one way. All else needs a person's decision.
 */
#ifndef SPN_AUDIT_REPAIR_H
#define SPN_AUDIT_REPAIR_H

#include "findings.h"
#include "policy/rules/rules.h"
#include "policy/slots.h"
#include "store/values.h"

/* One account and all that is done to its SPNs. */
struct audit_repair {
	const struct spn_account *account;
	struct spn_str *add;
	size_t num_add;
	struct spn_str *remove; /* in these very bytes */
	size_t num_remove;
	struct spn_slots by_value; /* both lists, see repair.c */
	/* A delete would be refused, or could take another spelling: all
	 * values are written anew. */
	bool replace;
	bool is_impossible; /* no directory would take it */
	const struct audit_finding **causes;
	size_t num_causes;
};

/* Why a finding was repaired, or what has to be decided. */
struct audit_note {
	const struct audit_finding *finding;
	const struct audit_repair *repair; /* NULL: to be decided */
};

struct audit_repairs {
	struct audit_repair **repairs; /* order of their first findings */
	size_t num_repairs;
	struct audit_note *notes; /* one a finding, in their order */
	size_t num_notes;
};

/* c: index of the whole directory, complete; forest; settings. NULL when out
 * of memory. */
struct audit_repairs *audit_repairs_new(TALLOC_CTX *mem_ctx,
					const struct audit_findings *findings,
					const struct spn_case *c);

/* That value goes, in these very bytes. */
bool audit_repair_removes(const struct audit_repair *repair,
			  struct spn_str value);

/* Forms of a file with them. False when out of memory. */
bool audit_write_fix_ldif(TALLOC_CTX *mem_ctx,
			  struct ldb_context *ldb,
			  const struct audit_repairs *repairs,
			  FILE *stream);
bool audit_write_fix_setspn(TALLOC_CTX *mem_ctx,
			    const struct audit_repairs *repairs,
			    FILE *stream);

#endif
