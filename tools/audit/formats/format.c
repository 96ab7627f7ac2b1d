/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of formats.
 */
#include "format.h"

#include <string.h>
#include <time.h>

#define DAY ((int64_t)24 * 3600)

static const struct audit_format formats[] = {
	{
		.name = "text",
		.summary = "for people, most urgent first",
		.write = audit_write_text,
	},
	{
		.name = "json",
		.summary = "one document, see spn-audit.schema.json",
		.has_profiles = true,
		.write = audit_write_json,
	},
	{
		.name = "csv",
		.summary = "for spreadsheets, one row a finding",
		.has_profiles = true,
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

void audit_time_text(int64_t time, char text[AUDIT_TIME_TEXT])
{
	time_t seconds = (time_t)time;
	struct tm tm = {};

	text[0] = '\0';
	if (gmtime_r(&seconds, &tm) != NULL) {
		strftime(text, AUDIT_TIME_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm);
	}
}

size_t audit_age_days(const struct audit_result *result, int64_t time)
{
	int64_t seconds = (int64_t)result->timestamp - time;

	return (seconds > 0) ? (size_t)(seconds / DAY) : 0;
}

/* As Windows calls them: KerberosEncryptionType of Get-ADUser. */
const char *audit_next_type(uint32_t types, size_t *i)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} names[] = {{0x4, "RC4"}, {0x8, "AES128"}, {0x10, "AES256"}};

	while (*i < sizeof(names) / sizeof(names[0])) {
		size_t at = (*i)++;

		if ((types & names[at].bit) != 0) {
			return names[at].name;
		}
	}
	return NULL;
}

char *audit_consequence_codes(TALLOC_CTX *mem_ctx,
			      const struct audit_finding *finding)
{
	char *codes = talloc_strdup(mem_ctx, "");
	size_t i;

	for (i = 0; codes != NULL && i < finding->num_consequences; i++) {
		const char *code = finding->consequences[i].message->code;

		if (strstr(codes, code) == NULL) {
			codes = talloc_asprintf_append(codes,
						       "%s%s",
						       (codes[0] == '\0')
							       ? ""
							       : ", ",
						       code);
		}
	}
	return codes;
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
