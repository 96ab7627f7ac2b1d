/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Further names of a computer: a list that may be long.
 */
#ifndef SPN_POLICY_NAMES_H
#define SPN_POLICY_NAMES_H

#include "spn.h"

struct spn_names;

/* Without the "$" at its end, if it has one. */
struct spn_str spn_plain_name(const char *name);

/* What finds a name of a long list at once, on mem_ctx; NULL for a short one.
 * Of an audit, which asks often. False when out of memory. */
bool spn_names_list(TALLOC_CTX *mem_ctx,
		    const char *const *list,
		    const struct spn_names **_names);

/* host is one of the list (NULL-terminated, or NULL) without their "$", in any
 * case. names: of this list, or NULL. */
bool spn_names_have(const char *const *list,
		    const struct spn_names *names,
		    struct spn_str host);

#endif
