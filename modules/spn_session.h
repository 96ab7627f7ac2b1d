/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is calling: the SID of the session, for the log. No verdict hangs on
 * who it is: setspn.exe by any admin arrives as SYSTEM.
 */
#ifndef SPN_SESSION_H
#define SPN_SESSION_H

#include <util/data_blob.h>

#include <ldb.h>

#include "policy/spn.h"

/* "S-1-5-..." on mem_ctx; NULL when there is no session or no memory. */
char *spn_session_user_sid(struct ldb_context *ldb, TALLOC_CTX *mem_ctx);

/* The caller is the account with this objectSid, its bytes as stored. */
bool spn_session_is_account(struct ldb_context *ldb,
			    struct spn_str object_sid);

/* Who has logged on, S-1-5-11, or the local system as below. */
bool spn_session_is_authenticated(struct ldb_context *ldb);

/* The local system, S-1-5-18, or a program without any session. */
bool spn_session_is_system(struct ldb_context *ldb);

#endif
