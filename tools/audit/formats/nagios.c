/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One line for Nagios, Icinga and what else runs monitoring plugins, and the
 * exit status that goes with it, as the Monitoring Plugins Development
 * Guidelines have them. What could not be run is said by ../plugin.c.
 *
 * A "|" begins the numbers for machines, so no text may have one.
 */
#include "format.h"

#include "audit/rules/messages.h"
#include "policy/quote.h"

#define MOST_CODES 5

static bool has_gaps(const struct audit_result *result)
{
	return result->gaps != NULL && result->gaps[0] != NULL;
}

static size_t num_silent(const struct audit_result *result)
{
	return (result->dcs == NULL)
		       ? 0
		       : spn_dcs_count(result->dcs, SPN_STANDING_UNREACHABLE);
}

/* What was found counts even where not all could be read; that nothing was
 * found does not. */
int audit_nagios_status(const struct audit_result *result)
{
	const size_t *counts = result->findings->counts;

	if (counts[SPN_SEVERITY_ERROR] > 0) {
		return AUDIT_NAGIOS_CRITICAL;
	}
	if (counts[SPN_SEVERITY_WARNING] > 0) {
		return AUDIT_NAGIOS_WARNING;
	}
	return (has_gaps(result) || num_silent(result) > 0)
		       ? AUDIT_NAGIOS_UNKNOWN
		       : AUDIT_NAGIOS_OK;
}

static const char *word_of(int status)
{
	static const char *const words[] = {
		[AUDIT_NAGIOS_OK] = "OK",
		[AUDIT_NAGIOS_WARNING] = "WARNING",
		[AUDIT_NAGIOS_CRITICAL] = "CRITICAL",
		[AUDIT_NAGIOS_UNKNOWN] = "UNKNOWN",
	};

	return words[status];
}

bool audit_nagios_put(TALLOC_CTX *mem_ctx, FILE *stream, const char *text)
{
	char *printable = spn_printable(mem_ctx, spn_str_of(text));
	const char *c = printable;

	if (printable == NULL) {
		return false;
	}
	for (; *c != '\0'; c++) {
		fputc((*c == '|') ? '/' : *c, stream);
	}
	talloc_free(printable);
	return true;
}

static bool has(const struct audit_findings *findings,
		const struct spn_message *message,
		enum spn_severity severity)
{
	size_t i;

	for (i = 0; i < findings->num_findings; i++) {
		const struct audit_finding *f = &findings->findings[i];

		if (f->message == message && f->severity == severity) {
			return true;
		}
	}
	return false;
}

/* "2 errors (SPN-101, SPN-304)" */
static void put_severity(FILE *stream,
			 const struct audit_findings *findings,
			 enum spn_severity severity)
{
	const struct spn_message *m = audit_message_next(NULL);
	size_t num = findings->counts[severity];
	size_t codes = 0;

	fprintf(stream,
		"%zu %s%s",
		num,
		spn_severity_text(severity),
		(num == 1 || severity == SPN_SEVERITY_INFO) ? "" : "s");
	for (; m != NULL && severity != SPN_SEVERITY_INFO;
	     m = audit_message_next(m))
	{
		if (!has(findings, m, severity)) {
			continue;
		}
		if (codes == MOST_CODES) {
			fputs(", ...", stream);
			break;
		}
		fprintf(stream, "%s%s", (codes == 0) ? " (" : ", ", m->code);
		codes++;
	}
	if (codes > 0) {
		fputc(')', stream);
	}
}

/* What keeps the counts from being the whole truth. */
static bool put_limits(TALLOC_CTX *mem_ctx,
		       const struct audit_result *result,
		       FILE *stream)
{
	bool ok = true;

	if (result->part != NULL) {
		fputs("; ", stream);
		ok = audit_nagios_put(mem_ctx, stream, result->part);
	}
	if (has_gaps(result)) {
		fputs("; not complete: ", stream);
		ok = ok && audit_nagios_put(mem_ctx, stream, result->gaps[0]);
	}
	if (num_silent(result) > 0) {
		fprintf(stream,
			"; no answer from %zu of %zu domain controllers",
			num_silent(result),
			result->dcs->num_dcs);
	}
	return ok;
}

/* label=value;warn;crit;min: 0 is the range of what is no alert. */
static void put_numbers(const struct audit_result *result, FILE *stream)
{
	const size_t *counts = result->findings->counts;

	fprintf(stream,
		"errors=%zu;;0;0 warnings=%zu;0;;0 info=%zu;;;0 "
		"accepted=%zu;;;0 accounts=%zu;;;0 spns=%zu;;;0 "
		"incomplete=%zu;;;0 time=%.3fs;;;0",
		counts[SPN_SEVERITY_ERROR],
		counts[SPN_SEVERITY_WARNING],
		counts[SPN_SEVERITY_INFO],
		result->num_accepted,
		result->num_accounts,
		result->num_spns,
		audit_num_gaps(result),
		result->seconds);
	if (result->dcs != NULL) {
		fprintf(stream,
			" dcs=%zu;;;0 dcs_letting_in=%zu;;;0 "
			"dcs_silent=%zu;;;0",
			result->dcs->num_dcs,
			spn_dcs_letting_in(result->dcs),
			num_silent(result));
	}
}

bool audit_write_nagios(TALLOC_CTX *mem_ctx,
			const struct audit_result *result,
			FILE *stream)
{
	bool ok = false;

	fprintf(stream, "SPN %s - ", word_of(audit_nagios_status(result)));
	ok = audit_nagios_put(mem_ctx,
			      stream,
			      (result->domain == NULL) ? "" : result->domain);
	fputs(": ", stream);
	put_severity(stream, result->findings, SPN_SEVERITY_ERROR);
	fputs(", ", stream);
	put_severity(stream, result->findings, SPN_SEVERITY_WARNING);
	fputs(", ", stream);
	put_severity(stream, result->findings, SPN_SEVERITY_INFO);
	ok = ok && put_limits(mem_ctx, result, stream);
	fputs(" | ", stream);
	put_numbers(result, stream);
	fputc('\n', stream);
	return ok;
}
