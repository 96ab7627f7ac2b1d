/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A refusal in words: who has the SPN, what kind of clash it is, and the
 * commands that would repair it. Holders are printed as -Q does; they are
 * only those that the caller may read.
 */
#include "setspn.h"

#include <string.h>

static bool is_duplicate(const struct spn_violation *v)
{
	return strcmp(v->message->rule, "duplicate-spn") == 0;
}

/* What goes between '' of a shell; NULL for what nobody can type. */
static char *quoted(TALLOC_CTX *mem_ctx, struct spn_str s)
{
	char *text = NULL;
	size_t i;

	for (i = 0; i < s.len; i++) {
		if (s.data[i] == '\'' || (unsigned char)s.data[i] < 0x20 ||
		    s.data[i] == 0x7f) {
			return NULL;
		}
	}
	text = talloc_asprintf(mem_ctx, "'%.*s'", (int)s.len, s.data);
	return (text != NULL && spn_str_is_utf8(s)) ? text : NULL;
}

/* -U, since a name without "$" is a computer's first. */
static const char *switch_for(const struct spn_account *account)
{
	return spn_account_is_machine(account) ? "-C" : "-U";
}

/* "-U -S 'http/web01' 'svc'"; NULL for what nobody can type. */
static char *command(TALLOC_CTX *mem_ctx,
		     const char *verb,
		     const struct spn_account *account,
		     struct spn_str value)
{
	char *spn = quoted(mem_ctx, value);
	char *name = quoted(mem_ctx, spn_str_of(account->sam_account_name));

	if (account->sam_account_name == NULL || spn == NULL || name == NULL) {
		return NULL;
	}
	return talloc_asprintf(mem_ctx,
			       "setspn %s%s %s %s %s",
			       (strcmp(verb, "-D") == 0) ? "--pair " : "",
			       switch_for(account),
			       verb,
			       spn,
			       name);
}

static void show_move(const struct setspn *s,
		      TALLOC_CTX *mem_ctx,
		      const struct spn_account *from,
		      const struct spn_account *to,
		      struct spn_str value)
{
	char *away = command(mem_ctx, "-D", from, value);
	char *here = command(mem_ctx, "-S", to, value);

	if (away != NULL && here != NULL) {
		spn_connect_message(s->connect,
				    "to move it: %s && %s",
				    away,
				    here);
	}
}

/* Of what is no duplicate: one command, where one is known. */
static void show_repair(const struct setspn *s,
			TALLOC_CTX *mem_ctx,
			const struct spn_account *account,
			const struct spn_violation *v)
{
	struct spn_str partner = spn_str_of(v->partner);
	const char *lead = NULL;
	char *typed = NULL;

	if (strcmp(v->message->code, "SPN-303") == 0 &&
	    v->others.num_accounts > 0) {
		show_move(s, mem_ctx, v->others.accounts[0], account, partner);
		return;
	}
	if (strcmp(v->message->rule, "http-pair") == 0) {
		lead = "both halves at once";
		typed = command(mem_ctx, "-S", account, v->spn);
	} else if (strcmp(v->message->rule, "alias-spn") == 0 &&
		   v->others.num_accounts > 0)
	{
		lead = "to have both on one account";
		typed = command(mem_ctx, "-S", v->others.accounts[0], v->spn);
	} else if (strcmp(v->message->rule, "syntax") == 0 && partner.len > 0)
	{
		lead = "if that was meant";
		typed = command(mem_ctx, "-S", account, partner);
	}
	if (typed != NULL) {
		spn_connect_message(s->connect, "%s: %s", lead, typed);
	}
}

static void show_holders(const struct setspn *s,
			 TALLOC_CTX *mem_ctx,
			 const struct spn_account *account,
			 const struct spn_violation *v)
{
	const char *spn = spn_escape(mem_ctx, v->spn);
	size_t i;

	for (i = 0; i < v->others.num_accounts; i++) {
		const struct spn_account *other = v->others.accounts[i];

		spn_connect_message(s->connect,
				    "%s: %s (%s%s) %s",
				    (spn == NULL) ? "" : spn,
				    other->dn,
				    other->is_disabled ? "disabled " : "",
				    setspn_kind_text(other),
				    is_duplicate(v) ? "has it"
						    : "answers for one half");
		if (is_duplicate(v)) {
			show_move(s, mem_ctx, other, account, v->spn);
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
	show_holders(s, mem_ctx, account, v);
	if (!is_duplicate(v)) {
		show_repair(s, mem_ctx, account, v);
	}
	spn_connect_message(s->connect, "what to do: %s", cure);
	return SETSPN_NO;
}
