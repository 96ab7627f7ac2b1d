/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A refusal in words: who has the SPN, what kind of clash it is, and the
 * commands that would repair it. Holders are printed as -Q does; they are
 * only those that the caller may read.
 */
#include "setspn.h"
#include "policy/meant.h"
#include "policy/rules/http_pair.h"
#include "policy/rules/syntax.h"
#include "policy/quote.h"

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

void setspn_host_first(const struct setspn *s)
{
	spn_connect_message(s->connect,
			    "HOST must come first: what another account has "
			    "of that host (setspn -Q '*/HOST-NAME') and HOST "
			    "stands for, take away, register HOST, then give "
			    "it back");
}

bool setspn_is_host(struct spn_str value)
{
	struct spn spn = {};

	return spn_parse(value, &spn) == SPN_SYNTAX_OK &&
	       spn_class_is(&spn, "host");
}

static bool is_split(const struct spn_violation *v)
{
	return v->message == &spn_pair_split;
}

/* The other half of it, on the same accounts. */
static bool goes_with(const struct spn_violation *v,
		      const struct spn_violation *move)
{
	size_t i;

	for (i = 0; i < v->others.num_accounts; i++) {
		if (!spn_holders_has(&move->others, v->others.accounts[i])) {
			return false;
		}
	}
	return v->others.num_accounts > 0 && (is_duplicate(v) || is_split(v));
}

/* Taken from its holders, would nothing else stand in the way? A line of two
 * commands whose second fails has done harm. */
static bool can_move(const struct spn_report *report,
		     const struct spn_violation *move)
{
	size_t i;

	for (i = 0; i < report->num_violations; i++) {
		const struct spn_violation *v = &report->violations[i];

		if ((is_alias(v) && setspn_is_host(v->spn)) ||
		    (v->level >= SPN_LEVEL_DENY && !goes_with(v, move)))
		{
			return false;
		}
	}
	/* HOST belongs to its computer. */
	for (i = 0; i < move->others.num_accounts; i++) {
		if (setspn_is_host(move->spn) &&
		    spn_account_is_machine(move->others.accounts[i]))
		{
			return false;
		}
	}
	return true;
}

static void show_move(const struct setspn *s,
		      TALLOC_CTX *mem_ctx,
		      const struct spn_account *account,
		      const struct spn_violation *v,
		      struct spn_str value)
{
	show_command(
		s,
		"to move it",
		setspn_move_command(s, mem_ctx, &v->others, account, value));
}

/* The exact SPN goes to who has HOST; never HOST to who has that. */
static void show_alias(const struct setspn *s,
		       TALLOC_CTX *mem_ctx,
		       const struct spn_violation *v)
{
	if (setspn_is_host(v->spn)) {
		setspn_host_first(s);
		return;
	}
	show_command(
		s,
		"to have both on one account",
		setspn_add_command(s, mem_ctx, v->others.accounts[0], v->spn));
}

/* A value that holds several names: each by itself. */
static void show_list(const struct setspn *s,
		      TALLOC_CTX *mem_ctx,
		      const struct spn_account *account,
		      const struct spn_violation *v)
{
	struct spn_str rest = v->spn;
	struct spn_meant item = {};

	while (spn_meant_next(&rest, &item)) {
		char *spn = NULL;

		if (!spn_meant_format(mem_ctx, &item, &spn) || spn == NULL) {
			return;
		}
		show_command(s,
			     "if that was meant",
			     setspn_add_command(s,
						mem_ctx,
						account,
						spn_str_of(spn)));
	}
}

/* One line to type, where one is known. */
static void show_repair(const struct setspn *s,
			TALLOC_CTX *mem_ctx,
			const struct spn_account *account,
			const struct spn_report *report,
			const struct spn_violation *v)
{
	struct spn_str partner = spn_str_of(v->partner);

	if ((is_duplicate(v) || is_split(v)) && v->others.num_accounts > 0) {
		if (can_move(report, v)) {
			show_move(s,
				  mem_ctx,
				  account,
				  v,
				  is_split(v) ? partner : v->spn);
		}
	} else if (is_of(v, "http-pair")) {
		show_command(s,
			     "both halves at once",
			     setspn_add_command(s, mem_ctx, account, v->spn));
	} else if (is_alias(v) && v->others.num_accounts > 0) {
		show_alias(s, mem_ctx, v);
	} else if (v->message == &spn_mal_list) {
		show_list(s, mem_ctx, account, v);
	} else if (is_of(v, "syntax") && partner.len > 0) {
		show_command(s,
			     "if that was meant",
			     setspn_add_command(s, mem_ctx, account, partner));
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
	text = spn_quote(mem_ctx, spn_str_of(v->partner), SPN_QUOTE_IF_NEEDED);
	if (text != NULL) {
		text = talloc_asprintf(mem_ctx, "has %s", text);
	}
	return (text == NULL) ? "has the other" : text;
}

static void show_holders(const struct setspn *s,
			 TALLOC_CTX *mem_ctx,
			 const struct spn_violation *v)
{
	const char *spn = spn_quote(mem_ctx, v->spn, SPN_QUOTE_IF_NEEDED);
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
		const struct spn_violation *v = &report->violations[i];

		if (is_alias(v) && !setspn_is_host(v->spn)) {
			show_repair(s, mem_ctx, account, report, v);
		}
	}
}

/* Of several reasons: what is no SPN at all is not moved either. */
static const struct spn_violation *choose(const struct spn_report *report)
{
	size_t i;

	for (i = 0; i < report->num_violations; i++) {
		const struct spn_violation *v = &report->violations[i];

		if (v->level >= SPN_LEVEL_DENY && is_of(v, "syntax")) {
			return v;
		}
	}
	return spn_report_refusal(report);
}

static void show_duplicate(const struct setspn *s,
			   const struct spn_violation *v)
{
	size_t i;

	if (s->plan->dry_run) {
		return;
	}
	for (i = 0; i < v->others.num_accounts; i++) {
		setspn_show(v->others.accounts[i]);
	}
	setspn_say("%s", "");
	setspn_say(SETSPN_DUPLICATE);
}

int setspn_explain(const struct setspn *s,
		   TALLOC_CTX *mem_ctx,
		   const struct spn_account *account,
		   const struct spn_report *report)
{
	const struct spn_violation *v = choose(report);
	char *refusal = spn_violation_refusal(mem_ctx, v);
	char *fix = spn_violation_fix(mem_ctx, v);

	if (is_duplicate(v)) {
		show_duplicate(s, v);
	}
	fflush(stdout);
	if (refusal == NULL || fix == NULL) {
		return setspn_out_of_memory(s);
	}
	spn_connect_message(s->connect, "%s: %s", v->message->code, refusal);
	show_holders(s, mem_ctx, v);
	show_repair(s, mem_ctx, account, report, v);
	if (is_alias(v)) {
		spn_connect_message(s->connect,
				    "it is the policy of this forest to "
				    "refuse that: alias-spn = deny");
	} else if (!is_of(v, "syntax")) {
		spn_connect_message(s->connect, "what to do: %s", fix);
	}
	return SETSPN_NO;
}
