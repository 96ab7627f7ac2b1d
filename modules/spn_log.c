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
#include <time.h>

/* Lines of refusals, of one process. A few refusals are news, and an attack is
 * no less seen in this many. */
#define MOST_REFUSALS 30
#define A_MINUTE 60 /* seconds */

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

static const struct {
	int samba;
	enum ldb_debug_level ldb;
} levels[] = {
	[SPN_LOG_ERROR] = {0, LDB_DEBUG_ERROR},
	[SPN_LOG_REFUSED] = {0, LDB_DEBUG_WARNING},
	[SPN_LOG_NOTICE] = {3, LDB_DEBUG_WARNING},
	[SPN_LOG_JSON] = {5, LDB_DEBUG_TRACE},
};

/* Of our debug class; negative where there is none. */
static int class_of(struct ldb_context *ldb)
{
	/* Finds the class when it is there already. */
	return is_samba(ldb) ? debug_add_class("spn_policy") : -1;
}

bool spn_log_wants(struct ldb_context *ldb, enum spn_log_level level)
{
	int class_index = class_of(ldb);

	return class_index < 0 || debuglevel_get_class((size_t)class_index) >=
					  levels[level].samba;
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
		ldb_debug(ldb, levels[level].ldb, "%s", text);
		return;
	}
	if (spn_log_wants(ldb, level) &&
	    dbghdrclass(levels[level].samba, class_index, __FILE__, __func__))
	{
		dbgtext("%s\n", text);
	}
}

static struct {
	time_t begun; /* monotonic; 0: not yet */
	unsigned num; /* since then */
	unsigned num_lost;
} refusals; /* of this process */

/* Text that is made here is given back. */
static void say(struct ldb_context *ldb, char *text)
{
	spn_log(ldb, SPN_LOG_REFUSED, text);
	talloc_free(text);
}

/* Counts one. */
static bool is_one_too_many(struct ldb_context *ldb)
{
	struct timespec now = {};

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (refusals.begun == 0 || now.tv_sec - refusals.begun >= A_MINUTE) {
		if (refusals.num_lost > 0) {
			say(ldb,
			    talloc_asprintf(ldb,
					    "spn_policy: %u refusals before "
					    "this were not written",
					    refusals.num_lost));
		}
		refusals.begun = now.tv_sec;
		refusals.num = 0;
		refusals.num_lost = 0;
	}
	if (refusals.num < MOST_REFUSALS) {
		refusals.num++;
		return false;
	}
	if (refusals.num_lost == 0) {
		say(ldb,
		    talloc_asprintf(ldb,
				    "spn_policy: more than %d refusals in a "
				    "minute, the others are not written; all "
				    "are with log level = 1 spn_policy:%d",
				    MOST_REFUSALS,
				    levels[SPN_LOG_NOTICE].samba));
	}
	refusals.num_lost++;
	return true;
}

bool spn_log_wants_refusal(struct ldb_context *ldb)
{
	return spn_log_wants(ldb, SPN_LOG_REFUSED) &&
	       (spn_log_wants(ldb, SPN_LOG_NOTICE) || !is_one_too_many(ldb));
}
