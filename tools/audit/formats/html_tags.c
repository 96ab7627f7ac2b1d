/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libxml2's writer escapes whatever comes from the directory. What no page may
 * contain (control characters, bytes that are no UTF-8) is escaped before, as
 * in every other format.
 */
#include "html_page.h"

#include "policy/quote.h"

static void check(struct html_page *page, int written)
{
	page->ok = page->ok && written >= 0;
}

static const xmlChar *xml(const char *text)
{
	return (const xmlChar *)text;
}

void html_open(struct html_page *page, const char *name, const char *class)
{
	check(page, xmlTextWriterStartElement(page->writer, xml(name)));
	if (class != NULL) {
		check(page,
		      xmlTextWriterWriteAttribute(page->writer,
						  xml("class"),
						  xml(class)));
	}
}

void html_attribute(struct html_page *page,
		    const char *name,
		    const char *value)
{
	check(page,
	      xmlTextWriterWriteAttribute(page->writer,
					  xml(name),
					  xml(value)));
}

void html_number_attribute(struct html_page *page,
			   const char *name,
			   size_t number)
{
	check(page,
	      xmlTextWriterWriteFormatAttribute(page->writer,
						xml(name),
						"%zu",
						number));
}

void html_close(struct html_page *page)
{
	check(page, xmlTextWriterFullEndElement(page->writer));
}

void html_close_empty(struct html_page *page)
{
	check(page, xmlTextWriterEndElement(page->writer));
}

void html_text(struct html_page *page, const char *words)
{
	check(page, xmlTextWriterWriteString(page->writer, xml(words)));
}

void html_foreign_text(struct html_page *page, const char *words)
{
	char *printable = spn_printable(page->mem_ctx, spn_str_of(words));

	if (printable == NULL) {
		page->ok = false;
		return;
	}
	html_text(page, printable);
	talloc_free(printable);
}

void html_number(struct html_page *page, size_t value)
{
	check(page,
	      xmlTextWriterWriteFormatString(page->writer, "%zu", value));
}

void html_element(struct html_page *page,
		  const char *name,
		  const char *class,
		  const char *words)
{
	html_open(page, name, class);
	html_text(page, words);
	html_close(page);
}

void html_raw(struct html_page *page, const char *words)
{
	check(page, xmlTextWriterWriteRaw(page->writer, xml(words)));
}

void html_open_code_link(struct html_page *page, const char *code)
{
	html_open(page, "a", NULL);
	check(page,
	      xmlTextWriterWriteFormatAttribute(page->writer,
						xml("href"),
						"#%s",
						code));
}
