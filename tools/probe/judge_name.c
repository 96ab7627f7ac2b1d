/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why there is no ticket for a name, or one for the wrong account: what its
 * directory says.
 */
#include "judge.h"

#include "common/shell_command.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The account that is to have the name; NULL: not known. */
static const struct spn_account *owner_of(const struct probe *probe,
					  const struct probe_row *row)
{
	const struct spn_holders *partner = &row->held->partner_holder.exact;

	if (probe->site != NULL) {
		return probe->site;
	}
	if (partner->num_accounts == 1) {
		return partner->accounts[0];
	}
	return row->held->https_holder;
}

bool probe_offer(const struct probe *probe,
		 struct probe_row *row,
		 struct probe_verdict *verdict,
		 const char *spn)
{
	const struct spn_account *owner = owner_of(probe, row);

	if (owner != NULL) {
		return probe_fix(
			row->held,
			verdict,
			probe_setspn(probe, row->held, "-S", owner, spn));
	}
	/* A name of a log may have anything in it. */
	return probe_fix(row->held,
			 verdict,
			 shell_setspn_of(row->held,
					 "-S",
					 spn_str_of(spn),
					 "ACCOUNT-OF-THE-SITE"));
}

/* An SPN of an address helps some clients only, and until it changes. */
static bool is_typed_address(const struct probe *probe,
			     const struct probe_row *row)
{
	const char *slash = strchr(row->name->spn, '/');

	return probe->target != NULL && slash != NULL &&
	       probe->target->kind != PROBE_HOST_NAME &&
	       strcmp(slash + 1, probe->target->host) == 0;
}

static bool say_nobody(const struct probe *probe, struct probe_row *row)
{
	const struct spn_account *https = row->held->https_holder;
	bool is_typed = is_typed_address(probe, row);
	struct probe_verdict *verdict =
		probe_say(row->held,
			  &row->verdicts,
			  &probe_nobody,
			  "nobody has %s%s",
			  probe_quoted(row->held, row->name->spn),
			  is_typed ? "; type the name of the site, and not "
				     "its address"
				   : "");

	if (verdict == NULL ||
	    (!is_typed && !probe_offer(probe, row, verdict, row->name->spn)))
	{
		return false;
	}
	return https == NULL ||
	       probe_say(row->held,
			 &row->verdicts,
			 &probe_https,
			 "%s has it as https/, which no client asks for",
			 probe_account_name(row->held, https)) != NULL;
}

static int compare_names(const void *a, const void *b)
{
	const struct spn_account *const *one = a;
	const struct spn_account *const *other = b;

	return strcmp((*one)->dn, (*other)->dn);
}

/* In an order that does not change from one run to the next. NULL: out of
 * memory. */
static const struct spn_account **sorted(TALLOC_CTX *mem_ctx,
					 const struct spn_holders *found)
{
	const struct spn_account **accounts = talloc_memdup(
		mem_ctx,
		found->accounts,
		found->num_accounts * sizeof(const struct spn_account *));

	if (accounts != NULL) {
		qsort(accounts,
		      found->num_accounts,
		      sizeof(const struct spn_account *),
		      compare_names);
	}
	return accounts;
}

/* Away from everybody but the owner. */
static bool offer_removal(const struct probe *probe,
			  struct probe_row *row,
			  struct probe_verdict *verdict)
{
	const struct spn_kdc_answer *answer = &row->held->holder.answer;
	const struct spn_account **accounts = sorted(row->held,
						     &answer->found);
	const struct spn_account *site = probe->site;
	size_t i;

	/* Taken from all of them nobody would have it. */
	if (!probe->is_site_seen) {
		return probe_fix(row->held,
				 verdict,
				 shell_setspn_of(row->held,
						 "-D",
						 spn_str_of(row->name->spn),
						 "THE-OTHER-ACCOUNT"));
	}
	for (i = 0; accounts != NULL && i < answer->found.num_accounts; i++) {
		const struct spn_account *account = accounts[i];

		if (site != NULL && spn_account_same(account, site)) {
			continue;
		}
		if (!probe_fix(row->held,
			       verdict,
			       probe_setspn(probe,
					    row->held,
					    "-D",
					    account,
					    row->name->spn)))
		{
			return false;
		}
	}
	return accounts != NULL;
}

