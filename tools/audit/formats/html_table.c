/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table as it stands in the page: its first rows, for whoever has no
 * script. page.js makes the other rows, and makes them in the same way; a test
 * compares the two.
 */
#include "html_page.h"

#include "policy/quote.h"

#include <string.h>

static void open_cell(struct html_page *page,
		      const char *class,
		      const char *label)
{
	html_open(page, "td", class);
	if (label != NULL) {
		html_attribute(page, "data-label", label);
	}
}

/* Printable text that may be broken behind each of those bytes. */
static void breakable(struct html_page *page, char *rest, const char *behind)
{
	size_t len = strcspn(rest, behind);

	while (rest[len] != '\0') {
		char next = rest[len + 1];

		rest[len + 1] = '\0';
		html_text(page, rest);
		html_open(page, "wbr", NULL);
		html_close_empty(page);
		rest += len + 1;
		rest[0] = next;
		len = strcspn(rest, behind);
	}
	html_text(page, rest);
}

static void write_spn(struct html_page *page,
		      const struct audit_finding *finding)
{
	char *spn = spn_escape(page->mem_ctx, finding->spn);

	if (spn == NULL) {
		page->ok = false;
	} else if (spn[0] != '\0') {
		html_open(page, "code", NULL);
		breakable(page, spn, "/.:");
		html_close(page);
	}
	talloc_free(spn);
}

static void write_dn(struct html_page *page, const char *dn)
{
	char *printable = spn_printable(page->mem_ctx, spn_str_of(dn));

	if (printable == NULL) {
		page->ok = false;
		return;
	}
	breakable(page, printable, ",");
	talloc_free(printable);
}

/* What it is about. */
static void write_subject(struct html_page *page,
			  const struct audit_finding *finding)
{
	bool of_account = audit_is_of_account(finding);

	open_cell(page, of_account ? "account" : "spn", NULL);
	if (of_account) {
		write_dn(page, finding->holders.accounts[0]->dn);
	} else {
		write_spn(page, finding);
	}
	html_close(page);
}

static void write_dns(struct html_page *page,
		      const char *label,
		      const struct audit_accounts *accounts)
{
	size_t i;

	for (i = 0; i < accounts->num_accounts; i++) {
		html_open(page, "p", NULL);
		if (label != NULL) {
			html_element(page, "span", "soft", label);
		}
		write_dn(page, accounts->accounts[i]->dn);
		html_close(page);
	}
}

static void write_accounts(struct html_page *page,
			   const struct audit_finding *finding)
{
	open_cell(page, NULL, audit_holders_label(finding));
	if (!audit_is_of_account(finding)) {
		write_dns(page, NULL, &finding->holders);
	} else {
		write_dns(page,
			  "and ",
			  &(struct audit_accounts){
				  .accounts = finding->holders.accounts + 1,
				  .num_accounts =
					  finding->holders.num_accounts - 1,
			  });
	}
	if (audit_is_of_account(finding) && finding->spn.len > 0) {
		html_open(page, "p", NULL);
		html_element(page, "span", "soft", "holds ");
		write_spn(page, finding);
		html_close(page);
	}
	write_dns(page, "also ", &finding->others);
	html_close(page);
}

static void write_words(struct html_page *page, const char *words)
{
	char *printable = spn_printable(page->mem_ctx, spn_str_of(words));

	if (printable == NULL) {
		page->ok = false;
	} else {
		breakable(page, printable, ",/.@");
	}
	talloc_free(printable);
}

static void write_reason(struct html_page *page,
			 const struct audit_finding *finding)
{
	char *codes = audit_consequence_codes(page->mem_ctx, finding);

	open_cell(page, NULL, "why");
	write_words(page, finding->reason);
	if (codes == NULL) {
		page->ok = false;
	} else if (codes[0] != '\0') {
		html_open(page, "p", NULL);
		html_element(page, "span", "soft", "hence ");
		html_text(page, codes);
		html_close(page);
	}
	talloc_free(codes);
	html_close(page);
}

