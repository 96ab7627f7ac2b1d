/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What spn-probe says of a keytab and of two accounts, and what follows.
 */
#ifndef SPN_AUDIT_KEY_REPORT_H
#define SPN_AUDIT_KEY_REPORT_H

#include "policy/spn.h"

/* Has it the current key of this account? */
struct audit_key_of {
	bool has_answer; /* of a KDC: a ticket, or why there is none */
	bool has_ticket; /* on which the keys were tried */
	size_t kvno;	 /* of that */
	size_t num_keys; /* entries that are keys of the account */
};

struct audit_key_report {
	struct audit_key_of of[2];
	char **principals; /* of the entries */
	size_t num_entries;
	char *answer; /* one sentence */
};

/*
 * names: as spn-probe was given them; NULL: none was. *_is_report: it is one;
 * only then *_report is set, on mem_ctx. False when out of memory.
 */
bool audit_key_report_read(TALLOC_CTX *mem_ctx,
			   struct spn_str text,
			   const char *const *names,
			   struct audit_key_report *_report,
			   bool *_is_report);

enum audit_key_proof {
	AUDIT_KEY_UNKNOWN, /* of one of them there is no ticket */
	AUDIT_KEY_NEITHER, /* the current key of none of them */
	AUDIT_KEY_BOTH,
	AUDIT_KEY_MIXED, /* of one, and keys of whoever it may be */
	AUDIT_KEY_FIRST, /* all keys are the first one's, the current is there
			  */
	AUDIT_KEY_SECOND,
};
enum audit_key_proof audit_key_proof_of(const struct audit_key_report *report);

/* For which services the keys are, as the entries are called. */
enum audit_key_names {
	AUDIT_KEY_NAMES_NONE, /* logon names only */
	AUDIT_KEY_NAMES_IT,
	AUDIT_KEY_NAMES_OTHERS, /* and not this one */
};

/*
 * spn, or partner if there is one, are the service. *_name: the entry that has
 * told; NULL where there is none.
 */
enum audit_key_names audit_key_names_of(const struct audit_key_report *report,
					struct spn_str spn,
					const char *partner,
					const char **_name);

#endif