static char *list_of(TALLOC_CTX *mem_ctx, const struct spn_holders *found)
{
	const struct spn_account **accounts = sorted(mem_ctx, found);
	char *list = talloc_strdup(mem_ctx, "");
	size_t i;

	if (accounts == NULL) {
		return NULL;
	}
	for (i = 0; list != NULL && i < found->num_accounts && i < 5; i++) {
		list = talloc_asprintf_append(list,
					      "%s%s",
					      (i == 0) ? "" : ", ",
					      probe_account_name(mem_ctx,
								 accounts[i]));
	}
	if (list != NULL && found->num_accounts > 5) {
		list = talloc_asprintf_append(list,
					      " and %zu more",
					      found->num_accounts - 5);
	}
	return list;
}

static bool say_several(const struct probe *probe, struct probe_row *row)
{
	const struct spn_kdc_answer *answer = &row->held->holder.answer;
	const char *list = list_of(row->held, &answer->found);
	const char *name = probe_quoted(row->held, answer->name.data);
	struct probe_verdict *verdict = NULL;

	if (list == NULL) {
		return false;
	}
	if (answer->reason == SPN_KDC_DUPLICATE) {
		verdict = probe_say(row->held,
				    &row->verdicts,
				    &probe_duplicate,
				    "%s is held by %s",
				    name,
				    list);
		return verdict != NULL && offer_removal(probe, row, verdict);
	}
	if (answer->reason == SPN_KDC_HIDDEN_DUPLICATE) {
		return probe_say(row->held,
				 &row->verdicts,
				 &probe_hidden_duplicate,
				 "%s is on one account, and another is a "
				 "computer of that CN: %s",
				 name,
				 list) != NULL;
	}
	return probe_say(row->held,
			 &row->verdicts,
			 &probe_several_computers,
			 "several computers have that CN: %s",
			 list) != NULL;
}

bool probe_is_stand_in(const struct probe_row *row)
{
	return row->held != NULL &&
	       (row->held->holder.answer.reason == SPN_KDC_STANDS_IN ||
		row->held->holder.answer.reason == SPN_KDC_COMPUTER);
}

/* How the account comes to it. */
static const char *way_of(const struct probe_row *row)
{
	switch (row->held->holder.answer.reason) {
	case SPN_KDC_STANDS_IN:
		return probe_quoted(row->held, row->held->holder.stand_in);
	case SPN_KDC_COMPUTER:
		return "its CN";
	default:
		return NULL;
	}
}

/* A keytab that somebody has given may be another one than the site's. */
static const char *by_what(const struct probe *probe)
{
	return (probe->keytab != NULL && probe->is_site_seen &&
		!probe_http_accepts(probe))
		       ? "the keytab has the keys of"
		       : "the account of the site is";
}

/*
 * It is the site's if it has a name of it or opens another ticket, or if the
 * web server does not open this one either. Else it may be that of the
 * machine.
 */
static bool is_site_sure(const struct probe *probe)
{
	const struct probe_http *http = probe->http;
	size_t i;

	if (probe->keytab == NULL || probe_http_accepts(probe) ||
	    (http != NULL && http->is_token_sent && http->failure == NULL &&
	     http->with_token.status == 401) ||
	    probe_keytab_is_named(probe))
	{
		return true;
	}
	for (i = 0; i < probe->num_rows; i++) {
		if (probe_row_is_opened(&probe->rows[i])) {
			return true;
		}
	}
	return false;
}

/* Its key is another's than the site's. */
static bool say_other(const struct probe *probe,
		      struct probe_row *row,
		      const char *way)
{
	const struct spn_account *who = row->held->who.account;
	/* To take a name from who holds it may stop a site that works. */
	bool is_sure = way != NULL || is_site_sure(probe);
	struct probe_verdict *verdict =
		probe_say(row->held,
			  &row->verdicts,
			  &probe_other_account,
			  "the ticket has the key of %s%s%s; %s %s%s",
			  probe_account_name(row->held, who),
			  (way == NULL) ? "" : ", by ",
			  (way == NULL) ? "" : way,
			  by_what(probe),
			  probe_account_name(row->held, probe->site),
			  is_sure ? "" : "; is it the site's? --http tells");

	if (verdict == NULL || !is_sure) {
		return verdict != NULL;
	}
	if (way == NULL && probe->is_site_seen &&
	    !probe_fix(
		    row->held,
		    verdict,
		    probe_setspn(probe, row->held, "-D", who, row->name->spn)))
	{
		return false;
	}
	return probe_offer(probe, row, verdict, row->name->spn);
}

