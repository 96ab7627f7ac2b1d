/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The report as one page: no network, readable without a script, light and
 * dark, on a desk and on a phone. page.css and page.js are
 * compiled in.
 *
 * libxml2's writer escapes whatever comes from the directory; nothing else
 * writes text. What no page may contain (control characters, bytes that are no
 * UTF-8) is escaped before, as in every other format.
 */
#include "format.h"

#include "audit/formats/page_parts.h"
#include "policy/quote.h"

#include <libxml/xmlwriter.h>
#include <string.h>

/* Every function below leaves false here once something failed. */
struct page {
	TALLOC_CTX *mem_ctx;
	xmlTextWriterPtr writer;
	bool ok;
};

static void check(struct page *page, int written)
{
	page->ok = page->ok && written >= 0;
}

static const xmlChar *xml(const char *text)
{
	return (const xmlChar *)text;
}

static void open_tag(struct page *page, const char *name, const char *class)
{
	check(page, xmlTextWriterStartElement(page->writer, xml(name)));
	if (class != NULL) {
		check(page,
		      xmlTextWriterWriteAttribute(page->writer,
						  xml("class"),
						  xml(class)));
	}
}

static void attribute(struct page *page, const char *name, const char *value)
{
	check(page,
	      xmlTextWriterWriteAttribute(page->writer,
					  xml(name),
					  xml(value)));
}

static void number_attribute(struct page *page,
			     const char *name,
			     size_t number)
{
	check(page,
	      xmlTextWriterWriteFormatAttribute(page->writer,
						xml(name),
						"%zu",
						number));
}

/* Never <p/>: to a browser that is not closed. */
static void close_tag(struct page *page)
{
	check(page, xmlTextWriterFullEndElement(page->writer));
}

/* <meta/>, <input/> */
static void close_empty(struct page *page)
{
	check(page, xmlTextWriterEndElement(page->writer));
}

static void text(struct page *page, const char *words)
{
	check(page, xmlTextWriterWriteString(page->writer, xml(words)));
}

/* Of the directory, or made from what is. */
static void foreign_text(struct page *page, const char *words)
{
	char *printable = spn_printable(page->mem_ctx, spn_str_of(words));

	if (printable == NULL) {
		page->ok = false;
		return;
	}
	text(page, printable);
	talloc_free(printable);
}

static void number(struct page *page, size_t value)
{
	check(page,
	      xmlTextWriterWriteFormatString(page->writer, "%zu", value));
}

static void element(struct page *page,
		    const char *name,
		    const char *class,
		    const char *words)
{
	open_tag(page, name, class);
	text(page, words);
	close_tag(page);
}

/* -------------------------------------------------------------------- head */

static void write_title(struct page *page, const struct audit_result *result)
{
	text(page, "SPN audit of ");
	foreign_text(page, result->domain);
}

static void write_head(struct page *page, const struct audit_result *result)
{
	open_tag(page, "head", NULL);
	open_tag(page, "meta", NULL);
	attribute(page, "charset", "utf-8");
	close_empty(page);
	open_tag(page, "meta", NULL);
	attribute(page, "http-equiv", "Content-Security-Policy");
	attribute(page, "content", AUDIT_PAGE_POLICY);
	close_empty(page);
	open_tag(page, "meta", NULL);
	attribute(page, "name", "viewport");
	attribute(page, "content", "width=device-width, initial-scale=1");
	close_empty(page);
	open_tag(page, "title", NULL);
	write_title(page, result);
	close_tag(page);
	open_tag(page, "style", NULL);
	check(page, xmlTextWriterWriteRaw(page->writer, xml(audit_page_css)));
	close_tag(page);
	close_tag(page);
}

static void write_sum(struct page *page,
		      const char *class,
		      size_t value,
		      const char *label)
{
	open_tag(page, "li", NULL);
	open_tag(page, "b", class);
	number(page, value);
	close_tag(page);
	text(page, label);
	close_tag(page);
}

static void write_source(struct page *page, const struct audit_result *result)
{
	const char *const *gap = NULL;

	open_tag(page, "p", "soft");
	if (result->dc != NULL) {
		text(page, "as ");
		foreign_text(page, result->dc);
		text(page, " has it, ");
	}
	text(page, result->time);
	text(page, ", from ");
	foreign_text(page, result->url);
	close_tag(page);
	for (gap = result->gaps; gap != NULL && *gap != NULL; gap++) {
		open_tag(page, "p", "error");
		text(page, "Not complete: ");
		foreign_text(page, *gap);
		close_tag(page);
	}
	if (result->part != NULL) {
		open_tag(page, "p", NULL);
		foreign_text(page, result->part);
		close_tag(page);
	}
}

