/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tables of a report for people: names, or the entries of a keytab.
 */
#include "judge.h"
#include "report.h"

#include "policy/quote.h"

#include <stdarg.h>
#include <string.h>

#define WIDEST 52 /* of a column */
#define MOST_COLUMNS 5
#define MOST_CLIENTS 3 /* that are named */

struct table {
	TALLOC_CTX *mem_ctx;
	size_t num_columns;
	size_t num_rows;
	/* Printable; a column after the other for each row. */
	const char **cells;
};

/* NULL: out of memory, which leaves a cell empty. */
static void set_cell(struct table *table,
		     size_t row,
		     size_t column,
		     const char *text)
{
	const char *shown = (text == NULL) ? "-"
					   : spn_printable(table->mem_ctx,
							   spn_str_of(text));

	table->cells[row * table->num_columns + column] = (shown == NULL)
								  ? "?"
								  : shown;
}

/* What somebody else has chosen: nobody takes a blank in it for the end of the
 * cell, or it for a line of ours. */
static void set_name(struct table *table,
		     size_t row,
		     size_t column,
		     const char *name)
{
	set_cell(table,
		 row,
		 column,
		 (name == NULL) ? NULL : probe_quoted(table->mem_ctx, name));
}

static void put_cells(FILE *out, const struct table *table)
{
	int widths[MOST_COLUMNS] = {};
	size_t row;
	size_t column;

	for (row = 0; row < table->num_rows; row++) {
		for (column = 0; column < table->num_columns; column++) {
			size_t len = strlen(
				table->cells[row * table->num_columns +
					     column]);

			len = (len > WIDEST) ? WIDEST : len;
			if ((int)len > widths[column]) {
				widths[column] = (int)len;
			}
		}
	}
	for (row = 0; row < table->num_rows; row++) {
		for (column = 0; column < table->num_columns; column++) {
			bool is_last = column + 1 == table->num_columns;

			fprintf(out,
				"%-*s%s",
				is_last ? 0 : widths[column],
				table->cells[row * table->num_columns +
					     column],
				is_last ? "\n" : "  ");
		}
	}
	fprintf(out, "\n");
}

static bool make_table(struct table *table,
		       TALLOC_CTX *mem_ctx,
		       size_t num_rows,
		       const char *const *headings)
{
	size_t i;

	*table = (struct table){.mem_ctx = mem_ctx, .num_rows = num_rows + 1};
	while (headings[table->num_columns] != NULL) {
		table->num_columns++;
	}
	table->cells = talloc_zero_array(mem_ctx,
					 const char *,
					 (unsigned)(table->num_rows *
						    table->num_columns));
	if (table->cells == NULL) {
		return false;
	}
	for (i = 0; i < table->num_columns; i++) {
		table->cells[i] = headings[i];
	}
	return true;
}

/* ---------------------------------------------------------------- names */

/* "aes256" of "aes256-cts-hmac-sha1-96" */
static const char *short_enctype(TALLOC_CTX *mem_ctx, int32_t enctype)
{
	const char *name = probe_enctype_name(mem_ctx, enctype);

	return (name == NULL)
		       ? NULL
		       : talloc_strndup(mem_ctx, name, strcspn(name, "-"));
}

static const char *ticket_text(TALLOC_CTX *mem_ctx,
			       const struct probe_row *row)
{
	const struct probe_ticket *ticket = row->ticket;

	if (ticket == NULL) {
		return NULL;
	}
	if (ticket->error == -1) {
		return "no answer";
	}
	if (ticket->error != 0) {
		return talloc_asprintf(mem_ctx, "error %d", ticket->error);
	}
	return talloc_asprintf(mem_ctx,
			       "%s, key %u",
			       short_enctype(mem_ctx, ticket->enctype),
			       ticket->kvno);
}

static bool was_named(const struct probe_name *name, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (strcmp(name->clients[i]->name, name->clients[n]->name) ==
		    0)
		{
			return true;
		}
	}
	return false;
}

/* "curl, Firefox, Chromium and 9 more": programs, with whatever setting. */
static const char *who_asks(TALLOC_CTX *mem_ctx, const struct probe_name *name)
{
	char *text = talloc_strdup(mem_ctx, "");
	size_t num = 0;
	size_t i;

	for (i = 0; text != NULL && i < name->num_clients; i++) {
		if (was_named(name, i)) {
			continue;
		}
		if (num++ < MOST_CLIENTS) {
			text = talloc_asprintf_append(text,
						      "%s%s",
						      (num == 1) ? "" : ", ",
						      name->clients[i]->name);
		}
	}
	if (text != NULL && num > MOST_CLIENTS) {
		text = talloc_asprintf_append(text,
					      " and %zu more",
					      num - MOST_CLIENTS);
	}
	return (num == 0) ? "this machine" : text;
}

