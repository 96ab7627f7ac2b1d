/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the commas and the line ends are.
 */
#include "json.h"

#include "policy/quote.h"

static void new_line(const struct spn_json_out *json)
{
	if (json->is_indented) {
		fprintf(json->stream, "\n%*s", (int)(2 * json->depth), "");
	}
}

/* What stands before a value; name is NULL in an array. */
static void begin(struct spn_json_out *json, const char *name)
{
	if (json->depth > 0) {
		fputs(json->is_empty	  ? ""
		      : json->is_indented ? ","
					  : ", ",
		      json->stream);
		new_line(json);
	}
	json->is_empty = false;
	if (name != NULL) {
		fprintf(json->stream, "\"%s\": ", name);
	}
}

void spn_json_open(struct spn_json_out *json, const char *name, char bracket)
{
	begin(json, name);
	fputc(bracket, json->stream);
	json->depth++;
	json->is_empty = true;
}

void spn_json_close(struct spn_json_out *json, char bracket)
{
	json->depth--;
	if (!json->is_empty) {
		new_line(json);
	}
	json->is_empty = false;
	fputc(bracket, json->stream);
}

void spn_json_string(struct spn_json_out *json,
		     const char *name,
		     struct spn_str text)
{
	char *quoted = spn_json(json->mem_ctx, text);

	begin(json, name);
	fputs((quoted == NULL) ? "null" : quoted, json->stream);
	json->ok = json->ok && quoted != NULL;
	talloc_free(quoted);
}

void spn_json_text(struct spn_json_out *json,
		   const char *name,
		   const char *text)
{
	spn_json_string(json, name, spn_str_of(text));
}

void spn_json_number(struct spn_json_out *json,
		     const char *name,
		     size_t number)
{
	begin(json, name);
	fprintf(json->stream, "%zu", number);
}

void spn_json_bool(struct spn_json_out *json, const char *name, bool is_true)
{
	begin(json, name);
	fputs(is_true ? "true" : "false", json->stream);
}
