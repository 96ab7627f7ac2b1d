/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether a keytab opens a ticket, and whether it is still right.
 */
#include "judge.h"

#include "common/shell_command.h"

#include <string.h>
#include <strings.h>

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

/* Keys that are of no name of this site, as those of the machine. */
static bool has_others(const struct probe *probe, const char *principal)
{
	size_t i;
	size_t j;

	for (i = 0; probe->keytab != NULL && i < probe->keytab->num_entries;
	     i++)
	{
		const char *entry = probe->keytab->entries[i].principal;
		size_t len = strcspn(entry, "@");
		bool is_ours = strlen(principal) == len &&
			       strncasecmp(entry, principal, len) == 0;

		for (j = 0; j < probe->num_rows; j++) {
			const char *spn = probe->rows[j].name->spn;

			is_ours |= strlen(spn) == len &&
				   strncasecmp(entry, spn, len) == 0;
		}
		if (!is_ours) {
			return true;
		}
	}
	return false;
}

/* Beside what is there; ktutil takes paths without quotes. */
static bool offer_merge(struct probe *probe,
			struct probe_verdict *verdict,
			const char *path_new,
			const char *word_new)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._-";
	const char *path = probe->options->keytab;

	if (path_new[strspn(path_new, plain)] != '\0') {
		return true;
	}
	return probe_fix_format(
		probe,
		verdict,
		"printf 'rkt %s\\nwkt %s\\n' | ktutil && rm %s",
		path_new,
		path,
		word_new);
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

	/* Windows has other tools for that. */
	if (probe->forest != NULL && probe->forest->is_windows) {
		return verdict != NULL;
	}
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
	if (has_others(probe, principal)) {
		ok = offer_merge(probe, verdict, path, from);
	} else if (user == NULL) {
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
	if (account == NULL || account->sam_account_name == NULL ||
	    !shell_is_bare_name(account->sam_account_name))
	{
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
		       : offer_of(probe, verdict, probe_row_account(row));
}

bool probe_row_is_opened(const struct probe_row *row)
{
	return row->opening != NULL && row->opening->result <= PROBE_OPENS_RC4;
}

/* The web server opens what this keytab does not: it has another one. */
static bool is_unused(const struct probe *probe)
{
	const struct probe_row *row = probe_row_of_http(probe);

	return probe_http_accepts(probe) && row != NULL &&
	       (probe->keytab_reason != NULL ||
		(row->opening != NULL && !probe_row_is_opened(row)));
}

static bool say_unused(struct probe *probe)
{
	return !is_unused(probe) ||
	       probe_say(probe,
			 &probe->verdicts,
			 &probe_keytab_unused,
			 "the web server has let in a ticket that this keytab "
			 "does not open: it uses another one, or has not read "
			 "this one yet") != NULL;
}

/* What kerberos/rights.c says ends with its remedy, which is no command where
 * it is better to leave the file as it is. */
static bool say_of_file(struct probe *probe,
			const struct probe_message *message,
			const char *complaint)
{
	static const char *const commands[] = {"; chgrp ", "; chmod "};
	struct probe_verdict *verdict = NULL;
	const char *fix = NULL;
	size_t i;

	if (complaint == NULL) {
		return true;
	}
	for (i = 0; fix == NULL && i < 2; i++) {
		fix = strstr(complaint, commands[i]);
	}
	verdict = probe_say(probe,
			    &probe->verdicts,
			    message,
			    "%.*s",
			    (fix == NULL) ? (int)strlen(complaint)
					  : (int)(fix - complaint),
			    complaint);
	return probe_fix(probe,
			 verdict,
			 (fix == NULL) ? NULL : fix + strlen("; "));
}

/* What is no keytab, or not ours to read, may be of use to somebody. */
static bool say_no_keytab(struct probe *probe)
{
	struct probe_verdict *verdict = NULL;

	if (is_unused(probe)) {
		return say_unused(probe);
	}
	verdict = probe_say(probe,
			    &probe->verdicts,
			    (probe->keytab_file == PROBE_FILE_NOT_OURS)
				    ? &probe_keytab_unseen
				    : &probe_keytab_broken,
			    "%s",
			    probe->keytab_reason);
	return (probe->keytab_file == PROBE_FILE_MISSING)
		       ? offer_of(probe, verdict, probe->site)
		       : verdict != NULL;
}

bool probe_judge_file(struct probe *probe)
{
	if (probe->keytab_reason != NULL) {
		return say_no_keytab(probe);
	}
	return probe->keytab == NULL ||
	       (say_unused(probe) &&
		/* Which user it is may have been a wrong guess. */
		say_of_file(probe,
			    &probe_keytab_unreadable,
			    probe_http_accepts(probe)
				    ? NULL
				    : probe->keytab->unreadable) &&
		say_of_file(probe,
			    &probe_keytab_exposed,
			    probe->keytab->exposed) &&
		say_of_file(probe,
			    &probe_keytab_damaged,
			    probe->keytab->damage));
}

bool probe_judge_opening(struct probe *probe, struct probe_row *row)
{
	const struct probe_opening *opening = row->opening;
	struct probe_verdict *verdict = NULL;

	if (opening == NULL || (!probe_row_is_opened(row) &&
				(is_explained(row) || is_unused(probe))))
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
				 probe_set_types(probe,
						 probe_row_account(row)));
	case PROBE_NOT_ENCTYPE:
		return (row->ticket->enctype == ENCTYPE_ARCFOUR_HMAC)
			       ? probe_fix(probe,
					   verdict,
					   probe_set_types(probe,
							   probe_row_account(
								   row)))
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
