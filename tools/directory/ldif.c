/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Not libldb's ldb_ldif_read(): that opens the files that values name, keeps
 * the "\r" of Windows, skips lines and values that it cannot read without a
 * word, and says "end of file" at the first record that is no entry, such as
 * "version: 1" or the result of ldapsearch. An audit would call clean what it
 * has not seen.
 */
#include "ldif.h"

#include "entry.h"
#include "lines.h"
#include "policy/quote.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define SCRATCH ((size_t)64 * 1024)

/* Which program's end is still to come. */
enum tool {
	TOOL_NONE,
	TOOL_LDAPSEARCH,
	TOOL_LDAPSEARCH_PAGES, /* the next page is still to come */
	TOOL_LDBSEARCH,
};

struct reader {
	const struct audit_ldif *ldif;
	TALLOC_CTX *mem_ctx; /* of the reason */
	TALLOC_CTX *scratch; /* of one entry */
	const char *name;
	size_t number; /* of the line */
	const char *reason;
	struct ldb_message *msg; /* NULL: no entry has begun */
	bool is_answer;		 /* a record of ldapsearch's own */
	enum tool open;
	size_t num_all;	    /* entries of the whole file */
	size_t num_entries; /* since the last end of a program's output */
	size_t num_referrals;
};

/* One "name: value"; the text is that of the line. */
struct pair {
	const char *name;
	size_t name_len;     /* without options */
	const char *options; /* ";range=0-1499", or "" */
	char mark;	     /* ':' base64, '<' URL, ' ' plain */
	char *value;
	size_t value_len;
};

static bool fail(struct reader *reader, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static bool fail(struct reader *reader, const char *format, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, format);
	text = talloc_vasprintf(reader->mem_ctx, format, ap);
	va_end(ap);
	if (text != NULL) {
		reader->reason = talloc_asprintf(reader->mem_ctx,
						 "%s, line %zu: %s",
						 reader->name,
						 reader->number,
						 text);
	}
	talloc_free(text);
	return false;
}

/* Of what the file says, for fail(). */
static const char *quote(const struct reader *reader, const char *text)
{
	char *quoted = spn_quote(reader->mem_ctx,
				 spn_str_of(text),
				 SPN_QUOTE_DN | SPN_QUOTE_CUT);

	return (quoted == NULL) ? "'out of memory'" : quoted;
}

static const char *tool_name(enum tool tool)
{
	static const char *const names[] = {
		[TOOL_NONE] = "",
		[TOOL_LDAPSEARCH] = "ldapsearch",
		[TOOL_LDAPSEARCH_PAGES] = "ldapsearch",
		[TOOL_LDBSEARCH] = "ldbsearch",
	};

	return names[tool];
}

/* ---------------------------------------------------------------- comments */

static bool missing_end(struct reader *reader)
{
	return fail(reader,
		    "the end of what %s wrote is missing: the export is not "
		    "complete",
		    tool_name(reader->open));
}

static bool begin_output(struct reader *reader, enum tool tool)
{
	if (reader->open == TOOL_LDAPSEARCH_PAGES && tool == TOOL_LDAPSEARCH) {
		reader->open = tool; /* it counts all pages in one */
		return true;
	}
	if (reader->open != TOOL_NONE) {
		return missing_end(reader);
	}
	reader->open = tool;
	reader->num_entries = 0;
	reader->num_referrals = 0;
	return true;
}

/* That was the end of one program's output; another one may follow. */
static bool check_count(struct reader *reader, size_t said, size_t seen)
{
	reader->num_entries = 0;
	reader->num_referrals = 0;
	if (said == seen) {
		return true;
	}
	return fail(reader,
		    "%zu records are announced and %zu were found: the export "
		    "is not complete",
		    said,
		    seen);
}

/* "# returned 12 records" with the text in front is 12. */
static bool number_after(const char *text, const char *start, size_t *_number)
{
	char *end = NULL;

	if (strncmp(text, start, strlen(start)) != 0) {
		return false;
	}
	text += strlen(start);
	*_number = strtoul(text, &end, 10);
	return end != text;
}

/* The programs say in comments where their output begins and ends, and
 * ldapsearch -L what it was referred to. */
static bool read_comment(struct reader *reader, const char *text)
{
	static const char referral[] = "# refldap";
	size_t number = 0;

	if (strcmp(text, "# extended LDIF") == 0) {
		return begin_output(reader, TOOL_LDAPSEARCH);
	}
	if (number_after(text, "# record ", &number) && number == 1) {
		return begin_output(reader, TOOL_LDBSEARCH);
	}
	if (number_after(text, "# numEntries: ", &number)) {
		return check_count(reader, number, reader->num_entries);
	}
	if (number_after(text, "# returned ", &number)) {
		reader->open = TOOL_NONE;
		return check_count(reader,
				   number,
				   reader->num_entries +
					   reader->num_referrals);
	}
	if (strncmp(text, referral, strlen(referral)) == 0) {
		return reader->ldif->referral(reader->ldif->private_data,
					      text + strlen("# ref")) ==
		       LDB_SUCCESS;
	}
	return true;
}

