/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which finding gives way to which: of two whose advice about one thing cannot
 * both be followed, or is the same, one speaks. Here alone, so that no rule
 * has to know of another. Pure.
 */
#ifndef SPN_AUDIT_GIVES_WAY_H
#define SPN_AUDIT_GIVES_WAY_H

#include "findings.h"

/* What two findings have to have in common. */
enum audit_in_common {
	AUDIT_SAME_SPN,	    /* SPN, or PARTNER of the one that gives way */
	AUDIT_ALL_OF_SPN,   /* the same, and the other has all its accounts */
	AUDIT_SAME_PAIR,    /* SPN, or PARTNER of the other */
	AUDIT_SAME_HOST,    /* account, and host: web01 is web01.example.com */
	AUDIT_SAME_ACCOUNT, /* account */
};

/* Each of these codes gives way to each of those. */
struct audit_gives_way {
	const char *ids; /* as "PAIR-PORT PAIR-SPLIT"; NULL ends the table */
	const char *to;
	enum audit_in_common in_common;
	const char *why;
};

const struct audit_gives_way *audit_gives_way_table(void);

/* "the same SPN" */
const char *audit_in_common_text(enum audit_in_common in_common);

/* The next id of such a list, a slice of it. False at the end. *list is what
 * is left. */
bool audit_gives_way_next(const char **list, struct spn_str *_id);

/* Is there a code that gives way to this one? */
bool audit_is_given_way(const struct spn_message *message);

/*
 * Puts what gives way below what it gives way to (consequences.h), and takes
 * out what audit_findings_new() and audit_findings_keep() have set aside. Not
 * before a baseline has had its say: what is accepted is no reason to be
 * silent. False when out of memory.
 */
bool audit_findings_give_way(struct audit_findings *findings);

#endif
