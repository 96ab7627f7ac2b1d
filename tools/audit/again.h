/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command that was typed, to be typed again with other options behind it.
 */
#ifndef SPN_AUDIT_AGAIN_H
#define SPN_AUDIT_AGAIN_H

#include <talloc.h>

/*
 * "spn-audit --url=ldap://dc1", for a shell: what says which directory is
 * read, by whom, and how it is judged. Without what says how much is shown,
 * without files that would be written, and without passwords. On mem_ctx; NULL
 * when out of memory. What cannot be typed is left out.
 */
char *audit_again(TALLOC_CTX *mem_ctx, const char *const *argv);

/* The word, in quotes if a shell would read it otherwise; NULL as
 * shell_word(). */
char *audit_again_word(TALLOC_CTX *mem_ctx, const char *word);

#endif
