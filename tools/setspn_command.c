/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Commands for a person to copy into a shell. Names and SPNs were chosen by
 * somebody else, perhaps to be copied: each is one word to the shell, whatever
 * is in it, and what cannot be seen is not offered at all.
 */
#include "setspn.h"

#include <string.h>
#include <strings.h>

/* 'it'\''s': one word to any shell. NULL for what has invisible bytes. */
static char *word_of(TALLOC_CTX *mem_ctx, struct spn_str s)
{
	char *shown = spn_printable(mem_ctx, s);
	char *word = NULL;
	size_t i;

	if (shown == NULL || strlen(shown) != s.len) {
		return NULL;
	}
	word = talloc_strdup(mem_ctx, "'");
	for (i = 0; word != NULL && i < s.len; i++) {
		word = (s.data[i] == '\'')
			       ? talloc_strdup_append_buffer(word, "'\\''")
			       : talloc_strndup_append_buffer(word,
							      &s.data[i],
							      1);
	}
	return (word == NULL) ? NULL : talloc_strdup_append_buffer(word, "'");
}

/* The server's own one for an account of an unknown domain. */
static const struct setspn_domain *domain_of(const struct setspn *s,
					     const struct spn_account *account)
{
	size_t i;

	for (i = 0; account->dns_domain != NULL && i < s->num_domains; i++) {
		if (strcasecmp(s->domains[i].dns_name, account->dns_domain) ==
		    0) {
			return &s->domains[i];
		}
	}
	return &s->domains[0];
}

/* "NAME", or "DOMAIN\NAME" of another domain than the server's, and where the
 * name itself would be read as one with a domain: "svc@DOMAIN". */
static char *account_word(const struct setspn *s,
			  TALLOC_CTX *mem_ctx,
			  const struct spn_account *account)
{
	const struct setspn_domain *domain = domain_of(s, account);
	char *name = NULL;

	if (domain == &s->domains[0] &&
	    strpbrk(account->sam_account_name, "\\@") == NULL)
	{
		return word_of(mem_ctx, spn_str_of(account->sam_account_name));
	}
	name = talloc_asprintf(mem_ctx,
			       "%s\\%s",
			       domain->netbios_name,
			       account->sam_account_name);
	return (name == NULL) ? NULL : word_of(mem_ctx, spn_str_of(name));
}

/* " -H 'URL'" of who may write the account, "" for the local database. */
static char *server_words(const struct setspn *s,
			  TALLOC_CTX *mem_ctx,
			  const struct spn_account *account)
{
	const struct setspn_domain *domain = domain_of(s, account);
	const char *url = spn_connect_url(s->connect);
	char *word = NULL;

	if (domain != &s->domains[0]) {
		url = talloc_asprintf(mem_ctx, "ldap://%s", domain->dns_name);
	} else if (!spn_connect_has_url(s->connect)) {
		return talloc_strdup(mem_ctx, "");
	}
	word = (url == NULL) ? NULL : word_of(mem_ctx, spn_str_of(url));
	return (word == NULL) ? NULL
			      : talloc_asprintf(mem_ctx, " -H %s", word);
}

/* -C finds only a name with "$"; -U takes any as it is. */
static bool is_computer_name(struct spn_str name)
{
	return name.len > 1 && name.data[name.len - 1] == '$';
}

static bool begins_like_switch(struct spn_str s)
{
	return s.len > 0 && (s.data[0] == '-' || s.data[0] == '/');
}

char *setspn_command(const struct setspn *s,
		     TALLOC_CTX *mem_ctx,
		     const char *verb,
		     const struct spn_account *account,
		     struct spn_str value)
{
	struct spn_str name = spn_str_of(account->sam_account_name);
	bool is_odd = begins_like_switch(value) || begins_like_switch(name);
	bool is_computer = spn_account_is_machine(account) &&
			   is_computer_name(name);
	char *server = NULL;
	char *spn = NULL;
	char *who = NULL;

	if (name.len == 0) {
		return NULL;
	}
	server = server_words(s, mem_ctx, account);
	spn = word_of(mem_ctx, value);
	who = account_word(s, mem_ctx, account);
	if (server == NULL || spn == NULL || who == NULL) {
		return NULL;
	}
	/* -U, since a name without "$" is a computer's first. */
	return talloc_asprintf(mem_ctx,
			       "setspn%s%s %s %s%s %s %s",
			       server,
			       (strcmp(verb, "-D") == 0) ? " --pair" : "",
			       is_computer ? "-C" : "-U",
			       verb,
			       is_odd ? " --" : "",
			       spn,
			       who);
}

char *setspn_move_command(const struct setspn *s,
			  TALLOC_CTX *mem_ctx,
			  const struct spn_holders *from,
			  const struct spn_account *to,
			  struct spn_str value)
{
	char *chain = talloc_strdup(mem_ctx, "");
	char *command = NULL;
	size_t i;

	for (i = 0; chain != NULL && i < from->num_accounts; i++) {
		command = setspn_command(s,
					 mem_ctx,
					 "-D",
					 from->accounts[i],
					 value);
		if (command == NULL) {
			return NULL;
		}
		chain = talloc_asprintf_append(chain, "%s && ", command);
	}
	command = setspn_command(s, mem_ctx, "-S", to, value);
	if (chain == NULL || command == NULL) {
		return NULL;
	}
	return talloc_strdup_append(chain, command);
}
