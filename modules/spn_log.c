/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Samba's debug functions live in a private library whose symbols carry the
 * version of the release, so the module must not need them. They are weak
 * references: libsamba-util, which we are linked with, brings the library into
 * our scope, and where it does not, ldb's debug serves.
 */
#include "spn_log.h"

#include <stdbool.h>
#include <stddef.h>

#define WEAK __attribute__((weak))

/* As in util/debug.h, which is public; only the library is not. */
WEAK int debug_add_class(const char *classname);
WEAK int debuglevel_get_class(size_t class_index);
WEAK bool dbghdrclass(int level,
		      int class_index,
		      const char *location,
		      const char *function);
WEAK bool dbgtext(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* smb.conf has been read: debug levels mean something in this process. */
static bool is_samba(struct ldb_context *ldb)
{
	return ldb_get_opaque(ldb, "loadparm") != NULL &&
	       debug_add_class != NULL && debuglevel_get_class != NULL &&
	       dbghdrclass != NULL && dbgtext != NULL;
}

static enum ldb_debug_level ldb_level(enum spn_log_level level)
{
	switch (level) {
	case SPN_LOG_ERROR:
		return LDB_DEBUG_ERROR;
	case SPN_LOG_NOTICE:
		return LDB_DEBUG_WARNING;
	case SPN_LOG_JSON:
		break;
	}
	return LDB_DEBUG_TRACE;
}

/* Of our debug class; negative where there is none. */
static int class_of(struct ldb_context *ldb)
{
	/* Finds the class when it is there already. */
	return is_samba(ldb) ? debug_add_class("spn_policy") : -1;
}

bool spn_log_wants(struct ldb_context *ldb, enum spn_log_level level)
{
	int class_index = class_of(ldb);

	return class_index < 0 ||
	       debuglevel_get_class((size_t)class_index) >= (int)level;
}

void spn_log(struct ldb_context *ldb,
	     enum spn_log_level level,
	     const char *text)
{
	int class_index = class_of(ldb);

	if (text == NULL) {
		text = "spn_policy: out of memory for a line of the log";
	}
	if (class_index < 0) {
		ldb_debug(ldb, ldb_level(level), "%s", text);
		return;
	}
	if (spn_log_wants(ldb, level) &&
	    dbghdrclass((int)level, class_index, __FILE__, __func__))
	{
		dbgtext("%s\n", text);
	}
}
