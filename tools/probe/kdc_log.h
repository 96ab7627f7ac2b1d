/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log of a Samba KDC: which names clients asked for and did not get, or
 * got with a weak cipher. The lines of "kerberos:3", and the JSON of
 * "auth_json_audit:3" where a release writes it (log_request.h); a request
 * that is in both counts once. A file of Samba's, or what syslog and the
 * journal make of it.
 *
 * A request is one message to the KDC: MIT's library asks again without the
 * canonicalize flag when a name is not known, and a browser asks for each
 * connection, so one click makes two or four of them.
 */
#ifndef SPN_PROBE_KDC_LOG_H
#define SPN_PROBE_KDC_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <talloc.h>

/* What was asked for under one name (without regard to case). */
struct probe_logged {
	const char *spn; /* as it came first, any bytes; without its realm */
	const char *realm;
	size_t num_requests;
	size_t num_failed; /* no ticket */
	int32_t error;	   /* of the last failure; 0: none is known */
	/* Different ones, at least: of all names together 100,000 are told
	 * from each other. */
	size_t num_clients;   /* principals; in JSON, DOMAIN\account */
	const char **clients; /* the first 5 of them, as they came */
	size_t num_listed;    /* of them */
	size_t num_addresses; /* without their ports */
	bool has_rc4;	      /* a ticket that is encrypted with RC4 */
	char *last_seen;      /* time stamp as the log has it; or NULL */
};

struct probe_kdc_log {
	struct probe_logged *names; /* most failures first */
	size_t num_names;
	size_t num_lines;
	size_t num_understood; /* requests among them */
	/* Of those: for names beyond the first 10,000, or longer than 1,000
	 * bytes. */
	size_t num_dropped;
};

/*
 * Reads to the end; lines of any length and any bytes, in bounded memory. NULL
 * and a line in *_reason if it cannot be read, NULL without one when out of
 * memory.
 */
struct probe_kdc_log *probe_kdc_log_read(TALLOC_CTX *mem_ctx,
					 FILE *stream,
					 const char **_reason);

#endif
