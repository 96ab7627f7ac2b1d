/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spn-policy: put the module to work, take it out, set the rules.
 *
 * enable and disable write the list of modules in @MODULES of sam.ldb
 * (modules.c); set, unset and check work on the settings object,
 * which replicates (settings.c); status looks at both
 * (status.c).
 */

#include "tool.h"

#include "common/output.h"
#include "common/words.h"
#include "policy/quote.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct policy_command {
	const char *name;
	const char *argument; /* its name; NULL when it takes none */
	bool local_only;
	int (*run)(TALLOC_CTX *mem_ctx, const struct policy_tool *tool);
};

static const struct policy_command policy_commands[] = {
	{.name = "enable", .local_only = true, .run = policy_enable},
	{.name = "disable", .local_only = true, .run = policy_disable},
	{.name = "status", .run = policy_status},
	{.name = "check", .run = policy_check},
	{.name = "set", .argument = "KEY=VALUE", .run = policy_set},
	{.name = "unset", .argument = "KEY[=VALUE]", .run = policy_unset},
};

#define POLICY_USAGE                                                          \
	"[OPTION...] COMMAND\n\n"                                             \
	"  enable               put the module into this DC's sam.ldb\n"      \
	"  disable              take it out again\n"                          \
	"  status               what is installed, enabled and set\n"         \
	"  status --all         what runs on every DC of the domain\n"        \
	"  check                are the settings valid?\n"                    \
	"  set KEY=VALUE        change a setting, for all DCs\n"              \
	"  unset KEY[=VALUE]    back to the default"

enum policy_option {
	POLICY_OPT_FORCE = 1,
	POLICY_OPT_ALL,
	POLICY_OPT_FORMAT,
	POLICY_OPT_COLOR,
	POLICY_OPT_QUIET,
};

static const struct poptOption policy_options[] = {
	{
		.longName = "all",
		.argInfo = POPT_ARG_NONE,
		.val = POLICY_OPT_ALL,
		.descrip = "status: ask every DC of the domain",
	},
	{
		.longName = "format",
		.argInfo = POPT_ARG_STRING,
		.val = POLICY_OPT_FORMAT,
		.descrip = "status --all: text (default), json or "
			   "prometheus",
		.argDescrip = "FORMAT",
	},
	{
		.longName = "color",
		.argInfo = POPT_ARG_STRING,
		.val = POLICY_OPT_COLOR,
		.descrip = SPN_COLOR_HELP,
		.argDescrip = "WHEN",
	},
	{
		.longName = "quiet",
		.argInfo = POPT_ARG_NONE,
		.val = POLICY_OPT_QUIET,
		.descrip = "Say only what is wrong, and what status and check "
			   "find",
	},
	{
		.longName = "force",
		.argInfo = POPT_ARG_NONE,
		.val = POLICY_OPT_FORCE,
		.descrip = "set exempt-account: also an account that this DC "
			   "does not know (yet)",
	},
	POPT_TABLEEND};

static void policy_vsay(const char *format, va_list ap)
	__attribute__((format(printf, 1, 0)));
static void policy_vsay(const char *format, va_list ap)
{
	char *text = talloc_vasprintf(NULL, format, ap);
	char *printable = NULL;

	if (text != NULL) {
		printable = spn_printable(text, spn_str_of(text));
	}
	printf("%s\n", printable != NULL ? printable : "out of memory");
	talloc_free(text);
}

void policy_say(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	policy_vsay(format, ap);
	va_end(ap);
}

void policy_tell(const struct policy_tool *tool, const char *format, ...)
{
	va_list ap;

	if (tool->is_quiet) {
		return;
	}
	va_start(ap, format);
	policy_vsay(format, ap);
	va_end(ap);
}

void policy_mark(const struct policy_tool *tool, const char *label)
{
	const struct spn_page page = {
		.stream = stdout,
		.terminal = tool->terminal,
	};

	spn_page_put(&page,
		     (strcmp(label, "note:") == 0) ? SPN_STYLE_INFO
						   : SPN_STYLE_ERROR,
		     label,
		     0);
}

int policy_oom(const struct policy_tool *tool)
{
	spn_connect_message(tool->connect, "out of memory");
	return SPN_EXIT_CANNOT_RUN;
}

static const struct policy_command *policy_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(policy_commands) / sizeof(policy_commands[0]);
	     i++)
	{
		if (strcmp(policy_commands[i].name, name) == 0) {
			return &policy_commands[i];
		}
	}
	return NULL;
}

