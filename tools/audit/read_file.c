/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file as a whole, which may be a pipe.
 */
#include "read_file.h"

#include <string.h>

bool audit_read_file(TALLOC_CTX *mem_ctx,
		     FILE *file,
		     char **_text,
		     size_t *_len)
{
	char buffer[BUFSIZ];
	char *text = talloc_strdup(mem_ctx, "");
	size_t size = 1;
	size_t len = 0;
	size_t num = 0;

	do {
		num = fread(buffer, 1, sizeof(buffer), file);
		if (len + num > size) {
			size = 2 * (len + num);
			text = talloc_realloc(mem_ctx, text, char, size);
		}
		if (text == NULL) {
			return false;
		}
		memcpy(text + len, buffer, num);
		len += num;
	} while (num == sizeof(buffer));
	*_text = text;
	*_len = len;
	return ferror(file) == 0;
}
