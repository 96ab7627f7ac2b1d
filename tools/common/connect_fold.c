/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Capital letters, for the contexts that Samba has not prepared: libldb alone
 * knows those of ASCII, and so would take two spellings of an OU for two.
 */
#include "connect_private.h"

#include <string.h>
#include <sys/types.h>
#include <unicase.h>
#include <unistr.h>

/* The letters of ASCII; *_is_all: there are no others. */
static char *fold_ascii(TALLOC_CTX *mem_ctx,
			const char *text,
			size_t len,
			bool *_is_all)
{
	char *copy = talloc_strndup(mem_ctx, text, len);
	unsigned all = 0;
	char *c = NULL;

	for (c = copy; c != NULL && *c != '\0'; c++) {
		all |= (unsigned char)*c;
		if (*c >= 'a' && *c <= 'z') {
			*c = (char)(*c ^ ('a' ^ 'A'));
		}
	}
	*_is_all = (all & 0x80u) == 0;
	return copy;
}

#define MOST_BYTES 4 /* of a letter */

/* Letter by letter, as Samba does it: none becomes two. NULL: it is no UTF-8,
 * or out of memory. */
static char *fold_unicode(TALLOC_CTX *mem_ctx, const char *text)
{
	const uint8_t *from = (const uint8_t *)text;
	size_t left = strlen(text);
	size_t size = MOST_BYTES * left + 1;
	uint8_t *upper = talloc_array(mem_ctx, uint8_t, (unsigned)size);
	size_t len = 0;

	while (upper != NULL && left > 0) {
		ucs4_t letter = 0;
		int num = u8_mbtoucr(&letter, from, left);
		int put = -1;

		if (num > 0) {
			put = u8_uctomb(upper + len,
					uc_toupper(letter),
					(ssize_t)(size - len));
		}
		if (put < 0) {
			talloc_free(upper);
			return NULL;
		}
		from += num;
		left -= (size_t)num;
		len += (size_t)put;
	}
	if (upper != NULL) {
		upper[len] = '\0';
	}
	return (char *)upper;
}

/* What is no UTF-8 has only the letters of ASCII. */
static char *fold(void *context,
		  TALLOC_CTX *mem_ctx,
		  const char *text,
		  size_t len)
{
	bool is_all = false;
	char *ascii = fold_ascii(mem_ctx, text, len, &is_all);
	char *upper = NULL;

	(void)context;
	if (ascii == NULL || is_all) {
		return ascii;
	}
	upper = fold_unicode(mem_ctx, ascii);
	if (upper == NULL) {
		return ascii;
	}
	talloc_free(ascii);
	return upper;
}

void connect_fold_case(struct ldb_context *ldb)
{
#ifdef HAVE_LDB_SET_UTF8_FUNCTIONS
	ldb_set_utf8_functions(ldb, NULL, fold, NULL);
#else
	ldb_set_utf8_fns(ldb, NULL, fold);
#endif
}
