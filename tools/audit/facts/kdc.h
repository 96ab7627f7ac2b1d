/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the KDC of a directory takes for a ticket to an account that has no
 * msDS-SupportedEncryptionTypes. No directory says it: it is the configuration
 * and the release of the domain controller. So it is known where we run on it,
 * or where its module tells (policy/dc_state.h).
 */
#ifndef SPN_AUDIT_FACTS_KDC_H
#define SPN_AUDIT_FACTS_KDC_H

#include "common/connect.h"

#include <stdint.h>

/* Of this machine, by the smb.conf that was read. 0: not known. */
uint32_t audit_kdc_types_here(struct spn_connect *connect);

/* Of the server that this is connected with. 0: not known. */
uint32_t audit_kdc_types_there(TALLOC_CTX *mem_ctx, struct ldb_context *ldb);

#endif
