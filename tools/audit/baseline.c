/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads the file of accepted findings, takes those out of a report, reports
 * lines that accept nothing any more, and writes such a file.
 */
#include "baseline.h"

#include "read_file.h"
#include "audit/rules/messages.h"
#include "policy/quote.h"
#include "policy/room.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NUM_WORDS 4
#define FNV64_PRIME 1099511628211u
#define FNV64_BASIS 14695981039346656037u

struct line {
	const char *key;
	const struct spn_message *message;
	unsigned number;
	bool is_used;
};

struct audit_baseline {
	const char *path;
	struct line *lines; /* sorted by key */
	size_t num_lines;
};

/* ------------------------------------------------------------------- keys */

/* One word: no blanks, no "#", and "-" stands for nothing. */
static char *word_of(TALLOC_CTX *mem_ctx, struct spn_str s)
{
	char *escaped = spn_escape(mem_ctx, s);
	char *word = NULL;
	size_t len = 0;
	size_t i;

	if (escaped == NULL || s.len == 0) {
		talloc_free(escaped);
		return talloc_strdup(mem_ctx, "-");
	}
	word = talloc_array(mem_ctx, char, 3 * strlen(escaped) + 1);
	for (i = 0; word != NULL && escaped[i] != '\0'; i++) {
		unsigned char c = (unsigned char)escaped[i];

		if (c == ' ' || c == '#' || (c == '-' && s.len == 1)) {
			snprintf(word + len, 4, "\\%02x", c);
			len += 3;
		} else {
			word[len++] = (char)c;
		}
	}
	if (word != NULL) {
		word[len] = '\0';
	}
	talloc_free(escaped);
	return word;
}

static void add_to_sum(uint64_t *sum, const char *text)
{
	/* with its NUL, so that "ab" "c" is not "a" "bc" */
	do {
		*sum = (*sum ^ (uint8_t)*text) * FNV64_PRIME;
	} while (*text++ != '\0');
}

static int compare_texts(const void *a, const void *b)
{
	const char *const *x = a;
	const char *const *y = b;

	return strcmp(*x, *y);
}

/* Accounts come sorted by DN, which may change. */
static bool sum_of(TALLOC_CTX *mem_ctx,
		   const struct audit_finding *finding,
		   uint64_t *_sum)
{
	const struct audit_accounts *holders = &finding->holders;
	const char **guids = talloc_array(mem_ctx,
					  const char *,
					  holders->num_accounts + 1);
	uint64_t sum = FNV64_BASIS;
	size_t i;

	if (guids == NULL) {
		return false;
	}
	for (i = 0; i < holders->num_accounts; i++) {
		guids[i] = holders->accounts[i]->object_guid;
	}
	qsort(guids, holders->num_accounts, sizeof(guids[0]), compare_texts);
	for (i = 0; i < holders->num_accounts; i++) {
		add_to_sum(&sum, guids[i]);
	}
	talloc_free(guids);
	*_sum = sum;
	return true;
}

/* NULL when out of memory. */
static char *key_of(TALLOC_CTX *mem_ctx, const struct audit_finding *finding)
{
	char *spn = word_of(mem_ctx, finding->key);
	char *partner = word_of(mem_ctx, spn_str_of(finding->partner));
	char *key = NULL;
	uint64_t sum = 0;

	if (spn != NULL && partner != NULL && finding->spn.len == 0) {
		key = talloc_asprintf(mem_ctx,
				      "%s %s %s -",
				      finding->message->code,
				      spn,
				      partner);
	} else if (spn != NULL && partner != NULL &&
		   sum_of(mem_ctx, finding, &sum))
	{
		key = talloc_asprintf(mem_ctx,
				      "%s %s %s %016llx",
				      finding->message->code,
				      spn,
				      partner,
				      (unsigned long long)sum);
	}
	talloc_free(spn);
	talloc_free(partner);
	return key;
}

/* ---------------------------------------------------------------- reading */

static int compare_lines(const void *a, const void *b)
{
	const struct line *x = a;
	const struct line *y = b;
	int cmp = strcmp(x->key, y->key);

	return (cmp != 0) ? cmp : (x->number > y->number) - 1;
}

