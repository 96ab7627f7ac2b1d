/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Of a report only the object "meta" is looked at, which stands in front, so
 * thousands of findings behind it cost nothing. Names are compared as they
 * stand: our own are written without escapes.
 */
#include "trend.h"

#include "read_file.h"
#include "policy/quote.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NUM_DIGITS 15 /* of a count, at most */

/* -------------------------------------------------------------------- JSON
 * What is read is a slice that gets shorter from the left.
 */

static bool next_is(const struct spn_str *rest, char c)
{
	return rest->len > 0 && rest->data[0] == c;
}

static void skip(struct spn_str *rest, size_t num)
{
	*rest = spn_str_from(*rest, (num < rest->len) ? num : rest->len);
}

static bool next_is_one_of(const struct spn_str *rest, const char *chars)
{
	return rest->len > 0 && rest->data[0] != '\0' &&
	       strchr(chars, rest->data[0]) != NULL;
}

static void skip_blanks(struct spn_str *rest)
{
	while (next_is_one_of(rest, " \t\r\n")) {
		skip(rest, 1);
	}
}

/* From one quote to behind the other. */
static void skip_string(struct spn_str *rest)
{
	skip(rest, 1);
	while (rest->len > 0 && !next_is(rest, '"')) {
		skip(rest, next_is(rest, '\\') ? 2 : 1);
	}
	skip(rest, 1);
}

static bool ends_value(const struct spn_str *rest)
{
	return rest->len == 0 || next_is_one_of(rest, ":,}] \t\r\n");
}

/* A value of any kind, and which bytes it is; len 0 when there is none. */
static struct spn_str take_value(struct spn_str *rest)
{
	struct spn_str value = *rest;
	size_t depth = 0;

	while (rest->len > 0 && (depth > 0 || !ends_value(rest))) {
		if (next_is(rest, '"')) {
			skip_string(rest);
			continue;
		}
		if (next_is_one_of(rest, "{[")) {
			depth++;
		} else if (next_is_one_of(rest, "}]")) {
			depth--;
		}
		skip(rest, 1);
	}
	value.len -= rest->len;
	return value;
}

/* The value of that name in an object; len 0 when there is none. */
static struct spn_str member(struct spn_str object, const char *name)
{
	struct spn_str rest = object;
	size_t len = strlen(name);

	skip_blanks(&rest);
	if (!next_is(&rest, '{')) {
		return (struct spn_str){};
	}
	do {
		struct spn_str key = {};
		struct spn_str value = {};

		skip(&rest, 1);
		skip_blanks(&rest);
		key = take_value(&rest);
		skip_blanks(&rest);
		if (!next_is(&rest, ':')) {
			break;
		}
		skip(&rest, 1);
		skip_blanks(&rest);
		value = take_value(&rest);
		if (key.len == len + 2 && memcmp(key.data + 1, name, len) == 0)
		{
			return value;
		}
		skip_blanks(&rest);
	} while (next_is(&rest, ','));
	return (struct spn_str){};
}

/* False when it is no number, or a larger one than there can be. */
static bool read_count(struct spn_str value, size_t *_count)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < value.len; i++) {
		if (value.data[i] < '0' || value.data[i] > '9') {
			return false;
		}
		count = 10 * count + (size_t)(value.data[i] - '0');
	}
	*_count = count;
	return value.len > 0 && value.len <= NUM_DIGITS;
}

/* "2026-11-29T04:00:00Z", in its quotes. NULL in time when it is another
 * thing, or when out of memory. */
static bool read_time(TALLOC_CTX *mem_ctx,
		      struct spn_str value,
		      struct audit_moment *moment)
{
	struct tm tm = {};
	const char *end = NULL;
	char *text = NULL;

	if (value.len != strlen("\"2026-11-29T04:00:00Z\"")) {
		return true;
	}
	text = talloc_strndup(mem_ctx, value.data + 1, value.len - 2);
	if (text == NULL) {
		return false;
	}
	end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (end == NULL || *end != '\0') {
		return true;
	}
	moment->time = text;
	moment->timestamp = (long long)timegm(&tm);
	return true;
}

/* Is it that text, or null where there is none? */
static bool is_text(TALLOC_CTX *mem_ctx,
		    struct spn_str value,
		    const char *text,
		    bool *_is_text)
{
	char *json = spn_json(mem_ctx, spn_str_of(text));

	if (json == NULL) {
		return false;
	}
	*_is_text = spn_str_equal(value, spn_str_of(json));
	talloc_free(json);
	return true;
}

