/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a password or a cache to a TGT in memory. For the files of this folder.
 */
#ifndef SPN_PROBE_LOGIN_H
#define SPN_PROBE_LOGIN_H

#include "probe/kerberos/kerberos.h"

/*
 * Fills krb->cache and what the struct says of the TGT; false with a line in
 * *_reason, on mem_ctx, or without one when out of memory.
 */
bool probe_login_password(TALLOC_CTX *mem_ctx,
			  struct probe_kerberos *krb,
			  const struct probe_login *login,
			  const char **_reason);
bool probe_login_cache(TALLOC_CTX *mem_ctx,
		       struct probe_kerberos *krb,
		       const struct probe_login *login,
		       const char **_reason);

#endif
