/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one parser of rows. test_rows runs them over the pure code, and prints
 * them as JSON for the runner that has a directory.
 */
#include "rows.h"
#include "rows_facts.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const verb_texts[] = {
	[ROW_CASE] = "case",
	[ROW_SET] = "set",
	[ROW_HAS] = "has",
	[ROW_WRITE] = "write",
	[ROW_CREATE] = "create",
	[ROW_GRANT] = "grant",
	[ROW_HOLDS] = "holds",
	[ROW_DNS] = "dns",
	[ROW_KDC] = "kdc",
	[ROW_AUDIT] = "audit",
};

static const char *const result_texts[] = {
	[ROW_NO_RESULT] = "",
	[ROW_OK] = "ok",
	[ROW_WARN] = "warn",
	[ROW_DENY] = "deny",
	[ROW_DENIED_BY_ACL] = "denied by acl",
	[ROW_REFUSED_BY_SAMBA] = "refused by samba",
	[ROW_EXISTS] = "exists",
	[ROW_FINDINGS] = "",
};

static const struct {
	const char *text;
	enum spn_kind kind;
	bool is_dc;
} kinds[] = {
	{"user", SPN_KIND_USER, false},
	{"computer", SPN_KIND_COMPUTER, false},
	{"dc", SPN_KIND_COMPUTER, true},
	{"gmsa", SPN_KIND_GMSA, false},
};
#define NUM_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* One line being read: words are taken from its front. */
struct line {
	struct rows *rows;
	char *rest;
	const char *dns;
	const char *error; /* NULL as long as all is well */
};

const char *row_verb_text(enum row_verb verb)
{
	return verb_texts[verb];
}

const char *row_result_text(enum row_result result)
{
	return result_texts[result];
}

const char *row_kind_text(const struct row *row)
{
	size_t i;

	for (i = 0; i < NUM_KINDS; i++) {
		if (kinds[i].kind == row->kind && kinds[i].is_dc == row->is_dc)
		{
			return kinds[i].text;
		}
	}
	return "";
}

/* text with every {dns} replaced. */
static char *with_dns(TALLOC_CTX *mem_ctx, const char *text, const char *dns)
{
	char *out = talloc_strdup(mem_ctx, "");
	const char *at = NULL;

	while (dns != NULL && (at = strstr(text, "{dns}")) != NULL) {
		out = talloc_strndup_append(out, text, (size_t)(at - text));
		out = talloc_strdup_append(out, dns);
		text = at + strlen("{dns}");
	}
	return talloc_strdup_append(out, text);
}

/* The byte that \xx stands for; false if it is none. */
static bool take_escape(const char **in, char *_byte)
{
	char hex[3] = {};

	if ((*in)[0] != '\\' || !isxdigit((unsigned char)(*in)[1]) ||
	    !isxdigit((unsigned char)(*in)[2]))
	{
		return false;
	}
	memcpy(hex, *in + 1, 2);
	*_byte = (char)strtoul(hex, NULL, 16);
	*in += 3;
	return true;
}

static struct spn_str unescape(TALLOC_CTX *mem_ctx, const char *in)
{
	char *out = talloc_array(mem_ctx, char, strlen(in) + 1);
	size_t len = 0;

	while (*in != '\0') {
		if (!take_escape(&in, &out[len])) {
			out[len] = *in++;
		}
		len++;
	}
	out[len] = '\0';
	return (struct spn_str){.data = out, .len = len};
}

/* The next word, quoted or not; NULL at the end of the line. */
static char *next_word(struct line *line)
{
	char *start = line->rest + strspn(line->rest, " \t");
	char *end = NULL;
	bool quoted = (*start == '"');

	if (*start == '\0') {
		line->rest = start;
		return NULL;
	}
	start += quoted ? 1 : 0;
	end = start + strcspn(start, quoted ? "\"" : " \t");
	if (quoted && *end == '\0') {
		line->error = "a quote is not closed";
	}
	line->rest = (*end == '\0') ? end : end + 1;
	*end = '\0';
	return with_dns(line->rows->rows, start, line->dns);
}

