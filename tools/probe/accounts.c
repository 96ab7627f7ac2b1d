/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose keys are in a keytab, the other way round: for each account that was
 * named a KDC is asked for a ticket by its logon name, and every key is tried
 * on it. So neither what the entries are called matters nor what the directory
 * says of those names, and no key is tried by logging on with it.
 */
#include "judge.h"

#include <string.h>

static const char *say_keys(struct probe *probe, const struct probe_key_of *of)
{
	if (of->ticket->error != 0) {
		return (of->ticket->error == SPN_KDC_UNKNOWN)
			       ? "the KDC makes no ticket for this name: "
				 "there is no such account, or it is a "
				 "user's without any SPN"
			       : of->ticket->text;
	}
	if (of->num_keys == 0) {
		return "no entry is its current key";
	}
	return talloc_asprintf(probe->key_of,
			       "its current key; %zu of %zu entries are its",
			       of->num_keys,
			       probe->keytab->num_entries);
}

/* As the KDC is asked for it. Without a realm the library would look for that
 * of a host. */
static const char *with_realm(struct probe *probe, const char *name)
{
	return (strchr(name, '@') != NULL)
		       ? name
		       : talloc_asprintf(probe->key_of,
					 "%s@%s",
					 name,
					 probe->krb->realm);
}

bool probe_find_keys(struct probe *probe)
{
	const struct probe_options *options = probe->options;
	const char *names[PROBE_MOST_ACCOUNTS] = {NULL};
	struct probe_ticket **tickets = NULL;
	size_t i;

	probe->key_of = talloc_zero_array(probe,
					  struct probe_key_of,
					  (unsigned)options->num_accounts);
	if (probe->key_of == NULL) {
		return false;
	}
	for (i = 0; i < options->num_accounts; i++) {
		names[i] = with_realm(probe, options->accounts[i]);
		if (names[i] == NULL) {
			return false;
		}
	}
	tickets = probe_tickets_get(probe->key_of,
				    probe->krb,
				    names,
				    options->num_accounts);
	if (tickets == NULL) {
		return false;
	}
	for (i = 0; i < options->num_accounts; i++) {
		struct probe_key_of *of = &probe->key_of[i];

		of->name = options->accounts[i];
		of->ticket = tickets[i];
		if (of->ticket->error == 0 &&
		    !probe_keytab_count_keys(probe->krb,
					     probe->keytab,
					     of->ticket,
					     &of->num_keys))
		{
			return false;
		}
		of->detail = say_keys(probe, of);
		if (of->detail == NULL) {
			return false;
		}
	}
	return true;
}

/* ------------------------------------------------------------------ answer */

const char *probe_keys_sentence(TALLOC_CTX *mem_ctx, const struct probe *probe)
{
	char *names = talloc_strdup(mem_ctx, "");
	size_t i;

	if (probe->key_of == NULL) {
		return talloc_asprintf(mem_ctx,
				       "No KDC was asked whose keys are in "
				       "the keytab: %s.",
				       (probe->krb_reason == NULL)
					       ? "there is none"
					       : probe->krb_reason);
	}
	for (i = 0; names != NULL && i < probe->options->num_accounts; i++) {
		const struct probe_key_of *of = &probe->key_of[i];

		if (of->ticket->error != 0) {
			return talloc_asprintf(
				mem_ctx,
				"Whether the keytab has the current key of %s "
				"is not known: %s.",
				probe_quoted(mem_ctx, of->name),
				of->detail);
		}
		if (of->num_keys > 0) {
			names = talloc_asprintf_append(
				names,
				"%s%s",
				(names[0] == '\0') ? "" : ", ",
				probe_quoted(mem_ctx, of->name));
		}
	}
	if (names == NULL) {
		return NULL;
	}
	return (names[0] == '\0')
		       ? "The keytab has the current key of none of these "
			 "accounts."
		       : talloc_asprintf(mem_ctx,
					 "The keytab has the current key of "
					 "%s.",
					 names);
}

int probe_keys_status(const struct probe *probe)
{
	bool has_one = false;
	size_t i;

	for (i = 0; i < probe->options->num_accounts; i++) {
		if (probe->key_of == NULL ||
		    probe->key_of[i].ticket->error != 0)
		{
			return PROBE_CANNOT_RUN;
		}
		has_one |= probe->key_of[i].num_keys > 0;
	}
	return has_one ? PROBE_ALL_WORK : PROBE_SOME_FAIL;
}
