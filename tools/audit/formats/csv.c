/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The report for spreadsheets: RFC 4180, one row a finding, and below it one
 * for each of its consequences. New columns come at the end.
 *
 * A spreadsheet takes a cell that begins with = + - @ for a formula, and what
 * stands in the directory anybody may have written; so a ' goes before it,
 * which spreadsheets take away again. docs/man/spn-audit.8.xml says how a
 * program does.
 */
#include "format.h"

#include "audit/facts/groups.h"
#include "policy/quote.h"
#include "policy/unicode.h"

static const char *const columns[] = {
	"code",
	"id",
	"rule",
	"severity",
	"spn",
	"partner",
	"holders",
	"others",
	"reason",
	"cure",
	"subject",
	"technique",
	"consequence_of",
	"because",
	"enabled",
	"password_set",
	"password_age_days",
	"last_logon",
	"encryption_types",
	"privileged",
	"privileged_groups",
	"delegation",
};

/* What a spreadsheet takes for a formula, the wide and small forms of East
 * Asian keyboards and the minus of typesetters included. */
static bool begins_formula(uint32_t c)
{
	static const uint32_t starts[] = {
		'=',
		'+',
		'-',
		'@',
		0x2212, /* minus sign */
		0xfe62, /* small + */
		0xfe63, /* small - */
		0xfe66, /* small = */
		0xfe6b, /* small @ */
		0xff0b, /* fullwidth + */
		0xff0d, /* fullwidth - */
		0xff1d, /* fullwidth = */
		0xff20, /* fullwidth @ */
	};
	size_t i;

	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		if (c == starts[i]) {
			return true;
		}
	}
	return false;
}

/* One that has a ' already, too: so who reads the cell knows which to take
 * away. Blanks before it may be dropped. */
static bool is_formula(struct spn_str text)
{
	uint32_t c = 0;
	size_t len = spn_unicode_next(text, &c);

	while (len > 0 && (c == '\'' || spn_unicode_is_blank(c))) {
		text = spn_str_from(text, len);
		len = spn_unicode_next(text, &c);
	}
	return len > 0 && begins_formula(c);
}

/* text is one line of clean UTF-8. */
static void write_cell(FILE *stream, bool is_first, const char *text)
{
	const char *c = text;

	fputs(is_first ? "\"" : ",\"", stream);
	if (is_formula(spn_str_of(text))) {
		fputc('\'', stream);
	}
	for (; *c != '\0'; c++) {
		if (*c == '"') {
			fputc('"', stream);
		}
		fputc(*c, stream);
	}
	fputc('"', stream);
}

static bool write_printable(TALLOC_CTX *mem_ctx,
			    FILE *stream,
			    const char *text)
{
	char *printable = spn_printable(mem_ctx, spn_str_of(text));

	if (printable == NULL) {
		return false;
	}
	write_cell(stream, false, printable);
	talloc_free(printable);
	return true;
}

static bool write_spn(TALLOC_CTX *mem_ctx, FILE *stream, struct spn_str spn)
{
	char *escaped = spn_escape(mem_ctx, spn);

	if (escaped == NULL) {
		return false;
	}
	write_cell(stream, false, escaped);
	talloc_free(escaped);
	return true;
}

/* All DNs in one cell: "CN=a,DC=x; CN=b,DC=x" */
static bool write_accounts(TALLOC_CTX *mem_ctx,
			   FILE *stream,
			   const struct audit_accounts *accounts)
{
	char *all = talloc_strdup(mem_ctx, "");
	size_t i;

	for (i = 0; all != NULL && i < accounts->num_accounts; i++) {
		char *dn = spn_printable(mem_ctx,
					 spn_str_of(
						 accounts->accounts[i]->dn));

		if (dn == NULL) {
			talloc_free(all);
			return false;
		}
		all = talloc_asprintf_append_buffer(all,
						    "%s%s",
						    (i == 0) ? "" : "; ",
						    dn);
		talloc_free(dn);
	}
	if (all == NULL) {
		return false;
	}
	write_cell(stream, false, all);
	talloc_free(all);
	return true;
}

/* ------------------------------------------------------------- of accounts */

/* What one account has in a column; nothing if it is not known. */
struct column {
	void (*write)(FILE *stream,
		      const struct audit_result *result,
		      const struct audit_profile *profile);
};

static void write_enabled(FILE *stream,
			  const struct audit_result *result,
			  const struct audit_profile *p)
{
	(void)result;
	fputs(p->account->is_disabled ? "no" : "yes", stream);
}

static void write_time(FILE *stream, int64_t time)
{
	char text[AUDIT_TIME_TEXT];

	if (time != 0) {
		audit_time_text(time, text);
		fputs(text, stream);
	}
}

static void write_password_set(FILE *stream,
			       const struct audit_result *result,
			       const struct audit_profile *p)
{
	(void)result;
	write_time(stream, p->password_set);
	if (p->must_change_password) {
		fputs("must be changed", stream);
	}
}

static void write_password_age(FILE *stream,
			       const struct audit_result *result,
			       const struct audit_profile *p)
{
	if (p->password_set != 0) {
		fprintf(stream,
			"%zu",
			audit_age_days(result, p->password_set));
	}
}

static void write_last_logon(FILE *stream,
			     const struct audit_result *result,
			     const struct audit_profile *p)
{
	(void)result;
	write_time(stream, p->last_logon);
}

