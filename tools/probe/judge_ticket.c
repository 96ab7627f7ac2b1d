/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the KDC says, and how that goes with the directory.
 */
#include "judge.h"

#include "common/shell_command.h"

/* RFC 4120 7.5.9 */
#define KDC_ERR_POLICY 12
#define KDC_ERR_ETYPE_NOSUPP 14
#define KDC_ERR_CLIENT_REVOKED 18
#define KRB_AP_ERR_SKEW 37

int32_t probe_row_error(const struct probe_row *row)
{
	if (row->ticket != NULL) {
		return row->ticket->error;
	}
	return (row->held != NULL && row->held->holder.is_known)
		       ? (int32_t)row->held->holder.answer.error
		       : -1;
}

static bool say(struct probe_row *row,
		const struct probe_message *message,
		TALLOC_CTX *mem_ctx)
{
	return probe_say(mem_ctx,
			 &row->verdicts,
			 message,
			 "error %d: %s",
			 row->ticket->error,
			 row->ticket->text) != NULL;
}

/* A computer that never joined has no key, which no attribute tells. */
static bool say_no_key(struct probe *probe, struct probe_row *row)
{
	const struct spn_account *who = probe_row_account(row);
	struct probe_verdict *verdict =
		probe_say(probe,
			  &row->verdicts,
			  &probe_no_key,
			  "error 14: %s has no key that the KDC may use",
			  (who == NULL) ? "its account"
					: probe_account_name(probe, who));

	if (probe->site == NULL || who == NULL ||
	    spn_account_same(who, probe->site))
	{
		return verdict != NULL;
	}
	return probe_offer(probe, row, verdict, row->name->spn);
}

/* " of the KDC at 10.0.0.1" */
static const char *which_kdc(struct probe *probe, const struct probe_row *row)
{
	const char *text = (row->ticket->kdc == NULL)
				   ? ""
				   : talloc_asprintf(probe,
						     " from the KDC at %s",
						     row->ticket->kdc);

	return (text == NULL) ? "" : text;
}

/* "in the directory of dc1.example.com" */
static const char *which_directory(struct probe *probe)
{
	const char *text =
		(probe->directory_server == NULL)
			? NULL
			: talloc_asprintf(
				  probe,
				  "in the directory of %s",
				  probe_quoted(probe,
					       probe->directory_server));

	return (text == NULL) ? "in this directory" : text;
}

static bool say_error(struct probe *probe, struct probe_row *row)
{
	bool is_explained = row->held != NULL && row->held->holder.is_known;

	switch (row->ticket->error) {
	case SPN_KDC_UNKNOWN:
		if (!is_explained) {
			return probe_say(probe,
					 &row->verdicts,
					 &probe_unexplained,
					 "error 7: %s",
					 row->ticket->text) != NULL;
		}
		return row->held->holder.answer.error == SPN_KDC_UNKNOWN ||
		       probe_say(probe,
				 &row->verdicts,
				 &probe_kdc_lacks,
				 "error 7%s, and %s %s has it",
				 which_kdc(probe, row),
				 which_directory(probe),
				 probe_account_name(probe,
						    row->held->who.account)) !=
			       NULL;
	case KDC_ERR_ETYPE_NOSUPP:
		return say_no_key(probe, row);
	case KDC_ERR_POLICY:
	case KDC_ERR_CLIENT_REVOKED:
		return say(row, &probe_client_refused, probe);
	case KRB_AP_ERR_SKEW:
		return say(row, &probe_client_clock, probe);
	case -1:
		return probe_say(probe,
				 &row->verdicts,
				 &probe_no_kdc,
				 "%s",
				 row->ticket->text) != NULL;
	default:
		return say(row, &probe_other_error, probe);
	}
}

char *probe_set_types(TALLOC_CTX *mem_ctx, const struct spn_account *account)
{
	char *word = NULL;

	if (account == NULL || account->sam_account_name == NULL ||
	    !shell_is_bare_name(account->sam_account_name))
	{
		return NULL;
	}
	word = shell_word(mem_ctx, spn_str_of(account->sam_account_name));
	return (word == NULL) ? NULL
			      : talloc_asprintf(mem_ctx,
						"net ads enctypes set %s 24 "
						"--use-kerberos=required",
						word);
}

/* Of the same account, in a row before. */
static bool was_said(const struct probe *probe,
		     const struct probe_row *row,
		     const struct probe_message *message)
{
	const struct probe_row *other = probe->rows;
	size_t i;

	for (; other != row; other++) {
		if (probe_row_account(row) == NULL ||
		    probe_row_account(other) == NULL ||
		    !spn_account_same(probe_row_account(row),
				      probe_row_account(other)))
		{
			continue;
		}
		for (i = 0; i < other->verdicts.num; i++) {
			if (other->verdicts.list[i].message == message) {
				return true;
			}
		}
	}
	return false;
}

