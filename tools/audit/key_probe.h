/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A keytab is read, and a KDC asked about it, by spn-probe: it alone has a
 * Kerberos library of its own.
 */
#ifndef SPN_AUDIT_KEY_PROBE_H
#define SPN_AUDIT_KEY_PROBE_H

#include "common/connect.h"
#include "key_report.h"

/*
 * path: absolute. names: two accounts whose keys are looked for, by logon
 * names with their realms; NULL: no KDC is asked, and only what is in it is
 * told. On mem_ctx. False: no report, for the reason in one line, NULL when
 * out of memory.
 */
bool audit_key_probe(TALLOC_CTX *mem_ctx,
		     struct spn_connect *connect,
		     const char *path,
		     const char *const *names,
		     struct audit_key_report *_report,
		     const char **_reason);

#endif
