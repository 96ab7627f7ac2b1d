/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is said of a finding before it is repaired. Names and values were
 * chosen by somebody else, perhaps for whoever reads them here: all come
 * through policy/quote.h, values in quotes.
 */
#include "apply_run.h"

#include "common/words.h"
#include "policy/quote.h"

#include <stdio.h>

#define INDENT 12 /* behind "    held by" */

bool apply_show_text(const char *label, const char *text)
{
	char *shown = spn_printable(NULL, spn_str_of(text));

	if (shown != NULL) {
		audit_wrap(stdout, label, INDENT, shown);
	}
	talloc_free(shown);
	return shown != NULL;
}

bool apply_show_accounts(const char *label,
			 const struct audit_accounts *accounts)
{
	size_t i;
	bool ok = true;

	for (i = 0; ok && i < accounts->num_accounts; i++) {
		char *dn = spn_printable(NULL,
					 spn_str_of(
						 accounts->accounts[i]->dn));

		ok = dn != NULL;
		if (ok) {
			audit_line(stdout, label, INDENT, dn);
		}
		talloc_free(dn);
	}
	return ok;
}

bool apply_show_finding(const struct audit_finding *finding)
{
	char *spn = spn_quote(NULL, finding->spn, 0);

	if (spn == NULL) {
		return false;
	}
	printf("  %s %s%s%s\n",
	       finding->message->code,
	       finding->message->id,
	       (finding->spn.len == 0) ? "" : " ",
	       (finding->spn.len == 0) ? "" : spn);
	talloc_free(spn);
	return apply_show_text("    why", finding->reason);
}

bool apply_show_step(const struct applying *w, const struct audit_step *step)
{
	return audit_step_show(w->look,
			       w->apply->connect,
			       w->ldb,
			       step,
			       stdout);
}

/* What nobody could see must not be done. */
enum outcome apply_shown(const struct applying *w, bool ok)
{
	if (!ok) {
		return apply_stop(w, NULL);
	}
	return (fflush(stdout) == 0)
		       ? GO_ON
		       : apply_stop(w, "standard output: cannot be written");
}

enum outcome apply_carry_out(struct applying *w, const struct audit_step *step)
{
	const char *reason = NULL;

	if (audit_ask_is_interrupted()) {
		return SIGNAL;
	}
	if (!audit_step_send(w, w->ldb, w->undo, step, &reason)) {
		return apply_stop(w, reason);
	}
	w->num_done++;
	w->is_stale = true;
	puts("  done");
	return GO_ON;
}

/* A server may have left us while somebody was thinking. */
static enum outcome reconnect(struct applying *w)
{
	static const char *const attrs[] = {"1.1", NULL};
	const struct spn_connect_options options = {};
	const char *url = spn_connect_url(w->apply->connect);
	TALLOC_CTX *tmp_ctx = talloc_new(w);
	struct ldb_result *res = NULL;
	int ret;

	if (url == NULL || tmp_ctx == NULL) {
		return apply_stop(w, NULL);
	}
	ret = ldb_search(w->ldb,
			 tmp_ctx,
			 &res,
			 ldb_dn_new(tmp_ctx, w->ldb, NULL),
			 LDB_SCOPE_BASE,
			 attrs,
			 NULL);
	talloc_free(tmp_ctx);
	if (ret == LDB_SUCCESS || spn_connect_local_path(url) != NULL) {
		return GO_ON;
	}
	/* What was read lives on the other one. */
	w->ldb = spn_connect_open(w, w->apply->connect, &options);
	return (w->ldb == NULL) ? STOPPED : GO_ON;
}

enum outcome apply_ask(struct applying *w,
		       const char *prompt,
		       unsigned answers,
		       enum audit_answer empty,
		       enum audit_answer *_answer)
{
	*_answer = audit_ask(prompt, answers, empty);
	if (*_answer == AUDIT_ANSWER_SIGNAL) {
		return SIGNAL;
	}
	return (*_answer == AUDIT_ANSWER_QUIT) ? QUIT : reconnect(w);
}
