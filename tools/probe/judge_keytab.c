/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether a keytab opens a ticket, and whether it is still right.
 */
#include "judge.h"

#include "common/shell_command.h"

#include <string.h>

static const struct spn_account *key_of(const struct probe_row *row)
{
	return (row->held == NULL) ? NULL : row->held->who.account;
}

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

/* judge_name.c has said that the ticket is for another account, and what to do
 * about that. */
static bool is_explained(const struct probe_row *row)
{
	size_t i;

	for (i = 0; i < row->verdicts.num; i++) {
		if (row->verdicts.list[i].message == &probe_other_account) {
			return true;
		}
	}
	return false;
}

/* A line for a DC, the others for the web server. principal: by the name of
 * an SPN there are only the keys that tickets have, by the account's all. */
static bool offer_keytab(struct probe *probe,
			 struct probe_verdict *verdict,
			 const char *principal)
{
	const char *user = probe->options->server->user;
	const char *path = probe->options->keytab;
	const char *from = NULL;
	const char *to = NULL;
	const char *name = shell_word(probe, spn_str_of(principal));
	bool ok;

	path = (path == NULL) ? "http.keytab" : path;
	to = shell_word(probe, spn_str_of(path));
	path = talloc_asprintf(probe, "%s.new", path);
	from = (path == NULL) ? NULL : shell_word(probe, spn_str_of(path));
	if (to == NULL || from == NULL || name == NULL) {
		return verdict != NULL;
	}
	if (!probe_fix_format(probe,
			      verdict,
			      "samba-tool domain exportkeytab %s "
			      "--principal=%s",
			      from,
			      name))
	{
		return false;
	}
	if (user == NULL) {
		ok = probe_fix_format(probe, verdict, "mv %s %s", from, to);
	} else {
		ok = probe_fix_format(probe,
				      verdict,
				      "chown %s %s && mv %s %s",
				      user,
				      from,
				      from,
				      to);
	}
	return ok &&
	       probe_fix(probe, verdict, probe->options->server->restart);
}

static bool offer_of(struct probe *probe,
		     struct probe_verdict *verdict,
		     const struct spn_account *account)
{
	if (account == NULL || account->sam_account_name == NULL) {
		return verdict != NULL;
	}
	return offer_keytab(probe, verdict, account->sam_account_name);
}

bool probe_offer_export(struct probe *probe,
			const struct probe_row *row,
			struct probe_verdict *verdict)
{
	/* The name that the server looks for. */
	return probe->options->server->checks_name
		       ? offer_keytab(probe, verdict, row->name->spn)
		       : offer_of(probe, verdict, key_of(row));
}

bool probe_judge_file(struct probe *probe)
{
	struct probe_verdict *verdict = NULL;

	if (probe->keytab_reason != NULL) {
		verdict = probe_say(probe,
				    &probe->verdicts,
				    &probe_keytab_broken,
				    "%s",
				    probe->keytab_reason);
		return offer_of(probe, verdict, probe->site);
	}
	if (probe->keytab == NULL || probe->keytab->unreadable == NULL) {
		return true;
	}
	verdict = probe_say(probe,
			    &probe->verdicts,
			    &probe_keytab_unreadable,
			    "%s",
			    probe->keytab->unreadable);
	if (verdict == NULL || probe->options->server->user == NULL) {
		return verdict != NULL;
	}
	return probe_fix_format(probe,
				verdict,
				"chgrp %s %s && chmod 640 %s",
				probe->options->server->user,
				shell_word(probe,
					   spn_str_of(probe->keytab->path)),
				shell_word(probe,
					   spn_str_of(probe->keytab->path)));
}

bool probe_judge_opening(struct probe *probe, struct probe_row *row)
{
	const struct probe_opening *opening = row->opening;
	struct probe_verdict *verdict = NULL;

	if (opening == NULL ||
	    (opening->result > PROBE_OPENS_RC4 && is_explained(row)))
	{
		return true;
	}
	verdict = probe_say(probe,
			    &row->verdicts,
			    openings[opening->result],
			    "%s",
			    opening->detail);
	switch (opening->result) {
	case PROBE_OPENS:
	case PROBE_NOT_KVNO_NEWER:
		return verdict != NULL;
	case PROBE_OPENS_RC4:
		return probe_fix(probe,
				 verdict,
				 probe_set_types(probe, key_of(row)));
	case PROBE_NOT_ENCTYPE:
		return (row->ticket->enctype == ENCTYPE_ARCFOUR_HMAC)
			       ? probe_fix(probe,
					   verdict,
					   probe_set_types(probe, key_of(row)))
			       : probe_offer_export(probe, row, verdict);
	default:
		break;
	}
	if (verdict == NULL) {
		return false;
	}
	return (opening->result > PROBE_NOT_ENCTYPE && probe_is_stand_in(row))
		       ? probe_offer(probe, row, verdict, row->name->spn)
		       : probe_offer_export(probe, row, verdict);
}

/* ------------------------------------------------------- of the keytab alone
 */

static const struct probe_message *const states[] = {
	[PROBE_ENTRY_CURRENT] = NULL,
	[PROBE_ENTRY_NOT_ISSUED] = NULL,
	[PROBE_ENTRY_OLD] = &probe_entry_old,
	[PROBE_ENTRY_NEWER] = &probe_entry_wrong,
	[PROBE_ENTRY_WRONG] = &probe_entry_wrong,
	[PROBE_ENTRY_NOBODY] = &probe_entry_nobody,
	[PROBE_ENTRY_UNKNOWN] = &probe_entry_unknown,
};

/* The same name and kvno, in another encryption type, was judged alike. */
static bool is_repeated(const struct probe *probe, size_t number)
{
	const struct probe_keytab_entry *entries = probe->keytab->entries;
	size_t i;

	for (i = 0; i < number; i++) {
		if (probe->checks[i].state == probe->checks[number].state &&
		    entries[i].kvno == entries[number].kvno &&
		    strcmp(entries[i].principal, entries[number].principal) ==
			    0)
		{
			return true;
		}
	}
	return false;
}

/* A lower kvno beside the current one is as it is to be. */
static bool has_current(const struct probe *probe, const char *principal)
{
	size_t i;

	for (i = 0; i < probe->keytab->num_entries; i++) {
		if (probe->checks[i].state <= PROBE_ENTRY_NOT_ISSUED &&
		    strcmp(probe->keytab->entries[i].principal, principal) ==
			    0)
		{
			return true;
		}
	}
	return false;
}

bool probe_judge_entries(struct probe *probe)
{
	size_t i;

	if (probe->checks == NULL || probe->target != NULL) {
		return true;
	}
	for (i = 0; i < probe->keytab->num_entries; i++) {
		const struct probe_keytab_check *check = &probe->checks[i];
		const struct probe_message *message = states[check->state];

		if (message == NULL || is_repeated(probe, i) ||
		    (check->state == PROBE_ENTRY_OLD &&
		     has_current(probe, check->entry->principal)))
		{
			continue;
		}
		if (probe_say(probe,
			      &probe->verdicts,
			      message,
			      "%s, kvno %u: %s",
			      probe_quoted(probe, check->entry->principal),
			      check->entry->kvno,
			      check->detail) == NULL)
		{
			return false;
		}
	}
	return true;
}
