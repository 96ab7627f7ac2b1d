/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The catalogue: the messages of every rule there is, and of the check itself.
 * It is no list of its own; the lists of the rules are walked each time.
 */
#ifndef SPN_AUDIT_RULES_MESSAGES_H
#define SPN_AUDIT_RULES_MESSAGES_H

#include "rules.h"

/* Each list, in no order: those of the rules, and those of no rule. NULL for a
 * number behind the last one. Each ends with NULL. */
const struct spn_message *const *audit_message_list(size_t number);

/* The first message behind this one in order of code, or of all for NULL. NULL
 * behind the last one. */
const struct spn_message *audit_message_next(const struct spn_message *last);

/* In any case of letters; NULL when there is none. */
const struct spn_message *audit_message_by_code(const char *code);

/* Whose message it is; NULL for those of the check itself. */
const struct spn_rule *audit_message_rule(const struct spn_message *message);

/* Its texts with names in capitals: "add PARTNER to the same account". What a
 * client is told only of messages that refuse. On mem_ctx; NULL when out of
 * memory. */
char *audit_message_reason(TALLOC_CTX *mem_ctx, const struct spn_message *m);
char *audit_message_fix(TALLOC_CTX *mem_ctx, const struct spn_message *m);
char *audit_message_client(TALLOC_CTX *mem_ctx, const struct spn_message *m);

/* "MITRE ATT&CK T1558.003, https://..."; "" where no technique fits. On
 * mem_ctx; NULL when out of memory. */
char *audit_message_technique(TALLOC_CTX *mem_ctx,
			      const struct spn_message *m);

/* What it lacks: "refuses, but has no text for the client (.client)". NULL
 * when it has all that reports print. The build refuses what lacks something.
 */
const char *audit_message_lack(const struct spn_message *message);

/* What the module does to a write that brings it. */
const char *audit_message_on_write(const struct spn_message *message);

/* SPN-903: a line of the baseline matches nothing any more. */
extern const struct spn_message audit_baseline_stale;

/* SPN-905 and SPN-906: what was heard of a DC (--check-dcs); it is the words.
 */
extern const struct spn_message audit_dc_lets_in;
extern const struct spn_message audit_dc_restart;

#endif
