/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the parts of --apply share: one run.
 */
#ifndef SPN_AUDIT_APPLY_RUN_H
#define SPN_AUDIT_APPLY_RUN_H

#include "apply.h"
#include "apply_ask.h"
#include "apply_step.h"
#include "key_file.h"

#include <signal.h>

enum outcome {
	GO_ON,
	QUIT,	/* somebody wanted it */
	SIGNAL, /* likewise, and at once */
	STOPPED /* after a message */
};

struct look {
	struct audit_look seen;
	struct audit_repairs *repairs;
};

struct applying {
	const struct audit_apply *apply;
	struct ldb_context *ldb;
	struct audit_undo *undo;
	struct look *look; /* the latest one */
	bool is_stale;	   /* something was written since */
	size_t num_done;
	/* "all of this code" was said of these */
	const struct spn_message **all;
	size_t num_all;
	char **asked; /* questions, so that none is asked twice */
	size_t num_asked;
	struct audit_key_file keytab; /* path NULL: none */
	const char *no_kdc; /* why nothing more is asked about it; or NULL */
};

/* What the keytab says of a question. */
struct apply_proof {
	const char *text; /* NULL: it has nothing to do with it */
	/* The way that it shows; AUDIT_ANSWER_AGAIN: none. */
	enum audit_answer way;
	bool is_certain; /* so nobody need be asked */
};

/* apply.c */

/* The reason as a message, NULL: out of memory. STOPPED. */
enum outcome apply_stop(const struct applying *w, const char *reason);

/* Another audit. */
enum outcome apply_look(struct applying *w);

/* apply_show.c: false when out of memory. */

bool apply_show_text(const char *label, const char *text);
bool apply_show_accounts(const char *label,
			 const struct audit_accounts *accounts);
bool apply_show_finding(const struct audit_finding *finding);
bool apply_show_step(const struct applying *w, const struct audit_step *step);

/* What nobody could see must not be done: STOPPED, if not ok or if it could
 * not be written. */
enum outcome apply_shown(const struct applying *w, bool ok);

enum outcome apply_carry_out(struct applying *w,
			     const struct audit_step *step);

/* An answer, and a connection that is still there when it has come; empty: as
 * for audit_ask(). */
enum outcome apply_ask(struct applying *w,
		       const char *prompt,
		       unsigned answers,
		       enum audit_answer empty,
		       enum audit_answer *_answer);

/* apply_repairs.c: those that have one way only */
enum outcome apply_make_repairs(struct applying *w);

/* apply_keytab.c */

/* The keytab is there, and is one. STOPPED after a message. */
enum outcome apply_open_keytab(struct applying *w);

/* False when out of memory. */
bool apply_ask_keytab(struct applying *w,
		      const struct audit_note *note,
		      struct apply_proof *_proof);

/* apply_questions.c: the others. before: what audit_output_begin() gave */
size_t apply_num_questions(const struct applying *w);
enum outcome apply_ask_questions(struct applying *w, const sigset_t *before);

#endif
