/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The file with options: /etc/spn-audit.conf, or another one.
 */
#ifndef SPN_AUDIT_CONFIG_FILE_H
#define SPN_AUDIT_CONFIG_FILE_H

#include <popt.h>
#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>

#define AUDIT_CONFIG_FILE "/etc/spn-audit.conf"

struct audit_config_line {
	const struct poptOption *option;
	const char *value; /* NULL: none */
	size_t number;	   /* in the file, from 1 */
};

struct audit_config {
	struct audit_config_line *lines;
	size_t num_lines;
	bool is_own; /* the file belongs to the caller */
};

/*
 * All on mem_ctx. may_miss: a file that is not there is an empty one. On false
 * *_reason is one line on mem_ctx, NULL when out of memory: what makes the
 * file unsafe, or what is wrong in which line.
 */
bool audit_config_read(TALLOC_CTX *mem_ctx,
		       const char *path,
		       bool may_miss,
		       struct audit_config **_config,
		       const char **_reason);

#endif