static int policy_run(TALLOC_CTX *mem_ctx, struct policy_tool *tool)
{
	const struct policy_command *command = NULL;
	const char *const *arguments = NULL;
	const char *url = NULL;
	size_t num = 0;
	size_t expected;

	arguments = spn_connect_arguments(tool->connect, &num);
	if (num == 0) {
		return spn_connect_usage_error(tool->connect,
					       "no command given");
	}
	command = policy_find(arguments[0]);
	if (command == NULL) {
		return spn_connect_usage_error(tool->connect,
					       "no such command: %s",
					       arguments[0]);
	}
	expected = command->argument != NULL ? 2 : 1;
	if (num > expected) {
		return spn_connect_usage_error(tool->connect,
					       "%s: too many arguments: %s",
					       command->name,
					       arguments[expected]);
	}
	if (num < expected) {
		return spn_connect_usage_error(tool->connect,
					       "%s: %s is missing",
					       command->name,
					       command->argument);
	}
	if (command->argument != NULL) {
		tool->argument = arguments[1];
	}
	if (tool->all && command->run != policy_status) {
		return spn_connect_usage_error(tool->connect,
					       "--all goes with status only");
	}
	if (tool->format != NULL && !tool->all) {
		return spn_connect_usage_error(tool->connect,
					       "--format goes with status "
					       "--all only");
	}

	url = spn_connect_url(tool->connect);
	if (url == NULL) {
		return policy_oom(tool);
	}
	tool->path = spn_connect_local_path(url);
	if (tool->path == NULL && command->local_only) {
		spn_connect_message(tool->connect,
				    "%s works on the DC's own sam.ldb, not "
				    "over %s: run it on that DC, without -H",
				    command->name,
				    url);
		return SPN_EXIT_CANNOT_RUN;
	}
	return command->run(mem_ctx, tool);
}

/* False after a message. */
static bool policy_read_color(struct policy_tool *tool, enum spn_color *_color)
{
	const char *word = spn_connect_option_argument(tool->connect,
						       tool->connect);
	bool ok = word != NULL && spn_color_by_name(word, _color);

	if (!ok) {
		spn_connect_usage_error(tool->connect,
					"--color: there is no %s; there "
					"are: " SPN_COLOR_WORDS,
					spn_connect_quote(tool->connect,
							  word));
	}
	return ok;
}

/* False after a message. */
static bool policy_read_options(struct policy_tool *tool)
{
	enum spn_color color = SPN_COLOR_AUTO;
	int opt = spn_connect_next_option(tool->connect);

	for (; opt > 0; opt = spn_connect_next_option(tool->connect)) {
		tool->force |= opt == POLICY_OPT_FORCE;
		tool->all |= opt == POLICY_OPT_ALL;
		tool->is_quiet |= opt == POLICY_OPT_QUIET;
		if (opt == POLICY_OPT_FORMAT) {
			tool->format =
				spn_connect_option_argument(tool->connect,
							    tool->connect);
		}
		if (opt == POLICY_OPT_COLOR &&
		    !policy_read_color(tool, &color))
		{
			return false;
		}
	}
	if (tool->is_quiet) {
		spn_connect_be_quiet(tool->connect);
	}
	tool->terminal = spn_terminal_of(STDOUT_FILENO, color);
	if (opt == 0 && tool->format != NULL &&
	    !policy_is_format(tool->format))
	{
		spn_connect_usage_error(tool->connect,
					"--format: there is no %s; there "
					"are: text, json, prometheus",
					spn_connect_quote(tool->connect,
							  tool->format));
		return false;
	}
	return opt == 0;
}

int main(int argc, char **argv)
{
	TALLOC_CTX *mem_ctx = NULL;
	struct policy_tool tool = {};
	int ret = SPN_EXIT_CANNOT_RUN;

	if (!audit_output_guard()) {
		return ret;
	}
	mem_ctx = talloc_new(NULL);
	/* so that results and messages keep their order */
	setvbuf(stdout, NULL, _IOLBF, 0);
	tool.connect = spn_connect_new(mem_ctx,
				       "spn-policy",
				       POLICY_USAGE,
				       policy_options,
				       argc,
				       argv);
	/* status says which of them cannot be loaded */
	if (tool.connect == NULL || !spn_connect_load_all(tool.connect)) {
		return SPN_EXIT_CANNOT_RUN;
	}
	if (policy_read_options(&tool)) {
		ret = policy_run(tool.connect, &tool);
	}
	if (fflush(stdout) != 0 || ferror(stdout)) {
		audit_output_end_unread();
		spn_connect_message(tool.connect, "cannot write to stdout");
		ret = SPN_EXIT_CANNOT_RUN;
	}
	talloc_free(mem_ctx);
	return ret;
}