/* A ticket: is it for the account whose site this is? */
static bool say_whose(const struct probe *probe, struct probe_row *row)
{
	const struct spn_account *who = row->held->who.account;
	const char *way = way_of(row);

	if (probe_row_is_opened(row)) {
		return true;
	}
	if (probe->site != NULL && who != NULL &&
	    !spn_account_same(who, probe->site))
	{
		return say_other(probe, row, way);
	}
	return probe->site != NULL || way == NULL ||
	       probe_say(row->held,
			 &row->verdicts,
			 &probe_computer,
			 "the key of %s, by %s",
			 probe_account_name(row->held, who),
			 way) != NULL;
}

/* The row of the other half; NULL: nobody here asks for it. */
static const struct probe_row *row_of_partner(const struct probe *probe,
					      const struct probe_row *row)
{
	size_t i;

	for (i = 0; i < probe->num_rows; i++) {
		if (strcasecmp(probe->rows[i].name->spn, row->held->partner) ==
		    0)
		{
			return &probe->rows[i];
		}
	}
	return NULL;
}

/* Each half has a row, and which of them is the wrong one is not known. Said
 * of the second. */
static bool is_said_elsewhere(const struct probe *probe,
			      const struct probe_row *row)
{
	const struct probe_row *other = row_of_partner(probe, row);

	return other != NULL &&
	       (probe->site != NULL || other > row ||
		probe_row_error(other) != 0 || probe_row_is_opened(row));
}

/* Microsoft KB 871179. Said once, of the half that is there. */
static bool say_pair(const struct probe *probe, struct probe_row *row)
{
	const struct probe_held *held = row->held;
	const struct spn_holders *exact = &held->holder.exact;
	const struct spn_holders *other = &held->partner_holder.exact;
	struct probe_verdict *verdict = NULL;

	if (held->partner == NULL || exact->num_accounts != 1 ||
	    is_said_elsewhere(probe, row))
	{
		return true;
	}
	/* HOST/ of the same account does as well. */
	if (other->num_accounts == 0 &&
	    held->partner_holder.answer.account != NULL &&
	    spn_account_same(held->partner_holder.answer.account,
			     exact->accounts[0]))
	{
		return true;
	}
	if (other->num_accounts == 0) {
		verdict = probe_say(row->held,
				    &row->verdicts,
				    &probe_half_missing,
				    "%s is not registered",
				    probe_quoted(row->held, held->partner));
		return verdict != NULL &&
		       probe_offer(probe, row, verdict, held->partner);
	}
	if (other->num_accounts == 1 &&
	    !spn_account_same(other->accounts[0], exact->accounts[0]))
	{
		return probe_say(row->held,
				 &row->verdicts,
				 &probe_half_elsewhere,
				 "%s is on %s",
				 probe_quoted(row->held, held->partner),
				 probe_account_name(row->held,
						    other->accounts[0])) !=
		       NULL;
	}
	return true;
}

static bool say_state(struct probe_row *row)
{
	const struct probe_account *who = &row->held->who;

	if (!who->is_disabled && !who->is_expired) {
		return true;
	}
	return probe_say(row->held,
			 &row->verdicts,
			 &probe_disabled,
			 "%s %s",
			 probe_account_name(row->held, who->account),
			 who->is_disabled ? "is disabled" : "has expired") !=
	       NULL;
}

static bool say_no_ticket(const struct probe *probe, struct probe_row *row)
{
	switch (row->held->holder.answer.reason) {
	case SPN_KDC_DUPLICATE:
	case SPN_KDC_HIDDEN_DUPLICATE:
	case SPN_KDC_SEVERAL_COMPUTERS:
		return say_several(probe, row);
	case SPN_KDC_OWN_DOMAIN:
		return probe_say(row->held,
				 &row->verdicts,
				 &probe_own_domain,
				 "its third part is the domain, and %s is no "
				 "domain controller",
				 probe_account_name(row->held,
						    row->held->who.account)) !=
		       NULL;
	case SPN_KDC_NO_KEY:
		return probe_say(row->held,
				 &row->verdicts,
				 &probe_no_key,
				 "%s has no key",
				 probe_account_name(row->held,
						    row->held->who.account)) !=
		       NULL;
	default:
		return say_nobody(probe, row);
	}
}

bool probe_judge_name(struct probe *probe, struct probe_row *row)
{
	int32_t error = probe_row_error(row);

	if (row->held == NULL || !row->held->holder.is_known) {
		return true;
	}
	if (row->held->holder.answer.error != SPN_KDC_TICKET) {
		/* Of a KDC that knows more, probe_judge_ticket() has spoken.
		 */
		return (error == 0) || say_no_ticket(probe, row);
	}
	return (error > 0) || (say_whose(probe, row) && say_pair(probe, row) &&
			       say_state(row));
}
