/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whoever runs a plugin has to be told of everything that goes wrong, so
 * whether this is one is found out first.
 */
#include "start.h"

#include "command_line.h"
#include "options.h"

#include <stdio.h>

#define TOOL "spn-audit"

static bool begin_plugin(TALLOC_CTX *mem_ctx,
			 const char *const *argv,
			 struct audit_plugin **_plugin)
{
	const char *reason = NULL;

	if (*_plugin != NULL ||
	    !audit_plugin_is_wanted(audit_words_last(argv, "format")))
	{
		return true;
	}
	*_plugin = audit_plugin_begin(mem_ctx, &reason);
	if (*_plugin == NULL) {
		fprintf(stderr, TOOL ": %s\n", reason);
	}
	return *_plugin != NULL;
}

struct spn_connect *audit_start(TALLOC_CTX *mem_ctx,
				int argc,
				char **argv,
				struct audit_plugin **_plugin)
{
	struct spn_connect *connect = NULL;

	*_plugin = NULL;
	if (!begin_plugin(mem_ctx, (const char *const *)argv, _plugin)) {
		return NULL;
	}
	connect = spn_connect_new(mem_ctx,
				  TOOL,
				  "[OPTION...]",
				  audit_option_table(),
				  argc,
				  argv);
	if (connect != NULL && *_plugin != NULL &&
	    !audit_plugin_first(*_plugin))
	{
		spn_connect_message(connect, "out of memory");
		return NULL;
	}
	return connect;
}
