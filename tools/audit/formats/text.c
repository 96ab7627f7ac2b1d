/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The report for people: groups by code, most urgent first, then one line
 * with the sum.
 */
#include "format.h"

#include "common/words.h"
#include "policy/quote.h"

#include <ctype.h>
#include <string.h>

#define INDENT 12
/* More accounts than these are counted; the other formats have them all. */
#define MOST_ACCOUNTS 20

static bool write_heading(TALLOC_CTX *mem_ctx,
			  FILE *stream,
			  const struct audit_finding *finding)
{
	const struct spn_message *message = finding->message;
	char *label = talloc_asprintf(mem_ctx,
				      "%s %s %s: ",
				      spn_severity_text(finding->severity),
				      message->code,
				      message->id);
	char *c = label;

	if (label == NULL) {
		return false;
	}
	for (; *c != ' '; c++) {
		*c = (char)toupper((unsigned char)*c);
	}
	audit_wrap(stream, label, strlen(label), message->summary);
	talloc_free(label);
	return true;
}

static bool write_accounts(TALLOC_CTX *mem_ctx,
			   FILE *stream,
			   const char *label,
			   const struct audit_accounts *accounts)
{
	size_t i;

	for (i = 0; i < accounts->num_accounts; i++) {
		char *dn = NULL;

		if (i == MOST_ACCOUNTS) {
			fprintf(stream,
				"%*s... and %zu more\n",
				INDENT,
				"",
				accounts->num_accounts - i);
			break;
		}
		dn = spn_printable(mem_ctx,
				   spn_str_of(accounts->accounts[i]->dn));

		if (dn == NULL) {
			return false;
		}
		audit_line(stream, (i == 0) ? label : "", INDENT, dn);
		talloc_free(dn);
	}
	return true;
}

/* "  SPN-701 CN=svc-web,DC=example,DC=com", and which SPN it was found by. */
static bool write_account_head(TALLOC_CTX *mem_ctx,
			       FILE *stream,
			       const struct audit_finding *finding,
			       char *spn)
{
	const struct audit_accounts *holders = &finding->holders;
	const struct audit_accounts rest = {
		.accounts = holders->accounts + 1,
		.num_accounts = holders->num_accounts - 1,
	};
	size_t num = holders->accounts[0]->spns.num;
	char *dn = spn_printable(mem_ctx,
				 spn_str_of(holders->accounts[0]->dn));

	if (dn == NULL) {
		return false;
	}
	fprintf(stream, "\n  %s %s\n", finding->message->code, dn);
	talloc_free(dn);
	if (!write_accounts(mem_ctx, stream, "    and", &rest)) {
		return false;
	}
	if (spn[0] != '\0') {
		audit_line(stream, "    holds", INDENT, spn);
	}
	if (spn[0] != '\0' && rest.num_accounts == 0 && num > 1) {
		fprintf(stream, "%*sand %zu more\n", INDENT, "", num - 1);
	}
	return true;
}

static bool write_spn_head(TALLOC_CTX *mem_ctx,
			   FILE *stream,
			   const struct audit_finding *finding,
			   const char *spn)
{
	char label[INDENT + 1] = "";

	snprintf(label, sizeof(label), "    %s", audit_holders_label(finding));
	fprintf(stream,
		"\n  %s%s%s\n",
		finding->message->code,
		(spn[0] == '\0') ? "" : " ",
		spn);
	return write_accounts(mem_ctx, stream, label, &finding->holders);
}

/* Each code once. */
static bool write_consequences(TALLOC_CTX *mem_ctx,
			       FILE *stream,
			       const struct audit_finding *finding)
{
	const struct spn_message *last = NULL;
	size_t i;

	for (i = 0; i < finding->num_consequences; i++) {
		const struct spn_message *m = finding->consequences[i].message;
		char *text = NULL;

		if (m == last) {
			continue;
		}
		text = talloc_asprintf(mem_ctx, "%s %s", m->code, m->summary);
		if (text == NULL) {
			return false;
		}
		audit_wrap(stream, "    hence", INDENT, text);
		talloc_free(text);
		last = m;
	}
	return true;
}

