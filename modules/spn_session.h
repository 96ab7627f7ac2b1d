/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is calling: the SID of the session, for the log only. No decision
 * hangs on it: setspn.exe by any admin arrives as SYSTEM (samba.md 1.2).
 */
#ifndef SPN_POLICY_SPN_SESSION_H
#define SPN_POLICY_SPN_SESSION_H

#include <util/data_blob.h>

#include <ldb.h>

/* "S-1-5-..." on mem_ctx; NULL when there is no session or no memory. */
char *spn_session_user_sid(struct ldb_context *ldb, TALLOC_CTX *mem_ctx);

#endif
