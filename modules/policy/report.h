/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Violations, and how they are put into words: for the client that is
 * refused, for the log, as JSON.
 */
#ifndef SPN_POLICY_REPORT_H
#define SPN_POLICY_REPORT_H

#include "messages.h"
#include "settings.h"
#include "index.h"

struct spn_violation {
	const struct spn_message *message;
	enum spn_level level;	    /* writes: WARN or DENY */
	enum spn_severity severity; /* of this case; else the message's */
	const struct spn_account *account; /* NULL: of the forest itself */
	struct spn_str spn;		   /* as stored; len 0 if none */
	const char *partner;		   /* NULL when there is none */
	struct spn_holders others;
	bool is_allowed; /* a setting lets this one pass: logged only */
};

struct spn_report {
	struct spn_violation *violations;
	size_t num_violations;
};

/* An empty report. NULL when out of memory. */
struct spn_report *spn_report_new(TALLOC_CTX *mem_ctx);

/*
 * Adds a violation of this message; severity and level are the message's
 * and the caller may change them in *_violation (may be NULL). Slices and
 * lists are copied onto the report, accounts are not. False when out of
 * memory.
 */
bool spn_report_add(struct spn_report *report,
		    const struct spn_message *message,
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
/* Reason and fix for people who may see everything; on mem_ctx. */
char *spn_violation_reason(TALLOC_CTX *mem_ctx, const struct spn_violation *v);
char *spn_violation_fix(TALLOC_CTX *mem_ctx, const struct spn_violation *v);
/* Does this text of a message say something else of another violation? */
bool spn_text_has_places(const char *template);
/* What it says is the same for all violations with the same partner. */
bool spn_text_is_of_partner(const char *template);

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