static void add_value(struct line *line,
		      struct spn_change *change,
		      const char *word)
{
	struct spn_str *values = talloc_array(line->rows->rows,
					      struct spn_str,
					      change->num_values + 1);

	if (change->num_values > 0) {
		memcpy(values,
		       change->values,
		       change->num_values * sizeof(*values));
	}
	values[change->num_values++] = unescape(values, word);
	change->values = values;
}

static struct spn_change *add_change(struct line *line,
				     struct row *row,
				     enum spn_change_kind kind)
{
	row->changes = talloc_realloc(line->rows->rows,
				      row->changes,
				      struct spn_change,
				      row->num_changes + 1);
	row->changes[row->num_changes] = (struct spn_change){.kind = kind};
	return &row->changes[row->num_changes++];
}

/* name=N, dns=F; false for anything else. */
static bool take_name(struct row *row, char *word)
{
	if (strncmp(word, "name=", 5) == 0) {
		row->name = word + 5;
		return true;
	}
	if (strncmp(word, "dns=", 4) == 0) {
		row->dns = word + 4;
		return true;
	}
	return false;
}

static void take_letter(struct line *line, char *_letter)
{
	char *word = next_word(line);

	if (word == NULL || !isupper((unsigned char)word[0]) ||
	    word[1] != '\0')
	{
		line->error = "an account is one capital letter";
		return;
	}
	*_letter = word[0];
}

static void take_kind(struct line *line, struct row *row)
{
	char *word = next_word(line);
	size_t i;

	for (i = 0; word != NULL && i < NUM_KINDS; i++) {
		if (strcmp(word, kinds[i].text) == 0) {
			row->kind = kinds[i].kind;
			row->is_dc = kinds[i].is_dc;
			return;
		}
	}
	line->error = "a kind is: user computer dc gmsa";
}

/* KEY=VALUE; false for anything else. */
static bool take_fact(struct line *line, struct row *row, char *word)
{
	char *equals = strchr(word, '=');
	struct row_fact fact = {.key = word};

	if (row->verb != ROW_HAS || equals == NULL) {
		return false;
	}
	*equals = '\0';
	if (!row_fact_is_key(word)) {
		*equals = '=';
		return false;
	}
	fact.value = equals + 1;
	row->facts = talloc_realloc(line->rows->rows,
				    row->facts,
				    struct row_fact,
				    row->num_facts + 1);
	row->facts[row->num_facts++] = fact;
	return true;
}

/* NAME yes|no|ghost, NAME to HOST */
static void take_dns(struct line *line, struct row *row)
{
	char *answer = NULL;
	bool is_known = true;

	row->argument = next_word(line);
	answer = next_word(line);
	if (answer == NULL) {
		is_known = false;
	} else if (strcmp(answer, "to") == 0) {
		row->answer = true;
		row->leads_to = next_word(line);
		is_known = row->leads_to != NULL;
	} else {
		row->answer = strcmp(answer, "yes") == 0;
		row->is_live = strcmp(answer, "ghost") == 0;
		is_known = row->answer || row->is_live ||
			   strcmp(answer, "no") == 0;
	}
	if (!is_known) {
		line->error = "dns NAME yes|no|ghost|to HOST";
	}
}

/* [name=N] [dns=F] [KEY=VALUE...] SPN... */
static void take_values(struct line *line, struct row *row)
{
	struct spn_change *change = add_change(line, row, SPN_CHANGE_ADD);
	char *word = NULL;

	while ((word = next_word(line)) != NULL) {
		if (!take_name(row, word) && !take_fact(line, row, word)) {
			add_value(line, change, word);
		}
	}
}

