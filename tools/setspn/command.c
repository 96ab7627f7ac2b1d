/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Commands for a person to copy into a shell: whom they name, and where.
 */
#include "setspn.h"

#include "common/shell_command.h"

#include <string.h>
#include <strings.h>

/* The server's own one for an account of an unknown domain. */
static const struct setspn_domain *domain_of(const struct setspn *s,
					     const struct spn_account *account)
{
	size_t i;

	for (i = 0; account->dns_domain != NULL && i < s->num_domains; i++) {
		if (strcasecmp(s->domains[i].dns_name, account->dns_domain) ==
		    0)
		{
			return &s->domains[i];
		}
	}
	return &s->domains[0];
}

/* The domain that has to be said: another one than the server's, and where the
 * name itself would be read as one with a domain: "svc@DOMAIN". */
static const char *domain_before(const struct setspn *s,
				 const struct spn_account *account)
{
	const struct setspn_domain *domain = domain_of(s, account);

	return (domain == &s->domains[0] &&
		shell_is_bare_name(account->sam_account_name))
		       ? NULL
		       : domain->netbios_name;
}

/* " -H 'URL'" of who may write the account, and how this run has logged on;
 * "" for the local database. */
static char *server_words(const struct setspn *s,
			  TALLOC_CTX *mem_ctx,
			  const struct spn_account *account)
{
	const struct setspn_domain *domain = domain_of(s, account);
	const char *url = spn_connect_url(s->connect);
	char *login = NULL;
	char *word = NULL;

	if (domain != &s->domains[0]) {
		url = talloc_asprintf(mem_ctx, "ldap://%s", domain->dns_name);
	} else if (!spn_connect_has_url(s->connect)) {
		return talloc_strdup(mem_ctx, "");
	}
	word = (url == NULL) ? NULL : shell_word(mem_ctx, spn_str_of(url));
	login = spn_connect_login_words(mem_ctx, s->connect);
	if (word == NULL || login == NULL) {
		return NULL;
	}
	return talloc_asprintf(mem_ctx, " -H %s%s", word, login);
}

/* more: "", or an option with a blank before it. */
static char *command(const struct setspn *s,
		     TALLOC_CTX *mem_ctx,
		     const char *more,
		     const char *verb,
		     const struct spn_account *account,
		     struct spn_str value)
{
	char *options = NULL;

	if (account->sam_account_name == NULL) {
		return NULL;
	}
	options = server_words(s, mem_ctx, account);
	if (options != NULL) {
		options = talloc_strdup_append(options, more);
	}
	if (options == NULL) {
		return NULL;
	}
	return shell_setspn(mem_ctx,
			    options,
			    verb,
			    account,
			    domain_before(s, account),
			    value);
}

char *setspn_add_command(const struct setspn *s,
			 TALLOC_CTX *mem_ctx,
			 const struct spn_account *account,
			 struct spn_str value)
{
	return command(s, mem_ctx, "", "-S", account, value);
}

char *setspn_move_command(const struct setspn *s,
			  TALLOC_CTX *mem_ctx,
			  const struct spn_holders *from,
			  const struct spn_account *to,
			  struct spn_str value)
{
	/* Whatever the policy: what goes as a pair comes as one. */
	static const char pair[] = " --pair";
	char *chain = talloc_strdup(mem_ctx, "");
	char *here = command(s, mem_ctx, pair, "-S", to, value);
	size_t i;

	for (i = 0; chain != NULL && i < from->num_accounts; i++) {
		char *away = command(s,
				     mem_ctx,
				     pair,
				     "-D",
				     from->accounts[i],
				     value);

		if (away == NULL) {
			return NULL;
		}
		chain = talloc_asprintf_append(chain, "%s && ", away);
	}
	if (chain == NULL || here == NULL) {
		return NULL;
	}
	return talloc_strdup_append(chain, here);
}
