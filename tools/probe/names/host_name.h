/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names of hosts that others have chosen: in a URL, in an answer of DNS.
 */
#ifndef SPN_PROBE_HOST_NAME_H
#define SPN_PROBE_HOST_NAME_H

#include <stdbool.h>
#include <talloc.h>

/*
 * Letters, digits, "-", "_" and dots; labels of 1 to 63 bytes, 253 in all
 * (RFC 1035 2.3.4); in UTF-8 letters of any script. No dot at the end. "_" is
 * no part of a host name by RFC 952, but is asked for as it is.
 */
bool probe_is_host_name(const char *name);

/* Without one dot at the end, in lower case as far as it is ASCII. NULL when
 * out of memory. */
char *probe_host_fold(TALLOC_CTX *mem_ctx, const char *name);

#endif
