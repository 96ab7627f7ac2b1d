/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the KDC of this machine does by its release and its smb.conf.
 */
#ifndef SPN_STORE_KDC_CONFIG_H
#define SPN_STORE_KDC_CONFIG_H

#include "policy/ticket_types.h"

struct loadparm_context;

/* The Samba that is installed here, and what smb.conf tells its KDC;
 * functional level 2008. Texts stay. */
struct spn_kdc spn_kdc_of_this_machine(struct loadparm_context *lp_ctx);

#endif
