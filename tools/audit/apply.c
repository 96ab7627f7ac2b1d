/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * First the repairs that have one way only, an account after the other: they
 * do not depend on each other (repair.c). Then the questions. What one answer
 * changes may answer another question or ask a new one, so before each of them
 * the directory is audited again if anything was written since. At the first
 * refusal all ends: something is not as it was thought to be.
 */
#include "apply_run.h"

#include "apply_count.h"
#include "common/output.h"
#include "policy/quote.h"

#define EXIT_FINDINGS 1

enum outcome apply_stop(const struct applying *w, const char *reason)
{
	spn_connect_message(w->apply->connect,
			    "%s",
			    (reason == NULL) ? "out of memory" : reason);
	return STOPPED;
}

enum outcome apply_look(struct applying *w)
{
	struct look *look = talloc_zero(w, struct look);

	if (look == NULL) {
		return apply_stop(w, NULL);
	}
	if (w->apply->audit(w->apply->private_data,
			    look,
			    w->ldb,
			    &look->seen) != SPN_EXIT_DONE)
	{
		return STOPPED;
	}
	look->repairs = audit_repairs_new(look,
					  look->seen.findings,
					  &look->seen.a);
	if (look->repairs == NULL) {
		return apply_stop(w, NULL);
	}
	w->look = look;
	w->is_stale = false;
	return GO_ON;
}

/* ------------------------------------------------------- begin and end */

static char *head_of(struct applying *w)
{
	char *text = talloc_strdup(
		w,
		"# What spn-audit --apply has changed, the other way round. "
		"Carry it out with\n");
	const char *path = (w->apply->undo == NULL) ? "THIS-FILE"
						    : w->apply->undo;
	char *here = audit_undo_command(w, w->apply->connect, path);
	char *there = audit_undo_command_on_dc(w, w->apply->connect, path);

	if (text != NULL && here != NULL) {
		text = talloc_asprintf_append(text, "#\t%s\n", here);
	}
	if (text != NULL && there != NULL) {
		text = talloc_asprintf_append(text,
					      "# A DC where spn_policy is in "
					      "force refuses it. Then, "
					      "on that DC:\n#\t%s\n",
					      there);
	}
	return text;
}

static bool start_undo(struct applying *w)
{
	char *head = head_of(w);
	const char *reason = NULL;

	if (head == NULL ||
	    !audit_undo_new(w, w->apply->undo, head, &w->undo, &reason))
	{
		apply_stop(w, reason);
		return false;
	}
	return true;
}

/* Whatever ended it: where what was done is, and how to take it back. */
static void say_undo(const struct applying *w)
{
	struct spn_connect *connect = w->apply->connect;
	const char *path = audit_undo_path(w->undo);
	char *here = audit_undo_command(w->undo, connect, path);
	char *there = audit_undo_command_on_dc(w->undo, connect, path);
	char *shown = spn_printable(w->undo, spn_str_of(path));

	printf("\nrepairs done: %zu; undo file: %s\n",
	       w->num_done,
	       (shown == NULL) ? "" : shown);
	if (here != NULL) {
		printf("to undo them:\n  %s\n", here);
	}
	if (there != NULL) {
		printf("where spn_policy is in force that is refused; then, "
		       "on that DC:\n  %s\n",
		       there);
	}
}

static int status_of(const struct applying *w)
{
	return audit_findings_reach(w->look->seen.findings,
				    w->apply->threshold)
		       ? EXIT_FINDINGS
		       : SPN_EXIT_DONE;
}

/* What has become of the findings. */
static int compare_audits(struct applying *w, const struct audit_known *before)
{
	struct audit_fate counts = {};
	struct audit_known *after = NULL;

	if (w->is_stale && apply_look(w) != GO_ON) {
		return SPN_EXIT_CANNOT_RUN;
	}
	after = audit_known_new(w, w->look->seen.findings);
	if (after == NULL) {
		apply_stop(w, NULL);
		return SPN_EXIT_CANNOT_RUN;
	}
	counts = audit_known_compare(before, after);
	printf("audited again: %zu finding%s gone, %zu left, %zu new\n",
	       counts.gone,
	       (counts.gone == 1) ? "" : "s",
	       counts.left,
	       counts.come);
	return status_of(w);
}

static int finish(struct applying *w,
		  enum outcome outcome,
		  const struct audit_known *before)
{
	int status = SPN_EXIT_DONE;

	if (audit_undo_is_used(w->undo)) {
		say_undo(w);
		if (outcome != SIGNAL) {
			status = compare_audits(w, before);
		}
	} else {
		puts("\nnothing was changed");
		status = status_of(w);
	}
	audit_undo_end(w->undo);
	fflush(stdout);
	return (outcome == STOPPED || outcome == SIGNAL) ? SPN_EXIT_CANNOT_RUN
							 : status;
}

/* After the repairs there may be others. */
static bool has_questions(const struct applying *w)
{
	return apply_num_questions(w) > 0 &&
	       (!w->apply->yes || w->keytab.path != NULL);
}

static int run(struct applying *w)
{
	struct audit_known *before = audit_known_new(w,
						     w->look->seen.findings);
	enum outcome outcome = GO_ON;
	sigset_t signals;
	char *shown = NULL;

	if (before == NULL) {
		apply_stop(w, NULL);
		return SPN_EXIT_CANNOT_RUN;
	}
	if (!start_undo(w)) {
		return SPN_EXIT_CANNOT_RUN;
	}
	shown = spn_printable(w, spn_str_of(audit_undo_path(w->undo)));
	printf("%zu repair%s with one way, %zu with a question; undo file: "
	       "%s\n",
	       w->look->repairs->num_repairs,
	       (w->look->repairs->num_repairs == 1) ? "" : "s",
	       apply_num_questions(w),
	       (shown == NULL) ? "" : shown);
	audit_output_begin(&signals);
	outcome = apply_make_repairs(w);
	if (outcome == GO_ON && has_questions(w)) {
		outcome = apply_ask_questions(w, &signals);
	}
	if (outcome == GO_ON && audit_ask_is_interrupted()) {
		outcome = SIGNAL;
	}
	if (outcome == SIGNAL) {
		spn_connect_message(w->apply->connect, "interrupted");
		return finish(w, outcome, before);
	}
	audit_output_end(&signals);
	return finish(w, outcome, before);
}

int audit_apply_run(TALLOC_CTX *mem_ctx, const struct audit_apply *apply)
{
	const struct spn_connect_options options = {};
	struct applying *w = talloc_zero(mem_ctx, struct applying);

	if (w == NULL) {
		return SPN_EXIT_CANNOT_RUN;
	}
	w->apply = apply;
	if (apply->keytab != NULL && apply_open_keytab(w) != GO_ON) {
		return SPN_EXIT_CANNOT_RUN;
	}
	w->ldb = spn_connect_open(w, apply->connect, &options);
	if (w->ldb == NULL || apply_look(w) != GO_ON) {
		return SPN_EXIT_CANNOT_RUN;
	}
	if (w->look->repairs->num_repairs == 0 && !has_questions(w)) {
		printf("nothing to repair: %zu findings that a person has to "
		       "look at\n",
		       w->look->seen.findings->num_findings);
		return status_of(w);
	}
	return run(w);
}
