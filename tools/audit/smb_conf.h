/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers and switches that few need: each has a name in smb.conf and
 * --option, "spn_audit:stale days", and most have an option of their own,
 * --stale-days, which counts before that. All are checked, however they are
 * given.
 */
#ifndef SPN_AUDIT_SMB_CONF_H
#define SPN_AUDIT_SMB_CONF_H

#include "scan.h"
#include "common/connect.h"

enum audit_tunable {
	AUDIT_PAGE_SIZE, /* for servers with limits */
	AUDIT_STALE_DAYS,
	AUDIT_PASSWORD_DAYS,
	AUDIT_DNS_TIMEOUT, /* milliseconds */
	AUDIT_DNS_TRIES,
	AUDIT_DNS_QUERIES, /* at a time */
	AUDIT_NUM_NUMBERS,
};

struct audit_tunables {
	int numbers[AUDIT_NUM_NUMBERS];
	const char *dns_server; /* NULL: those of the system */
	uint32_t kdc_types;	/* what a KDC takes for an account without
				   types of its own; 0: it is found out */
	bool one_by_one;	/* for servers that say they can do what they
				   cannot */
	bool through_modules;	/* a local database as all others read it */
};

/* What the options of that name were given; NULL for each that was not. */
struct audit_tunable_texts {
	const char *numbers[AUDIT_NUM_NUMBERS];
	const char *dns_server;
	const char *kdc_types;
};

/* After the last option, when smb.conf is read. SPN_EXIT_DONE, or the exit
 * status after a message. Texts live as long as connect. */
int audit_tunables_read(struct spn_connect *connect,
			const struct audit_tunable_texts *texts,
			struct audit_tunables *_tunables);

/* "yes", "off", ...: false when it is neither. */
bool audit_switch_of(const char *text, bool *_is_on);

/* --check-dns: from now on DNS is asked. On false *_reason is one line on
 * mem_ctx, or NULL when out of memory. */
bool audit_tunable_dns(TALLOC_CTX *mem_ctx,
		       struct spn_connect *connect,
		       const struct audit_tunables *tunables,
		       struct audit_scan_options *scan_options,
		       const char **_reason);

#endif
