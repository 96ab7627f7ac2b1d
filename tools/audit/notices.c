/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How far an audit is, what it has read, what it could not see. None of it is
 * part of a report.
 */
#include "notices.h"

#include "audit/rules/holders.h"

#include <stdio.h>
#include <time.h>

struct audit_tell {
	struct spn_connect *connect;
	bool of_deleted; /* was said */
};

struct audit_tell *audit_tell_new(TALLOC_CTX *mem_ctx,
				  struct spn_connect *connect)
{
	struct audit_tell *tell = talloc_zero(mem_ctx, struct audit_tell);

	if (tell != NULL) {
		tell->connect = connect;
	}
	return tell;
}

/* Of the audit that is under way. */
static struct {
	time_t start; /* 0: not yet */
	time_t last;
	bool is_shown;
} progress;

void audit_tell_progress(size_t num_accounts)
{
	time_t now = time(NULL);

	if (progress.start == 0) {
		progress.start = now;
		progress.last = now;
	}
	if (now == progress.last || now - progress.start < 2) {
		return;
	}
	progress.last = now;
	progress.is_shown = true;
	fprintf(stderr, "\rspn-audit: %zu accounts read ", num_accounts);
}

void audit_tell_end_progress(void)
{
	if (progress.is_shown) {
		fputs("\r\033[K", stderr);
	}
	progress.start = 0;
	progress.is_shown = false;
}

void audit_tell_scan(const struct audit_tell *tell,
		     const struct audit_scan *scan)
{
	const char *const *gap = scan->source->gaps;

	spn_connect_message(tell->connect,
			    "read %s: %zu accounts, %zu SPNs, %.2f s; judged "
			    "in %.2f s",
			    scan->source->what,
			    scan->num_accounts,
			    scan->num_spns,
			    scan->seconds_reading,
			    scan->seconds_judging);
	for (; gap != NULL && *gap != NULL; gap++) {
		spn_connect_message(tell->connect, "%s", *gap);
	}
}

void audit_tell_deleted(struct audit_tell *tell,
			const struct audit_choice *choice,
			const struct audit_scan *scan)
{
	const struct spn_message *message = &spn_owner_deleted;

	if (scan->source->shows_deleted || tell->of_deleted ||
	    !audit_choice_is_on(choice, message) ||
	    audit_choice_severity(choice, message, message->severity) <
		    audit_choice_lowest(choice))
	{
		return;
	}
	tell->of_deleted = true;
	spn_connect_message(tell->connect,
			    "deleted objects are shown to administrators "
			    "only: %s is not looked for",
			    message->code);
}
