/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is an administrator by membership in a group, directly or through
 * others. Groups and accounts come in any order, so it is known at the end.
 */
#ifndef SPN_AUDIT_FACTS_GROUPS_H
#define SPN_AUDIT_FACTS_GROUPS_H

#include "store/store.h"

struct audit_groups;

/* NULL when out of memory. */
struct audit_groups *audit_groups_new(TALLOC_CTX *mem_ctx);

/* An entry of class group. False when out of memory. */
bool audit_groups_add(struct audit_groups *groups,
		      const struct ldb_message *msg);

/* The entry of an account, which has this number from now on. False when out
 * of memory. */
bool audit_groups_add_member(struct audit_groups *groups,
			     const struct ldb_message *msg,
			     size_t number);

/* Groups of administrators that somebody is in: bits. */
#define AUDIT_NUM_ADMIN_GROUPS 4

/* "Domain Admins", for the bit 1 << i. */
const char *audit_admin_group_name(size_t i);

/* Calls for each account that is an administrator, maybe several times, with
 * bits of its groups; the last call. False when out of memory. */
bool audit_groups_settle(struct audit_groups *groups,
			 bool (*is_privileged)(void *private_data,
					       size_t number,
					       uint8_t admin_groups),
			 void *private_data);

#endif