/* Not of the site: judge_name.c says that. */
static bool is_of_another(const struct probe *probe,
			  const struct probe_row *row)
{
	return probe->site != NULL && probe_row_account(row) != NULL &&
	       !spn_account_same(probe->site, probe_row_account(row));
}

/* What the keytab has to do with it says more. */
static bool is_of_keytab(const struct probe_row *row)
{
	return row->opening != NULL &&
	       (row->opening->result == PROBE_OPENS_RC4 ||
		row->opening->result == PROBE_NOT_ENCTYPE);
}

/* The keytab has nothing else: with AES it would not open the next ticket. */
static bool needs_rc4(const struct probe *probe)
{
	size_t i;

	for (i = 0; probe->keytab != NULL && i < probe->keytab->num_entries;
	     i++)
	{
		if (probe->keytab->entries[i].enctype != ENCTYPE_ARCFOUR_HMAC)
		{
			return false;
		}
	}
	return probe->keytab != NULL;
}

static bool say_rc4(struct probe *probe, struct probe_row *row)
{
	bool is_refused = probe->options->server->refuses_rc4 &&
			  row->opening == NULL;
	struct probe_verdict *verdict = NULL;

	if (row->ticket->enctype != ENCTYPE_ARCFOUR_HMAC ||
	    is_of_another(probe, row) || is_of_keytab(row) ||
	    was_said(probe,
		     row,
		     is_refused ? &probe_keytab_server_rc4 : &probe_rc4))
	{
		return true;
	}
	verdict = probe_say(probe,
			    &row->verdicts,
			    is_refused ? &probe_keytab_server_rc4 : &probe_rc4,
			    "the ticket is encrypted with RC4%s%s",
			    is_refused ? ", which is refused by " : "",
			    is_refused ? probe->options->server->title : "");
	return probe_fix(probe,
			 verdict,
			 needs_rc4(probe)
				 ? NULL
				 : probe_set_types(probe,
						   probe_row_account(row)));
}

static bool is_opened(const struct probe_opening *opening)
{
	return opening != NULL && opening->result == PROBE_OPENS;
}

/* Clients go on with what is in the cache. An old key may be in the keytab
 * still. */
static bool is_old(const struct probe_row *row)
{
	const struct probe_ticket *cached = row->cached;

	if (cached == NULL || cached->error != 0 ||
	    is_opened(row->cached_opening))
	{
		return false;
	}
	return row->ticket->error != 0 || is_opened(row->opening) ||
	       cached->kvno != row->ticket->kvno ||
	       cached->enctype != row->ticket->enctype;
}

static bool say_old(struct probe *probe, struct probe_row *row)
{
	const char *cache = probe_cache_named(probe);
	/* That of --ccache has the new one by now. */
	bool is_replaced = probe->options->ccache != NULL &&
			   row->ticket->error == 0;
	struct probe_verdict *verdict = NULL;
	const char *word = NULL;

	if (row->ticket->error < 0 || !is_old(row)) {
		return true;
	}
	verdict = probe_say(probe,
			    &row->verdicts,
			    &probe_old_ticket,
			    "the user's cache %s a ticket with %s, key %u, "
			    "that a KDC does not give any more; %s",
			    is_replaced ? "had" : "has",
			    probe_enctype_name(probe, row->cached->enctype),
			    row->cached->kvno,
			    is_replaced ? "now it has the new one"
					: "clients go on using it");
	if (is_replaced) {
		return verdict != NULL;
	}
	if (cache == NULL) {
		return probe_fix(probe, verdict, "kdestroy && kinit");
	}
	word = shell_word(probe, spn_str_of(cache));
	return (word == NULL) ? verdict != NULL
			      : probe_fix_format(probe,
						 verdict,
						 "kdestroy -c %s && kinit -c "
						 "%s",
						 word,
						 word);
}

static bool judge_answer(struct probe *probe, struct probe_row *row)
{
	const struct probe_account *who = NULL;

	if (row->ticket->error != 0) {
		return say_error(probe, row);
	}
	who = (row->held == NULL) ? NULL : &row->held->who;
	if (who != NULL && row->held->holder.is_known) {
		if (who->account == NULL &&
		    row->held->holder.answer.reason != SPN_KDC_KRBTGT)
		{
			return probe_say(probe,
					 &row->verdicts,
					 &probe_disagree,
					 "there is a ticket%s, and %s nobody "
					 "has it",
					 which_kdc(probe, row),
					 which_directory(probe)) != NULL;
		}
		if (who->kvno != 0 && who->kvno != row->ticket->kvno &&
		    probe_say(probe,
			      &row->verdicts,
			      &probe_disagree,
			      "the ticket%s has key %u of the account, and %s "
			      "it is %u",
			      which_kdc(probe, row),
			      row->ticket->kvno,
			      which_directory(probe),
			      who->kvno) == NULL)
		{
			return false;
		}
	}
	return say_rc4(probe, row);
}

bool probe_judge_ticket(struct probe *probe, struct probe_row *row)
{
	return row->ticket == NULL ||
	       (judge_answer(probe, row) && say_old(probe, row));
}
