/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Changes as LDIF. libldb writes the values and folds long lines. The line of
 * the DN is ours: libldb would write it as it is, whatever a server has put
 * into it, be it the end of a line.
 */
#include "ldif.h"

#include <stdlib.h>
#include <string.h>

/* Of the DN that the message has for libldb's writer: none. */
static const char own_line[] = "dn: \n";

/* SAFE-STRING of RFC 2849, without blanks at the end. */
static bool is_safe(const char *text)
{
	const char *c;

	for (c = text; *c != '\0'; c++) {
		if (*c < ' ' || *c > '~') {
			return false;
		}
	}
	return c > text && strchr(" :<", text[0]) == NULL && c[-1] != ' ';
}

static bool write_dn(TALLOC_CTX *mem_ctx, const char *dn, FILE *stream)
{
	char *encoded = NULL;

	if (is_safe(dn)) {
		fprintf(stream, "dn: %s\n", dn);
		return true;
	}
	encoded = ldb_base64_encode(mem_ctx, dn, (int)strlen(dn));
	if (encoded == NULL) {
		return false;
	}
	fprintf(stream, "dn:: %s\n", encoded);
	return true;
}

/* All but the DN; to be freed. NULL when out of memory. */
static char *change_text(TALLOC_CTX *mem_ctx,
			 struct ldb_context *ldb,
			 const struct ldb_message *msg)
{
	struct ldb_message *change = ldb_msg_copy_shallow(mem_ctx, msg);
	struct ldb_ldif ldif = {
		.changetype = LDB_CHANGETYPE_MODIFY,
		.msg = change,
	};
	size_t start = strlen(own_line);
	char *data = NULL;
	size_t len = 0;
	FILE *stream = NULL;
	bool ok = false;

	if (change == NULL) {
		return NULL;
	}
	change->dn = ldb_dn_new(change, ldb, NULL);
	stream = open_memstream(&data, &len);
	if (change->dn != NULL && stream != NULL) {
		ok = ldb_ldif_write_file(ldb, stream, &ldif) >= 0;
	}
	if ((stream != NULL && fclose(stream) != 0) || !ok || len <= start ||
	    strncmp(data, own_line, start) != 0)
	{
		free(data);
		return NULL;
	}
	data[len - 1] = '\0'; /* the empty line */
	memmove(data, data + start, len - start);
	return data;
}

bool audit_ldif_write(struct ldb_context *ldb,
		      const char *dn,
		      const struct ldb_message *msg,
		      FILE *stream)
{
	TALLOC_CTX *tmp_ctx = talloc_new(ldb);
	char *change = change_text(tmp_ctx, ldb, msg);
	bool ok = change != NULL && write_dn(tmp_ctx, dn, stream);

	if (ok) {
		fputs(change, stream);
	}
	free(change);
	talloc_free(tmp_ctx);
	return ok;
}
