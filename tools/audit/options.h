/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line of spn-audit.
 */
#ifndef SPN_AUDIT_OPTIONS_H
#define SPN_AUDIT_OPTIONS_H

#include "choice.h"
#include "audit/formats/format.h"
#include "smb_conf.h"
#include "common/connect.h"

struct audit_options {
	struct audit_choice *choice;
	const struct audit_format *format;
	const char *output;  /* NULL: standard output */
	const char *account; /* NULL: all */
	const char *base;    /* NULL: everywhere */
	/* files; NULL: none */
	const char *baseline;
	const char *write_baseline;
	const char *fix_ldif;
	const char *fix_setspn;
	const char *trend; /* a pattern; NULL: no earlier reports */
	const char *undo;
	const char *keytab;    /* of a service that is asked about */
	const char *from_ldif; /* NULL: a directory is read */
	struct audit_tunables tunables;
	int watch; /* seconds; 0: one audit */
	bool apply;
	bool yes;
	bool check_dns;
	bool check_dcs;
	bool partial; /* what is missing of the answer is no error */
	bool verbose;
	bool quiet;
	struct audit_view view;
	enum spn_color color;
	const char *view_option; /* that asks for another one; NULL: none */
	bool has_limit;		 /* else what is usual there */
	bool list_rules;
	struct audit_choice *explain; /* what it has on; NULL: audit */
};

/* For spn_connect_new(). */
const struct poptOption *audit_option_table(void);

/* SPN_EXIT_DONE, or the exit status after a message. */
int audit_options_read(TALLOC_CTX *mem_ctx,
		       struct spn_connect *connect,
		       struct audit_options **_options);

#endif
