/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What nobody needs on a command line: "spn_audit:..." in smb.conf or
 * --option.
 */
#ifndef SPN_AUDIT_QUIRKS_H
#define SPN_AUDIT_QUIRKS_H

#include "audit_scan.h"
#include "connect.h"

/* "one by one": for servers that say they can do what they cannot; "through
 * modules": to read a local database as every other program does. */
bool audit_quirk(const struct spn_connect *connect, const char *name);

/* "page size", for servers with limits; "stale days", "password days". */
int audit_quirk_number(const struct spn_connect *connect,
		       const char *name,
		       int value);

/*
 * --check-dns: from now on DNS is asked. "dns server"; "dns timeout"
 * (milliseconds), "dns tries", "dns queries" (at a time). On false *_reason
 * is one line on mem_ctx, or NULL when out of memory.
 */
bool audit_quirk_dns(TALLOC_CTX *mem_ctx,
		     struct spn_connect *connect,
		     struct audit_scan_options *scan_options,
		     const char **_reason);

#endif
