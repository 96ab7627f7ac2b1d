/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the rule syntax looks for in one value. Each of these sets *_hit, and
 * *_meant to what the value was probably meant to be (on the report, or left
 * NULL). False when out of memory.
 */
#ifndef SPN_POLICY_RULES_SYNTAX_CHECKS_H
#define SPN_POLICY_RULES_SYNTAX_CHECKS_H

#include "policy/case.h"
#include "policy/report.h"

/* One value under examination. */
struct spn_exam {
	const struct spn_case *c;
	struct spn_report *report;
	const struct spn_value *value;
	struct spn spn; /* only .value if it could not be parsed */
	bool parsed;
	bool is_ordinary; /* parts.h */
	bool is_graphic;  /* every byte is one of printable ASCII, no blank */
};

void spn_exam_start(struct spn_exam *exam);

/* Clients build SPNs of this class from the name of a host. What is odd in
 * one of another class may be so on purpose: its product alone asks for it. */
bool spn_exam_is_of_hosts(const struct spn_exam *exam);

/* In the order in which they are made. */
bool spn_check_url(struct spn_exam *exam, bool *_hit, char **_meant);
/* *_meant is the list in words: "'HTTP/a' and 'HTTP/b'" */
bool spn_check_list(struct spn_exam *exam, bool *_hit, char **_meant);
bool spn_check_parts(struct spn_exam *exam, bool *_hit, char **_meant);
/* From here on it has been parsed. */
bool spn_check_empty(struct spn_exam *exam, bool *_hit, char **_meant);
bool spn_check_blank(struct spn_exam *exam, bool *_hit, char **_meant);
bool spn_check_invisible(struct spn_exam *exam, bool *_hit, char **_meant);
bool spn_check_utf8(struct spn_exam *exam, bool *_hit, char **_meant);
bool spn_check_character(struct spn_exam *exam, bool *_hit, char **_meant);
bool spn_check_open_end(struct spn_exam *exam, bool *_hit, char **_meant);
bool spn_check_https(struct spn_exam *exam, bool *_hit, char **_meant);
bool spn_check_realm(struct spn_exam *exam, bool *_hit, char **_meant);
bool spn_check_dot(struct spn_exam *exam, bool *_hit, char **_meant);
bool spn_check_ip(struct spn_exam *exam, bool *_hit, char **_meant);
bool spn_check_port(struct spn_exam *exam, bool *_hit, char **_meant);
bool spn_check_instance(struct spn_exam *exam, bool *_hit, char **_meant);
bool spn_check_odd(struct spn_exam *exam, bool *_hit, char **_meant);
/* The halves of a pair that the account holds, spelled differently. */
bool spn_check_case(struct spn_exam *exam, bool *_hit, char **_meant);

#endif