static const char *account_text(const struct spn_account *account)
{
	return (account == NULL) ? NULL : account->sam_account_name;
}

void probe_put_names(FILE *out, TALLOC_CTX *mem_ctx, const struct probe *probe)
{
	static const char *const headings[] = {"NAME",
					       "ACCOUNT",
					       "TICKET",
					       "WHO ASKS",
					       NULL};
	struct table table = {};
	size_t i;

	if (probe->num_rows == 0 ||
	    !make_table(&table, mem_ctx, probe->num_rows, headings))
	{
		return;
	}
	for (i = 0; i < probe->num_rows; i++) {
		const struct probe_row *row = &probe->rows[i];

		set_name(&table, i + 1, 0, row->name->spn);
		set_name(&table,
			 i + 1,
			 1,
			 account_text(probe_row_account(row)));
		set_cell(&table, i + 1, 2, ticket_text(mem_ctx, row));
		set_cell(&table, i + 1, 3, who_asks(mem_ctx, row->name));
	}
	put_cells(out, &table);
}

void probe_put_logged(FILE *out,
		      TALLOC_CTX *mem_ctx,
		      const struct probe *probe)
{
	static const char *const headings[] =
		{"NAME", "ACCOUNT", "FAILED", "CLIENTS", "LAST", NULL};
	struct table table = {};
	size_t i;

	if (probe->num_rows == 0 ||
	    !make_table(&table, mem_ctx, probe->num_rows, headings))
	{
		return;
	}
	for (i = 0; i < probe->num_rows; i++) {
		const struct probe_row *row = &probe->rows[i];
		const struct probe_logged *logged = row->logged;

		set_name(&table, i + 1, 0, row->name->spn);
		set_name(&table,
			 i + 1,
			 1,
			 account_text(probe_row_account(row)));
		set_cell(&table,
			 i + 1,
			 2,
			 talloc_asprintf(mem_ctx,
					 "%zu of %zu",
					 logged->num_failed,
					 logged->num_requests));
		set_cell(&table,
			 i + 1,
			 3,
			 talloc_asprintf(mem_ctx, "%zu", logged->num_clients));
		set_cell(&table, i + 1, 4, logged->last_seen);
	}
	put_cells(out, &table);
}

/* --------------------------------------------------------------- keytab */

void probe_put_entries(FILE *out,
		       TALLOC_CTX *mem_ctx,
		       const struct probe *probe)
{
	static const char *const headings[] =
		{"ENTRY", "KVNO", "TYPE", "ACCOUNT", "STATE", NULL};
	struct table table = {};
	size_t i;

	if (probe->keytab == NULL || probe->target != NULL ||
	    probe->options->num_accounts > 0 ||
	    !make_table(&table, mem_ctx, probe->keytab->num_entries, headings))
	{
		return;
	}
	for (i = 0; i < probe->keytab->num_entries; i++) {
		const struct probe_keytab_entry *entry =
			&probe->keytab->entries[i];

		set_name(&table, i + 1, 0, entry->principal);
		set_cell(&table,
			 i + 1,
			 1,
			 talloc_asprintf(mem_ctx, "%u", entry->kvno));
		set_cell(&table,
			 i + 1,
			 2,
			 short_enctype(mem_ctx, entry->enctype));
		set_name(&table,
			 i + 1,
			 3,
			 (probe->owners == NULL)
				 ? NULL
				 : account_text(probe->owners[i]));
		set_cell(&table,
			 i + 1,
			 4,
			 (probe->checks == NULL) ? NULL
						 : probe->checks[i].detail);
	}
	put_cells(out, &table);
}

void probe_put_accounts(FILE *out,
			TALLOC_CTX *mem_ctx,
			const struct probe *probe)
{
	static const char *const headings[] = {"ACCOUNT",
					       "KVNO",
					       "TYPE",
					       "STATE",
					       NULL};
	size_t num = probe->options->num_accounts;
	struct table table = {};
	size_t i;

	if (probe->key_of == NULL ||
	    !make_table(&table, mem_ctx, num, headings))
	{
		return;
	}
	for (i = 0; i < num; i++) {
		const struct probe_key_of *of = &probe->key_of[i];
		const char *kvno = NULL;
		const char *type = NULL;

		if (of->ticket->error == 0) {
			kvno = talloc_asprintf(mem_ctx,
					       "%u",
					       of->ticket->kvno);
			type = short_enctype(mem_ctx, of->ticket->enctype);
		}
		set_name(&table, i + 1, 0, of->name);
		set_cell(&table, i + 1, 1, kvno);
		set_cell(&table, i + 1, 2, type);
		set_cell(&table, i + 1, 3, of->detail);
	}
	put_cells(out, &table);
}
