/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes words for a shell, and commands of setspn out of them.
 */
#include "shell_command.h"
#include "policy/quote.h"

#include <string.h>

char *shell_word(TALLOC_CTX *mem_ctx, struct spn_str s)
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

/* -C finds only a name with "$"; -U takes any as it is. A name without "$" is
 * a computer's first, so one of the two is needed. */
static const char *kind_switch(const struct spn_account *account)
{
	struct spn_str name = spn_str_of(account->sam_account_name);

	return (spn_account_is_machine(account) && name.len > 1 &&
		name.data[name.len - 1] == '$')
		       ? "-C"
		       : "-U";
}

static bool begins_like_switch(struct spn_str s)
{
	return s.len > 0 && (s.data[0] == '-' || s.data[0] == '/');
}

/* A program would look for the account in a domain of its choice. */
static bool has_domain(const char *name)
{
	return strpbrk(name, "\\@") != NULL;
}

bool shell_is_bare_name(const char *name)
{
	return !has_domain(name) && strchr(name, '/') == NULL &&
	       !begins_like_switch(spn_str_of(name));
}

/* NULL where the account cannot be called by a name. */
static char *word_of_account(TALLOC_CTX *mem_ctx,
			     const char *domain,
			     const char *name)
{
	char *full = NULL;

	if (name == NULL || name[0] == '\0' ||
	    (domain == NULL && has_domain(name)))
	{
		return NULL;
	}
	if (domain == NULL) {
		return shell_word(mem_ctx, spn_str_of(name));
	}
	full = talloc_asprintf(mem_ctx, "%s\\%s", domain, name);
	return (full == NULL) ? NULL : shell_word(mem_ctx, spn_str_of(full));
}

char *shell_setspn(TALLOC_CTX *mem_ctx,
		   const char *options,
		   const char *verb,
		   const struct spn_account *account,
		   const char *domain,
		   struct spn_str value)
{
	const char *name = account->sam_account_name;
	char *spn = shell_word(mem_ctx, value);
	char *who = word_of_account(mem_ctx, domain, name);
	bool is_odd = begins_like_switch(value) ||
		      (domain == NULL && begins_like_switch(spn_str_of(name)));

	if (spn == NULL || who == NULL) {
		return NULL;
	}
	return talloc_asprintf(mem_ctx,
			       "setspn%s %s %s%s %s %s",
			       options,
			       kind_switch(account),
			       verb,
			       is_odd ? " --" : "",
			       spn,
			       who);
}

char *shell_setspn_of(TALLOC_CTX *mem_ctx,
		      const char *verb,
		      struct spn_str value,
		      const char *who)
{
	char *spn = shell_word(mem_ctx, value);

	return (spn == NULL)
		       ? NULL
		       : talloc_asprintf(mem_ctx,
					 "setspn %s%s %s %s",
					 verb,
					 begins_like_switch(value) ? " --"
								   : "",
					 spn,
					 who);
}
