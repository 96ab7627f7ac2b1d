/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows as one JSON document, for a program that runs them against a real
 * directory. Values are bytes there, each as one character.
 */
#include "rows_json.h"

#include <jansson.h>
#include <stdio.h>

static json_t *json_letter(char letter)
{
	char text[2] = {letter, '\0'};

	return (letter == 0) ? json_null() : json_string(text);
}

/* Bytes need not be UTF-8: every byte becomes one character. */
static json_t *json_bytes(struct spn_str s)
{
	char *utf8 = talloc_array(NULL, char, 2 * s.len + 1);
	json_t *json = NULL;
	size_t num = 0;
	size_t i;

	for (i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.data[i];

		if (c >= 0x80) {
			utf8[num++] = (char)(0xc0 | (c >> 6));
			c = 0x80 | (c & 0x3f);
		}
		utf8[num++] = (char)c;
	}
	json = json_stringn(utf8, num);
	talloc_free(utf8);
	return json;
}

static json_t *json_changes(const struct row *row)
{
	static const char *const kinds[] = {
		[SPN_CHANGE_ADD] = "add",
		[SPN_CHANGE_DELETE] = "delete",
		[SPN_CHANGE_REPLACE] = "replace",
	};
	json_t *changes = json_array();
	size_t i;
	size_t j;

	for (i = 0; i < row->num_changes; i++) {
		json_t *values = json_array();

		for (j = 0; j < row->changes[i].num_values; j++) {
			json_array_append_new(
				values,
				json_bytes(row->changes[i].values[j]));
		}
		json_array_append_new(changes,
				      json_pack("{s:s, s:o}",
						"kind",
						kinds[row->changes[i].kind],
						"values",
						values));
	}
	return changes;
}

static json_t *json_facts(const struct row *row)
{
	json_t *facts = json_array();
	size_t i;

	for (i = 0; i < row->num_facts; i++) {
		json_array_append_new(facts,
				      json_pack("[s, s]",
						row->facts[i].key,
						row->facts[i].value));
	}
	return facts;
}

int rows_print_json(const struct rows *rows)
{
	json_t *all = json_array();
	size_t i;
	size_t j;

	for (i = 0; i < rows->num_rows; i++) {
		const struct row *row = &rows->rows[i];
		json_t *codes = json_array();

		for (j = 0; row->codes[j] != NULL; j++) {
			json_array_append_new(codes,
					      json_string(row->codes[j]));
		}
		json_array_append_new(
			all,
			json_pack("{s:s, s:s, s:i, s:s, s:o, s:o, s:s?, s:s, "
				  "s:s?, s:s?, s:o, s:b, s:o, s:s, s:o}",
				  "verb",
				  row_verb_text(row->verb),
				  "file",
				  row->file,
				  "line",
				  (int)row->line,
				  "text",
				  row->text,
				  "actor",
				  json_letter(row->actor),
				  "account",
				  json_letter(row->account),
				  "argument",
				  row->argument,
				  "kind",
				  row_kind_text(row),
				  "name",
				  row->name,
				  "dns",
				  row->dns,
				  "facts",
				  json_facts(row),
				  "answer",
				  (int)(row->answer || row->is_live),
				  "changes",
				  json_changes(row),
				  "result",
				  row_result_text(row->result),
				  "codes",
				  codes));
	}
	json_dumpf(all, stdout, JSON_INDENT(1));
	json_decref(all);
	return 0;
}
