/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the KDC says, and how that goes with the directory; and whether a
 * keytab opens the ticket.
 */
#include "judge.h"

#include "common/shell_command.h"

#define ENCTYPE_RC4 23 /* RFC 4757 */
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
	const struct spn_account *who = (row->held == NULL)
						? NULL
						: row->held->who.account;
	struct probe_verdict *verdict =
		probe_say(probe,
			  &row->verdicts,
			  &probe_no_key,
			  "error 14: %s has no key that the KDC may use",
			  (who == NULL) ? "its account"
					: probe_account_name(probe, who));

	return verdict != NULL;
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
				 &probe_disagree,
				 "error 7, and in this directory %s has it",
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

	if (account == NULL || account->sam_account_name == NULL) {
		return NULL;
	}
	word = shell_word(mem_ctx, spn_str_of(account->sam_account_name));
	return (word == NULL) ? NULL
			      : talloc_asprintf(mem_ctx,
						"net ads enctypes set %s 24",
						word);
}

static const struct spn_account *key_of(const struct probe_row *row)
{
	return (row->held == NULL) ? NULL : row->held->who.account;
}

static bool say_rc4(struct probe *probe, struct probe_row *row)
{
	bool is_refused = probe->options->server->refuses_rc4 &&
			  row->opening == NULL;
	struct probe_verdict *verdict = NULL;

	if (row->ticket->enctype != ENCTYPE_RC4) {
		return true;
	}
	verdict = probe_say(probe,
			    &row->verdicts,
			    is_refused ? &probe_keytab_server_rc4 : &probe_rc4,
			    "the ticket is encrypted with RC4%s%s",
			    is_refused ? ", which is refused by " : "",
			    is_refused ? probe->options->server->title : "");
	return probe_fix(probe, verdict, probe_set_types(probe, key_of(row)));
}

bool probe_judge_ticket(struct probe *probe, struct probe_row *row)
{
	const struct probe_account *who = NULL;

	if (row->ticket == NULL) {
		return true;
	}
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
					 "there is a ticket, and in this "
					 "directory nobody has it") != NULL;
		}
		if (who->kvno != 0 && who->kvno != row->ticket->kvno &&
		    probe_say(probe,
			      &row->verdicts,
			      &probe_disagree,
			      "the ticket has key %u of the account, the "
			      "directory %u",
			      row->ticket->kvno,
			      who->kvno) == NULL)
		{
			return false;
		}
	}
	return say_rc4(probe, row);
}

/* ------------------------------------------------------------- keytabs */

static const struct probe_message *const openings[] = {
	[PROBE_OPENS] = &probe_keytab_opens,
	[PROBE_OPENS_OTHER_KVNO] = &probe_keytab_server_kvno,
	[PROBE_OPENS_OTHER_NAME] = &probe_keytab_server_name,
	[PROBE_OPENS_OTHER_CASE] = &probe_keytab_server_case,
	[PROBE_OPENS_RC4] = &probe_keytab_server_rc4,
	[PROBE_NOT_ENCTYPE] = &probe_keytab_enctype,
	[PROBE_NOT_KVNO_OLDER] = &probe_keytab_old,
	[PROBE_NOT_KVNO_NEWER] = &probe_keytab_new,
	[PROBE_NOT_KEY] = &probe_keytab_key,
	[PROBE_NOT_NAME] = &probe_keytab_name,
};

/* On a DC, by the account's name: by the name of an SPN there is only RC4. */
static bool offer_export(struct probe *probe,
			 const struct probe_row *row,
			 struct probe_verdict *verdict)
{
	const struct spn_account *who = key_of(row);
	const char *name = (who == NULL) ? NULL : who->sam_account_name;
	char *path = talloc_asprintf(probe, "%s.new", probe->keytab->path);
	char *word = NULL;

	if (path == NULL) {
		return false;
	}
	path = shell_word(probe, spn_str_of(path));
	word = (name == NULL) ? NULL : shell_word(probe, spn_str_of(name));
	if (path == NULL || word == NULL) {
		return true;
	}
	return probe_fix_format(probe,
				verdict,
				"samba-tool domain exportkeytab %s "
				"--principal=%s",
				path,
				word);
}

bool probe_judge_opening(struct probe *probe, struct probe_row *row)
{
	const struct probe_opening *opening = row->opening;
	struct probe_verdict *verdict = NULL;

	if (opening == NULL) {
		return true;
	}
	verdict = probe_say(probe,
			    &row->verdicts,
			    openings[opening->result],
			    "%s",
			    opening->detail);
	switch (opening->result) {
	case PROBE_OPENS:
	case PROBE_OPENS_OTHER_NAME:
	case PROBE_OPENS_OTHER_CASE:
	case PROBE_NOT_KVNO_NEWER:
		return verdict != NULL;
	case PROBE_OPENS_RC4:
	case PROBE_NOT_ENCTYPE:
		return probe_fix(probe,
				 verdict,
				 probe_set_types(probe, key_of(row)));
	default:
		return verdict != NULL && offer_export(probe, row, verdict);
	}
}
