/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which encryption a Samba KDC may use for a ticket to an account that has no
 * msDS-SupportedEncryptionTypes. Sets of types are as in that attribute,
 * MS-KILE 2.2.7.
 *
 * Tried with kvno and klist on 4.17.12, 4.22.11 and 4.24.7. Until 4.23 it is
 * RC4, whatever keys the account has, with a session key of AES. 4.24 takes
 * AES from the functional level 2008 on (CVE-2026-20833). What smb.conf says
 * goes before both.
 */
#ifndef SPN_POLICY_TICKET_TYPES_H
#define SPN_POLICY_TICKET_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#define SPN_TYPES_DES 0x03u
#define SPN_TYPE_RC4 0x04u
#define SPN_TYPES_AES 0x18u
#define SPN_TYPE_AES_SESSION 0x20u /* AES256 for the session key alone */

/* Samba's numbers of functional levels. */
#define SPN_LEVEL_2008 3

struct spn_kdc {
	const char *version; /* "4.17.12-Debian" */
	uint32_t configured; /* kdc default domain supported enctypes; 0: not
				set */
	uint32_t allowed;    /* kdc supported enctypes; 0: all */
	int level;	     /* msDS-Behavior-Version of the domain */
};

/* 0: the version is none, or nothing of it is allowed. */
uint32_t spn_ticket_types(const struct spn_kdc *kdc);

/*
 * As smb.conf has such a set: "arcfour-hmac-md5 aes256-cts-hmac-sha1-96-sk",
 * "0x24", "36", with blanks or commas between. False: a word is none of
 * these, or there is none.
 */
bool spn_ticket_types_parse(const char *text, uint32_t *_types);

#endif
