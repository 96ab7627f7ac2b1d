/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Messages: a code, what it means, what the client, the log and an audit say
 * about it. A code once released never changes its meaning. Here is what one
 * is, and those that belong to no rule.
 */
#ifndef SPN_POLICY_MESSAGES_H
#define SPN_POLICY_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>

enum spn_severity {
	SPN_SEVERITY_INFO,
	SPN_SEVERITY_WARNING,
	SPN_SEVERITY_ERROR, /* breaks logons, or soon will */
};

/* What a code does to the write that brings it. */
enum spn_on_write {
	SPN_ON_WRITE_IGNORE, /* audit only */
	SPN_ON_WRITE_WARN,   /* logged, never refused */
	SPN_ON_WRITE_REFUSE, /* as the rule's level says */
};

/* What can be done about a finding without asking anybody. */
enum spn_repair {
	SPN_REPAIR_NONE,
	SPN_REPAIR_ADD_SPN,	   /* a computer lacks it of its own name */
	SPN_REPAIR_ADD_ADDITIONAL, /* the same of an additional name */
	SPN_REPAIR_ADD_PARTNER,	   /* the other half */
	SPN_REPAIR_REMOVE,	   /* the SPN: nobody can ask for it */
	SPN_REPAIR_REMOVE_TWIN, /* the SPN once more, in whatever spelling */
};

/*
 * What can be said, with all its words. Each has one owner, the rule that says
 * it, and is defined in the owner's file; what others say too is in the
 * owner's header. The code stands nowhere else. Texts may hold {spn},
 * {partner} (the other half of a pair, or what was probably meant), {words}
 * (the same where it is a sentence), {meant} ("; did you mean '{partner}'?",
 * nothing without a partner), {account} (DN) and {others} (DNs of other
 * holders, each in quotes). What does not stand in single quotes gets them
 * where it could be taken for something else. `client` is what a refused
 * client sees and has neither {account} nor {others}: it must not learn of
 * objects it may not read.
 */
struct spn_message {
	const char *code; /* "SPN-101" */
	const char *id;	  /* "DUP-EXACT" */
	const char *rule; /* "duplicate-spn" */
	enum spn_severity severity;
	enum spn_on_write on_write;
	unsigned rank;	     /* order of a report: 1 breaks logons now, 2 may
				break them, 3 is wrong, 4 untidy, 5 is said */
	const char *summary; /* what it means, one line */
	const char *client;  /* NULL for audit-only codes */
	const char *reason;  /* audit and log, one line */
	const char *fix;     /* one line */
	const char
		*technique; /* of MITRE ATT&CK that it makes easy: "T1558.003"
			     is https://attack.mitre.org/techniques/T1558/003/;
			     NULL: none fits */
	enum spn_repair repair;
	bool is_of_account; /* of the account as a whole; the SPN that a
				violation names is one of several */
};

/* Of the check itself. */
extern const struct spn_message spn_check_failed;  /* SPN-901 */
extern const struct spn_message spn_setting_bad;   /* SPN-902 */
extern const struct spn_message spn_machine_limit; /* SPN-904 */
/* The rule that messages of no rule name. */
extern const char spn_no_rule[];
/* Those of this file, ended by NULL. */
extern const struct spn_message *const spn_messages_of_check[];

const char *spn_severity_text(enum spn_severity severity);

#endif
