/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files that are named on the command line, and are read as a whole.
 */
#ifndef SPN_AUDIT_READ_FILE_H
#define SPN_AUDIT_READ_FILE_H

#include <stdbool.h>
#include <stdio.h>
#include <talloc.h>

/* Whatever bytes there are, as a talloc array on mem_ctx, never NULL. False
 * when it fails, with ferror() and errno, or when out of memory. */
bool audit_read_file(TALLOC_CTX *mem_ctx,
		     FILE *file,
		     char **_text,
		     size_t *_len);

#endif
