/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The forms an audit can be written in. A new one is a file with a function
 * and a line in the table in format.c.
 */
#ifndef SPN_AUDIT_FORMATS_FORMAT_H
#define SPN_AUDIT_FORMATS_FORMAT_H

#include <stdio.h>

#include "audit/findings.h"
#include "audit/profiles.h"
#include "audit/trend.h"
#include "audit/view.h"
#include "common/dcs.h"

struct audit_result {
	const char *url;     /* what was opened */
	const char *dc;	     /* DNS name of the server; NULL if unknown */
	const char *domain;  /* DNS name */
	const char *time;    /* ISO 8601, UTC */
	long long timestamp; /* the same, seconds since 1970 */
	size_t num_accounts; /* that were looked at */
	size_t num_spns;
	size_t num_accepted;		 /* findings that a baseline accepts */
	const char *baseline;		 /* its path; NULL: there is none */
	const struct audit_trend *trend; /* NULL: none was asked for */
	const char *const *gaps;   /* what could not be read, NULL-terminated;
					NULL: nothing */
	double seconds;		   /* that the audit has taken */
	const struct spn_dcs *dcs; /* that were asked; NULL: none */
	const char *part; /* what --account and --base keep; NULL: all */
	const struct audit_choice *choice;
	const struct audit_view *view; /* text; NULL: all of it, to a file */
	const struct audit_findings *findings;
	const struct audit_profiles *profiles; /* if the format has them */
};

struct audit_format {
	const char *name; /* NULL ends the table */
	const char *summary;
	bool is_public;	   /* a file of it is for a program of somebody else */
	bool has_profiles; /* says of accounts what profiles.h has */
	bool is_plugin;	   /* for a program that runs this one; see plugin.h */
	/* The exit status that goes with the report. NULL: that of a report
	 * for people. */
	int (*status)(const struct audit_result *result);
	/* False when out of memory. Whether the stream took it all is the
	 * caller's to find out. */
	bool (*write)(TALLOC_CTX *mem_ctx,
		      const struct audit_result *result,
		      FILE *stream);
};

/* Whom a finding is about, as a word: "spn", "account" or "forest". */
const char *audit_subject(const struct audit_finding *finding);

/* "2000-01-01T00:00:00Z", the largest years too; "" if there is no such time.
 */
#define AUDIT_TIME_TEXT sizeof("2000-01-01T00:00:00Z12345678")
void audit_time_text(int64_t time, char text[AUDIT_TIME_TEXT]);

/* How old, in days; 0 for what is to come. */
size_t audit_age_days(const struct audit_result *result, int64_t time);

/* The name of a type of keys, "AES256", that is in types; NULL at the end. *i
 * is 0 at the beginning. */
const char *audit_next_type(uint32_t types, size_t *i);

/* "SPN-201, SPN-307": the codes of its consequences, each once. NULL when out
 * of memory. */
char *audit_consequence_codes(TALLOC_CTX *mem_ctx,
			      const struct audit_finding *finding);

/* How many gaps there are. */
size_t audit_num_gaps(const struct audit_result *result);

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

/* Exit states of monitoring plugins. */
enum audit_nagios {
	AUDIT_NAGIOS_OK = 0,
	AUDIT_NAGIOS_WARNING = 1,
	AUDIT_NAGIOS_CRITICAL = 2,
	AUDIT_NAGIOS_UNKNOWN = 3,
};

/* The text as a part of a plugin's line. False when out of memory. */
bool audit_nagios_put(TALLOC_CTX *mem_ctx, FILE *stream, const char *text);

/* Only for the table. */
int audit_nagios_status(const struct audit_result *result);
bool audit_write_nagios(TALLOC_CTX *mem_ctx,
			const struct audit_result *result,
			FILE *stream);
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
