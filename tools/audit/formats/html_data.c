/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every finding in few bytes, for page.js. A text that comes again and again
 * is stored once:
 *
 * - strings: SPNs, and what fills the gaps of texts; sorted
 * - names: the first part of each DN, sorted by the DN, which goes on with
 * - parents: what is behind its first comma; of each name
 * - parentOf: says which one, and is their number where there is no comma
 * - messages: [code, id]
 * - texts: of each message its reason and its fix, cut at the gaps; the first
 *   one is a gap and nothing else
 * - runs: [how many findings follow each other that have the same, severity,
 *   message, is it said of an account, is the SPN held, the text of the
 * reason, that of the fix, codes of consequences (0: none, else behind the
 * string)]
 * - cells: of each finding its SPN (0: none, else behind the string), number
 * of holders, their names, number of others, theirs, strings for the gaps of
 * the reason and for those of the fix
 *
 * A finding holds its reason as a whole. Where the message's own words are
 * found in it, in order, what stands between them fills the gaps; where they
 * are not, all of it does. Both give the same text again, whatever it is.
 *
 * The findings are gone through twice: first to collect the texts, then, when
 * these are sorted, to write the numbers.
 */
#include "html_page.h"

#include "html_pool.h"
#include "common/json.h"
#include "policy/quote.h"
#include "policy/room.h"

#include <stdlib.h>
#include <string.h>

/* Findings that follow each other and differ in their cells only. */
struct run {
	size_t num;
	enum spn_severity severity;
	size_t message;
	bool is_of_account;
	bool is_held;
	size_t reason;
	size_t fix;
	size_t consequences;
};

struct data {
	TALLOC_CTX *mem_ctx;
	const struct html_codes *codes;
	struct html_pool strings;
	struct html_pool names;
	struct html_pool parents;
	struct run *runs;
	size_t num_runs;
	struct spn_json_out *json; /* NULL: texts are collected */
};

/* The first part of a DN, or of what else it is. */
static struct spn_str first_part(const char *dn)
{
	return (struct spn_str){.data = dn, .len = strcspn(dn, ",")};
}

/* ------------------------------------------------------------------- cells */

static void put_number(struct data *data, size_t number)
{
	if (data->json != NULL) {
		spn_json_number(data->json, NULL, number);
	}
}

/* The text, or its number behind as many others. */
static bool put_text(struct data *data,
		     struct html_pool *pool,
		     struct spn_str text,
		     size_t behind)
{
	char *whole = NULL;

	if (data->json == NULL) {
		return html_pool_add(data->mem_ctx, pool, text);
	}
	whole = talloc_strndup(data->mem_ctx, text.data, text.len);
	if (whole == NULL) {
		return false;
	}
	put_number(data, behind + html_pool_find(pool, whole));
	talloc_free(whole);
	return true;
}

static bool put_spn(struct data *data, struct spn_str spn)
{
	char *escaped = spn_escape(data->mem_ctx, spn);
	bool ok = escaped != NULL;

	if (ok && escaped[0] != '\0') {
		ok = put_text(data, &data->strings, spn_str_of(escaped), 1);
	} else if (ok) {
		put_number(data, 0);
	}
	talloc_free(escaped);
	return ok;
}

static bool put_accounts(struct data *data,
			 const struct audit_accounts *accounts)
{
	bool ok = true;
	size_t i;

	put_number(data, accounts->num_accounts);
	for (i = 0; ok && i < accounts->num_accounts; i++) {
		char *dn = spn_printable(data->mem_ctx,
					 spn_str_of(
						 accounts->accounts[i]->dn));

		ok = dn != NULL &&
		     put_text(data, &data->names, spn_str_of(dn), 0);
		talloc_free(dn);
	}
	return ok;
}

/* The next piece of a text with gaps: up to a "{", or to its end. */
static struct spn_str piece_of(const char *text)
{
	return (struct spn_str){.data = text, .len = strcspn(text, "{")};
}

