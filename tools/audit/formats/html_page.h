/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The HTML report, part by part. html.c puts the page together;
 * html_tags.c writes tags and text, html_trend.c what has changed,
 * html_table.c the first rows of the table, html_data.c all of them for the
 * script.
 */
#ifndef SPN_AUDIT_FORMATS_HTML_PAGE_H
#define SPN_AUDIT_FORMATS_HTML_PAGE_H

#include <libxml/xmlwriter.h>

#include "format.h"

/* How many rows there are at a time. */
#define HTML_PAGE_ROWS 100

/* Whatever writes leaves false in ok once something failed. */
struct html_page {
	TALLOC_CTX *mem_ctx;
	xmlTextWriterPtr writer;
	bool ok;
};

/* A code that was found, and how often. */
struct html_code {
	const struct spn_message *message;
	enum spn_severity severity; /* the gravest of its findings */
	size_t num;
};

/* In the order of the findings. */
struct html_codes {
	struct html_code *codes;
	size_t num_codes;
};

/* class is NULL when there is none. */
void html_open(struct html_page *page, const char *name, const char *class);
void html_attribute(struct html_page *page,
		    const char *name,
		    const char *value);
void html_number_attribute(struct html_page *page,
			   const char *name,
			   size_t number);
/* Never <p/>: to a browser that is not closed. */
void html_close(struct html_page *page);
/* <meta/>, <input/> */
void html_close_empty(struct html_page *page);
void html_text(struct html_page *page, const char *words);
/* Of the directory, or made from what is. */
void html_foreign_text(struct html_page *page, const char *words);
void html_number(struct html_page *page, size_t value);
/* Nothing is escaped. */
void html_raw(struct html_page *page, const char *words);
/* All of an element that has only text in it. */
void html_element(struct html_page *page,
		  const char *name,
		  const char *class,
		  const char *words);
/* <a href="#SPN-101">: to what the code means. */
void html_open_code_link(struct html_page *page, const char *code);

/* What has changed: beside the baseline, and since earlier reports. Nothing
 * where there is neither. */
void html_write_trend(struct html_page *page,
		      const struct audit_result *result);

/* The filter, and the table with its first HTML_PAGE_ROWS rows. */
void html_write_table(struct html_page *page,
		      const struct audit_findings *findings,
		      const struct html_codes *codes);

/* Every row, as JSON in an element that no browser runs. */
void html_write_data(struct html_page *page,
		     const struct audit_findings *findings,
		     const struct html_codes *codes);

#endif
