/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The forms an audit can be written in. A new one is a file with a function
 * and a line in the table in format.c.
 */
#ifndef SPN_AUDIT_FORMATS_FORMAT_H
#define SPN_AUDIT_FORMATS_FORMAT_H

#include <stdio.h>

#include "audit/findings.h"

struct audit_result {
	const char *url;     /* what was opened */
	const char *dc;	     /* DNS name of the server; NULL if unknown */
	const char *domain;  /* DNS name */
	const char *time;    /* ISO 8601, UTC */
	long long timestamp; /* the same, seconds since 1970 */
	size_t num_accounts; /* that were looked at */
	size_t num_spns;
	size_t num_accepted;	 /* findings that a baseline accepts */
	const char *const *gaps; /* what could not be read, NULL-terminated;
				      NULL: nothing */
	const char *part; /* what --account and --base keep; NULL: all */
	const struct audit_choice *choice;
	const struct audit_findings *findings;
};

struct audit_format {
	const char *name; /* NULL ends the table */
	const char *summary;
	bool is_public; /* a file of it is for a program of somebody else */
	/* False when out of memory. Whether the stream took it all is the
	 * caller's to find out. */
	bool (*write)(TALLOC_CTX *mem_ctx,
		      const struct audit_result *result,
		      FILE *stream);
};

/* Whom a finding is about, as a word: "spn", "account" or "forest". */
const char *audit_subject(const struct audit_finding *finding);

const struct audit_format *audit_formats(void);
/* NULL when there is none. */
const struct audit_format *audit_format_by_name(const char *name);

/* One finding as in the report, in one line of json; NULL when out of memory.
 */
char *audit_json_finding(TALLOC_CTX *mem_ctx, const struct audit_finding *f);

/* The catalogue of rules as in meta of the report. False when out of memory.
 */
bool audit_json_rules(TALLOC_CTX *mem_ctx,
		      const struct audit_choice *choice,
		      FILE *stream);

/* Only for the table. */
bool audit_write_text(TALLOC_CTX *mem_ctx,
		      const struct audit_result *result,
		      FILE *stream);
bool audit_write_csv(TALLOC_CTX *mem_ctx,
		     const struct audit_result *result,
		     FILE *stream);
bool audit_write_html(TALLOC_CTX *mem_ctx,
		      const struct audit_result *result,
		      FILE *stream);
bool audit_write_prometheus(TALLOC_CTX *mem_ctx,
			    const struct audit_result *result,
			    FILE *stream);
bool audit_write_json(TALLOC_CTX *mem_ctx,
		      const struct audit_result *result,
		      FILE *stream);

#endif
