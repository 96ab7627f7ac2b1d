/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who makes the writes that are measured. Samba hangs the session of a client
 * on the ldb context, and access control reads it there.
 */
#ifndef SPN_POLICY_BENCH_CALLER_H
#define SPN_POLICY_BENCH_CALLER_H

#include <stdbool.h>

/* data_blob.h before ldb.h: it defines ldb_val. */
#include <util/data_blob.h>

#include <ldb.h>

/*
 * From now on requests of this context come from: "system", which is whoever
 * opened the directory; "client", the same over LDAP; "anonymous"; or the
 * account with this sAMAccountName, with the groups that everybody has. False
 * when there is no such account.
 */
bool bench_caller_set(struct ldb_context *ldb, const char *name);

/*
 * The modify as the LDAP server sends it for a client: untrusted, in a
 * transaction of its own, that ends with the request. An LDB code.
 */
int bench_caller_modify(struct ldb_context *ldb, struct ldb_message *msg);

#endif