/* Behind the gap at which a piece has ended; NULL when it was the last. */
static const char *behind_gap(struct spn_str piece)
{
	const char *end = strchr(piece.data + piece.len, '}');

	return (end == NULL) ? NULL : end + 1;
}

/* Where a piece begins in the words; NULL when it is not there. */
static const char *find_piece(const char *words,
			      struct spn_str piece,
			      bool is_first,
			      bool is_last)
{
	size_t len = strlen(words);
	const char *at = words;

	if (piece.len > len) {
		return NULL;
	}
	if (is_last) {
		at = words + len - piece.len;
		return (memcmp(at, piece.data, piece.len) == 0 &&
			(!is_first || at == words))
			       ? at
			       : NULL;
	}
	at = memmem(words, len, piece.data, piece.len);
	return (is_first && at != words) ? NULL : at;
}

/* Fits the words into the text, and puts what fills its gaps. *_fits is false
 * when they do not fit; nothing is put then. False when out of memory. */
static bool put_gaps(struct data *data,
		     const char *text,
		     const char *words,
		     bool is_asked,
		     bool *_fits)
{
	const char *rest = text;
	bool is_first = true;

	*_fits = false;
	while (rest != NULL) {
		struct spn_str piece = piece_of(rest);
		const char *at = NULL;

		rest = behind_gap(piece);
		at = find_piece(words, piece, is_first, rest == NULL);
		if (at == NULL) {
			return true;
		}
		if (!is_first && !is_asked &&
		    !put_text(data,
			      &data->strings,
			      (struct spn_str){.data = words,
					       .len = (size_t)(at - words)},
			      0))
		{
			return false;
		}
		words = at + piece.len;
		is_first = false;
	}
	*_fits = true;
	return true;
}

/* Puts what is not in the message's own text; *_number is 0 when all of it
 * is put, else it is kept. */
static bool put_words(struct data *data,
		      const char *text,
		      const char *words,
		      size_t *_number)
{
	char *printable = spn_printable(data->mem_ctx, spn_str_of(words));
	bool fits = false;
	bool ok = printable != NULL;

	ok = ok && put_gaps(data, text, printable, true, &fits);
	if (ok && fits) {
		ok = put_gaps(data, text, printable, false, &fits);
	} else if (ok) {
		*_number = 0;
		ok = put_text(data, &data->strings, spn_str_of(printable), 0);
	}
	talloc_free(printable);
	return ok;
}

/* The string of its codes; *_number is where it is, or 0. */
static bool note_consequences(struct data *data,
			      const struct audit_finding *f,
			      size_t *_number)
{
	char *codes = audit_consequence_codes(data->mem_ctx, f);
	bool ok = codes != NULL;

	*_number = 0;
	if (ok && codes[0] != '\0' && data->json == NULL) {
		ok = html_pool_add(data->mem_ctx,
				   &data->strings,
				   spn_str_of(codes));
	} else if (ok && codes[0] != '\0') {
		*_number = 1 + html_pool_find(&data->strings, codes);
	}
	talloc_free(codes);
	return ok;
}

static size_t message_number(const struct data *data,
			     const struct spn_message *message)
{
	size_t i = 0;

	while (data->codes->codes[i].message != message) {
		i++;
	}
	return i;
}

static bool is_same_run(const struct run *a, const struct run *b)
{
	return a->severity == b->severity && a->message == b->message &&
	       a->is_of_account == b->is_of_account &&
	       a->is_held == b->is_held && a->reason == b->reason &&
	       a->fix == b->fix && a->consequences == b->consequences;
}

/* Another finding like that. */
static bool count_run(struct data *data, const struct run *run)
{
	struct run *runs = data->runs;

	if (data->num_runs == 0 ||
	    !is_same_run(&runs[data->num_runs - 1], run))
	{
		runs = spn_room(data->mem_ctx,
				data->runs,
				data->num_runs,
				struct run);
		if (runs == NULL) {
			return false;
		}
		data->runs = runs;
		runs[data->num_runs++] = *run;
	}
	runs[data->num_runs - 1].num++;
	return true;
}

