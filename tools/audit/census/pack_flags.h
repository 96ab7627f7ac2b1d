/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What both sides of a packed account know: pack.c and unpack.c.
 */
#ifndef SPN_AUDIT_CENSUS_PACK_FLAGS_H
#define SPN_AUDIT_CENSUS_PACK_FLAGS_H

#include "pack.h"

#define FLAG_DC 0x1u
#define FLAG_DISABLED 0x2u
#define FLAG_DELETED 0x4u
#define FLAG_FACTS 0x8u
#define FLAG_TYPES 0x10u
#define FLAG_PRIVILEGED 0x20u
#define FLAG_GUID 0x40u /* 16 bytes instead of a text */
#define FLAG_NO_KEY 0x80u
/* with the kind, since the first byte is full */
#define FLAG_KRBTGT 0x80u
#define FLAG_SHARES 0x40u
#define FLAG_SAME_CN 0x20u
#define FLAG_LETS_DELEGATE 0x10u
#define FLAGS_OF_KIND                                                         \
	(FLAG_KRBTGT | FLAG_SHARES | FLAG_SAME_CN | FLAG_LETS_DELEGATE)

#define POINTER sizeof(uintptr_t) /* one is kept as it is */

#endif