/* Cuts comment and blanks off, and makes one blank of many. */
static size_t tidy(char *text)
{
	size_t len = 0;
	size_t num_words = 0;
	char *c = text;

	while (*c != '\0' && *c != '#') {
		while (isspace((unsigned char)*c)) {
			c++;
		}
		if (*c == '\0' || *c == '#') {
			break;
		}
		if (num_words++ > 0) {
			text[len++] = ' ';
		}
		while (*c != '\0' && *c != '#' && !isspace((unsigned char)*c))
		{
			text[len++] = *c++;
		}
	}
	text[len] = '\0';
	return num_words;
}

/* A line that says something; false when it is no key or out of memory. */
static bool add_line(struct audit_baseline *baseline,
		     char *text,
		     size_t num_words,
		     unsigned number,
		     const char **_why)
{
	const struct spn_message *message = NULL;
	struct line *lines = NULL;
	char *blank = strchr(text, ' ');

	if (blank != NULL) {
		*blank = '\0';
		message = audit_message_by_code(text);
		*blank = ' ';
	}
	if (num_words != NUM_WORDS || message == NULL) {
		*_why = "is no key; a line is CODE SPN OTHER-HALF SUM, as "
			"--write-baseline writes it";
		return false;
	}
	lines = spn_room(baseline,
			 baseline->lines,
			 baseline->num_lines,
			 struct line);
	if (lines == NULL) {
		return false;
	}
	baseline->lines = lines;
	lines[baseline->num_lines++] = (struct line){
		.key = text,
		.message = message,
		.number = number,
	};
	return true;
}

static bool say_line(TALLOC_CTX *mem_ctx,
		     const struct audit_baseline *baseline,
		     unsigned number,
		     const char *text,
		     const char *why,
		     const char **_reason)
{
	if (why != NULL) {
		*_reason = talloc_asprintf(mem_ctx,
					   "%s:%u: %s %s",
					   baseline->path,
					   number,
					   spn_quote(mem_ctx,
						     spn_str_of(text),
						     SPN_QUOTE_DN |
							     SPN_QUOTE_CUT),
					   why);
	}
	return false;
}

bool audit_baseline_parse(TALLOC_CTX *mem_ctx,
			  const char *path,
			  const char *text,
			  size_t len,
			  struct audit_baseline **_baseline,
			  const char **_reason)
{
	struct audit_baseline *baseline = talloc_zero(mem_ctx,
						      struct audit_baseline);
	const char *end = text + len;
	unsigned number = 0;

	*_reason = NULL;
	if (baseline == NULL) {
		return false;
	}
	baseline->path = path;
	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t line_len = (size_t)((stop == NULL ? end : stop) - text);
		char *line = talloc_strndup(baseline, text, line_len);
		const char *why = NULL;
		size_t num_words = 0;

		number++;
		if (line == NULL) {
			return false;
		}
		if (strlen(line) != line_len) {
			why = "has a NUL byte in it";
			return say_line(mem_ctx,
					baseline,
					number,
					line,
					why,
					_reason);
		}
		num_words = tidy(line);
		if (num_words > 0 &&
		    !add_line(baseline, line, num_words, number, &why))
		{
			return say_line(mem_ctx,
					baseline,
					number,
					line,
					why,
					_reason);
		}
		text += line_len + 1;
	}
	if (baseline->num_lines > 0) {
		qsort(baseline->lines,
		      baseline->num_lines,
		      sizeof(struct line),
		      compare_lines);
	}
	*_baseline = baseline;
	return true;
}

