/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads a whole directory into a census and judges every account of it.
 */
#ifndef SPN_AUDIT_SCAN_H
#define SPN_AUDIT_SCAN_H

#include "store/store.h"

#include "audit/rules/rules.h"
#include "findings.h"
#include "lists.h"
#include "common/dcs.h"
#include "common/progress.h"
#include "directory/source.h"

/* An administrator, with bits of his groups (facts/groups.h). */
struct audit_privileged {
	size_t number; /* of the census */
	uint8_t admin_groups;
};

/* All of it lives on the scan and is good as long as the source. */
struct audit_scan {
	struct audit_source *source;
	struct spn_fold fold; /* how this directory compares */
	struct spn_forest *forest;
	struct spn_settings *settings;
	struct spn_census *census;
	size_t num_accounts; /* live ones */
	size_t num_spns;
	double seconds_reading;
	double seconds_judging;
	struct audit_violations violations; /* what the rules say, not yet
					       merged */
	struct spn_arena arena;		    /* of what they point to */
	struct audit_lists *lists;	    /* of many accounts, in them */
	/* Several of one account, in no order; if accounts are described. */
	struct audit_privileged *privileged;
	size_t num_privileged;
	struct spn_progress *progress; /* as in the options */
};

struct audit_scan_options {
	struct spn_surroundings surroundings; /* ask_dns NULL: the zones of the
						 directory are asked */
	const struct audit_choice *choice; /* what it leaves out is not kept */
	/* NULL: ask_dns has answers at once. Otherwise all that is asked of it
	 * is asked once before and thrown away, and this makes answers of it.
	 * On false *_reason is one line on mem_ctx, NULL: out of memory. */
	bool (*resolve)(void *private_data,
			TALLOC_CTX *mem_ctx,
			const struct spn_forest *forest,
			const char **_reason);
	void *private_data;	   /* of resolve */
	const struct spn_dcs *dcs; /* that were asked; NULL: none */
	bool describes; /* what profiles.h says of accounts is read, too */
	struct spn_progress *progress; /* NULL: nobody wants to see it */
};

/*
 * One pass over the directory, no search per account. On false *_reason is
 * one line on mem_ctx, or NULL when out of memory.
 */
bool audit_scan_run(TALLOC_CTX *mem_ctx,
		    struct audit_source *source,
		    const struct audit_scan_options *options,
		    struct audit_scan **_scan,
		    const char **_reason);

#endif
