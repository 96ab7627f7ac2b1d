/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a name in a DNS zone leads to: one value of dnsRecord, as a directory
 * stores it (MS-DNSP 2.3.2.2).
 */
#ifndef SPN_AUDIT_FACTS_DNS_RECORDS_H
#define SPN_AUDIT_FACTS_DNS_RECORDS_H

#include "policy/names.h"

enum audit_dns_type { /* as in DNS itself */
	AUDIT_DNS_A = 1,
	AUDIT_DNS_CNAME = 5,
	AUDIT_DNS_AAAA = 28,
};

struct audit_dns_record {
	enum audit_dns_type type;
	uint8_t address[16]; /* of A the first four, then zeros */
	/* of CNAME: without the dot at the end, NUL-terminated */
	char name[SPN_DNS_NAME_LEN + 1];
};

/* False for a record of another type, for an address that is not that of one
 * host, and for what is no record. */
bool audit_dns_record(const void *data,
		      size_t len,
		      struct audit_dns_record *_record);

#endif
