/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the parts of the program share: one run of it. Functions that return
 * int give an exit status, after a message if it is not SPN_EXIT_DONE.
 */
#ifndef SPN_AUDIT_PROGRAM_H
#define SPN_AUDIT_PROGRAM_H

#include "audit/rules/rules.h"
#include "common/connect.h"
#include "common/dcs.h"
#include "common/output.h"
#include "common/progress.h"
#include "findings.h"
#include "options.h"
#include "plugin.h"
#include "scan.h"

#include <stdio.h>
#include <time.h>

struct audit {
	struct spn_connect *connect;
	struct audit_options *options;
	struct ldb_context *ldb;       /* that is open already; NULL: none */
	struct audit_tell *tell;       /* one for all audits of --watch */
	struct audit_plugin *plugin;   /* NULL: this is none */
	const struct spn_dcs *dcs;     /* that were asked; NULL: none */
	struct spn_progress *progress; /* NULL: nobody wants to see it */
	struct timespec start;
};

int audit_out_of_memory(const struct audit *audit);
/* reason NULL: out of memory. */
int audit_fail(const struct audit *audit, const char *reason);

/* data comes from malloc and is freed. */
int audit_put_out(struct audit *audit,
		  const struct audit_target *target,
		  char *data,
		  size_t len);

/* Nothing is done if path is NULL. write: false when out of memory. */
int audit_put_file(struct audit *audit,
		   const char *path,
		   bool (*write)(struct audit *audit,
				 const void *what,
				 FILE *stream),
		   const void *what);

/* What the rules were asked about. */
struct audit_case audit_case_of(const struct audit_scan *scanned);

/* The files of --fix-ldif and --fix-setspn. */
int audit_put_repairs(struct audit *audit,
		      const struct audit_scan *scanned,
		      const struct audit_findings *findings);

#endif