static bool put_finding(struct data *data, const struct audit_finding *f)
{
	size_t message = message_number(data, f->message);
	struct run run = {
		.severity = f->severity,
		.message = message,
		.is_of_account = audit_is_of_account(f),
		.is_held = f->is_held,
		.reason = 1 + 2 * message,
		.fix = 2 + 2 * message,
	};

	return put_spn(data, f->spn) && put_accounts(data, &f->holders) &&
	       put_accounts(data, &f->others) &&
	       put_words(data, f->message->reason, f->reason, &run.reason) &&
	       put_words(data, f->message->fix, f->fix, &run.fix) &&
	       note_consequences(data, f, &run.consequences) &&
	       (data->json == NULL || count_run(data, &run));
}

static bool put_findings(struct data *data,
			 const struct audit_findings *findings)
{
	bool ok = true;
	size_t i;

	for (i = 0; ok && i < findings->num_findings; i++) {
		ok = put_finding(data, &findings->findings[i]);
	}
	return ok;
}

/* --------------------------------------------------------------- the others
 */

static void write_pool(struct spn_json_out *json,
		       const char *name,
		       const struct html_pool *pool)
{
	size_t i;

	spn_json_open(json, name, '[');
	for (i = 0; i < pool->num; i++) {
		spn_json_text(json, NULL, pool->texts[i]);
	}
	spn_json_close(json, ']');
}

/* What stands behind the first comma of each DN. */
static bool collect_parents(struct data *data)
{
	bool ok = true;
	size_t i;

	for (i = 0; ok && i < data->names.num; i++) {
		struct spn_str first = first_part(data->names.texts[i]);

		if (first.data[first.len] == ',') {
			ok = html_pool_add(data->mem_ctx,
					   &data->parents,
					   spn_str_of(first.data + first.len +
						      1));
		}
	}
	html_pool_settle(&data->parents);
	return ok;
}

static void write_names(struct spn_json_out *json, const struct data *data)
{
	size_t i;

	spn_json_open(json, "names", '[');
	for (i = 0; i < data->names.num; i++) {
		spn_json_string(json, NULL, first_part(data->names.texts[i]));
	}
	spn_json_close(json, ']');
	write_pool(json, "parents", &data->parents);
	/* A number that no parent has: there is none. */
	spn_json_open(json, "parentOf", '[');
	for (i = 0; i < data->names.num; i++) {
		struct spn_str first = first_part(data->names.texts[i]);

		spn_json_number(
			json,
			NULL,
			(first.data[first.len] == '\0')
				? data->parents.num
				: html_pool_find(&data->parents,
						 first.data + first.len + 1));
	}
	spn_json_close(json, ']');
}

static void write_text(struct spn_json_out *json, const char *text)
{
	spn_json_open(json, NULL, '[');
	while (text != NULL) {
		struct spn_str piece = piece_of(text);

		spn_json_string(json, NULL, piece);
		text = behind_gap(piece);
	}
	spn_json_close(json, ']');
}

static void write_messages(struct spn_json_out *json,
			   const struct html_codes *codes)
{
	size_t i;
	enum spn_severity severity = SPN_SEVERITY_INFO;

	spn_json_open(json, "severities", '[');
	for (; severity <= SPN_SEVERITY_ERROR; severity++) {
		spn_json_text(json, NULL, spn_severity_text(severity));
	}
	spn_json_close(json, ']');
	spn_json_open(json, "messages", '[');
	for (i = 0; i < codes->num_codes; i++) {
		spn_json_open(json, NULL, '[');
		spn_json_text(json, NULL, codes->codes[i].message->code);
		spn_json_text(json, NULL, codes->codes[i].message->id);
		spn_json_close(json, ']');
	}
	spn_json_close(json, ']');
	spn_json_open(json, "texts", '[');
	write_text(json, "{}");
	for (i = 0; i < codes->num_codes; i++) {
		write_text(json, codes->codes[i].message->reason);
		write_text(json, codes->codes[i].message->fix);
	}
	spn_json_close(json, ']');
}