/* ------------------------------------------------------------------- pairs */

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	       c == ';' || c == '=' || c == '*';
}

static bool read_pair(struct reader *reader,
		      struct audit_line *line,
		      struct pair *_pair)
{
	char *colon = strchr(line->text, ':');
	size_t name_len = 0;

	while (is_name_char(line->text[name_len])) {
		name_len++;
	}
	if (colon == NULL || colon == line->text ||
	    name_len != (size_t)(colon - line->text))
	{
		fail(reader, "this is not 'attribute: value'");
		return false;
	}
	*_pair = (struct pair){.name = line->text, .mark = ' '};
	*colon = '\0';
	_pair->name_len = strcspn(line->text, ";");
	_pair->options = line->text + _pair->name_len;
	colon++;
	if (*colon == ':' || *colon == '<') {
		_pair->mark = *colon++;
	}
	colon += strspn(colon, " ");
	_pair->value = colon;
	_pair->value_len = line->len - (size_t)(colon - line->text);
	return true;
}

static bool pair_is(const struct pair *pair, const char *name)
{
	return strlen(name) == pair->name_len &&
	       strncasecmp(name, pair->name, pair->name_len) == 0;
}

/* The bytes that the text of the value stands for, in its place. */
static bool decode(struct reader *reader, struct pair *pair)
{
	int len;

	if (pair->mark == '<') {
		return fail(reader,
			    "%s is in another file, and that is not opened; "
			    "export without such values (ldapsearch without "
			    "-t)",
			    pair->name);
	}
	if (pair->mark == ' ') {
		return true;
	}
	/* What is cut off would be taken. */
	len = (pair->value_len % 4 == 0) ? ldb_base64_decode(pair->value) : -1;
	if (len < 0) {
		return fail(reader, "%s is no base64", pair->name);
	}
	pair->value_len = (size_t)len;
	return true;
}

/* ----------------------------------------------------------------- entries */

static bool begin_entry(struct reader *reader, struct pair *pair)
{
	struct ldb_val text = {};

	if (!decode(reader, pair)) {
		return false;
	}
	if (memchr(pair->value, '\0', pair->value_len) != NULL) {
		return fail(reader, "there is a NUL byte in this DN");
	}
	text.data = (uint8_t *)pair->value;
	text.length = pair->value_len;
	reader->msg = ldb_msg_new(reader->scratch);
	if (reader->msg == NULL) {
		return false;
	}
	reader->msg->dn = ldb_dn_from_ldb_val(reader->msg,
					      reader->ldif->ldb,
					      &text);
	if (reader->msg->dn == NULL || !ldb_dn_validate(reader->msg->dn)) {
		return fail(reader, "%s is no DN", quote(reader, pair->value));
	}
	return true;
}

/* NULL if nobody wants it. */
static const char *wanted_name(const struct reader *reader,
			       const struct pair *pair)
{
	const char *const *attrs = reader->ldif->attrs;

	for (; *attrs != NULL; attrs++) {
		if (pair_is(pair, *attrs)) {
			return *attrs;
		}
	}
	return NULL;
}

static bool add_value(struct reader *reader, struct pair *pair)
{
	const char *name = wanted_name(reader, pair);
	struct ldb_val value = {};

	if (pair_is(pair, "dn")) {
		return fail(reader,
			    "an entry begins inside another: there is no "
			    "empty line before it");
	}
	if (pair_is(pair, "changetype") && strcasecmp(pair->value, "add") != 0)
	{
		char *change = talloc_asprintf(reader->scratch,
					       "changetype: %s",
					       pair->value);

		return fail(reader,
			    "this is a list of changes (%s), no export of a "
			    "directory",
			    quote(reader, change));
	}
	if (name == NULL) {
		return true;
	}
	if (strcasestr(pair->options, ";range=") != NULL) {
		return fail(reader,
			    "the values of %s were cut (%s): the export is "
			    "not complete",
			    name,
			    pair->options + 1);
	}
	if (!decode(reader, pair)) {
		return false;
	}
	if (pair->value_len > AUDIT_LONGEST_VALUE) {
		const char *text = audit_too_long_text(reader->scratch,
						       reader->msg,
						       name,
						       pair->value_len);

		return text != NULL && fail(reader, "%s", text);
	}
	/* libldb wants a NUL byte behind each value. */
	value.data = talloc_size(reader->msg, pair->value_len + 1);
	if (value.data == NULL) {
		return false;
	}
	memcpy(value.data, pair->value, pair->value_len);
	value.data[pair->value_len] = '\0';
	value.length = pair->value_len;
	return ldb_msg_add_steal_value(reader->msg, name, &value) ==
	       LDB_SUCCESS;
}

