/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GUIDs and SIDs: the bytes that a directory stores and the text that people
 * read (MS-DTYP 2.3.4 and 2.4.2).
 */
#ifndef SPN_POLICY_IDS_H
#define SPN_POLICY_IDS_H

#include "spn.h"

#define SPN_GUID_BYTES 16
#define SPN_GUID_TEXT 37 /* with its NUL byte */

/* "01234567-89ab-cdef-0123-456789abcdef", in small letters. */
void spn_guid_text(const uint8_t bytes[SPN_GUID_BYTES],
		   char text[SPN_GUID_TEXT]);

/* The reverse, letters of either case. False for anything that is no GUID;
 * then the bytes are not touched. */
bool spn_guid_bytes(struct spn_str text, uint8_t bytes[SPN_GUID_BYTES]);

/* "S-1-5-..." of the bytes of a whole SID; on mem_ctx, NULL when out of
 * memory. */
char *spn_sid_text(TALLOC_CTX *mem_ctx, struct spn_str sid);

#endif
