/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Queries to DNS servers, several under way at a time, and their raw replies;
 * what differs between releases of c-ares is known here only.
 */
#ifndef SPN_AUDIT_FACTS_DNS_CHANNEL_H
#define SPN_AUDIT_FACTS_DNS_CHANNEL_H

#include "audit/facts/dns.h"

struct dns_channel;

/* What came of a query: a status of c-ares, and where that is ARES_SUCCESS the
 * message as a server sends it, else NULL. */
typedef void (*dns_channel_reply)(void *private_data,
				  int status,
				  const unsigned char *reply,
				  size_t len);

/* On false *_status is a status of c-ares, and *_what was not possible. */
bool dns_channel_new(TALLOC_CTX *mem_ctx,
		     const struct audit_dns_options *options,
		     struct dns_channel **_channel,
		     const char **_what,
		     int *_status);

/* Asks for records of that type (ns_type). on_reply is called once, perhaps
 * before this returns. */
void dns_channel_ask(struct dns_channel *channel,
		     const char *name,
		     int type,
		     dns_channel_reply on_reply,
		     void *private_data);

/* Returns when something came or a time is over; false when out of memory. */
bool dns_channel_wait(struct dns_channel *channel);

#endif
