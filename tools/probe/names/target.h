/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The URL that somebody cannot open, taken apart. RFC 3986; host names as
 * libcurl reads them, since that is what will be asked.
 */
#ifndef SPN_PROBE_TARGET_H
#define SPN_PROBE_TARGET_H

#include <stdbool.h>
#include <stdint.h>
#include <talloc.h>

enum probe_host_kind {
	PROBE_HOST_NAME, /* web01, web01.example.com */
	PROBE_HOST_IPV4, /* 192.0.2.1 */
	PROBE_HOST_IPV6, /* [2001:db8::1] */
};

/* All strings are on the target itself. */
struct probe_target {
	const char *url; /* http or https, with host, port, path and query */
	bool is_https;
	enum probe_host_kind kind;
	/* As typed: case and a dot at the end kept, no brackets; behind an
	 * IPv6 address its zone, "fe80::1%eth0". */
	const char *typed;
	/* In lower case, without that dot, an international name as "xn--",
	 * an address as inet_ntop() writes it. */
	const char *host;
	/* The same, an international name in UTF-8. */
	const char *host_utf8;
	uint16_t port;
	bool is_default_port; /* 80 of http, 443 of https */
};

/*
 * NULL and one line, *_reason, that names the URL and what to type instead:
 * other schemes, a user or password in it, no host, nonsense. "web01" without
 * a scheme is http. *_reason is NULL when out of memory.
 */
struct probe_target *probe_target_parse(TALLOC_CTX *mem_ctx,
					const char *url,
					const char **_reason);

#endif