static void write_types(FILE *stream,
			const struct audit_result *result,
			const struct audit_profile *p)
{
	const char *between = "";
	const char *type = NULL;
	size_t i = 0;

	(void)result;
	while ((type = audit_next_type(p->key.types, &i)) != NULL) {
		fprintf(stream, "%s%s", between, type);
		between = ", ";
	}
	if (*between == '\0' && p->key.state != AUDIT_KEY_UNKNOWN) {
		fputs("none", stream);
	}
}

static void write_privileged(FILE *stream,
			     const struct audit_result *result,
			     const struct audit_profile *p)
{
	(void)result;
	fputs(p->is_privileged ? "yes" : "no", stream);
}

static void write_bits(FILE *stream,
		       unsigned bits,
		       const char *(*text)(size_t i))
{
	const char *between = "";
	size_t i;

	for (i = 0; (bits >> i) != 0; i++) {
		if ((bits >> i & 1) != 0) {
			fprintf(stream, "%s%s", between, text(i));
			between = ", ";
		}
	}
}

static void write_groups(FILE *stream,
			 const struct audit_result *result,
			 const struct audit_profile *p)
{
	(void)result;
	write_bits(stream, p->admin_groups, audit_admin_group_name);
}

static void write_delegation(FILE *stream,
			     const struct audit_result *result,
			     const struct audit_profile *p)
{
	(void)result;
	if (p->delegates == 0) {
		fputs("none", stream);
	}
	write_bits(stream, p->delegates, audit_delegates_text);
}

static const struct column of_accounts[] = {
	{write_enabled},
	{write_password_set},
	{write_password_age},
	{write_last_logon},
	{write_types},
	{write_privileged},
	{write_groups},
	{write_delegation},
};

/* Of all holders, in their order. No text of these has a quote, or begins a
 * formula. */
static void write_profiles(FILE *stream,
			   const struct audit_result *result,
			   const struct audit_accounts *holders)
{
	size_t c;
	size_t i;

	for (c = 0; c < sizeof(of_accounts) / sizeof(of_accounts[0]); c++) {
		fputs(",\"", stream);
		for (i = 0; i < holders->num_accounts; i++) {
			const struct audit_profile *p =
				audit_profile_of(result->profiles,
						 holders->accounts[i]);

			fputs((i == 0) ? "" : "; ", stream);
			if (audit_profile_is_told(p)) {
				of_accounts[c].write(stream, result, p);
			}
		}
		fputc('"', stream);
	}
}

/* ----------------------------------------------------------------- the rows
 */

/* What it is a consequence of, and why: "SPN-401 http/web". */
static bool write_cause(TALLOC_CTX *mem_ctx,
			FILE *stream,
			const struct audit_finding *finding,
			const struct audit_finding *cause)
{
	char *spn = NULL;
	char *text = NULL;

	if (cause == NULL) {
		fputs(",\"\",\"\"", stream);
		return true;
	}
	spn = spn_escape(mem_ctx, cause->spn);
	text = talloc_asprintf(mem_ctx,
			       "%s%s%s",
			       cause->message->code,
			       (cause->spn.len == 0) ? "" : " ",
			       (spn == NULL) ? "" : spn);
	if (spn == NULL || text == NULL) {
		return false;
	}
	write_cell(stream, false, text);
	write_cell(stream, false, finding->because);
	talloc_free(text);
	talloc_free(spn);
	return true;
}

static bool write_finding(TALLOC_CTX *mem_ctx,
			  FILE *stream,
			  const struct audit_result *result,
			  const struct audit_finding *finding,
			  const struct audit_finding *cause)
{
	const struct spn_message *message = finding->message;
	bool ok = false;

	write_cell(stream, true, message->code);
	write_cell(stream, false, message->id);
	write_cell(stream, false, message->rule);
	write_cell(stream, false, spn_severity_text(finding->severity));
	ok = write_spn(mem_ctx, stream, finding->spn) &&
	     write_spn(mem_ctx, stream, spn_str_of(finding->partner)) &&
	     write_accounts(mem_ctx, stream, &finding->holders) &&
	     write_accounts(mem_ctx, stream, &finding->others) &&
	     write_printable(mem_ctx, stream, finding->reason) &&
	     write_printable(mem_ctx, stream, finding->fix);
	write_cell(stream, false, audit_subject(finding));
	write_cell(stream,
		   false,
		   (message->technique == NULL) ? "" : message->technique);
	ok = ok && write_cause(mem_ctx, stream, finding, cause);
	write_profiles(stream, result, &finding->holders);
	fputs("\r\n", stream);
	return ok;
}

static bool write_with_consequences(TALLOC_CTX *mem_ctx,
				    FILE *stream,
				    const struct audit_result *result,
				    const struct audit_finding *finding)
{
	bool ok = write_finding(mem_ctx, stream, result, finding, NULL);
	size_t i;

	for (i = 0; ok && i < finding->num_consequences; i++) {
		ok = write_finding(mem_ctx,
				   stream,
				   result,
				   &finding->consequences[i],
				   finding);
	}
	return ok;
}

bool audit_write_csv(TALLOC_CTX *mem_ctx,
		     const struct audit_result *result,
		     FILE *stream)
{
	bool ok = true;
	size_t i;

	for (i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		write_cell(stream, i == 0, columns[i]);
	}
	fputs("\r\n", stream);
	for (i = 0; ok && i < result->findings->num_findings; i++) {
		ok = write_with_consequences(mem_ctx,
					     stream,
					     result,
					     &result->findings->findings[i]);
	}
	return ok;
}
