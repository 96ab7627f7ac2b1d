/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One line of a KDC's log: which name was asked for, and what became of it.
 *
 * Samba's KDC (Heimdal's) ends each request with one line, at level 3 of the
 * debug class "kerberos" (heim_audit_trail() in lib/base/log.c):
 *
 *	Kerberos: TGS-REQ ERR_S_PRINCIPAL_UNKNOWN ipv4:192.0.2.7:41234
 *	alice@EXAMPLE.COM HTTP/www.example.com@EXAMPLE.COM elapsed=0.001 ...
 *
 * Since 4.19 there is the same as JSON, "KDC Authorization", at level 3 of
 * "auth_json_audit", without the error and the encryption type
 * (hdb_samba4_tgs_audit() in source4/kdc/hdb-samba4.c). In both, a name has a
 * backslash before blanks and line ends, so it cannot look like the next
 * field.
 */
#ifndef SPN_PROBE_LOG_REQUEST_H
#define SPN_PROBE_LOG_REQUEST_H

#include "policy/spn.h"

struct probe_request {
	/* As the log has them, with their backslashes: by these and the
	 * address a line of text and one of JSON are known to be the same. */
	const char *server;
	const char *address; /* "ipv4:192.0.2.7:41234" */
	/* For people, without them. */
	const char *spn;
	const char *realm; /* of it, or "" */
	const char *client;
	bool is_json;
	bool is_failed;
	int32_t error; /* RFC 4120 7.5.9; 0: none is known */
	bool has_rc4;
	const char *stamp; /* in the line itself, or NULL */
};

enum probe_log_kind {
	PROBE_LOG_OTHER,   /* nothing that we want to know */
	PROBE_LOG_HEADER,  /* "[2026/11/29 15:46:27.105736,  3] ...": a time */
	PROBE_LOG_REQUEST, /* in *_request, on mem_ctx */
	/* The next line is more of what came before: in syslog " +>" is a
	 * message of its own. */
	PROBE_LOG_GOES_ON,
	PROBE_LOG_NO_MEMORY,
};

/* Of a header *_stamp is a slice of the line. */
enum probe_log_kind probe_log_line(TALLOC_CTX *mem_ctx,
				   struct spn_str line,
				   struct spn_str *_stamp,
				   struct probe_request *_request);

#endif
