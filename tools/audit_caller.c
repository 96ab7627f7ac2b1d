/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tokenGroups of the rootDSE are the SIDs of the caller
 * (MS-ADTS 3.1.1.3.2.31).
 */
#include "audit_caller.h"

#include <string.h>

static const char administrators[] = "\1\2\0\0\0\0\0\5\x20\0\0\0\x20\2\0\0";
static const char system_itself[] = "\1\1\0\0\0\0\0\5\x12\0\0\0";

static bool is_sid(const struct ldb_val *value, const char *sid, size_t len)
{
	return value->length == len && memcmp(value->data, sid, len) == 0;
}

bool audit_caller_is_administrator(struct ldb_context *ldb)
{
	static const char *const attrs[] = {"tokenGroups", NULL};
	TALLOC_CTX *mem_ctx = talloc_new(ldb);
	struct ldb_message_element *el = NULL;
	struct ldb_result *res = NULL;
	bool is = false;
	unsigned i;

	if (ldb_search(ldb,
		       mem_ctx,
		       &res,
		       ldb_dn_new(mem_ctx, ldb, NULL),
		       LDB_SCOPE_BASE,
		       attrs,
		       NULL) == LDB_SUCCESS &&
	    res->count == 1)
	{
		el = ldb_msg_find_element(res->msgs[0], "tokenGroups");
	}
	for (i = 0; el != NULL && i < el->num_values; i++) {
		is = is ||
		     is_sid(&el->values[i],
			    administrators,
			    sizeof(administrators) - 1) ||
		     is_sid(&el->values[i],
			    system_itself,
			    sizeof(system_itself) - 1);
	}
	is = is || el == NULL;
	talloc_free(mem_ctx);
	return is;
}
