/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What -Q says besides: whose key a client gets. That need not be an account
 * that holds the SPN, see docs/kdc.md.
 */
#include "setspn.h"

#include <string.h>

#include "directory/key_holder.h"
#include "policy/quote.h"

struct asking {
	const struct setspn *s;
	TALLOC_CTX *mem_ctx;
	struct spn_str spn;
	const char *shown; /* the same, for a terminal */
	struct spn_key_holder holder;
};

static void say_substitutes(const struct asking *a)
{
	const struct setspn *s = a->s;
	size_t i;

	for (i = 0; i < a->holder.substitutes.num_accounts; i++) {
		if (!spn_account_same(a->holder.substitutes.accounts[i],
				      a->holder.answer.account))
		{
			spn_connect_message(
				s->connect,
				"%s would answer for %s, through "
				"its %s (sPNMappings), if nobody "
				"had it",
				a->holder.substitutes.accounts[i]->dn,
				a->shown,
				a->holder.stand_in);
		}
	}
}

static void say_who(const struct asking *a, const char *what)
{
	const struct setspn *s = a->s;
	const struct spn_holders *found = &a->holder.answer.found;
	struct spn_str name = a->holder.answer.name;
	const char *text = spn_quote(a->mem_ctx,
				     (name.len == 0) ? a->spn : name,
				     SPN_QUOTE_IF_NEEDED);
	size_t i;

	spn_connect_message(s->connect,
			    "nobody gets a ticket for %s: %s %s",
			    a->shown,
			    (text == NULL) ? "it" : text,
			    what);
	for (i = 0; i < found->num_accounts; i++) {
		spn_connect_message(s->connect,
				    "one of them is %s",
				    found->accounts[i]->dn);
	}
}

static void say(const struct asking *a)
{
	const struct spn_kdc_answer *answer = &a->holder.answer;
	struct spn_connect *connect = a->s->connect;
	const char *spn = a->shown;

	switch (answer->reason) {
	case SPN_KDC_HELD:
		say_substitutes(a);
		break;
	case SPN_KDC_STANDS_IN:
		spn_connect_message(connect,
				    "%s answers for %s, through its %s "
				    "(sPNMappings)",
				    answer->account->dn,
				    spn,
				    a->holder.stand_in);
		break;
	case SPN_KDC_COMPUTER:
		spn_connect_message(connect,
				    "%s answers for %s, as the computer of "
				    "that CN; it holds no SPN for it",
				    answer->account->dn,
				    spn);
		break;
	case SPN_KDC_DUPLICATE:
		say_who(a, "is on several accounts");
		break;
	case SPN_KDC_HIDDEN_DUPLICATE:
		say_who(a,
			"is on one account, and another computer has "
			"that CN");
		break;
	case SPN_KDC_SEVERAL_COMPUTERS:
		say_who(a,
			"is on no account, and several computers have "
			"that CN");
		break;
	case SPN_KDC_OWN_DOMAIN:
		spn_connect_message(connect,
				    "nobody gets a ticket for %s: its third "
				    "part is the domain, and %s is no domain "
				    "controller",
				    spn,
				    answer->account->dn);
		break;
	case SPN_KDC_KRBTGT:
	case SPN_KDC_NOBODY:
	case SPN_KDC_NO_KEY: /* a directory does not tell */
	case SPN_KDC_NO_SPN:
		break;
	}
}

int setspn_say_answer(const struct setspn *s)
{
	struct asking a = {
		.s = s,
		.mem_ctx = s->store.ldb,
		.spn = spn_str_of(s->plan->spn),
	};
	struct spn_forest *forest = NULL;
	struct spn_partial *partial = NULL;
	struct spn parsed = {};
	int status;
	int ret;

	if (strchr(s->plan->spn, '*') != NULL ||
	    spn_parse(a.spn, &parsed) != SPN_SYNTAX_OK)
	{
		return SETSPN_DONE;
	}
	status = setspn_read_forest(s, a.mem_ctx, &forest);
	if (status != SETSPN_DONE) {
		return status;
	}
	a.shown = spn_quote(a.mem_ctx, a.spn, SPN_QUOTE_IF_NEEDED);
	partial = spn_partial_new(a.mem_ctx, spn_store_fold(&s->store));
	if (partial == NULL || a.shown == NULL) {
		return setspn_out_of_memory(s);
	}
	ret = spn_key_holder_look(&s->store,
				  forest,
				  partial,
				  a.mem_ctx,
				  a.spn,
				  &a.holder);
	if (ret != LDB_SUCCESS) {
		return setspn_failed(s, "cannot look for who answers", ret);
	}
	if (a.holder.is_known) {
		say(&a);
	}
	return SETSPN_DONE;
}