/* add SPN... ; delete SPN... ; set name=N */
static void take_changes(struct line *line, struct row *row)
{
	struct spn_change *change = NULL;
	char *word = NULL;
	bool names = false;

	while ((word = next_word(line)) != NULL) {
		if (strcmp(word, ";") == 0) {
			change = NULL;
			names = false;
		} else if (change != NULL) {
			add_value(line, change, word);
		} else if (names && take_name(row, word)) {
			continue;
		} else if (strcmp(word, "set") == 0) {
			names = true;
		} else if (strcmp(word, "add") == 0) {
			change = add_change(line, row, SPN_CHANGE_ADD);
		} else if (strcmp(word, "delete") == 0) {
			change = add_change(line, row, SPN_CHANGE_DELETE);
		} else if (strcmp(word, "replace") == 0) {
			change = add_change(line, row, SPN_CHANGE_REPLACE);
		} else {
			line->error = "a change is: add delete replace set";
		}
	}
}

/* What stands behind the arrow. */
static void take_result(struct line *line, struct row *row, char *text)
{
	struct line result = {.rows = line->rows, .rest = text};
	size_t num_codes = 0;
	char *word = NULL;

	if (row->verb != ROW_AUDIT &&
	    strcmp(text, result_texts[ROW_DENIED_BY_ACL]) == 0)
	{
		row->result = ROW_DENIED_BY_ACL;
		return;
	}
	if (row->verb != ROW_AUDIT &&
	    strcmp(text, result_texts[ROW_REFUSED_BY_SAMBA]) == 0)
	{
		row->result = ROW_REFUSED_BY_SAMBA;
		return;
	}
	while ((word = next_word(&result)) != NULL) {
		if (strncmp(word, "SPN-", 4) == 0) {
			row->codes = talloc_realloc(line->rows->rows,
						    row->codes,
						    const char *,
						    num_codes + 2);
			row->codes[num_codes++] = word;
			row->codes[num_codes] = NULL;
		} else if (strcmp(word, "ok") == 0) {
			row->result = ROW_OK;
		} else if (strcmp(word, result_texts[ROW_EXISTS]) == 0) {
			row->result = ROW_EXISTS;
		} else if (strcmp(word, "warn") == 0) {
			row->result = ROW_WARN;
		} else if (strcmp(word, "deny") == 0) {
			row->result = ROW_DENY;
		} else if (strcmp(word, "none") != 0) {
			line->error = "a result is: ok, exists, warn CODE, "
				      "deny CODE, denied by acl, refused by "
				      "samba";
		}
	}
	if (row->verb == ROW_AUDIT && row->result != ROW_NO_RESULT) {
		line->error = "an audit finds none or CODE...";
	} else if (row->verb == ROW_AUDIT) {
		row->result = ROW_FINDINGS;
	} else if (row->result == ROW_NO_RESULT ||
		   num_codes != ((row->result == ROW_OK ||
				  row->result == ROW_EXISTS)
					 ? 0
					 : 1))
	{
		line->error = "warn and deny take one code, ok and exists "
			      "none";
	}
}

static bool wants_result(enum row_verb verb)
{
	return verb == ROW_WRITE || verb == ROW_CREATE || verb == ROW_AUDIT;
}

static bool find_verb(const char *word, enum row_verb *_verb)
{
	size_t i;

	for (i = 0; i < sizeof(verb_texts) / sizeof(verb_texts[0]); i++) {
		if (word != NULL && strcmp(word, verb_texts[i]) == 0) {
			*_verb = (enum row_verb)i;
			return true;
		}
	}
	return false;
}

static void parse_arguments(struct line *line, struct row *row)
{
	switch (row->verb) {
	case ROW_CASE:
	case ROW_SET:
	case ROW_KDC:
		line->rest += strspn(line->rest, " \t");
		row->argument = with_dns(line->rows->rows,
					 line->rest,
					 line->dns);
		break;
	case ROW_HAS:
	case ROW_CREATE:
		take_letter(line, &row->account);
		take_kind(line, row);
		take_values(line, row);
		break;
	case ROW_WRITE:
		take_letter(line, &row->account);
		take_changes(line, row);
		break;
	case ROW_GRANT:
		take_letter(line, &row->actor);
		take_letter(line, &row->account);
		break;
	case ROW_HOLDS:
		take_letter(line, &row->account);
		take_values(line, row);
		break;
	case ROW_DNS:
		take_dns(line, row);
		break;
	case ROW_AUDIT:
		row->argument = next_word(line);
		break;
	}
}

