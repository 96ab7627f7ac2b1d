/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A rule: what it is called, how it may be set, and its one function.
 */
#ifndef SPN_POLICY_RULE_H
#define SPN_POLICY_RULE_H

#include <stdbool.h>

struct spn_case;
struct spn_forest;
struct spn_message;
struct spn_report;

enum spn_level {
	SPN_LEVEL_OFF,
	SPN_LEVEL_WARN,
	SPN_LEVEL_DENY,
	SPN_LEVEL_COMPLETE, /* http-pair only: deny what it cannot mend */
};

struct spn_rule {
	const char *name; /* "duplicate-spn": settings, messages, docs */
	const struct spn_message *const *messages; /* all, NULL-terminated */
	enum spn_level level;  /* where the settings say nothing */
	unsigned modes;	       /* bits 1 << level that may be set; 0: none */
	const char *summary;   /* one line: status, --list-rules, man page */
	const char *source;    /* "MS-ADTS 3.1.1.5.1.3" */
	bool obeys_exemptions; /* exempt-account and exempt-host count */
	bool of_shared;	       /* in an audit: says nothing of an account that
				  is alone (account.h) */
	bool (*judge)(const struct spn_case *c, struct spn_report *report);
	/* Once an audit, for what belongs to no account; NULL for none. */
	bool (*judge_forest)(const struct spn_forest *forest,
			     struct spn_report *report);
};

#endif
