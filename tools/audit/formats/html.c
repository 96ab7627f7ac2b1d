/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The report as one page: no network, readable without a script, light and
 * dark, on a desk and on a phone. page.css and page.js are
 * compiled in.
 *
 * A browser would need minutes for a table of 20,000 rows. So the table has
 * the first rows only, and the script makes any others from data in the page
 * (html_data.c).
 */
#include "html_page.h"

#include "audit/formats/page_parts.h"
#include "audit/rules/messages.h"

#include <string.h>

/* -------------------------------------------------------------------- head */

static void write_title(struct html_page *page,
			const struct audit_result *result)
{
	html_text(page, "SPN audit of ");
	html_foreign_text(page, result->domain);
}

static void write_head(struct html_page *page,
		       const struct audit_result *result)
{
	html_open(page, "head", NULL);
	html_open(page, "meta", NULL);
	html_attribute(page, "charset", "utf-8");
	html_close_empty(page);
	html_open(page, "meta", NULL);
	html_attribute(page, "http-equiv", "Content-Security-Policy");
	html_attribute(page, "content", AUDIT_PAGE_POLICY);
	html_close_empty(page);
	html_open(page, "meta", NULL);
	html_attribute(page, "name", "viewport");
	html_attribute(page, "content", "width=device-width, initial-scale=1");
	html_close_empty(page);
	html_open(page, "title", NULL);
	write_title(page, result);
	html_close(page);
	html_open(page, "style", NULL);
	html_raw(page, audit_page_css);
	html_close(page);
	html_close(page);
}

static void write_sum(struct html_page *page,
		      const char *class,
		      size_t value,
		      const char *label)
{
	html_open(page, "li", NULL);
	html_open(page, "b", class);
	html_number(page, value);
	html_close(page);
	html_text(page, label);
	html_close(page);
}

static void write_source(struct html_page *page,
			 const struct audit_result *result)
{
	const char *const *gap = NULL;

	html_open(page, "p", "soft");
	if (result->dc != NULL) {
		html_text(page, "as ");
		html_foreign_text(page, result->dc);
		html_text(page, " has it, ");
	}
	html_text(page, result->time);
	html_text(page, ", from ");
	html_foreign_text(page, result->url);
	html_close(page);
	for (gap = result->gaps; gap != NULL && *gap != NULL; gap++) {
		html_open(page, "p", "error");
		html_text(page, "Not complete: ");
		html_foreign_text(page, *gap);
		html_close(page);
	}
	if (result->part != NULL) {
		html_open(page, "p", NULL);
		html_foreign_text(page, result->part);
		html_close(page);
	}
}

static void write_sums(struct html_page *page,
		       const struct audit_result *result)
{
	const size_t *counts = result->findings->counts;

	html_open(page, "ul", "sums");
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
	html_close(page);
}

/* --------------------------------------------------------- which rules fire
 */

/* False when out of memory. */
static bool count_codes(TALLOC_CTX *mem_ctx,
			const struct audit_findings *findings,
			struct html_codes *_codes)
{
	struct html_code *codes = talloc_array(mem_ctx,
					       struct html_code,
					       findings->num_findings + 1);
	size_t num = 0;
	size_t i;
	size_t c;

	for (i = 0; codes != NULL && i < findings->num_findings; i++) {
		const struct audit_finding *f = &findings->findings[i];

		for (c = 0; c < num && codes[c].message != f->message; c++) {
		}
		if (c == num) {
			codes[num++] = (struct html_code){
				.message = f->message,
				.severity = f->severity,
			};
		}
		codes[c].num++;
	}
	_codes->codes = codes;
	_codes->num_codes = num;
	return codes != NULL;
}

