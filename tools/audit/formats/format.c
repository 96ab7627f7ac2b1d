/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of formats.
 */
#include "format.h"

#include <string.h>

static const struct audit_format formats[] = {
	{
		.name = "text",
		.summary = "for people, most urgent first",
		.write = audit_write_text,
	},
	{
		.name = "json",
		.summary = "one document, see spn-audit.schema.json",
		.write = audit_write_json,
	},
	{
		.name = "csv",
		.summary = "for spreadsheets, one row a finding",
		.write = audit_write_csv,
	},
	{
		.name = "html",
		.summary = "one page that needs nothing else",
		.write = audit_write_html,
	},
	{
		.name = "prometheus",
		.summary = "counts, for a textfile collector",
		.is_public = true,
		.write = audit_write_prometheus,
	},
	{
		.name = "nagios",
		.summary = "one line, as a monitoring plugin has it",
		.is_plugin = true,
		.status = audit_nagios_status,
		.write = audit_write_nagios,
	},
	{},
};

const char *audit_subject(const struct audit_finding *finding)
{
	if (audit_is_of_account(finding)) {
		return "account";
	}
	return (finding->spn.len > 0) ? "spn" : "forest";
}

size_t audit_num_gaps(const struct audit_result *result)
{
	size_t num = 0;

	while (result->gaps != NULL && result->gaps[num] != NULL) {
		num++;
	}
	return num;
}

const struct audit_format *audit_formats(void)
{
	return formats;
}

const struct audit_format *audit_format_by_name(const char *name)
{
	const struct audit_format *format = formats;

	for (; format->name != NULL; format++) {
		if (strcasecmp(format->name, name) == 0) {
			return format;
		}
	}
	return NULL;
}