/* What ldapsearch writes besides entries. */
static bool read_answer(struct reader *reader, struct pair *pair)
{
	if (pair_is(pair, "ref")) {
		reader->num_referrals++;
		return decode(reader, pair) &&
		       reader->ldif->referral(reader->ldif->private_data,
					      pair->value) == LDB_SUCCESS;
	}
	if (pair_is(pair, "result")) {
		if (strtol(pair->value, NULL, 10) != 0) {
			return fail(reader,
				    "the server had said %s: the export is "
				    "not complete",
				    quote(reader, pair->value));
		}
		reader->open = TOOL_NONE;
	}
	if (pair_is(pair, "pagedresults") &&
	    strcasecmp(pair->value, "cookie=") != 0)
	{
		reader->open = TOOL_LDAPSEARCH_PAGES;
	}
	return true;
}

static bool is_answer(const struct pair *pair)
{
	static const char *const names[] = {"search",
					    "result",
					    "ref",
					    "matchedDN",
					    "text",
					    "control",
					    "pagedresults",
					    NULL};
	size_t i;

	for (i = 0; names[i] != NULL; i++) {
		if (pair_is(pair, names[i])) {
			return true;
		}
	}
	return false;
}

static bool begin_record(struct reader *reader, struct pair *pair)
{
	if (pair_is(pair, "version")) {
		return strcmp(pair->value, "1") == 0 ||
		       fail(reader, "this is no LDIF of version 1");
	}
	if (pair_is(pair, "dn")) {
		return begin_entry(reader, pair);
	}
	if (!is_answer(pair)) {
		char *name =
			talloc_asprintf(reader->scratch, "%s:", pair->name);

		return fail(reader,
			    "an entry begins with 'dn:', not with %s",
			    quote(reader, name));
	}
	reader->is_answer = true;
	return read_answer(reader, pair);
}

static bool end_record(struct reader *reader)
{
	struct ldb_message *msg = reader->msg;
	bool ok = true;

	reader->is_answer = false;
	if (msg != NULL) {
		reader->num_all++;
		reader->num_entries++;
		ok = reader->ldif->entry(reader->ldif->private_data, msg) ==
		     LDB_SUCCESS;
		reader->msg = NULL;
		talloc_free_children(reader->scratch);
	}
	return ok;
}

/* -------------------------------------------------------------------- file */

static bool read_line(struct reader *reader, struct audit_line *line)
{
	struct pair pair = {};

	reader->number = line->number;
	if (line->len == 0) {
		return end_record(reader);
	}
	if (line->text[0] == '#') {
		return read_comment(reader, line->text);
	}
	if (!read_pair(reader, line, &pair)) {
		return false;
	}
	if (reader->msg != NULL) {
		return add_value(reader, &pair);
	}
	return reader->is_answer ? read_answer(reader, &pair)
				 : begin_record(reader, &pair);
}

static bool read_all(struct reader *reader, struct audit_lines *lines)
{
	while (true) {
		struct audit_line line = {};
		const char *reason = NULL;

		if (!audit_lines_next(lines, &line, &reason)) {
			reader->number = line.number;
			return reason != NULL &&
			       fail(reader,
				    "%s%s%s",
				    reason,
				    (reader->msg == NULL) ? "" : "; in ",
				    (reader->msg == NULL)
					    ? ""
					    : ldb_dn_get_linearized(
						      reader->msg->dn));
		}
		if (line.text == NULL) {
			break;
		}
		if (!read_line(reader, &line)) {
			return false;
		}
	}
	if (!end_record(reader)) {
		return false;
	}
	if (reader->open != TOOL_NONE) {
		return missing_end(reader);
	}
	return reader->num_all > 0 || fail(reader, "there is no entry");
}

bool audit_ldif_read(TALLOC_CTX *mem_ctx,
		     const struct audit_ldif *ldif,
		     FILE *stream,
		     const char *name,
		     const char **_reason)
{
	TALLOC_CTX *tmp_ctx = talloc_new(mem_ctx);
	struct reader reader = {
		.ldif = ldif,
		.mem_ctx = mem_ctx,
		.name = name,
		.number = 1,
	};
	struct audit_lines *lines = audit_lines_new(tmp_ctx, stream);
	bool ok = false;

	reader.scratch = talloc_pool(tmp_ctx, SCRATCH);
	if (lines != NULL && reader.scratch != NULL) {
		ok = read_all(&reader, lines);
	}
	*_reason = reader.reason;
	talloc_free(tmp_ctx);
	return ok;
}