static void write_sums(struct page *page, const struct audit_result *result)
{
	const size_t *counts = result->findings->counts;

	open_tag(page, "ul", "sums");
	write_sum(page,
		  "error",
		  counts[SPN_SEVERITY_ERROR],
		  (counts[SPN_SEVERITY_ERROR] == 1) ? "error" : "errors");
	write_sum(page,
		  "warning",
		  counts[SPN_SEVERITY_WARNING],
		  (counts[SPN_SEVERITY_WARNING] == 1) ? "warning"
						      : "warnings");
	write_sum(page, "info", counts[SPN_SEVERITY_INFO], "info");
	if (result->num_accepted > 0) {
		write_sum(page, NULL, result->num_accepted, "accepted");
	}
	write_sum(page,
		  NULL,
		  result->num_accounts,
		  (result->num_accounts == 1) ? "account" : "accounts");
	write_sum(page,
		  NULL,
		  result->num_spns,
		  (result->num_spns == 1) ? "SPN" : "SPNs");
	close_tag(page);
}

/* --------------------------------------------------------- which rules fire
 */

struct bar {
	const struct spn_message *message;
	enum spn_severity severity; /* the gravest of its findings */
	size_t num;
};

static struct bar *make_bars(TALLOC_CTX *mem_ctx,
			     const struct audit_findings *findings,
			     size_t *_num)
{
	struct bar *bars = talloc_array(mem_ctx,
					struct bar,
					findings->num_findings + 1);
	size_t num = 0;
	size_t i;
	size_t b;

	for (i = 0; bars != NULL && i < findings->num_findings; i++) {
		const struct audit_finding *f = &findings->findings[i];

		for (b = 0; b < num && bars[b].message != f->message; b++) {
		}
		if (b == num) {
			bars[num++] = (struct bar){
				.message = f->message,
				.severity = f->severity,
			};
		}
		bars[b].num++;
	}
	*_num = num;
	return bars;
}

static void write_bar(struct page *page, const struct bar *bar, size_t most)
{
	const size_t full = 1000;
	size_t width = bar->num * full / most;

	open_tag(page, "span", "code");
	text(page, bar->message->code);
	text(page, " ");
	element(page, "span", "soft", bar->message->id);
	close_tag(page);
	open_tag(page, "svg", spn_severity_text(bar->severity));
	attribute(page, "viewBox", "0 0 1000 10");
	attribute(page, "preserveAspectRatio", "none");
	attribute(page, "aria-hidden", "true");
	open_tag(page, "rect", NULL);
	number_attribute(page, "width", (width < 4) ? 4 : width);
	attribute(page, "height", "10");
	close_tag(page);
	close_tag(page);
	open_tag(page, "span", "number");
	number(page, bar->num);
	close_tag(page);
}

static void write_bars(struct page *page, const struct bar *bars, size_t num)
{
	size_t most = 1;
	size_t i;

	for (i = 0; i < num; i++) {
		most = (bars[i].num > most) ? bars[i].num : most;
	}
	element(page, "h2", NULL, "Which rules fire");
	open_tag(page, "div", "bars");
	for (i = 0; i < num; i++) {
		write_bar(page, &bars[i], most);
	}
	close_tag(page);
}

static void write_meanings(struct page *page,
			   const struct bar *bars,
			   size_t num)
{
	size_t i;

	element(page, "h2", NULL, "What the codes mean");
	open_tag(page, "dl", NULL);
	for (i = 0; i < num; i++) {
		open_tag(page, "dt", NULL);
		text(page, bars[i].message->code);
		text(page, " ");
		text(page, bars[i].message->id);
		close_tag(page);
		element(page, "dd", NULL, bars[i].message->summary);
	}
	close_tag(page);
}

/* ------------------------------------------------------------------- table */

static void open_cell(struct page *page, const char *class, const char *label)
{
	open_tag(page, "td", class);
	if (label != NULL) {
		attribute(page, "data-label", label);
	}
}

/* Printable text that may be broken behind each of those bytes. */
static void breakable(struct page *page, char *rest, const char *behind)
{
	size_t len = strcspn(rest, behind);

	while (rest[len] != '\0') {
		char next = rest[len + 1];

		rest[len + 1] = '\0';
		text(page, rest);
		open_tag(page, "wbr", NULL);
		close_empty(page);
		rest += len + 1;
		rest[0] = next;
		len = strcspn(rest, behind);
	}
	text(page, rest);
}

static void write_spn(struct page *page, const struct audit_finding *finding)
{
	char *spn = spn_escape(page->mem_ctx, finding->spn);

	if (spn == NULL) {
		page->ok = false;
	} else if (spn[0] != '\0') {
		open_tag(page, "code", NULL);
		breakable(page, spn, "/.:");
		close_tag(page);
	}
	talloc_free(spn);
}

static void write_dn(struct page *page, const char *dn)
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
static void write_subject(struct page *page,
			  const struct audit_finding *finding)
{
	bool of_account = audit_is_of_account(finding);

	open_cell(page, of_account ? "account" : "spn", NULL);
	if (of_account) {
		write_dn(page, finding->holders.accounts[0]->dn);
	} else {
		write_spn(page, finding);
	}
	close_tag(page);
}

static void write_dns(struct page *page,
		      const char *label,
		      const struct audit_accounts *accounts)
{
	size_t i;

	for (i = 0; i < accounts->num_accounts; i++) {
		open_tag(page, "p", NULL);
		if (label != NULL) {
			element(page, "span", "soft", label);
		}
		write_dn(page, accounts->accounts[i]->dn);
		close_tag(page);
	}
}

