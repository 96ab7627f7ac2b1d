/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the module shows to the world: the one symbol that ldb looks for.
 */
#ifndef SPN_POLICY_H
#define SPN_POLICY_H

/* ldb_get_opaque() name of the version of the module that is in the stack. */
#define SPN_POLICY_VERSION_OPAQUE "spn_policy_version"

/*
 * ldb_get_opaque() name of the reason why the module that is in the stack is
 * idle (spn_load.c), one line; not there when it is in force.
 */
#define SPN_POLICY_IDLE_OPAQUE "spn_policy_idle"

/* smb.conf, spn_policy:on-unknown-ldb: idle, or this; what the error of ldb
 * begins with when it was obeyed. */
#define SPN_ON_UNKNOWN_LDB "on-unknown-ldb"
#define SPN_REFUSE_TO_START "refuse-to-start"
#define SPN_REFUSES_TO_START "spn_policy: refuses to start"

/* version: LDB_VERSION of the ldb that loads us. Always LDB_SUCCESS unless
 * ldb itself refuses the registration. */
int ldb_init_module(const char *version);

#endif
