/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The report for people: a table of names, then the verdicts with what to
 * type, then the answer.
 */
#include "judge.h"
#include "report.h"

#include "common/words.h"
#include "policy/quote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDEST 48 /* column of names */
#define INDENT 9  /* of what stands behind "warning: " */

static void put(FILE *out, TALLOC_CTX *mem_ctx, const char *text, int width)
{
	char *printable = spn_printable(mem_ctx, spn_str_of(text));

	fprintf(out, "%-*s ", width, (printable == NULL) ? "?" : printable);
}

static int widest(const struct probe *probe,
		  int (*width)(const struct probe_row *))
{
	int most = 7; /* of the headings */
	size_t i;

	for (i = 0; i < probe->num_rows; i++) {
		int one = width(&probe->rows[i]);

		most = (one > most) ? one : most;
	}
	return (most > WIDEST) ? WIDEST : most;
}

static int name_width(const struct probe_row *row)
{
	size_t len = strlen(row->name->spn);

	return (len > WIDEST) ? WIDEST : (int)len;
}

static int account_width(const struct probe_row *row)
{
	const struct spn_account *account = probe_row_account(row);

	return (account == NULL || account->sam_account_name == NULL)
		       ? 0
		       : (int)strlen(account->sam_account_name);
}

/* "12 of 14 failed, 3 clients" */
static const char *logged_text(TALLOC_CTX *mem_ctx,
			       const struct probe_logged *logged)
{
	return talloc_asprintf(mem_ctx,
			       "%zu of %zu failed, %zu client%s",
			       logged->num_failed,
			       logged->num_requests,
			       logged->num_clients,
			       (logged->num_clients == 1) ? "" : "s");
}

/* "RC4, key 2"; "error 7"; "-" where no KDC was asked. */
static const char *ticket_text(TALLOC_CTX *mem_ctx,
			       const struct probe_row *row)
{
	const struct probe_ticket *ticket = row->ticket;

	if (row->logged != NULL) {
		return logged_text(mem_ctx, row->logged);
	}
	if (ticket == NULL) {
		return "-";
	}
	if (ticket->error == -1) {
		return "no answer";
	}
	if (ticket->error != 0) {
		return talloc_asprintf(mem_ctx, "error %d", ticket->error);
	}
	return talloc_asprintf(mem_ctx,
			       "%s, key %u",
			       probe_enctype_name(mem_ctx, ticket->enctype),
			       ticket->kvno);
}

static const char *who_asks(TALLOC_CTX *mem_ctx, const struct probe_name *name)
{
	const struct probe_client *first = NULL;

	if (name->num_clients == 0) {
		return name->is_this_machine ? "this machine" : "";
	}
	first = name->clients[0];
	if (name->num_clients == 1) {
		return first->name;
	}
	return talloc_asprintf(mem_ctx,
			       "%s and %zu more",
			       first->name,
			       name->num_clients - 1);
}

static void put_row(FILE *out,
		    TALLOC_CTX *mem_ctx,
		    const struct probe *probe,
		    const struct probe_row *row)
{
	const struct spn_account *account = probe_row_account(row);
	const char *ticket = ticket_text(mem_ctx, row);
	const char *asks = (row->logged == NULL) ? who_asks(mem_ctx, row->name)
						 : row->logged->last_seen;

	put(out, mem_ctx, row->name->spn, widest(probe, name_width));
	put(out,
	    mem_ctx,
	    (account == NULL) ? "-" : probe_account_name(mem_ctx, account),
	    widest(probe, account_width));
	put(out, mem_ctx, (ticket == NULL) ? "?" : ticket, 31);
	put(out, mem_ctx, (asks == NULL) ? "-" : asks, 0);
	fprintf(out, "\n");
}

static void put_table(FILE *out,
		      TALLOC_CTX *mem_ctx,
		      const struct probe *probe)
{
	size_t i;

	if (probe->num_rows == 0) {
		return;
	}
	put(out, mem_ctx, "NAME", widest(probe, name_width));
	put(out, mem_ctx, "ACCOUNT", widest(probe, account_width));
	put(out, mem_ctx, (probe->log == NULL) ? "TICKET" : "REQUESTS", 31);
	fprintf(out, (probe->log == NULL) ? "WHO ASKS\n" : "LAST\n");
	for (i = 0; i < probe->num_rows; i++) {
		put_row(out, mem_ctx, probe, &probe->rows[i]);
	}
	fprintf(out, "\n");
}

static void put_verdicts(FILE *out,
			 TALLOC_CTX *mem_ctx,
			 const char *of,
			 const struct probe_verdicts *verdicts)
{
	size_t i;
	size_t j;

	for (i = 0; i < verdicts->num; i++) {
		const struct probe_verdict *verdict = &verdicts->list[i];
		char *label = talloc_asprintf(
			mem_ctx,
			"%s:",
			probe_weight_word(verdict->message->weight));
		char *text = talloc_asprintf(mem_ctx,
					     "%s%s%s (%s)",
					     (of == NULL) ? "" : of,
					     (of == NULL) ? "" : ": ",
					     verdict->text,
					     verdict->message->code);
		char *shown = (text == NULL) ? NULL
					     : spn_printable(mem_ctx,
							     spn_str_of(text));

		if (label == NULL || shown == NULL) {
			return;
		}
		audit_wrap(out, label, INDENT, shown);
		for (j = 0; j < verdict->num_fixes; j++) {
			audit_line(out, "", INDENT, verdict->fixes[j]);
		}
	}
}

static void put_silent(FILE *out,
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
			audit_wrap(out, "note:", INDENT, text);
		}
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
	fprintf(out, "\n\n");
}

static void put_all(FILE *out, TALLOC_CTX *mem_ctx, struct probe *probe)
{
	const char *sentence = probe_sentence(probe);
	size_t i;

	if (!probe->options->is_quiet) {
		put_head(out, mem_ctx, probe);
		put_table(out, mem_ctx, probe);
		for (i = 0; i < probe->num_rows; i++) {
			put_verdicts(out,
				     mem_ctx,
				     probe_quoted(mem_ctx,
						  probe->rows[i].name->spn),
				     &probe->rows[i].verdicts);
		}
		put_verdicts(out, mem_ctx, NULL, &probe->verdicts);
		put_silent(out, mem_ctx, probe);
		fprintf(out, "\n");
	}
	fprintf(out, "%s\n", (sentence == NULL) ? "out of memory" : sentence);
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
