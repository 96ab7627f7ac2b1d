/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whoever runs a plugin has to be told of everything that goes wrong, so
 * whether this is one is found out first.
 */
#include "start.h"

#include "command_line.h"
#include "config.h"
#include "options.h"
#include "policy/quote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Before there is anybody who has messages. */
static void say(TALLOC_CTX *mem_ctx, const char *text)
{
	char *copy = (text == NULL) ? NULL : strdup(text);
	char *rest = copy;

	if (copy == NULL) {
		fputs(TOOL ": out of memory\n", stderr);
	}
	while (rest != NULL) {
		const char *line = strsep(&rest, "\n");
		char *printable = spn_printable(mem_ctx, spn_str_of(line));

		fprintf(stderr,
			TOOL ": %s\n",
			(printable == NULL) ? "out of memory" : printable);
		talloc_free(printable);
	}
	free(copy);
}

struct spn_connect *audit_start(TALLOC_CTX *mem_ctx,
				int argc,
				char **argv,
				struct audit_plugin **_plugin)
{
	struct spn_connect *connect = NULL;
	struct audit_command_line all = {};
	const char *reason = NULL;

	*_plugin = NULL;
	if (!begin_plugin(mem_ctx, (const char *const *)argv, _plugin)) {
		return NULL;
	}
	if (!audit_config_add(mem_ctx, argc, argv, &all, &reason)) {
		say(mem_ctx, reason);
		return NULL;
	}
	if (!begin_plugin(mem_ctx, (const char *const *)all.argv, _plugin)) {
		return NULL;
	}
	if (all.notice != NULL) {
		say(mem_ctx, all.notice);
	}
	connect = spn_connect_new(mem_ctx,
				  TOOL,
				  "[OPTION...]",
				  audit_option_table(),
				  all.argc,
				  all.argv);
	if (connect != NULL && *_plugin != NULL &&
	    !audit_plugin_first(*_plugin))
	{
		spn_connect_message(connect, "out of memory");
		return NULL;
	}
	return connect;
}
