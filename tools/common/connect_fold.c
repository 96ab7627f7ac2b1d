/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Capital letters, for the contexts that Samba has not prepared: libldb alone
 * knows those of ASCII, and so would take two spellings of an OU for two.
 */
#include "connect_private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>

static char *fold_ascii(TALLOC_CTX *mem_ctx, const char *text, size_t len)
{
	char *copy = talloc_strndup(mem_ctx, text, len);
	char *c = NULL;

	for (c = copy; c != NULL && *c != '\0'; c++) {
		*c = (char)toupper((unsigned char)*c);
	}
	return copy;
}

/* What is no UTF-8 has only the letters of ASCII. */
static char *fold(void *context,
		  TALLOC_CTX *mem_ctx,
		  const char *text,
		  size_t len)
{
	uint8_t *upper = NULL;
	char *copy = NULL;
	size_t upper_len = 0;
	size_t i;

	(void)context;
	len = strnlen(text, len);
	for (i = 0; i < len && ((unsigned char)text[i] & 0x80u) == 0; i++) {
	}
	if (i < len) {
		upper = u8_toupper((const uint8_t *)text,
				   len,
				   NULL,
				   NULL,
				   NULL,
				   &upper_len);
	}
	if (upper == NULL) {
		return fold_ascii(mem_ctx, text, len);
	}
	copy = talloc_strndup(mem_ctx, (const char *)upper, upper_len);
	free(upper);
	return copy;
}

void connect_fold_case(struct ldb_context *ldb)
{
	ldb_set_utf8_fns(ldb, NULL, fold);
}
