/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What getaddrinfo() does not tell: the suffixes that it tries, and each CNAME
 * on the way to the canonical name.
 */
#include "probe/names/chain.h"

#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>
#include <sys/socket.h>

#define MOST_LINKS 16

static void say_links(struct spn_child *child,
		      char letter,
		      const unsigned char *reply,
		      int len)
{
	ns_msg msg = {};
	ns_rr record = {};
	int num = 0;
	int i;

	if (ns_initparse(reply, len, &msg) != 0) {
		return;
	}
	for (i = 0; i < ns_msg_count(msg, ns_s_an) && num < MOST_LINKS; i++) {
		char name[NS_MAXDNAME] = "";

		if (ns_parserr(&msg, ns_s_an, i, &record) != 0) {
			return;
		}
		if (ns_rr_type(record) == ns_t_cname &&
		    ns_name_uncompress(ns_msg_base(msg),
				       ns_msg_end(msg),
				       ns_rr_rdata(record),
				       name,
				       sizeof(name)) != -1)
		{
			probe_child_say(child, letter, name);
			num++;
		}
	}
}

void probe_chain_say_search(struct spn_child *child, char letter)
{
	struct __res_state state = {};
	int i;

	if (res_ninit(&state) != 0) {
		return;
	}
	for (i = 0; i < MAXDNSRCH && state.dnsrch[i] != NULL; i++) {
		probe_child_say(child, letter, state.dnsrch[i]);
	}
	res_nclose(&state);
}

void probe_chain_say_links(struct spn_child *child,
			   char letter,
			   const char *host,
			   int family)
{
	int type = (family == AF_INET6) ? ns_t_aaaa : ns_t_a;
	struct __res_state state = {};
	unsigned char reply[8192];
	int len;

	if (res_ninit(&state) != 0) {
		return;
	}
	len = res_nsearch(&state, host, ns_c_in, type, reply, sizeof(reply));
	if (len > 0 && (size_t)len <= sizeof(reply)) {
		say_links(child, letter, reply, len);
	}
	res_nclose(&state);
}
