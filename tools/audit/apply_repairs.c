/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The repairs that have one way only, an account after the other. "All of this
 * code" covers a repair if it has been said of all that it repairs.
 */
#include "apply_run.h"

#include "policy/quote.h"
#include "policy/room.h"

#include <stdio.h>
#include <string.h>

static bool is_covered(const struct applying *w,
		       const struct audit_repair *repair)
{
	size_t i;
	size_t k;

	for (i = 0; i < repair->num_causes; i++) {
		for (k = 0; k < w->num_all; k++) {
			if (w->all[k] == repair->causes[i]->message) {
				break;
			}
		}
		if (k == w->num_all) {
			return false;
		}
	}
	return true;
}

static bool cover(struct applying *w, const struct audit_repair *repair)
{
	size_t i;

	for (i = 0; i < repair->num_causes; i++) {
		w->all = spn_room(w,
				  w->all,
				  w->num_all,
				  const struct spn_message *);
		if (w->all == NULL) {
			return false;
		}
		w->all[w->num_all++] = repair->causes[i]->message;
	}
	return true;
}

/* "SPN-301, SPN-404": each once. NULL when out of memory. */
static char *codes_of(TALLOC_CTX *mem_ctx, const struct audit_repair *repair)
{
	char *text = talloc_strdup(mem_ctx, "");
	size_t i;

	for (i = 0; text != NULL && i < repair->num_causes; i++) {
		const char *code = repair->causes[i]->message->code;

		if (strstr(text, code) == NULL) {
			text = talloc_asprintf_append(text,
						      "%s%s",
						      (*text == '\0') ? ""
								      : ", ",
						      code);
		}
	}
	return text;
}

static bool show_repair(const struct applying *w,
			const struct audit_step *step,
			size_t number)
{
	char *dn = spn_printable(NULL, spn_str_of(step->repair->account->dn));
	bool ok = dn != NULL;
	size_t i;

	if (ok) {
		printf("\n[%zu of %zu] %s\n",
		       number + 1,
		       w->look->repairs->num_repairs,
		       dn);
	}
	talloc_free(dn);
	for (i = 0; ok && i < step->num_findings; i++) {
		const struct audit_finding *finding = step->findings[i];

		ok = apply_show_finding(finding) &&
		     apply_show_text("    safe",
				     audit_repair_safety(
					     finding->message->repair));
	}
	return ok && apply_show_step(w, step);
}

static enum outcome ask_repair(struct applying *w,
			       const struct audit_step *step)
{
	char *codes = codes_of(w, step->repair);
	char *prompt = NULL;
	enum audit_answer answer = AUDIT_ANSWER_QUIT;
	enum outcome outcome = GO_ON;

	if (codes != NULL) {
		prompt = talloc_asprintf(w,
					 "repair it? y(es), n(o), a(ll of "
					 "%s), q(uit): ",
					 codes);
	}
	if (prompt == NULL) {
		return apply_stop(w, NULL);
	}
	outcome = apply_ask(w,
			    prompt,
			    AUDIT_ANSWERS_REPAIR,
			    AUDIT_ANSWER_AGAIN,
			    &answer);
	talloc_free(prompt);
	talloc_free(codes);
	if (outcome != GO_ON || answer == AUDIT_ANSWER_NO) {
		return outcome;
	}
	if (answer == AUDIT_ANSWER_ALL && !cover(w, step->repair)) {
		return apply_stop(w, NULL);
	}
	return apply_carry_out(w, step);
}

static enum outcome make_repair(struct applying *w, size_t number)
{
	const struct audit_repair *repair = w->look->repairs->repairs[number];
	struct audit_step step = {
		.repair = repair,
		.findings = repair->causes,
		.num_findings = repair->num_causes,
	};
	enum outcome outcome = apply_shown(
		w,
		audit_step_guard(w->look, &w->look->seen.a.c, &step) &&
			show_repair(w, &step, number));

	if (outcome != GO_ON) {
		return outcome;
	}
	return (w->apply->yes || is_covered(w, repair))
		       ? apply_carry_out(w, &step)
		       : ask_repair(w, &step);
}

enum outcome apply_make_repairs(struct applying *w)
{
	enum outcome outcome = GO_ON;
	size_t i;

	for (i = 0; outcome == GO_ON && i < w->look->repairs->num_repairs; i++)
	{
		outcome = make_repair(w, i);
	}
	return outcome;
}
