/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Of a report only the object "meta" is looked at, which stands in front, so
 * thousands of findings behind it cost nothing.
 */
#include "trend.h"

#include "read_file.h"
#include "common/json_read.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

static bool read_counts(struct spn_str counts, struct audit_moment *moment)
{
	int s;

	for (s = SPN_SEVERITY_INFO; s <= SPN_SEVERITY_ERROR; s++) {
		const char *name = spn_severity_text((enum spn_severity)s);

		if (!spn_json_count(spn_json_member(counts, name),
				    &moment->counts[s]))
		{
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
	struct spn_str meta = spn_json_member(text, "meta");
	struct audit_moment moment = {};
	bool is_domain = false;
	bool is_part = false;

	*_why = NULL;
	if (!read_time(mem_ctx, spn_json_member(meta, "time"), &moment) ||
	    !spn_json_is(mem_ctx,
			 spn_json_member(meta, "domain"),
			 wanted->domain,
			 &is_domain) ||
	    !spn_json_is(mem_ctx,
			 spn_json_member(meta, "part"),
			 wanted->part,
			 &is_part))
	{
		return false;
	}
	if (moment.time == NULL ||
	    !read_counts(spn_json_member(meta, "counts"), &moment))
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
