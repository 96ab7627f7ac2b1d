/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which SPNs the known clients ask a KDC for, when they open a URL on this
 * machine. What each client does is a row of clients_table.c, with version and
 * source; a test holds the rows against what was measured.
 */
#ifndef SPN_PROBE_NAMES_H
#define SPN_PROBE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>

#include "probe/names/target.h"

/* What DNS says of the host, as far as a client looks. All on the struct. */
struct probe_dns {
	/* Not found, no answer in time: one line; NULL if there is an address.
	 */
	const char *failure;
	/* Where the chain of CNAMEs ends, search list and /etc/hosts included:
	 * getaddrinfo() with AI_CANONNAME. In lower case, no dot at the end.
	 * NULL for an address.
	 */
	const char *canonical;
	/* The first address, and the name that PTR gives it; NULL: none. */
	const char *address;
	const char *reverse;
	bool leads_back; /* that name has this address, says DNS */
	/* Each address, as text. */
	const char **addresses;
	size_t num_addresses;
	/* Each step of that chain, as DNS has it; none, where the canonical
	 * name is the host of the URL, or comes from /etc/hosts. */
	const char **cnames;
	size_t num_cnames;
	/* Which suffixes a name without a dot gets. */
	const char **suffixes;
	size_t num_suffixes;
	/* What DNS gives as a name and is none, quoted; or NULL. */
	const char *odd;
	/* One line when a part did not come in time; or NULL. */
	const char *late;
	/* For this and libkrb5's own look-ups together, in seconds, and what
	 * of it is left for those, in milliseconds. */
	unsigned timeout;
	unsigned left;
};

/*
 * Looks the host up, as libc does; ends after timeout seconds, whatever the
 * servers do, or a little earlier, so that something is left for libkrb5: the
 * names for which no DNS is asked take no time. NULL when out of memory.
 */
struct probe_dns *probe_dns_look(TALLOC_CTX *mem_ctx,
				 const struct probe_target *target,
				 unsigned timeout);

/* A row of the table. */
struct probe_client {
	const char *name;    /* "curl", "Java HttpURLConnection" */
	const char *version; /* of the measurement: "7.88.1", "17" */
	const char *setting; /* what of it is not the default; or NULL */
	/* The service class: "HTTP"; for programs that open no web page, but
	 * the same host, "ldap", "cifs" and so on. */
	const char *service;
	/* the way from the URL to a name: ways.h */
	const struct probe_way *way;
	/* It asks for nothing unless the URL is such a one (ways.h). */
	unsigned needs;
	/* Where it asks for nothing: what to set or to type; or NULL. */
	const char *remedy;
	/* Where it is known from: "measured", or the address of a document. */
	const char *source;
	/* For whom it counts without being asked for: what people have.
	 * Others are shown with --all-clients. */
	bool is_usual;
};

/* One name, and who asks for it. */
struct probe_name {
	const char *spn; /* "HTTP/web01.example.com" */
	/* As MIT's libkrb5 asks with this machine's krb5.conf: what a probe of
	 * our own and most clients do. */
	bool is_this_machine;
	/* That asks for it only if there is no ticket for the one before. */
	bool is_second_here;
	/* Nobody asks for it but after another one. */
	bool is_second;
	/* Who asks, and whether after another name only. Parallel arrays. */
	const struct probe_client **clients;
	bool *is_later;
	size_t num_clients;
};

struct probe_names {
	/* No name twice; this machine's first, as it asks for them, then by
	 * number of clients. */
	struct probe_name *names;
	size_t num_names;
	/* Clients that ask for nothing here, and why: "git" asks for no ticket
	 * unless http.emptyAuth is set. Parallel arrays. */
	const struct probe_client **silent;
	const char **why;
	size_t num_silent;
};

/* The way in words, for documents. */
const char *probe_client_rule(const struct probe_client *client);

/*
 * All names for this URL. reason: one line when libkrb5 cannot be used (bad
 * krb5.conf, or no answer from DNS in dns->left); then is_this_machine is
 * set nowhere, and *_reason says so. NULL when out of memory.
 */
struct probe_names *probe_names_of(TALLOC_CTX *mem_ctx,
				   const struct probe_target *target,
				   const struct probe_dns *dns,
				   const char **_reason);

/* The table, for --list-clients, the documents and tests. */
const struct probe_client *probe_clients(size_t *_num_clients);

#endif
