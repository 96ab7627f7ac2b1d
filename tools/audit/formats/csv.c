/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The report for spreadsheets: RFC 4180, one row a finding.
 *
 * A spreadsheet takes a cell that begins with = + - @ for a formula, and what
 * stands in the directory anybody may have written; so a ' goes before it,
 * which spreadsheets take away again. docs/man/spn-audit.8.xml says how a
 * program does.
 */
#include "format.h"

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

static bool write_finding(TALLOC_CTX *mem_ctx,
			  FILE *stream,
			  const struct audit_finding *finding)
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
	fputs("\r\n", stream);
	return ok;
}

bool audit_write_csv(TALLOC_CTX *mem_ctx,
		     const struct audit_result *result,
		     FILE *stream)
{
	size_t i;

	for (i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		write_cell(stream, i == 0, columns[i]);
	}
	fputs("\r\n", stream);
	for (i = 0; i < result->findings->num_findings; i++) {
		if (!write_finding(mem_ctx,
				   stream,
				   &result->findings->findings[i]))
		{
			return false;
		}
	}
	return true;
}
