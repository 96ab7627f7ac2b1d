/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * In a child: what DNS and resolv.conf say besides what getaddrinfo() tells.
 */
#ifndef SPN_PROBE_CHAIN_H
#define SPN_PROBE_CHAIN_H

#include "probe/names/child.h"

/* Each suffix that a name without a dot gets, in its order. */
void probe_chain_say_search(struct spn_child *child, char letter);

/* Each name that a CNAME leads to on the way from host to an address of that
 * family, in the order of the answer. */
void probe_chain_say_links(struct spn_child *child,
			   char letter,
			   const char *host,
			   int family);

#endif
