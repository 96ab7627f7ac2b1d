/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A refusal in words: who has the SPN, what kind of clash it is, and the
 * commands that would repair it. Holders are printed as -Q does; they are
 * only those that the caller may read.
 */
#include "setspn.h"

#include <string.h>

static bool is_of(const struct spn_violation *v, const char *rule)
{
	return strcmp(v->message->rule, rule) == 0;
}

static bool is_duplicate(const struct spn_violation *v)
{
	return is_of(v, "duplicate-spn");
}

static bool is_alias(const struct spn_violation *v)
{
	return is_of(v, "alias-spn");
}

static void show_command(const struct setspn *s,
			 const char *lead,
			 const char *command)
{
	if (command != NULL) {
		spn_connect_message(s->connect, "%s: %s", lead, command);
	}
}

/* One line to type, where one is known. */
static void show_repair(const struct setspn *s,
			TALLOC_CTX *mem_ctx,
			const struct spn_account *account,
			const struct spn_violation *v)
{
	struct spn_str partner = spn_str_of(v->partner);
	const struct spn_holders *others = &v->others;
	bool is_split = strcmp(v->message->code, "SPN-303") == 0;

	if ((is_duplicate(v) || is_split) && others->num_accounts > 0) {
		show_command(s,
			     "to move it",
			     setspn_move_command(s,
						 mem_ctx,
						 others,
						 account,
						 is_split ? partner : v->spn));
	} else if (is_of(v, "http-pair")) {
		show_command(
			s,
			"both halves at once",
			setspn_command(s, mem_ctx, "-S", account, v->spn));
	} else if (is_alias(v) && others->num_accounts > 0) {
		show_command(s,
			     "to have both on one account",
			     setspn_command(s,
					    mem_ctx,
					    "-S",
					    others->accounts[0],
					    v->spn));
	} else if (is_of(v, "syntax") && partner.len > 0) {
		show_command(
			s,
			"if that was meant",
			setspn_command(s, mem_ctx, "-S", account, partner));
	}
}

static const char *what_it_has(TALLOC_CTX *mem_ctx,
			       const struct spn_violation *v)
{
	char *text = NULL;

	if (is_duplicate(v)) {
		return "has it";
	}
	if (!is_alias(v) || v->partner == NULL) {
		return "answers for one half";
	}
	text = talloc_asprintf(mem_ctx, "has %s", v->partner);
	return (text == NULL) ? "has the other" : text;
}

static void show_holders(const struct setspn *s,
			 TALLOC_CTX *mem_ctx,
			 const struct spn_violation *v)
{
	const char *spn = spn_printable(mem_ctx, v->spn);
	size_t i;

	for (i = 0; i < v->others.num_accounts; i++) {
		const struct spn_account *other = v->others.accounts[i];

		spn_connect_message(s->connect,
				    "%s: %s (%s%s) %s",
				    (spn == NULL) ? "" : spn,
				    other->dn,
				    other->is_disabled ? "disabled " : "",
				    setspn_kind_text(other),
				    what_it_has(mem_ctx, v));
	}
}

void setspn_warn(const struct setspn *s,
		 TALLOC_CTX *mem_ctx,
		 const struct spn_report *report)
{
	size_t i;

	for (i = 0; i < report->num_violations; i++) {
		const struct spn_violation *v = &report->violations[i];
		const char *reason = spn_violation_reason(mem_ctx, v);

		spn_connect_message(s->connect,
				    "warning: %s: %s",
				    v->message->code,
				    (reason == NULL) ? "" : reason);
		show_holders(s, mem_ctx, v);
	}
}

void setspn_explain_aliases(const struct setspn *s,
			    TALLOC_CTX *mem_ctx,
			    const struct spn_account *account,
			    const struct spn_report *report)
{
	size_t i;

	for (i = 0; i < report->num_violations; i++) {
		if (is_alias(&report->violations[i])) {
			show_repair(s,
				    mem_ctx,
				    account,
				    &report->violations[i]);
		}
	}
}

int setspn_explain(const struct setspn *s,
		   TALLOC_CTX *mem_ctx,
		   const struct spn_account *account,
		   const struct spn_violation *v)
{
	char *reason = spn_violation_reason(mem_ctx, v);
	char *cure = spn_violation_cure(mem_ctx, v);
	size_t i;

	for (i = 0; is_duplicate(v) && !s->plan->dry_run &&
		    i < v->others.num_accounts;
	     i++)
	{
		setspn_show(v->others.accounts[i]);
	}
	if (is_duplicate(v) && !s->plan->dry_run) {
		setspn_say("%s", "");
		setspn_say(SETSPN_DUPLICATE);
	}
	fflush(stdout);
	if (reason == NULL || cure == NULL) {
		return setspn_out_of_memory(s);
	}
	spn_connect_message(s->connect, "%s: %s", v->message->code, reason);
	show_holders(s, mem_ctx, v);
	show_repair(s, mem_ctx, account, v);
	if (is_alias(v)) {
		spn_connect_message(s->connect,
				    "it is the policy of this forest to "
				    "refuse that: alias-spn = deny");
	} else {
		spn_connect_message(s->connect, "what to do: %s", cure);
	}
	return SETSPN_NO;
}
