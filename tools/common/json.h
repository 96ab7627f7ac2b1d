/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON, written as it is made: a report is never held as a whole. A name is
 * NULL in an array. Each string goes through spn_json().
 */
#ifndef SPN_COMMON_JSON_H
#define SPN_COMMON_JSON_H

#include <stdio.h>

#include "policy/spn.h"

/* Where in a document we are. */
struct spn_json_out {
	TALLOC_CTX *mem_ctx;
	FILE *stream;
	bool is_indented; /* else one line */
	unsigned depth;
	bool is_empty; /* the innermost object or array */
	bool ok;       /* false once something failed */
};

/* '{' or '[', and the other half. */
void spn_json_open(struct spn_json_out *json, const char *name, char bracket);
void spn_json_close(struct spn_json_out *json, char bracket);

/* No data, and NULL, become null. */
void spn_json_string(struct spn_json_out *json,
		     const char *name,
		     struct spn_str text);
void spn_json_text(struct spn_json_out *json,
		   const char *name,
		   const char *text);
void spn_json_number(struct spn_json_out *json,
		     const char *name,
		     size_t number);
void spn_json_bool(struct spn_json_out *json, const char *name, bool is_true);

#endif
