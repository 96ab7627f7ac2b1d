/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of the findings can be repaired without asking anybody: nothing is lost
 * by it, and there is only one way. All else needs a person's decision.
 */
#ifndef SPN_AUDIT_REPAIR_H
#define SPN_AUDIT_REPAIR_H

#include "repair_ask.h"
#include "repair_change.h"

/* Why a finding was repaired, or what has to be decided. */
struct audit_note {
	const struct audit_finding *finding;
	const struct audit_repair *repair; /* NULL: to be decided */
	struct audit_doubt doubt;
	/* By the answer to that; NULL: nothing that a file can say. */
	const struct audit_repair *first;
	const struct audit_repair *second;
};

struct audit_repairs {
	struct audit_repair **repairs; /* order of their first findings */
	size_t num_repairs;
	struct audit_note *notes; /* one a finding, in their order */
	size_t num_notes;
};

/* a: the whole directory, complete; forest; settings. NULL when out of
 * memory. */
struct audit_repairs *audit_repairs_new(TALLOC_CTX *mem_ctx,
					const struct audit_findings *findings,
					const struct audit_case *a);

/* Why nothing is lost by it, for what is not asked about. */
const char *audit_repair_safety(enum spn_repair repair);

/* "setspn OPTIONS -U -S 'http/web01' 'svc'"; NULL when out of memory and when
 * setspn could not be told. See shell_command.h. */
char *audit_repair_command(TALLOC_CTX *mem_ctx,
			   const char *options,
			   const char *verb,
			   const struct spn_account *account,
			   struct spn_str value);

/* Lines of comment: "# LABEL text", and "# SPN-301 PAIR-NO-SHORT http/web01".
 * False when out of memory. */
bool audit_write_comment(TALLOC_CTX *mem_ctx,
			 FILE *stream,
			 const char *label,
			 const char *text);
bool audit_write_cause(TALLOC_CTX *mem_ctx,
		       FILE *stream,
		       const struct audit_finding *finding);

/* Forms of a file with them. False when out of memory. */
bool audit_write_fix_ldif(TALLOC_CTX *mem_ctx,
			  struct ldb_context *ldb,
			  const struct audit_repairs *repairs,
			  FILE *stream);
bool audit_write_fix_setspn(TALLOC_CTX *mem_ctx,
			    const struct audit_repairs *repairs,
			    FILE *stream);

#endif
