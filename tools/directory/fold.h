/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a Windows DC compares SPNs: without case, accents, kana type and
 * width (MS-ADTS 3.1.1.2.2.4.13, sort key with IGNORECASE | IGNOREKANATYPE |
 * IGNORENONSPACE | IGNOREWIDTH). A Samba DC minds everything but case, so
 * two SPNs can be different to it and one to the Windows DC beside it.
 */
#ifndef SPN_DIRECTORY_FOLD_H
#define SPN_DIRECTORY_FOLD_H

#include "policy/spn.h"

/*
 * The wide fold: what narrow makes of a value, folded further. Coarser than
 * narrow, never finer. Bytes that are not UTF-8 are left as narrow leaves
 * them. narrow must live as long as the result.
 */
struct spn_fold audit_wide_fold(struct spn_fold *narrow);

/* Only such values can differ between the two. */
bool audit_is_ascii(struct spn_str value);

#endif
