/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a server sends its callers: "ldap://host/DN??scope" (RFC 4516).
 */
#ifndef SPN_DIRECTORY_LDAP_URL_H
#define SPN_DIRECTORY_LDAP_URL_H

#include <stdbool.h>
#include <talloc.h>

/*
 * *_dn is the DN, %-sequences decoded, on mem_ctx; NULL if there is none, if
 * something in it is no %-sequence or stands for a NUL byte, and for any text
 * that is no ldap, ldaps or ldapi URL. False when out of memory.
 */
bool audit_ldap_url_dn(TALLOC_CTX *mem_ctx, const char *url, char **_dn);

#endif
