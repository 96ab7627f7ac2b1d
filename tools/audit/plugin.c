/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Samba's options end the process with exit() where they do not understand
 * their argument, and complain on standard error. So both is caught: standard
 * error in a file in memory, the end in a function of on_exit().
 */
#include "plugin.h"

#include "audit/formats/format.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct audit_plugin {
	int kept;   /* what standard error is now */
	int before; /* what it was */
	bool is_reported;
};

/* The first line of what was said, without the name of the program; "" if
 * there is none. */
static char *first_line(TALLOC_CTX *mem_ctx, const char *text, size_t len)
{
	static const char name[] = "spn-audit: ";
	const char *end = memchr(text, '\n', len);
	size_t line = (end == NULL) ? len : (size_t)(end - text);

	if (line >= sizeof(name) - 1 &&
	    memcmp(text, name, sizeof(name) - 1) == 0)
	{
		text += sizeof(name) - 1;
		line -= sizeof(name) - 1;
	}
	return talloc_strndup(mem_ctx, text, line);
}

#define MOST_KEPT 65536

/* What was kept goes to where it was meant for. */
static char *pass_on(struct audit_plugin *plugin)
{
	char *text = talloc_zero_size(plugin, MOST_KEPT);
	ssize_t len = (text == NULL) ? -1
				     : pread(plugin->kept, text, MOST_KEPT, 0);
	const char *from = text;
	ssize_t left = len;

	while (left > 0) {
		ssize_t done = write(plugin->before, from, (size_t)left);

		if (done < 0 && errno == EINTR) {
			continue;
		}
		if (done < 0) {
			break; /* nobody is there to be told */
		}
		from += done;
		left -= done;
	}
	return (len < 0) ? NULL : first_line(plugin, text, (size_t)len);
}

static void at_exit(int status, void *private_data)
{
	struct audit_plugin *plugin = private_data;
	char *reason = NULL;

	fflush(stderr);
	reason = pass_on(plugin);
	if (plugin->is_reported || status == 0) {
		_exit((fflush(stdout) == 0) ? status : AUDIT_NAGIOS_UNKNOWN);
	}
	fputs("SPN UNKNOWN - ", stdout);
	if (reason == NULL || reason[0] == '\0' ||
	    !audit_nagios_put(plugin, stdout, reason))
	{
		fputs("the audit could not be made", stdout);
	}
	fputc('\n', stdout);
	fflush(stdout);
	_exit(AUDIT_NAGIOS_UNKNOWN);
}

struct audit_plugin *audit_plugin_begin(TALLOC_CTX *mem_ctx,
					const char **_reason)
{
	struct audit_plugin *plugin = talloc_zero(mem_ctx,
						  struct audit_plugin);

	*_reason = "";
	if (plugin == NULL) {
		return NULL;
	}
	plugin->kept = memfd_create("messages", MFD_CLOEXEC);
	plugin->before = dup(STDERR_FILENO);
	if (plugin->kept < 0 || plugin->before < 0 ||
	    dup2(plugin->kept, STDERR_FILENO) < 0)
	{
		*_reason = strerror(errno);
		return NULL;
	}
	return audit_plugin_first(plugin) ? plugin : NULL;
}

bool audit_plugin_first(struct audit_plugin *plugin)
{
	return on_exit(at_exit, plugin) == 0;
}

void audit_plugin_reported(struct audit_plugin *plugin)
{
	if (plugin != NULL) {
		plugin->is_reported = true;
	}
}

bool audit_plugin_is_wanted(const char *name)
{
	const struct audit_format *format = NULL;

	if (name != NULL) {
		format = audit_format_by_name(name);
	}
	return format != NULL && format->is_plugin;
}
