/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Findings that somebody has accepted: a file with one key a line.
 *
 *	# what is behind a # is for people
 *	SPN-101 http/web - 1f2e3d4c5b6a7980	# CN=a,DC=x; CN=b,DC=x
 *
 * Code, SPN, the other half, and a sum over the objectGUIDs of the holders: a
 * finding stays the same when accounts are renamed or moved, and is another
 * one as soon as somebody else holds the SPN. Without an SPN (who may write
 * SPNs) the holders do not count.
 */
#ifndef SPN_AUDIT_BASELINE_H
#define SPN_AUDIT_BASELINE_H

#include <stdio.h>

#include "findings.h"

struct audit_baseline;

/* path "-": standard input. On false *_reason is one line on mem_ctx that
 * names file and line, or NULL when out of memory. */
bool audit_baseline_read(TALLOC_CTX *mem_ctx,
			 const char *path,
			 struct audit_baseline **_baseline,
			 const char **_reason);

/* The same from a text; for tests. path is what messages call it. */
bool audit_baseline_parse(TALLOC_CTX *mem_ctx,
			  const char *path,
			  const char *text,
			  size_t len,
			  struct audit_baseline **_baseline,
			  const char **_reason);

/*
 * Takes accepted findings out and counts them. is_all: everything that choice
 * has on was looked for, so a line that matches nothing is a finding, SPN-903.
 * False when out of memory.
 */
bool audit_baseline_apply(struct audit_baseline *baseline,
			  const struct audit_choice *choice,
			  bool is_all,
			  struct audit_findings *findings,
			  size_t *_num_accepted);

/* A file that accepts all of these. False when out of memory. */
bool audit_baseline_write(TALLOC_CTX *mem_ctx,
			  const struct audit_findings *findings,
			  FILE *stream);

#endif
