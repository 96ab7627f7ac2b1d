/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names of a host: the short and the long one, and lists of further ones,
 * which may be long.
 */
#ifndef SPN_POLICY_NAMES_H
#define SPN_POLICY_NAMES_H

#include "spn.h"

struct spn_names;

/* No NetBIOS name is longer, and so no sAMAccountName of a computer is but for
 * its "$": what a longer DNS name begins with is cut off there. */
#define SPN_NETBIOS_LEN 15

/* With all its dots (RFC 1035 2.3.4). */
#define SPN_DNS_NAME_LEN 255

/* label.domain, in text; len 0 when that is longer than a name can be. */
struct spn_str spn_in_domain(char text[SPN_DNS_NAME_LEN + 1],
			     struct spn_str label,
			     struct spn_str domain);

/* What is before the first dot; all of it, if there is none. */
struct spn_str spn_first_label(struct spn_str host);

/* The first label of fqdn is this, whole or cut off, in any case. */
bool spn_is_short_of(struct spn_str short_name, struct spn_str fqdn);

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

/* The first DNS name of the list of which this is the short one, or NULL. */
const char *spn_names_like(const char *const *list,
			   const struct spn_names *names,
			   struct spn_str short_name);

#endif
