/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A command line with the options of the file before those that were typed.
 */
#ifndef SPN_AUDIT_CONFIG_H
#define SPN_AUDIT_CONFIG_H

#include <stdbool.h>
#include <talloc.h>

struct audit_command_line {
	int argc;
	char **argv; /* NULL-terminated; what was typed is in it as it was */
	const char *notice; /* what the file says and is not done; NULL: all
			       is */
};

/*
 * --config, --no-config and the file. On false *_reason is one line on
 * mem_ctx, NULL when out of memory.
 */
bool audit_config_add(TALLOC_CTX *mem_ctx,
		      int argc,
		      char **argv,
		      struct audit_command_line *_all,
		      const char **_reason);

#endif