static void write_bar(struct html_page *page,
		      const struct html_code *code,
		      size_t most)
{
	const size_t full = 1000;
	size_t width = code->num * full / most;

	html_open_code_link(page, code->message->code);
	html_open(page, "span", "code");
	html_text(page, code->message->code);
	html_text(page, " ");
	html_element(page, "span", "soft", code->message->id);
	html_close(page);
	html_open(page, "svg", spn_severity_text(code->severity));
	html_attribute(page, "viewBox", "0 0 1000 10");
	html_attribute(page, "preserveAspectRatio", "none");
	html_attribute(page, "aria-hidden", "true");
	html_open(page, "rect", NULL);
	html_number_attribute(page, "width", (width < 4) ? 4 : width);
	html_attribute(page, "height", "10");
	html_close(page);
	html_close(page);
	html_open(page, "span", "number");
	html_number(page, code->num);
	html_close(page);
	html_close(page);
}

static void write_bars(struct html_page *page, const struct html_codes *codes)
{
	size_t most = 1;
	size_t i;

	for (i = 0; i < codes->num_codes; i++) {
		most = (codes->codes[i].num > most) ? codes->codes[i].num
						    : most;
	}
	html_element(page, "h2", NULL, "Which rules fire");
	html_open(page, "div", "bars");
	for (i = 0; i < codes->num_codes; i++) {
		write_bar(page, &codes->codes[i], most);
	}
	html_close(page);
}

static void write_meaning(struct html_page *page,
			  const char *label,
			  const char *words)
{
	html_open(page, "dd", NULL);
	html_element(page, "span", "soft", label);
	html_foreign_text(page, words);
	html_close(page);
}

/* Reason and fix as spn-audit --explain has them. */
static void write_meanings(struct html_page *page,
			   const struct html_codes *codes)
{
	size_t i;

	html_element(page, "h2", NULL, "What the codes mean");
	html_open(page, "dl", NULL);
	for (i = 0; page->ok && i < codes->num_codes; i++) {
		const struct spn_message *message = codes->codes[i].message;
		char *reason = audit_message_reason(page->mem_ctx, message);
		char *fix = audit_message_fix(page->mem_ctx, message);

		page->ok = page->ok && reason != NULL && fix != NULL;
		html_open(page, "dt", NULL);
		html_attribute(page, "id", message->code);
		html_text(page, message->code);
		html_text(page, " ");
		html_text(page, message->id);
		html_close(page);
		html_element(page, "dd", NULL, message->summary);
		if (page->ok) {
			write_meaning(page, "why ", reason);
			write_meaning(page, "fix ", fix);
		}
		talloc_free(reason);
		talloc_free(fix);
	}
	html_close(page);
}

static void write_findings(struct html_page *page,
			   const struct audit_findings *findings,
			   const struct html_codes *codes)
{
	write_bars(page, codes);
	html_write_table(page, findings, codes);
	write_meanings(page, codes);
	html_write_data(page, findings, codes);
	html_open(page, "script", NULL);
	html_raw(page, audit_page_js);
	html_close(page);
}

static void write_body(struct html_page *page,
		       const struct audit_result *result)
{
	struct html_codes codes = {};

	html_open(page, "body", NULL);
	html_open(page, "h1", NULL);
	write_title(page, result);
	html_close(page);
	write_source(page, result);
	write_sums(page, result);
	html_write_trend(page, result);
	if (!count_codes(page->mem_ctx, result->findings, &codes)) {
		page->ok = false;
	} else if (codes.num_codes == 0) {
		html_element(page, "h2", NULL, "No findings");
	} else {
		write_findings(page, result->findings, &codes);
	}
	html_close(page);
	talloc_free(codes.codes);
}

bool audit_write_html(TALLOC_CTX *mem_ctx,
		      const struct audit_result *result,
		      FILE *stream)
{
	xmlBufferPtr buffer = xmlBufferCreate();
	struct html_page page = {.mem_ctx = mem_ctx, .ok = buffer != NULL};

	if (buffer != NULL) {
		page.writer = xmlNewTextWriterMemory(buffer, 0);
	}
	if (page.writer == NULL) {
		xmlBufferFree(buffer);
		return false;
	}
	html_open(&page, "html", NULL);
	html_attribute(&page, "lang", "en");
	write_head(&page, result);
	write_body(&page, result);
	html_close(&page);
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
