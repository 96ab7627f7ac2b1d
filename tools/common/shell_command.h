/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Commands for a POSIX shell. Names and SPNs were chosen by somebody else,
 * perhaps to be copied: each is one word to the shell, whatever is in it, and
 * what cannot be seen is not offered at all.
 */
#ifndef SPN_COMMON_SHELL_COMMAND_H
#define SPN_COMMON_SHELL_COMMAND_H

#include "policy/account.h"

/* 'it'\''s'. On mem_ctx; NULL when out of memory, and for text in which
 * something cannot be seen. */
char *shell_word(TALLOC_CTX *mem_ctx, struct spn_str s);

/* Programs take it for the name of an account and nothing else: it is no
 * switch, and neither a domain nor a realm is in it. sAMAccountName may be
 * "svc@EXAMPLE.COM", which a KDC takes for svc. */
bool shell_is_bare_name(const char *name);

/*
 * "setspn OPTIONS -U -S 'http/web01' 'svc'", with -C for computers. options is
 * "" or begins with a blank; domain is the NetBIOS name that stands before the
 * account's, NULL where it need not be said. NULL as above, and for an account
 * without a name, or with one that needs a domain before it to be its own.
 */
char *shell_setspn(TALLOC_CTX *mem_ctx,
		   const char *options,
		   const char *verb,
		   const struct spn_account *account,
		   const char *domain,
		   struct spn_str value);

/* "setspn -S 'http/web01' WHO", where it is not known who. NULL as of
 * shell_word(). */
char *shell_setspn_of(TALLOC_CTX *mem_ctx,
		      const char *verb,
		      struct spn_str value,
		      const char *who);

#endif
