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

/*
 * "setspn OPTIONS -U -S 'http/web01' 'svc'", with -C for computers. options is
 * "" or begins with a blank; name is the account's, with its domain where that
 * must be said. NULL as above.
 */
char *shell_setspn(TALLOC_CTX *mem_ctx,
		   const char *options,
		   const char *verb,
		   const struct spn_account *account,
		   struct spn_str name,
		   struct spn_str value);

#endif
