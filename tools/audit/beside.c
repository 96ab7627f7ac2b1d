/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where what a run says goes: messages, and the files beside the report.
 */
#include "program.h"

#include "common/output.h"
#include "repair.h"

#include <stdlib.h>

int audit_out_of_memory(const struct audit *audit)
{
	spn_connect_message(audit->connect, "out of memory");
	return SPN_EXIT_CANNOT_RUN;
}

int audit_fail(const struct audit *audit, const char *reason)
{
	if (reason == NULL) {
		return audit_out_of_memory(audit);
	}
	spn_connect_message(audit->connect, "%s", reason);
	return SPN_EXIT_CANNOT_RUN;
}

int audit_put_out(struct audit *audit,
		  const struct audit_target *target,
		  char *data,
		  size_t len)
{
	const char *reason = NULL;
	int status = SPN_EXIT_DONE;

	spn_progress_wipe(audit->progress);
	if (!audit_output_write(audit, target, data, len, &reason)) {
		status = audit_fail(audit, reason);
	}
	free(data);
	return status;
}

/* What the two below write. */
struct fixes {
	const struct audit_repairs *repairs;
	struct ldb_context *ldb;
};

static bool write_ldif(struct audit *audit, const void *what, FILE *stream)
{
	const struct fixes *fixes = what;

	return audit_write_fix_ldif(audit, fixes->ldb, fixes->repairs, stream);
}

static bool write_setspn(struct audit *audit, const void *what, FILE *stream)
{
	const struct fixes *fixes = what;

	return audit_write_fix_setspn(audit, fixes->repairs, stream);
}

int audit_put_file(struct audit *audit,
		   const char *path,
		   bool (*write)(struct audit *audit,
				 const void *what,
				 FILE *stream),
		   const void *what)
{
	const struct audit_target target = {.path = path};
	char *data = NULL;
	size_t len = 0;
	FILE *stream = NULL;
	bool ok = false;

	if (path == NULL) {
		return SPN_EXIT_DONE;
	}
	stream = open_memstream(&data, &len);
	if (stream == NULL) {
		return audit_out_of_memory(audit);
	}
	ok = write(audit, what, stream) && ferror(stream) == 0;
	if (fclose(stream) != 0 || !ok) {
		free(data);
		return audit_out_of_memory(audit);
	}
	return audit_put_out(audit, &target, data, len);
}

struct audit_case audit_case_of(const struct audit_scan *scanned)
{
	return (struct audit_case){
		.c =
			{
				.index = spn_census_index(scanned->census),
				.forest = scanned->forest,
				.settings = scanned->settings,
			},
		.census = scanned->census,
	};
}

int audit_put_repairs(struct audit *audit,
		      const struct audit_scan *scanned,
		      const struct audit_findings *findings)
{
	const struct audit_options *options = audit->options;
	const struct audit_case a = audit_case_of(scanned);
	struct fixes fixes = {.ldb = scanned->source->ldb};
	int status;

	if (options->fix_ldif == NULL && options->fix_setspn == NULL) {
		return SPN_EXIT_DONE;
	}
	fixes.repairs = audit_repairs_new(audit, findings, &a);
	if (fixes.repairs == NULL) {
		return audit_out_of_memory(audit);
	}
	status = audit_put_file(audit, options->fix_ldif, write_ldif, &fixes);
	if (status == SPN_EXIT_DONE) {
		status = audit_put_file(audit,
					options->fix_setspn,
					write_setspn,
					&fixes);
	}
	return status;
}
