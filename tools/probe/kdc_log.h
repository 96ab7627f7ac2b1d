/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log of a Samba KDC: which names clients asked for and did not get, or
 * got with a weak cipher. "kerberos:3" lines, and the JSON of audit logging
 * ("KDC Authorization", "Authentication") where a release writes it.
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
	const char *spn; /* as it came first, without its realm */
	const char *realm;
	size_t num_requests;
	size_t num_failed;    /* no ticket */
	int32_t error;	      /* of the last failure; 0: none is known */
	size_t num_clients;   /* different principals */
	const char **clients; /* the first 5 of them */
	size_t num_addresses;
	bool has_rc4;	       /* a ticket that is encrypted with RC4 */
	const char *last_seen; /* time stamp as the log has it; or NULL */
};

struct probe_kdc_log {
	struct probe_logged *names; /* most failures first */
	size_t num_names;
	size_t num_lines;      /* read */
	size_t num_understood; /* requests among them */
	size_t num_dropped;    /* names beyond the bound of 10,000 */
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
