/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One repair of --apply: how it is shown, what is sent, how it is undone.
 */
#ifndef SPN_AUDIT_APPLY_STEP_H
#define SPN_AUDIT_APPLY_STEP_H

#include "apply_undo.h"
#include "common/connect.h"
#include "repair.h"

struct audit_step {
	const struct audit_repair *repair;
	const struct audit_finding *const *findings; /* that it repairs */
	size_t num_findings;
	/* What the account must still hold for this to be right: halves whose
	 * other halves come. */
	struct spn_str *guards;
	size_t num_guards;
	bool in_front; /* its undo has to come before that of all others */
};

/* The guards, on mem_ctx. False when out of memory. */
bool audit_step_guard(TALLOC_CTX *mem_ctx,
		      const struct spn_case *c,
		      struct audit_step *step);

/* The modify. False when out of memory. */
bool audit_step_fill(struct ldb_message *msg, const struct audit_step *step);

/* What comes and goes, and as it would be typed. False when out of memory. */
bool audit_step_show(TALLOC_CTX *mem_ctx,
		     struct spn_connect *connect,
		     struct ldb_context *ldb,
		     const struct audit_step *step,
		     FILE *stream);

/* ------------------------------------------------------- apply_state.c */

/* What a repair may change of an account, sorted by its bytes. */
struct audit_values {
	struct spn_str *values;
	size_t num;
};
struct audit_state {
	struct audit_values spns;
	struct audit_values names; /* additional DNS names */
};

/* The bytes are the account's. False when out of memory. */
bool audit_state_of(TALLOC_CTX *mem_ctx,
		    const struct spn_account *account,
		    struct audit_state *_state);

/* What it will be, if the DC does no more than it is told. */
bool audit_state_after(TALLOC_CTX *mem_ctx,
		       const struct audit_state *before,
		       const struct audit_repair *repair,
		       struct audit_state *_after);

bool audit_state_same(const struct audit_state *a,
		      const struct audit_state *b);

/* The record that makes before of after. NULL when out of memory; free(). */
char *audit_undo_record(TALLOC_CTX *mem_ctx,
			struct ldb_context *ldb,
			const struct audit_step *step,
			const struct audit_state *before,
			const struct audit_state *after);

/* Command lines by which the file is carried out, on mem_ctx; NULL when out of
 * memory, and if something of them cannot be typed. The second one is for a DC
 * on which spn_policy is in force, and NULL where the first one does there. */
char *audit_undo_command(TALLOC_CTX *mem_ctx,
			 struct spn_connect *connect,
			 const char *path);
char *audit_undo_command_on_dc(TALLOC_CTX *mem_ctx,
			       struct spn_connect *connect,
			       const char *path);

/* --------------------------------------------------------- apply_send.c */

/*
 * Reads the account again, compares, writes the undo record, sends the modify.
 * False: nothing more may be sent; *_reason is one line on mem_ctx, or NULL
 * when out of memory.
 */
bool audit_step_send(TALLOC_CTX *mem_ctx,
		     struct ldb_context *ldb,
		     struct audit_undo *undo,
		     const struct audit_step *step,
		     const char **_reason);

#endif
