/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where our lines go: in a Samba process to a debug class of our own, so that
 *
 *	log level = 1 spn_policy:3@/var/log/samba/spn_policy.log
 *
 * shows every refusal and nothing else; everywhere else to ldb's debug.
 */
#ifndef SPN_LOG_H
#define SPN_LOG_H

#include <util/data_blob.h>

#include <ldb.h>
#include <ldb_module.h>

/* Samba's levels. Nothing that a client can cause at will is below NOTICE:
 * it could fill the log of everybody who has not asked for it. */
enum spn_log_level {
	SPN_LOG_ERROR = 0,  /* the operator must act */
	SPN_LOG_NOTICE = 3, /* one line for a refusal or a warning */
	SPN_LOG_JSON = 5,   /* the same as one line of JSON */
};

/* False: nobody will see lines of this level, so none need be made. */
bool spn_log_wants(struct ldb_context *ldb, enum spn_log_level level);

/* One line, without its newline; NULL (out of memory) logs that. */
void spn_log(struct ldb_context *ldb,
	     enum spn_log_level level,
	     const char *text);

#endif
