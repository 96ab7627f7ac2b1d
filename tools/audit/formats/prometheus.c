/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counts for Prometheus, in the text format that node_exporter's textfile
 * collector reads. Each code has a line for each severity, 0 too, so that no
 * series comes and goes.
 */
#include "format.h"

#include "audit/rules/messages.h"
#include "common/metrics.h"

static size_t count(const struct audit_findings *findings,
		    const struct spn_message *message,
		    enum spn_severity severity)
{
	size_t num = 0;
	size_t i;

	for (i = 0; i < findings->num_findings; i++) {
		const struct audit_finding *f = &findings->findings[i];

		num += (f->message == message && f->severity == severity) ? 1
									  : 0;
	}
	return num;
}

static void write_counts(const struct audit_result *result, FILE *stream)
{
	const struct spn_message *m = audit_message_next(NULL);
	int s;

	spn_metric_head(stream,
			"spn_audit_findings",
			"What spn-audit found, by code and severity.");
	for (; m != NULL; m = audit_message_next(m)) {
		if (!audit_choice_is_on(result->choice, m)) {
			continue;
		}
		for (s = SPN_SEVERITY_ERROR; s >= SPN_SEVERITY_INFO; s--) {
			enum spn_severity severity = (enum spn_severity)s;

			fprintf(stream,
				"spn_audit_findings{code=\"%s\",id=\"%s\","
				"rule=\"%s\",severity=\"%s\"} %zu\n",
				m->code,
				m->id,
				m->rule,
				spn_severity_text(severity),
				count(result->findings, m, severity));
		}
	}
}

/* Only of DCs that were asked: a 0 of those that were not would be a lie. Each
 * state has a line, 0 too. */
static void write_dcs(const struct spn_dcs *dcs, FILE *stream)
{
	int s;

	if (dcs == NULL) {
		return;
	}
	spn_metric_head(stream,
			"spn_audit_dcs",
			"Domain controllers, by what samba does there with "
			"spn_policy.");
	for (s = 0; s < SPN_NUM_STANDINGS; s++) {
		enum spn_standing standing = (enum spn_standing)s;

		fprintf(stream,
			"spn_audit_dcs{state=\"%s\"} %zu\n",
			spn_standing_text(standing),
			spn_dcs_count(dcs, standing));
	}
	spn_metric_number(stream,
			  "spn_audit_dcs_letting_in",
			  "Those through which what the policy refuses can be "
			  "written, as far as it is known.",
			  spn_dcs_letting_in(dcs));
}

bool audit_write_prometheus(TALLOC_CTX *mem_ctx,
			    const struct audit_result *result,
			    FILE *stream)
{
	bool ok = false;

	spn_metric_head(stream,
			"spn_audit_info",
			"What was audited, and by which version.");
	fputs("spn_audit_info{", stream);
	ok = spn_metric_label(mem_ctx, stream, "version", SPN_POLICY_VERSION);
	fputc(',', stream);
	ok = ok && spn_metric_label(mem_ctx, stream, "domain", result->domain);
	fputc(',', stream);
	ok = ok && spn_metric_label(mem_ctx, stream, "dc", result->dc);
	fputs("} 1\n", stream);
	spn_metric_number(stream,
			  "spn_audit_accounts",
			  "Accounts that were looked at.",
			  result->num_accounts);
	spn_metric_number(stream,
			  "spn_audit_spns",
			  "Values of servicePrincipalName on them.",
			  result->num_spns);
	spn_metric_number(
		stream,
		"spn_audit_accepted",
		"Findings that a baseline accepts, not counted below.",
		result->num_accepted);
	spn_metric_number(stream,
			  "spn_audit_incomplete",
			  "Things that could not be read.",
			  audit_num_gaps(result));
	spn_metric_number(stream,
			  "spn_audit_last_run_timestamp_seconds",
			  "When the audit was made, seconds since 1970.",
			  (size_t)result->timestamp);
	spn_metric_seconds(stream,
			   "spn_audit_duration_seconds",
			   "How long the audit has taken.",
			   result->seconds);
	write_dcs(result->dcs, stream);
	write_counts(result, stream);
	return ok;
}
