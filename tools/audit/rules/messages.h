/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All codes that an audit may report.
 */
#ifndef SPN_AUDIT_RULES_MESSAGES_H
#define SPN_AUDIT_RULES_MESSAGES_H

#include "policy/report.h"

/* In order of code: the one behind m, the first behind NULL; NULL behind the
 * last. */
const struct spn_message *audit_message_next(const struct spn_message *m);

/* A number of its own for each, below that of all. In no order. */
size_t audit_num_messages(void);
size_t audit_message_place(const struct spn_message *message);

/* NULL when there is no such code. */
const struct spn_message *audit_message_by_code(const char *code);

/* An empty report for any of them. NULL when out of memory. */
struct spn_report *audit_report_new(TALLOC_CTX *mem_ctx);

#endif
