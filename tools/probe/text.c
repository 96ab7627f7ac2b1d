/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The report for people: a table, then the verdicts with what to type, the
 * worst first, then the answer.
 */
#include "judge.h"
#include "report.h"

#include "common/words.h"
#include "policy/quote.h"

#include <stdio.h>
#include <stdlib.h>

#define INDENT 9 /* of what stands behind "warning: " */

static const enum spn_style styles[] = {
	[PROBE_GOOD] = SPN_STYLE_GOOD,
	[PROBE_NOTE] = SPN_STYLE_INFO,
	[PROBE_WARNING] = SPN_STYLE_WARNING,
	[PROBE_FAULT] = SPN_STYLE_ERROR,
};

static void put_verdict(const struct spn_page *page,
			TALLOC_CTX *mem_ctx,
			const char *of,
			const struct probe_verdict *verdict)
{
	char *label = talloc_asprintf(mem_ctx,
				      "%s:",
				      probe_weight_word(
					      verdict->message->weight));
	char *text = talloc_asprintf(mem_ctx,
				     "%s%s%s (%s)",
				     (of == NULL) ? "" : of,
				     (of == NULL) ? "" : ": ",
				     verdict->text,
				     verdict->message->code);
	char *shown = (text == NULL)
			      ? NULL
			      : spn_printable(mem_ctx, spn_str_of(text));
	size_t i;

	if (label == NULL || shown == NULL) {
		return;
	}
	spn_page_wrap(page,
		      styles[verdict->message->weight],
		      label,
		      INDENT,
		      shown);
	for (i = 0; i < verdict->num_fixes; i++) {
		spn_page_line(page,
			      SPN_STYLE_PLAIN,
			      "",
			      INDENT,
			      verdict->fixes[i]);
	}
}

static void put_of(const struct spn_page *page,
		   TALLOC_CTX *mem_ctx,
		   const char *of,
		   const struct probe_verdicts *verdicts,
		   enum probe_weight weight)
{
	size_t i;

	for (i = 0; i < verdicts->num; i++) {
		if (verdicts->list[i].message->weight == weight) {
			put_verdict(page, mem_ctx, of, &verdicts->list[i]);
		}
	}
}

static void put_verdicts(const struct spn_page *page,
			 TALLOC_CTX *mem_ctx,
			 const struct probe *probe)
{
	int weight;
	size_t i;

	for (weight = PROBE_FAULT; weight >= PROBE_GOOD; weight--) {
		for (i = 0; i < probe->num_rows; i++) {
			const struct probe_row *row = &probe->rows[i];

			put_of(page,
			       mem_ctx,
			       probe_quoted(mem_ctx, row->name->spn),
			       &row->verdicts,
			       (enum probe_weight)weight);
		}
		put_of(page,
		       mem_ctx,
		       NULL,
		       &probe->verdicts,
		       (enum probe_weight)weight);
	}
}

/* Who asks for nothing, with --all-clients. */
static void put_silent(const struct spn_page *page,
		       TALLOC_CTX *mem_ctx,
		       const struct probe *probe)
{
	size_t i;

	if (probe->names == NULL || !probe->options->all_clients) {
		return;
	}
	for (i = 0; i < probe->names->num_silent; i++) {
		char *text = talloc_asprintf(mem_ctx,
					     "%s %s asks for nothing: %s",
					     probe->names->silent[i]->name,
					     probe->names->silent[i]->version,
					     probe->names->why[i]);

		if (text != NULL) {
			spn_page_wrap(page,
				      SPN_STYLE_INFO,
				      "note:",
				      INDENT,
				      text);
		}
	}
}

/* Who was asked: with several controllers each may know something else. */
static void put_asked(FILE *out,
		      TALLOC_CTX *mem_ctx,
		      const struct probe *probe)
{
	const char *kdc = NULL;
	size_t i;

	for (i = 0; kdc == NULL && i < probe->num_rows; i++) {
		const struct probe_ticket *ticket = probe->rows[i].ticket;

		kdc = (ticket == NULL) ? NULL : ticket->kdc;
	}
	if (kdc != NULL) {
		fprintf(out, "KDC %s", kdc);
	}
	if (probe->directory_server != NULL) {
		fprintf(out,
			"%sdirectory of %s",
			(kdc == NULL) ? "" : ", ",
			probe_quoted(mem_ctx, probe->directory_server));
	}
	if (kdc != NULL || probe->directory_server != NULL) {
		fprintf(out, "\n");
	}
}

static void put_head(FILE *out, TALLOC_CTX *mem_ctx, const struct probe *probe)
{
	const struct probe_dns *dns = probe->dns;

	if (probe->target == NULL) {
		return;
	}
	fprintf(out, "%s", probe_quoted(mem_ctx, probe->target->url));
	if (dns != NULL && dns->canonical != NULL) {
		fprintf(out, "  %s", probe_quoted(mem_ctx, dns->canonical));
	}
	if (dns != NULL && dns->address != NULL) {
		fprintf(out, "  %s", dns->address);
	}
	if (dns != NULL && dns->reverse != NULL) {
		fprintf(out, "  PTR %s", probe_quoted(mem_ctx, dns->reverse));
	}
	fprintf(out, "\n");
	put_asked(out, mem_ctx, probe);
	fprintf(out, "\n");
}

static void put_all(FILE *out, TALLOC_CTX *mem_ctx, struct probe *probe)
{
	const char *sentence = probe_sentence(probe);
	const struct spn_page page = {
		.stream = out,
		.terminal = probe->options->terminal,
	};

	if (sentence != NULL) {
		sentence = spn_printable(mem_ctx, spn_str_of(sentence));
	}
	if (!probe->options->is_quiet) {
		put_head(out, mem_ctx, probe);
		if (probe->log != NULL) {
			probe_put_logged(out, mem_ctx, probe);
		} else {
			probe_put_names(out, mem_ctx, probe);
			probe_put_entries(out, mem_ctx, probe);
			probe_put_accounts(out, mem_ctx, probe);
		}
		put_verdicts(&page, mem_ctx, probe);
		put_silent(&page, mem_ctx, probe);
		fprintf(out, "\n");
	}
	spn_page_line(&page,
		      SPN_STYLE_PLAIN,
		      "",
		      0,
		      (sentence == NULL) ? "out of memory" : sentence);
}

char *probe_text(TALLOC_CTX *mem_ctx, struct probe *probe)
{
	TALLOC_CTX *tmp_ctx = talloc_new(mem_ctx);
	char *bytes = NULL;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&bytes, &len);

	if (out != NULL && tmp_ctx != NULL) {
		put_all(out, tmp_ctx, probe);
		if (fclose(out) == 0) {
			text = talloc_strndup(mem_ctx, bytes, len);
		}
	}
	talloc_free(tmp_ctx);
	free(bytes);
	return text;
}