static bool read_counts(struct spn_str counts, struct audit_moment *moment)
{
	int s;

	for (s = SPN_SEVERITY_INFO; s <= SPN_SEVERITY_ERROR; s++) {
		const char *name = spn_severity_text((enum spn_severity)s);

		if (!read_count(member(counts, name), &moment->counts[s])) {
			return false;
		}
	}
	return true;
}

bool audit_trend_parse(TALLOC_CTX *mem_ctx,
		       struct spn_str text,
		       const struct audit_trend_wanted *wanted,
		       struct audit_moment *_moment,
		       const char **_why)
{
	struct spn_str meta = member(text, "meta");
	struct audit_moment moment = {};
	bool is_domain = false;
	bool is_part = false;

	*_why = NULL;
	if (!read_time(mem_ctx, member(meta, "time"), &moment) ||
	    !is_text(mem_ctx,
		     member(meta, "domain"),
		     wanted->domain,
		     &is_domain) ||
	    !is_text(mem_ctx, member(meta, "part"), wanted->part, &is_part))
	{
		return false;
	}
	if (moment.time == NULL ||
	    !read_counts(member(meta, "counts"), &moment))
	{
		*_why = "is no report of --format=json";
	} else if (!is_domain) {
		*_why = "is a report of another domain";
	} else if (!is_part) {
		*_why = "is a report of other accounts: --account and --base "
			"have to be the same";
	}
	*_moment = moment;
	return *_why == NULL;
}

/* ------------------------------------------------------------------- files */

static bool read_moment(TALLOC_CTX *mem_ctx,
			const char *path,
			const struct audit_trend_wanted *wanted,
			struct audit_moment *_moment,
			const char **_reason)
{
	FILE *file = fopen(path, "re");
	const char *why = NULL;
	char *text = NULL;
	size_t len = 0;
	bool ok = false;

	if (file == NULL) {
		*_reason = talloc_asprintf(mem_ctx,
					   "--trend=%s: %s",
					   path,
					   strerror(errno));
		return false;
	}
	ok = audit_read_file(mem_ctx, file, &text, &len);
	if (!ok && ferror(file) != 0) {
		why = strerror(errno);
	}
	ok = ok &&
	     audit_trend_parse(mem_ctx,
			       (struct spn_str){.data = text, .len = len},
			       wanted,
			       _moment,
			       &why);
	if (why != NULL) {
		*_reason =
			talloc_asprintf(mem_ctx, "--trend=%s: %s", path, why);
	}
	talloc_free(text);
	if (fclose(file) != 0) {
		return false;
	}
	return ok;
}

static int compare_moments(const void *a, const void *b)
{
	const struct audit_moment *x = a;
	const struct audit_moment *y = b;

	return (x->timestamp > y->timestamp) - (x->timestamp < y->timestamp);
}

static bool read_paths(TALLOC_CTX *mem_ctx,
		       const glob_t *paths,
		       const struct audit_trend_wanted *wanted,
		       struct audit_trend *trend,
		       const char **_reason)
{
	size_t i;

	trend->moments = talloc_zero_array(mem_ctx,
					   struct audit_moment,
					   paths->gl_pathc);
	if (trend->moments == NULL) {
		return false;
	}
	for (i = 0; i < paths->gl_pathc; i++) {
		if (!read_moment(mem_ctx,
				 paths->gl_pathv[i],
				 wanted,
				 &trend->moments[i],
				 _reason))
		{
			return false;
		}
	}
	trend->num_moments = paths->gl_pathc;
	qsort(trend->moments,
	      trend->num_moments,
	      sizeof(trend->moments[0]),
	      compare_moments);
	return true;
}

bool audit_trend_read(TALLOC_CTX *mem_ctx,
		      const char *pattern,
		      const struct audit_trend_wanted *wanted,
		      const struct audit_trend **_trend,
		      const char **_reason)
{
	struct audit_trend *trend = NULL;
	glob_t paths = {};
	bool ok = false;

	*_reason = NULL;
	*_trend = NULL;
	if (pattern == NULL) {
		return true;
	}
	trend = talloc_zero(mem_ctx, struct audit_trend);
	if (trend == NULL) {
		return false;
	}
	switch (glob(pattern, GLOB_NOMAGIC, NULL, &paths)) {
	case 0:
		ok = read_paths(trend, &paths, wanted, trend, _reason);
		break;
	case GLOB_NOMATCH:
		*_reason = talloc_asprintf(mem_ctx,
					   "--trend=%s: there is no such file",
					   pattern);
		break;
	default:
		break;
	}
	globfree(&paths);
	*_trend = ok ? trend : NULL;
	return ok;
}