static void write_accounts(struct page *page,
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
		open_tag(page, "p", NULL);
		element(page, "span", "soft", "holds ");
		write_spn(page, finding);
		close_tag(page);
	}
	write_dns(page, "also ", &finding->others);
	close_tag(page);
}

static void write_words(struct page *page,
			const char *label,
			const char *words)
{
	char *printable = spn_printable(page->mem_ctx, spn_str_of(words));

	open_cell(page, NULL, label);
	if (printable == NULL) {
		page->ok = false;
	} else {
		breakable(page, printable, ",/.@");
	}
	talloc_free(printable);
	close_tag(page);
}

static void write_row(struct page *page, const struct audit_finding *finding)
{
	const char *severity = spn_severity_text(finding->severity);
	char class[sizeof("severity warning")] = "";

	snprintf(class, sizeof(class), "severity %s", severity);
	open_tag(page, "tr", NULL);
	number_attribute(page, "data-rank", finding->severity);
	open_tag(page, "td", class);
	number_attribute(page, "data-rank", finding->severity);
	text(page, severity);
	close_tag(page);
	open_tag(page, "td", "code");
	text(page, finding->message->code);
	text(page, " ");
	element(page, "span", "soft", finding->message->id);
	close_tag(page);
	write_subject(page, finding);
	write_accounts(page, finding);
	write_words(page, "why", finding->reason);
	write_words(page, "fix", finding->fix);
	close_tag(page);
	check(page, xmlTextWriterWriteString(page->writer, xml("\n")));
}

static void write_option(struct page *page,
			 const char *value,
			 const char *words)
{
	open_tag(page, "option", NULL);
	attribute(page, "value", value);
	text(page, words);
	close_tag(page);
}

/* Shown by the script, which it needs. */
static void write_filter(struct page *page)
{
	open_tag(page, "p", "filter");
	attribute(page, "hidden", "hidden");
	open_tag(page, "label", NULL);
	text(page, "Words ");
	open_tag(page, "input", NULL);
	attribute(page, "id", "words");
	attribute(page, "type", "search");
	close_empty(page);
	close_tag(page);
	open_tag(page, "label", NULL);
	text(page, "At least ");
	open_tag(page, "select", NULL);
	attribute(page, "id", "least");
	write_option(page, "0", "info");
	write_option(page, "1", "warning");
	write_option(page, "2", "error");
	close_tag(page);
	close_tag(page);
	open_tag(page, "span", "soft");
	attribute(page, "id", "shown");
	attribute(page, "role", "status");
	close_tag(page);
	close_tag(page);
}

static void write_table(struct page *page,
			const struct audit_findings *findings)
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

	element(page, "h2", NULL, "Findings, most urgent first");
	write_filter(page);
	open_tag(page, "table", NULL);
	open_tag(page, "thead", NULL);
	open_tag(page, "tr", NULL);
	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		open_tag(page, "th", NULL);
		attribute(page, "scope", "col");
		text(page, heads[i]);
		close_tag(page);
	}
	close_tag(page);
	close_tag(page);
	open_tag(page, "tbody", NULL);
	for (i = 0; i < findings->num_findings && page->ok; i++) {
		write_row(page, &findings->findings[i]);
	}
	close_tag(page);
	close_tag(page);
}

static void write_body(struct page *page, const struct audit_result *result)
{
	size_t num = 0;
	struct bar *bars = make_bars(page->mem_ctx, result->findings, &num);

	page->ok = page->ok && bars != NULL;
	open_tag(page, "body", NULL);
	open_tag(page, "h1", NULL);
	write_title(page, result);
	close_tag(page);
	write_source(page, result);
	write_sums(page, result);
	if (num == 0) {
		element(page, "h2", NULL, "No findings");
	} else if (bars != NULL) {
		write_bars(page, bars, num);
		write_table(page, result->findings);
		write_meanings(page, bars, num);
	}
	open_tag(page, "script", NULL);
	check(page, xmlTextWriterWriteRaw(page->writer, xml(audit_page_js)));
	close_tag(page);
	close_tag(page);
	talloc_free(bars);
}

bool audit_write_html(TALLOC_CTX *mem_ctx,
		      const struct audit_result *result,
		      FILE *stream)
{
	xmlBufferPtr buffer = xmlBufferCreate();
	struct page page = {.mem_ctx = mem_ctx, .ok = buffer != NULL};

	if (buffer != NULL) {
		page.writer = xmlNewTextWriterMemory(buffer, 0);
	}
	if (page.writer == NULL) {
		xmlBufferFree(buffer);
		return false;
	}
	open_tag(&page, "html", NULL);
	attribute(&page, "lang", "en");
	write_head(&page, result);
	write_body(&page, result);
	close_tag(&page);
	xmlFreeTextWriter(page.writer);
	fputs("<!DOCTYPE html>\n", stream);
	fwrite(xmlBufferContent(buffer),
	       1,
	       (size_t)xmlBufferLength(buffer),
	       stream);
	fputc('\n', stream);
	xmlBufferFree(buffer);
	return page.ok;
}