bool audit_baseline_read(TALLOC_CTX *mem_ctx,
			 const char *path,
			 struct audit_baseline **_baseline,
			 const char **_reason)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *file = is_stdin ? stdin : fopen(path, "re");
	char *text = NULL;
	size_t len = 0;
	bool ok = false;

	*_reason = NULL;
	if (is_stdin) {
		path = "standard input";
	}
	if (file == NULL) {
		*_reason = talloc_asprintf(mem_ctx,
					   "--baseline=%s: %s",
					   path,
					   strerror(errno));
		return false;
	}
	ok = audit_read_file(mem_ctx, file, &text, &len);
	if (!ok && ferror(file) != 0) {
		*_reason = talloc_asprintf(mem_ctx,
					   "--baseline=%s: %s",
					   path,
					   strerror(errno));
	}
	ok = ok && audit_baseline_parse(mem_ctx,
					path,
					text,
					len,
					_baseline,
					_reason);
	talloc_free(text);
	if (!is_stdin) {
		fclose(file);
	}
	return ok;
}

/* --------------------------------------------------------------- applying */

static bool accepts(struct audit_baseline *baseline, const char *key)
{
	size_t low = 0;
	size_t high = baseline->num_lines;
	bool found = false;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(baseline->lines[middle].key, key) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	/* The same line twice is used twice. */
	for (; low < baseline->num_lines &&
	       strcmp(baseline->lines[low].key, key) == 0;
	     low++)
	{
		baseline->lines[low].is_used = true;
		found = true;
	}
	return found;
}

static bool report_unused(const struct audit_baseline *baseline,
			  const struct audit_choice *choice,
			  struct audit_findings *findings)
{
	size_t i;

	for (i = 0; i < baseline->num_lines; i++) {
		const struct line *line = &baseline->lines[i];
		char *text = NULL;
		bool ok = false;

		if (line->is_used ||
		    !audit_choice_is_on(choice, line->message))
		{
			continue;
		}
		text = talloc_asprintf(findings,
				       "%s:%u",
				       baseline->path,
				       line->number);
		ok = text != NULL && audit_findings_add(findings,
							choice,
							&audit_baseline_stale,
							text);
		if (!ok) {
			return false;
		}
	}
	return true;
}

bool audit_baseline_apply(struct audit_baseline *baseline,
			  const struct audit_choice *choice,
			  bool is_all,
			  struct audit_findings *findings,
			  size_t *_num_accepted)
{
	size_t num_accepted = 0;
	size_t kept = 0;
	size_t i;

	for (i = 0; i < findings->num_findings; i++) {
		const struct audit_finding *finding = &findings->findings[i];
		char *key = key_of(baseline, finding);

		if (key == NULL) {
			return false;
		}
		if (!accepts(baseline, key)) {
			findings->findings[kept++] = *finding;
		} else if (!finding->is_aside) {
			num_accepted++;
		}
		talloc_free(key);
	}
	*_num_accepted = num_accepted;
	findings->num_findings = kept;
	if (is_all && !report_unused(baseline, choice, findings)) {
		return false;
	}
	audit_findings_settle(findings);
	return true;
}

/* ---------------------------------------------------------------- writing */

static bool write_line(TALLOC_CTX *mem_ctx,
		       FILE *stream,
		       const struct audit_finding *finding)
{
	char *key = key_of(mem_ctx, finding);
	size_t num = finding->holders.num_accounts;
	char *dn = NULL;

	if (key == NULL) {
		return false;
	}
	fprintf(stream, "%s # %s", key, finding->message->id);
	if (num > 0) {
		dn = spn_printable(mem_ctx,
				   spn_str_of(
					   finding->holders.accounts[0]->dn));
		if (dn == NULL) {
			return false;
		}
		fprintf(stream, ": %s", dn);
	}
	if (num > 1) {
		fprintf(stream, " and %zu more", num - 1);
	}
	fputc('\n', stream);
	talloc_free(key);
	talloc_free(dn);
	return true;
}

bool audit_baseline_write(TALLOC_CTX *mem_ctx,
			  const struct audit_findings *findings,
			  FILE *stream)
{
	size_t i;

	fputs("# Findings of spn-audit that are accepted: spn-audit "
	      "--baseline=THIS-FILE\n"
	      "# CODE SPN OTHER-HALF SUM-OF-HOLDERS # what it is\n",
	      stream);
	for (i = 0; i < findings->num_findings; i++) {
		if (!findings->findings[i].is_aside &&
		    !write_line(mem_ctx, stream, &findings->findings[i]))
		{
			return false;
		}
	}
	return true;
}
