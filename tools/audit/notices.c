/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an audit has read, what it could not see. None of it is
 * part of a report.
 */
#include "notices.h"

#include "audit/rules/holders.h"

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

/* To ask for the time is not free either. */
#define STEP 64

void audit_tell_reading(const struct audit_scan *scan, size_t num_entries)
{
	const struct audit_source *source = scan->source;

	if (num_entries % STEP == 0 && spn_progress_is_due(scan->progress)) {
		spn_progress_say(scan->progress,
				 "reading",
				 (source->share == NULL)
					 ? -1
					 : source->share(source),
				 scan->num_accounts,
				 "accounts");
	}
}

void audit_tell_judging(const struct audit_scan *scan, size_t number)
{
	if (number % STEP == 0 && spn_progress_is_due(scan->progress)) {
		spn_progress_say(scan->progress,
				 "judging",
				 (double)number /
					 (double)spn_census_num(scan->census),
				 number,
				 "accounts");
	}
}

void audit_tell_scan(const struct audit_tell *tell,
		     const struct audit_scan *scan)
{
	const char *const *gap = scan->source->gaps;

	spn_connect_note(tell->connect,
			 "read %s: %zu accounts, %zu SPNs, %.2f s; judged "
			 "in %.2f s",
			 scan->source->what,
			 scan->num_accounts,
			 scan->num_spns,
			 scan->seconds_reading,
			 scan->seconds_judging);
	for (; gap != NULL && *gap != NULL; gap++) {
		spn_connect_note(tell->connect, "%s", *gap);
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
	spn_connect_note(tell->connect,
			 "deleted objects are shown to administrators "
			 "only: %s is not looked for",
			 message->code);
}