static void write_row(struct html_page *page,
		      const struct audit_finding *finding)
{
	const char *severity = spn_severity_text(finding->severity);
	char class[sizeof("severity warning")] = "";

	snprintf(class, sizeof(class), "severity %s", severity);
	html_open(page, "tr", NULL);
	html_element(page, "td", class, severity);
	html_open(page, "td", "code");
	html_open_code_link(page, finding->message->code);
	html_text(page, finding->message->code);
	html_close(page);
	html_text(page, " ");
	html_element(page, "span", "soft", finding->message->id);
	html_close(page);
	write_subject(page, finding);
	write_accounts(page, finding);
	write_reason(page, finding);
	open_cell(page, NULL, "fix");
	write_words(page, finding->fix);
	html_close(page);
	html_close(page);
	html_text(page, "\n");
}

static void open_select(struct html_page *page,
			const char *id,
			const char *words)
{
	html_open(page, "label", NULL);
	html_text(page, words);
	html_open(page, "select", NULL);
	html_attribute(page, "id", id);
}

static void open_option(struct html_page *page, const char *value)
{
	html_open(page, "option", NULL);
	html_attribute(page, "value", value);
}

static void write_code_options(struct html_page *page,
			       const struct html_codes *codes)
{
	size_t i;

	open_option(page, "");
	html_text(page, "all");
	html_close(page);
	for (i = 0; i < codes->num_codes; i++) {
		const struct spn_message *message = codes->codes[i].message;

		open_option(page, message->code);
		html_text(page, message->code);
		html_text(page, " ");
		html_text(page, message->id);
		html_close(page);
	}
}

static void write_severity_options(struct html_page *page)
{
	enum spn_severity severity = SPN_SEVERITY_INFO;

	for (; severity <= SPN_SEVERITY_ERROR; severity++) {
		html_open(page, "option", NULL);
		html_number_attribute(page, "value", severity);
		html_text(page, spn_severity_text(severity));
		html_close(page);
	}
}

/* Shown by the script, which it needs. */
static void write_filter(struct html_page *page,
			 const struct html_codes *codes)
{
	html_open(page, "p", "filter");
	html_attribute(page, "hidden", "hidden");
	html_open(page, "label", NULL);
	html_text(page, "Words ");
	html_open(page, "input", NULL);
	html_attribute(page, "id", "words");
	html_attribute(page, "type", "search");
	html_close_empty(page);
	html_close(page);
	open_select(page, "least", "At least ");
	write_severity_options(page);
	html_close(page);
	html_close(page);
	open_select(page, "code", "Code ");
	write_code_options(page, codes);
	html_close(page);
	html_close(page);
	html_close(page);
	html_open(page, "p", "soft");
	html_attribute(page, "id", "shown");
	html_attribute(page, "role", "status");
	html_close(page);
}

/* For whoever has no script: where the others are. */
static void write_bound(struct html_page *page,
			const struct audit_findings *findings)
{
	if (findings->num_findings <= HTML_PAGE_ROWS) {
		return;
	}
	html_open(page, "p", NULL);
	html_attribute(page, "id", "bound");
	html_text(page, "Only the first ");
	html_number(page, HTML_PAGE_ROWS);
	html_text(page, " of ");
	html_number(page, findings->num_findings);
	html_text(page,
		  " findings are shown, as this browser runs no script in "
		  "this page. With it all can be seen here; or take "
		  "--format=text or --format=csv.");
	html_close(page);
}

static void write_heads(struct html_page *page)
{
	static const char *const heads[] = {
		"Severity",
		"Code",
		"SPN or account",
		"Accounts",
		"Why",
		"Fix",
	};
	size_t i;

	html_open(page, "thead", NULL);
	html_open(page, "tr", NULL);
	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		html_open(page, "th", NULL);
		html_attribute(page, "scope", "col");
		html_text(page, heads[i]);
		html_close(page);
	}
	html_close(page);
	html_close(page);
}

void html_write_table(struct html_page *page,
		      const struct audit_findings *findings,
		      const struct html_codes *codes)
{
	size_t i;

	html_open(page, "h2", NULL);
	html_attribute(page, "id", "findings");
	html_text(page, "Findings, most urgent first");
	html_close(page);
	write_filter(page, codes);
	write_bound(page, findings);
	html_open(page, "table", NULL);
	write_heads(page);
	html_open(page, "tbody", NULL);
	for (i = 0; i < findings->num_findings && i < HTML_PAGE_ROWS; i++) {
		write_row(page, &findings->findings[i]);
	}
	html_close(page);
	html_close(page);
}
