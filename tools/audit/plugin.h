/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A monitoring plugin that could not do its work says so in a line on standard
 * output, and ends with 3: its caller may look at nothing else. Here that is
 * made sure of, whatever the reason, a bad option included.
 */
#ifndef SPN_AUDIT_PLUGIN_H
#define SPN_AUDIT_PLUGIN_H

#include <stdbool.h>
#include <talloc.h>

struct audit_plugin;

/*
 * From now on standard error is kept, until the process exits; then it goes
 * where it would have gone, and its first line into that of the plugin, unless
 * the report was written. NULL: it cannot be done; *_reason says why, "" when
 * out of memory.
 */
struct audit_plugin *audit_plugin_begin(TALLOC_CTX *mem_ctx,
					const char **_reason);

/* Once more, to be the first of what was set up to run at exit: others end the
 * process there. False when out of memory. */
bool audit_plugin_first(struct audit_plugin *plugin);

/* The report is out; NULL for no plugin. */
void audit_plugin_reported(struct audit_plugin *plugin);

/* Is that format, by the name that was typed, one of a plugin? NULL: no. */
bool audit_plugin_is_wanted(const char *format);

#endif