static bool write_finding(TALLOC_CTX *mem_ctx,
			  FILE *stream,
			  const struct audit_finding *finding)
{
	char *spn = spn_escape(mem_ctx, finding->spn);
	char *reason = spn_printable(mem_ctx, spn_str_of(finding->reason));
	char *fix = spn_printable(mem_ctx, spn_str_of(finding->fix));
	bool ok = spn != NULL && reason != NULL && fix != NULL;

	if (ok) {
		ok = audit_is_of_account(finding)
			     ? write_account_head(mem_ctx,
						  stream,
						  finding,
						  spn)
			     : write_spn_head(mem_ctx, stream, finding, spn);
	}
	if (!ok ||
	    !write_accounts(mem_ctx, stream, "    also", &finding->others))
	{
		return false;
	}
	audit_wrap(stream, "    why", INDENT, reason);
	audit_wrap(stream, "    fix", INDENT, fix);
	/* of tens of thousands */
	talloc_free(spn);
	talloc_free(reason);
	talloc_free(fix);
	return write_consequences(mem_ctx, stream, finding);
}

static const char *plural(size_t num)
{
	return (num == 1) ? "" : "s";
}

static char *sum_text(TALLOC_CTX *mem_ctx, const struct audit_result *result)
{
	const struct audit_findings *findings = result->findings;
	enum spn_severity lowest = audit_choice_lowest(result->choice);
	size_t errors = findings->counts[SPN_SEVERITY_ERROR];
	size_t warnings = findings->counts[SPN_SEVERITY_WARNING];
	char *text = talloc_asprintf(mem_ctx,
				     "%s: %zu account%s with %zu SPN%s "
				     "checked%s%s; ",
				     result->domain,
				     result->num_accounts,
				     plural(result->num_accounts),
				     result->num_spns,
				     plural(result->num_spns),
				     (result->part == NULL) ? "" : "; ",
				     (result->part == NULL) ? ""
							    : result->part);

	if (text != NULL && result->num_accepted > 0) {
		text = talloc_asprintf_append_buffer(text,
						     "%zu accepted, ",
						     result->num_accepted);
	}
	if (text == NULL) {
		return NULL;
	}
	if (findings->num_findings > 0) {
		return talloc_asprintf_append_buffer(
			text,
			"%zu error%s, %zu warning%s, %zu info",
			errors,
			plural(errors),
			warnings,
			plural(warnings),
			findings->counts[SPN_SEVERITY_INFO]);
	}
	if (lowest == SPN_SEVERITY_INFO) {
		return talloc_strdup_append_buffer(text, "no findings");
	}
	return talloc_asprintf_append_buffer(text,
					     "no findings of severity %s%s",
					     spn_severity_text(lowest),
					     (lowest == SPN_SEVERITY_ERROR)
						     ? ""
						     : " or above");
}

static bool write_losses(TALLOC_CTX *mem_ctx,
			 FILE *stream,
			 const struct audit_result *result)
{
	const char *const *gap = result->gaps;

	for (; gap != NULL && *gap != NULL; gap++) {
		char *printable = spn_printable(mem_ctx, spn_str_of(*gap));

		if (printable == NULL) {
			return false;
		}
		audit_wrap(stream, "NOT COMPLETE", 13, printable);
		talloc_free(printable);
	}
	return true;
}

static bool write_sum(TALLOC_CTX *mem_ctx,
		      FILE *stream,
		      const struct audit_result *result)
{
	char *text = sum_text(mem_ctx, result);
	char *printable = NULL;

	if (!write_losses(mem_ctx, stream, result)) {
		return false;
	}
	if (text != NULL) {
		printable = spn_printable(mem_ctx, spn_str_of(text));
	}
	if (printable == NULL) {
		return false;
	}
	audit_line(stream, "", 0, printable);
	return true;
}

bool audit_write_text(TALLOC_CTX *mem_ctx,
		      const struct audit_result *result,
		      FILE *stream)
{
	const struct audit_findings *all = result->findings;
	const struct audit_finding *last = NULL;
	size_t i;

	for (i = 0; i < all->num_findings; i++) {
		const struct audit_finding *finding = &all->findings[i];

		if (last == NULL || last->message != finding->message ||
		    last->severity != finding->severity)
		{
			if (last != NULL) {
				fputc('\n', stream);
			}
			if (!write_heading(mem_ctx, stream, finding)) {
				return false;
			}
		}
		if (!write_finding(mem_ctx, stream, finding)) {
			return false;
		}
		last = finding;
	}
	if (last != NULL) {
		fputc('\n', stream);
	}
	return write_sum(mem_ctx, stream, result);
}
