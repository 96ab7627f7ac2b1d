/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the module comes into a process, and into a stack: in force, or idle.
 */
#ifndef SPN_LOAD_H
#define SPN_LOAD_H

#include <util/data_blob.h>

#include <ldb.h>
#include <ldb_module.h>

/* What the module does when it is in force; spn_policy.c. */
extern const struct ldb_module_ops spn_policy_ops;

#endif