static void write_runs(struct spn_json_out *json, const struct data *data)
{
	size_t i;

	spn_json_open(json, "runs", '[');
	for (i = 0; i < data->num_runs; i++) {
		const struct run *run = &data->runs[i];

		spn_json_open(json, NULL, '[');
		spn_json_number(json, NULL, run->num);
		spn_json_number(json, NULL, run->severity);
		spn_json_number(json, NULL, run->message);
		spn_json_number(json, NULL, run->is_of_account);
		spn_json_number(json, NULL, run->is_held);
		spn_json_number(json, NULL, run->reason);
		spn_json_number(json, NULL, run->fix);
		spn_json_number(json, NULL, run->consequences);
		spn_json_close(json, ']');
	}
	spn_json_close(json, ']');
}

static bool write_all(struct data *data,
		      const struct audit_findings *findings,
		      FILE *stream)
{
	struct spn_json_out json = {
		.mem_ctx = data->mem_ctx,
		.stream = stream,
		.ok = true,
	};
	bool ok = put_findings(data, findings);

	html_pool_settle(&data->strings);
	html_pool_settle(&data->names);
	if (!ok || !collect_parents(data)) {
		return false;
	}
	data->json = &json;
	spn_json_open(&json, NULL, '{');
	spn_json_number(&json, "rows", findings->num_findings);
	spn_json_number(&json, "page", HTML_PAGE_ROWS);
	write_messages(&json, data->codes);
	write_pool(&json, "strings", &data->strings);
	write_names(&json, data);
	spn_json_open(&json, "cells", '[');
	ok = put_findings(data, findings);
	spn_json_close(&json, ']');
	write_runs(&json, data);
	spn_json_close(&json, '}');
	data->json = NULL;
	return ok && json.ok;
}

/* JSON in which nothing can end the element, or begin another one. */
static char *without_tags(TALLOC_CTX *mem_ctx, const char *json, size_t len)
{
	char *safe = NULL;
	size_t num = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		num += (strchr("<>&", json[i]) != NULL) ? 6 : 1;
	}
	safe = talloc_array(mem_ctx, char, num + 1);
	num = 0;
	for (i = 0; safe != NULL && i < len; i++) {
		if (strchr("<>&", json[i]) == NULL) {
			safe[num++] = json[i];
		} else {
			snprintf(safe + num, 7, "\\u%04x", json[i]);
			num += 6;
		}
	}
	if (safe != NULL) {
		safe[num] = '\0';
	}
	return safe;
}

/* NULL when out of memory. */
static char *make_json(TALLOC_CTX *mem_ctx,
		       const struct audit_findings *findings,
		       const struct html_codes *codes)
{
	struct data data = {.mem_ctx = mem_ctx, .codes = codes};
	char *json = NULL;
	char *safe = NULL;
	size_t len = 0;
	FILE *stream = open_memstream(&json, &len);
	bool ok = false;

	if (stream == NULL) {
		return NULL;
	}
	ok = write_all(&data, findings, stream);
	if (fclose(stream) == 0 && ok) {
		safe = without_tags(mem_ctx, json, len);
	}
	free(json);
	return safe;
}

void html_write_data(struct html_page *page,
		     const struct audit_findings *findings,
		     const struct html_codes *codes)
{
	TALLOC_CTX *tmp_ctx = talloc_new(page->mem_ctx);
	char *json = NULL;

	if (tmp_ctx != NULL) {
		json = make_json(tmp_ctx, findings, codes);
	}
	if (json == NULL) {
		page->ok = false;
	} else {
		html_open(page, "script", NULL);
		html_attribute(page, "type", "application/json");
		html_attribute(page, "id", "data");
		html_raw(page, json);
		html_close(page);
	}
	talloc_free(tmp_ctx);
}
