/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an audit says on standard error while it works. What is to be said once
 * is remembered here, and --watch has one of these for all its audits.
 */
#ifndef SPN_AUDIT_NOTICES_H
#define SPN_AUDIT_NOTICES_H

#include "scan.h"
#include "common/connect.h"

struct audit_tell;

/* NULL when out of memory. */
struct audit_tell *audit_tell_new(TALLOC_CTX *mem_ctx,
				  struct spn_connect *connect);

/* How far it is, if scan->progress is there: so many entries, and accounts
 * before this one. */
void audit_tell_reading(const struct audit_scan *scan, size_t num_entries);
void audit_tell_judging(const struct audit_scan *scan, size_t number);

/* What was read and how long it took, and what could not be read. */
void audit_tell_scan(const struct audit_tell *tell,
		     const struct audit_scan *scan);

/* Once: that the caller is shown no deleted objects, if they are wanted. */
void audit_tell_deleted(struct audit_tell *tell,
			const struct audit_choice *choice,
			const struct audit_scan *scan);

#endif