static void parse_line(struct line *line, struct row *row)
{
	char *arrow = strstr(line->rest, "->");
	char *word = NULL;

	row->codes = talloc_zero_array(line->rows->rows, const char *, 1);
	if (arrow != NULL) {
		*arrow = '\0';
		arrow += 2;
		arrow += strspn(arrow, " \t");
	}
	word = next_word(line);
	if (word != NULL && strcmp(word, "as") == 0) {
		take_letter(line, &row->actor);
		word = next_word(line);
	}
	if (!find_verb(word, &row->verb)) {
		line->error = "a row starts with: case set has write create "
			      "as grant holds dns kdc audit";
		return;
	}
	parse_arguments(line, row);
	if (line->error != NULL) {
		return;
	}
	if ((arrow != NULL) != wants_result(row->verb)) {
		line->error = "write, create and audit end in -> RESULT, "
			      "nothing else does";
		return;
	}
	if (arrow != NULL) {
		take_result(line, row, arrow);
	}
}

/* Cuts a comment and the blanks at the end off. */
static void strip(char *text)
{
	char *comment = text;
	size_t len = 0;

	while ((comment = strchr(comment, '#')) != NULL) {
		if (comment == text || isspace((unsigned char)comment[-1])) {
			*comment = '\0';
			break;
		}
		comment++;
	}
	len = strlen(text);
	while (len > 0 && isspace((unsigned char)text[len - 1])) {
		text[--len] = '\0';
	}
}

static bool add_row(struct rows *rows,
		    const char *file,
		    unsigned number,
		    const char *dns,
		    char *text,
		    const char **_error)
{
	struct row row = {.line = number};
	struct line line = {.rows = rows, .dns = dns};

	rows->rows = talloc_realloc(NULL,
				    rows->rows,
				    struct row,
				    rows->num_rows + 1);
	row.file = talloc_strdup(rows->rows, file);
	row.text = talloc_strdup(rows->rows, text);
	line.rest = text;
	parse_line(&line, &row);
	if (line.error != NULL) {
		*_error = talloc_asprintf(rows->rows,
					  "%s:%u: %s: %s",
					  file,
					  number,
					  line.error,
					  row.text);
		return false;
	}
	rows->rows[rows->num_rows++] = row;
	return true;
}

/* A block of a page starts a case of its own. */
static bool start_block(struct rows *rows,
			const char *file,
			unsigned number,
			const char **_error)
{
	char title[] = "case block";

	return add_row(rows, file, number, NULL, title, _error);
}

bool rows_read(struct rows *rows,
	       const char *file,
	       const char *dns,
	       const char **_error)
{
	FILE *in = fopen(file, "r");
	size_t name_len = strlen(file);
	bool page = name_len > 3 && strcmp(file + name_len - 3, ".md") == 0;
	bool inside = !page;
	bool ok = true;
	char *text = NULL;
	size_t size = 0;
	unsigned number = 0;

	if (in == NULL) {
		*_error =
			talloc_asprintf(NULL, "%s: %s", file, strerror(errno));
		return false;
	}
	while (ok && getline(&text, &size, in) >= 0) {
		number++;
		strip(text);
		if (page && strncmp(text, "```", 3) == 0) {
			inside = (strcmp(text, "```rows") == 0);
			ok = !inside ||
			     start_block(rows, file, number, _error);
		} else if (inside && text[0] != '\0') {
			ok = add_row(rows, file, number, dns, text, _error);
		}
	}
	free(text);
	fclose(in);
	return ok;
}
