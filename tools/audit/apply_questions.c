/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The repairs that have two ways. What one answer changes may answer another
 * question, or ask a new one: before each of them the directory is audited
 * again if anything was written since, and each is asked once.
 */
#include "apply_run.h"

#include "common/output.h"
#include "policy/quote.h"
#include "policy/room.h"

#include <stdio.h>
#include <string.h>

static bool is_question(const struct audit_note *note)
{
	return note->repair == NULL && note->doubt.question != NULL &&
	       (note->first != NULL || note->second != NULL);
}

/* The same question after another audit. NULL when out of memory. */
static char *key_of(TALLOC_CTX *mem_ctx, const struct audit_finding *finding)
{
	char *spn = spn_escape(mem_ctx, finding->key);
	char *key = NULL;

	if (spn != NULL) {
		key = talloc_asprintf(
			mem_ctx,
			"%s %s %s",
			finding->message->code,
			finding->holders.accounts[0]->object_guid,
			spn);
	}
	talloc_free(spn);
	return key;
}

/* True once; false, too, when out of memory, and then *_ok is false. */
static bool is_new(struct applying *w,
		   const struct audit_note *note,
		   bool *_ok)
{
	char *key = key_of(w, note->finding);
	size_t i;

	*_ok = key != NULL;
	for (i = 0; *_ok && i < w->num_asked; i++) {
		if (strcmp(w->asked[i], key) == 0) {
			talloc_free(key);
			return false;
		}
	}
	w->asked = spn_room(w, w->asked, w->num_asked, char *);
	*_ok = *_ok && w->asked != NULL;
	if (*_ok) {
		w->asked[w->num_asked++] = key;
	}
	return *_ok;
}

static bool show_way(const struct applying *w,
		     const char *label,
		     const char *when,
		     const struct audit_step *step)
{
	if (!apply_show_text(label, when)) {
		return false;
	}
	if (step->repair != NULL) {
		return apply_show_step(w, step);
	}
	puts("    nothing is changed");
	return true;
}

static enum outcome take_way(struct applying *w, const struct audit_step *step)
{
	return (step->repair == NULL) ? GO_ON : apply_carry_out(w, step);
}

static struct audit_step step_of(const struct audit_note *note,
				 const struct audit_repair *repair)
{
	return (struct audit_step){
		.repair = repair,
		.findings = &note->finding,
		.num_findings = 1,
		.in_front = true,
	};
}

static bool show_question(struct applying *w,
			  const struct audit_note *note,
			  const struct apply_proof *proof,
			  struct audit_step *first,
			  struct audit_step *second)
{
	const struct audit_finding *finding = note->finding;
	const struct spn_case *c = &w->look->seen.a.c;
	char label[32] = "";

	snprintf(label, sizeof(label), "    %s", audit_holders_label(finding));
	putchar('\n');
	return (first->repair == NULL ||
		audit_step_guard(w->look, c, first)) &&
	       (second->repair == NULL ||
		audit_step_guard(w->look, c, second)) &&
	       apply_show_finding(finding) &&
	       apply_show_accounts(label, &finding->holders) &&
	       apply_show_accounts("    also", &finding->others) &&
	       apply_show_text("    ask", note->doubt.question) &&
	       (proof->text == NULL ||
		apply_show_text("    keytab", proof->text)) &&
	       show_way(w, "  1", note->doubt.first, first) &&
	       show_way(w, "  2", note->doubt.second, second);
}

/* What a person says, or the keytab where nobody is asked. */
static enum outcome get_answer(struct applying *w,
			       const struct apply_proof *proof,
			       enum audit_answer *_answer)
{
	const char *prompt = "which is it? 1, 2, n (leave it), q(uit): ";

	if (w->apply->yes) {
		*_answer = proof->is_certain ? proof->way : AUDIT_ANSWER_NO;
		puts(proof->is_certain ? "  the keytab decides it"
				       : "  left as it is");
		return GO_ON;
	}
	if (proof->way == AUDIT_ANSWER_FIRST) {
		prompt = "which is it? 1, 2, n (leave it), q(uit) [1]: ";
	} else if (proof->way == AUDIT_ANSWER_SECOND) {
		prompt = "which is it? 1, 2, n (leave it), q(uit) [2]: ";
	}
	return apply_ask(w,
			 prompt,
			 AUDIT_ANSWERS_QUESTION,
			 proof->way,
			 _answer);
}

static enum outcome ask_question(struct applying *w,
				 const struct audit_note *note)
{
	struct audit_step first = step_of(note, note->first);
	struct audit_step second = step_of(note, note->second);
	struct apply_proof proof = {.way = AUDIT_ANSWER_AGAIN};
	enum audit_answer answer = AUDIT_ANSWER_QUIT;
	enum outcome outcome = GO_ON;

	if (!apply_ask_keytab(w, note, &proof)) {
		return apply_stop(w, NULL);
	}
	if (w->apply->yes && proof.text == NULL) {
		return GO_ON; /* that a person has to answer */
	}
	outcome = apply_shown(w,
			      show_question(w, note, &proof, &first, &second));
	if (outcome == GO_ON) {
		outcome = get_answer(w, &proof, &answer);
	}
	if (outcome != GO_ON || answer == AUDIT_ANSWER_NO) {
		return outcome;
	}
	return take_way(w, (answer == AUDIT_ANSWER_FIRST) ? &first : &second);
}

/* The first one that was not asked yet; NULL: none. */
static enum outcome next_question(struct applying *w,
				  const struct audit_note **_note)
{
	const struct audit_repairs *repairs = w->look->repairs;
	size_t i;

	*_note = NULL;
	for (i = 0; i < repairs->num_notes; i++) {
		bool ok = true;

		if (!is_question(&repairs->notes[i])) {
			continue;
		}
		if (is_new(w, &repairs->notes[i], &ok)) {
			*_note = &repairs->notes[i];
			return GO_ON;
		}
		if (!ok) {
			return apply_stop(w, NULL);
		}
	}
	return GO_ON;
}

size_t apply_num_questions(const struct applying *w)
{
	size_t num = 0;
	size_t i;

	for (i = 0; i < w->look->repairs->num_notes; i++) {
		num += is_question(&w->look->repairs->notes[i]) ? 1 : 0;
	}
	return num;
}

/* Meanwhile a signal ends the program: nothing is under way. */
static enum outcome look_anew(struct applying *w, const sigset_t *before)
{
	sigset_t ignored;
	enum outcome outcome = GO_ON;

	if (!w->is_stale || apply_num_questions(w) == 0) {
		return GO_ON;
	}
	audit_output_end(before);
	outcome = apply_look(w);
	audit_output_begin(&ignored);
	return outcome;
}

enum outcome apply_ask_questions(struct applying *w, const sigset_t *before)
{
	const struct audit_note *note = NULL;
	enum outcome outcome = GO_ON;

	while (outcome == GO_ON) {
		outcome = look_anew(w, before);
		if (outcome == GO_ON) {
			outcome = next_question(w, &note);
		}
		if (outcome == GO_ON && note == NULL) {
			break;
		}
		if (outcome == GO_ON) {
			outcome = ask_question(w, note);
		}
	}
	return outcome;
}
