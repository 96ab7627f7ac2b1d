/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Violations, and how they are put into words: for the client that is
 * refused, for the log, as JSON. The catalogue in messages.c has the
 * codes; a code once released never changes its meaning.
 */
#ifndef SPN_POLICY_REPORT_H
#define SPN_POLICY_REPORT_H

#include "settings.h"
#include "index.h"

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

/*
 * One entry of the catalogue. Texts may hold {spn}, {partner} (the other
 * half of a pair, or what was probably meant), {words} (the same where it is a
 * sentence), {meant} ("; did you mean '{partner}'?", nothing without a
 * partner), {account} (DN) and {others} (DNs of other holders, each in
 * quotes). What does not stand in single quotes gets them where it could be
 * taken for something else. `client` is what a refused client sees and has
 * neither {account} nor {others}: it must not learn of objects it may not
 * read.
 */
struct spn_message {
	const char *code; /* "SPN-101" */
	const char *id;	  /* "DUP-EXACT" */
	const char *rule; /* "duplicate-spn" */
	enum spn_severity severity;
	enum spn_on_write on_write;
	unsigned rank;	     /* order of a report: 1 breaks logons now */
	const char *summary; /* what it means, one line */
	const char *client;  /* NULL for audit-only codes */
	const char *reason;  /* audit and log, one line */
	const char *cure;    /* one line */
};

struct spn_violation {
	const struct spn_message *message;
	enum spn_level level;	    /* writes: WARN or DENY */
	enum spn_severity severity; /* of this case; else the message's */
	const struct spn_account *account; /* NULL: of the forest itself */
	struct spn_str spn;		   /* as stored; len 0 if none */
	const char *partner;		   /* NULL when there is none */
	struct spn_holders others;
};

struct spn_report {
	struct spn_violation *violations;
	size_t num_violations;
	/* Where its codes are found: an audit has more of them. */
	const struct spn_message *(*by_code)(const char *code);
};

/* Every code of a write and of the check itself, in order of code, ended by
 * one without a code. */
const struct spn_message *spn_messages(void);
const struct spn_message *spn_message_by_code(const char *code);
const char *spn_severity_text(enum spn_severity severity);

/* An empty report. NULL when out of memory. */
struct spn_report *spn_report_new(TALLOC_CTX *mem_ctx);

/*
 * Adds a violation of this code; severity and level are the catalogue's
 * and the caller may change them in *_violation (may be NULL). Slices and
 * lists are copied onto the report, accounts are not. False when out of
 * memory.
 */
bool spn_report_add(struct spn_report *report,
		    const char *code,
		    const struct spn_violation *details,
		    struct spn_violation **_violation);

/* The first violation that refuses the write, or NULL. */
const struct spn_violation *spn_report_refusal(const struct spn_report *r);

/* Why a write is refused: "'http/web01' is in use by another account". Only of
 * codes that refuse. On mem_ctx; NULL when out of memory. */
char *spn_violation_refusal(TALLOC_CTX *mem_ctx,
			    const struct spn_violation *v);

/*
 * What the refused client is told, one line without control characters:
 * "000021C7: spn_policy: SPN-101 ..." . The eight hex digits are a WERROR,
 * which Windows clients decode (0x21C7 = 8647, not unique in forest;
 * 0x202F for the other rules). On mem_ctx; NULL when out of memory.
 */
char *spn_violation_client_text(TALLOC_CTX *mem_ctx,
				const struct spn_violation *v);
/* Reason and cure for people who may see everything; on mem_ctx. */
char *spn_violation_reason(TALLOC_CTX *mem_ctx, const struct spn_violation *v);
char *spn_violation_cure(TALLOC_CTX *mem_ctx, const struct spn_violation *v);

/* Who did it and when; strings are escaped by the functions below. */
struct spn_log_context {
	const char *user_sid;  /* "S-1-..."; NULL if unknown */
	const char *timestamp; /* ISO 8601 */
	const char *mode;      /* "enforce", "audit" */
	const char *action;    /* "refused", "warned" */
};
/* One line for the log, DNs of other holders included. */
char *spn_violation_log_text(TALLOC_CTX *mem_ctx,
			     const struct spn_violation *v,
			     const struct spn_log_context *context);
/* The same as one line of JSON in the shape of Samba's audit log. */
char *spn_violation_log_json(TALLOC_CTX *mem_ctx,
			     const struct spn_violation *v,
			     const struct spn_log_context *context);

#endif
