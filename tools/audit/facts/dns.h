/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether names of hosts exist in DNS itself. First all that is asked is only
 * noted, then all of it is asked at once, then there are answers.
 */
#ifndef SPN_AUDIT_FACTS_DNS_H
#define SPN_AUDIT_FACTS_DNS_H

#include "audit/rules/facts.h"
#include "common/progress.h"

struct audit_dns;

struct audit_dns_options {
	const char *server; /* "192.0.2.1" or "192.0.2.1:53", several with
			       commas; NULL: those of the system */
	int timeout;	    /* milliseconds for the first try */
	int tries;
	size_t num_parallel; /* queries that are under way at a time */
	struct spn_progress *progress; /* NULL: nobody wants to see it */
};

/* On false *_reason is one line on mem_ctx, or NULL when out of memory. */
bool audit_dns_new(TALLOC_CTX *mem_ctx,
		   const struct audit_dns_options *options,
		   struct audit_dns **_dns,
		   const char **_reason);

/* For struct spn_surroundings. */
enum spn_dns_answer audit_dns_ask(void *dns, struct spn_str name);

/*
 * Asks for A and AAAA of everything that was noted, CNAMEs followed; a name
 * without a dot is looked for in each of these domains (NULL-terminated).
 * SPN_DNS_ABSENT is only what DNS denies both of; no answer and a failed one
 * are SPN_DNS_UNKNOWN. False as above, also if nothing at all was answered.
 * *_num_unknown of *_num_asked names have no answer.
 */
bool audit_dns_resolve(struct audit_dns *dns,
		       TALLOC_CTX *mem_ctx,
		       const char *const *domains,
		       size_t *_num_unknown,
		       size_t *_num_asked,
		       const char **_reason);

#endif
