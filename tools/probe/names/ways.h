/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ways from a URL to the name of a host in an SPN: where a client begins,
 * and whether libkrb5 goes on from there.
 */
#ifndef SPN_PROBE_WAYS_H
#define SPN_PROBE_WAYS_H

#include "probe/names/krb5_names.h"
#include "probe/names/names.h"

/* Of probe_client.needs. */
enum probe_needs {
	PROBE_NEEDS_HTTPS = 1,
	PROBE_NEEDS_HTTP_80 = 2, /* http, at its default port */
	PROBE_NEEDS_ASCII = 4,	 /* no international name as it is spoken */
	PROBE_NEEDS_NAME = 8,	 /* no address */
};

struct probe_way {
	const char *rule; /* in words */
	/*
	 * The name that it begins with. NULL, and one line in *_why, if it
	 * asks for nothing; NULL and no line when out of memory. No function:
	 * it never asks for anything.
	 */
	const char *(*start)(TALLOC_CTX *mem_ctx,
			     const struct probe_target *target,
			     const struct probe_dns *dns,
			     const char **_why);
	/* The same, of a name that libkrb5 does not see, and that is asked for
	 * later; or no function. */
	const char *(*later)(TALLOC_CTX *mem_ctx,
			     const struct probe_target *target,
			     const struct probe_dns *dns,
			     const char **_why);
	bool has_port; /* ":8080", if it is not the default port */
	enum probe_krb5 krb5;
};

/* Why this URL is not for a client with such needs, one line; NULL: it is. */
const char *probe_needs_unmet(unsigned needs,
			      const struct probe_target *target);

extern const struct probe_way probe_way_libkrb5;
extern const struct probe_way probe_way_libkrb5_no_dns;
extern const struct probe_way probe_way_libkrb5_no_dns_no_domain;
extern const struct probe_way probe_way_libkrb5_fallback;
extern const struct probe_way probe_way_libkrb5_no_rdns;
extern const struct probe_way probe_way_libkrb5_utf8;
extern const struct probe_way probe_way_cname_libkrb5;
extern const struct probe_way probe_way_cname_port_libkrb5;
extern const struct probe_way probe_way_ptr_libkrb5;
extern const struct probe_way probe_way_java;
extern const struct probe_way probe_way_java_httpclient;
extern const struct probe_way probe_way_gokrb5;
extern const struct probe_way probe_way_go_spnego;
extern const struct probe_way probe_way_as_typed;
extern const struct probe_way probe_way_host;
extern const struct probe_way probe_way_cname;
extern const struct probe_way probe_way_cname_netbios;
extern const struct probe_way probe_way_cname_port;
extern const struct probe_way probe_way_none;

#endif
