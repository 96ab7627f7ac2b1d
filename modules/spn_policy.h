/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the module shows to the world: the one symbol that ldb looks for.
 */
#ifndef SPN_POLICY_SPN_POLICY_H
#define SPN_POLICY_SPN_POLICY_H

/* version: LDB_VERSION of the ldb that loads us. Always LDB_SUCCESS unless
 * ldb itself refuses the registration. */
int ldb_init_module(const char *version);

#endif
