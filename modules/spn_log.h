/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where our lines go: in a Samba process to a debug class of our own, so that
 *
 *	log level = 1 spn_policy:3@/var/log/samba/spn_policy.log
 *
 * has every refusal and nothing else in that file; everywhere else to ldb's
 *debug.
 */
#ifndef SPN_LOG_H
#define SPN_LOG_H

#include <util/data_blob.h>

#include <ldb.h>
#include <ldb_module.h>

/*
 * Who looks into the log of a DC whose smb.conf names no level, which is
 * level 0, shall find a refusal: setspn.exe and others hear "access denied"
 * only. Stock Samba has two lines there for each SPN that it refuses. But a
 * client can have as many as it likes, so ours have a bound, and nothing else
 * that a client can cause at will stands so low.
 */
enum spn_log_level {
	SPN_LOG_ERROR,	 /* 0: the operator must act */
	SPN_LOG_REFUSED, /* 0: one line for a refusal */
	SPN_LOG_NOTICE,	 /* 3: one line for a warning */
	SPN_LOG_JSON,	 /* 5: the same, and refusals, as a line of JSON */
};

/* False: nobody will see lines of this level, so none need be made. */
bool spn_log_wants(struct ldb_context *ldb, enum spn_log_level level);

/*
 * The same of a refusal, once for each: false, too, for those of a minute that
 * are too many for this process, which is said once. Whoever has asked for
 * level NOTICE sees all.
 */
bool spn_log_wants_refusal(struct ldb_context *ldb);

/* One line, without its newline; NULL (out of memory) logs that. */
void spn_log(struct ldb_context *ldb,
	     enum spn_log_level level,
	     const char *text);

#endif
