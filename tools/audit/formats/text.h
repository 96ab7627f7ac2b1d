/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of the report for people.
 */
#ifndef SPN_AUDIT_FORMATS_TEXT_H
#define SPN_AUDIT_FORMATS_TEXT_H

#include "common/words.h"
#include "format.h"

/* ---- text_sections.c: what stands together */

struct audit_section {
	struct spn_str key; /* a code, a GUID, a host in small letters */
	const struct spn_account *account;     /* by account; NULL: of none */
	const struct audit_finding **findings; /* the worst first */
	size_t num_findings;
};

struct audit_sections {
	struct audit_section *sections; /* that with the worst first */
	size_t num_sections;
};

/* Each finding is in the section of its code, of each of its holders, or of
 * the host of its SPN; the key is empty where there is none. What is said of
 * an account as a whole is of no host. False when out of memory. */
bool audit_sections_make(TALLOC_CTX *mem_ctx,
			 const struct audit_findings *findings,
			 enum audit_group_by group_by,
			 struct audit_sections *_sections);

/* ---- text_finding.c: one finding */

struct audit_writing {
	TALLOC_CTX *scratch; /* emptied now and then */
	struct spn_page page;
	const char *home; /* accounts of this domain go by their short names */
};

enum spn_style audit_severity_style(enum spn_severity severity);

/* Is it called by its DN, for want of a name that says it? */
bool audit_account_is_dn(const struct audit_writing *w,
			 const struct spn_account *account);

/* "svc-web" where that says it, else the DN; ready to be printed. NULL when
 * out of memory. */
char *audit_account_name(const struct audit_writing *w,
			 const struct spn_account *account);

/* All of it, in its own words. False when out of memory. */
bool audit_text_full(const struct audit_writing *w,
		     const struct audit_finding *finding);

/* What a line need not say, since it stands above. */
struct audit_line_form {
	size_t columns; /* of what begins it */
	bool with_code;
	enum spn_severity severity;	   /* without the code */
	const struct spn_account *account; /* NULL: nobody */
};

/* A line with all that is its own. False when out of memory. */
bool audit_text_line(const struct audit_writing *w,
		     const struct audit_finding *finding,
		     const struct audit_line_form *form);

#endif
