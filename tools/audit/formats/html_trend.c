/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What has changed: a sentence about the baseline, and of each severity a line
 * that goes from the first of the earlier reports to this one. Each line has a
 * scale of its own, from 0 to its highest, or one error among 20,000 notes
 * would not be seen.
 */
#include "html_page.h"

#include "audit/rules/messages.h"

#define WIDTH 1000
#define HEIGHT 100
/* How many reports are listed; the lines are of all. */
#define LISTED 10

static size_t num_stale(const struct audit_findings *findings)
{
	size_t num = 0;
	size_t i;

	for (i = 0; i < findings->num_findings; i++) {
		if (findings->findings[i].message == &audit_baseline_stale) {
			num++;
		}
	}
	return num;
}

static void write_baseline(struct html_page *page,
			   const struct audit_result *result)
{
	size_t stale = num_stale(result->findings);

	html_open(page, "p", NULL);
	html_text(page, "Beside the baseline ");
	html_foreign_text(page, result->baseline);
	html_text(page, ": ");
	html_number(page, result->findings->num_findings - stale);
	html_text(page, " new, ");
	html_number(page, result->num_accepted);
	html_text(page, " known and accepted");
	if (stale > 0) {
		html_text(page, ", ");
		html_number(page, stale);
		html_text(page, " of its lines accept nothing any more");
	}
	html_text(page, ".");
	html_close(page);
}

/* This report, as those before. */
static struct audit_moment now(const struct audit_result *result)
{
	struct audit_moment moment = {
		.time = result->time,
		.timestamp = result->timestamp,
	};
	int s;

	for (s = SPN_SEVERITY_INFO; s <= SPN_SEVERITY_ERROR; s++) {
		moment.counts[s] = result->findings->counts[s];
	}
	return moment;
}

/* One for each report, this one last. NULL when out of memory. */
static struct audit_moment *all_moments(TALLOC_CTX *mem_ctx,
					const struct audit_result *result)
{
	size_t num = result->trend->num_moments;
	struct audit_moment *moments = talloc_array(mem_ctx,
						    struct audit_moment,
						    num + 1);
	size_t i;

	for (i = 0; moments != NULL && i < num; i++) {
		moments[i] = result->trend->moments[i];
	}
	if (moments != NULL) {
		moments[num] = now(result);
	}
	return moments;
}

static size_t highest(const struct audit_moment *moments,
		      size_t num,
		      enum spn_severity severity)
{
	size_t most = 1;
	size_t i;

	for (i = 0; i < num; i++) {
		if (moments[i].counts[severity] > most) {
			most = moments[i].counts[severity];
		}
	}
	return most;
}

/* "0,100 500,50 1000,0": across by time, upwards by number. NULL when out of
 * memory. */
static char *points_of(TALLOC_CTX *mem_ctx,
		       const struct audit_moment *moments,
		       size_t num,
		       enum spn_severity severity)
{
	size_t most = highest(moments, num, severity);
	long long first = moments[0].timestamp;
	long long span = moments[num - 1].timestamp - first;
	char *points = talloc_strdup(mem_ctx, "");
	size_t i;

	for (i = 0; points != NULL && i < num; i++) {
		long long x = (span <= 0) ? 0
					  : (moments[i].timestamp - first) *
						    WIDTH / span;
		double share = (double)moments[i].counts[severity] /
			       (double)most;

		points = talloc_asprintf_append_buffer(points,
						       "%s%lld,%d",
						       (i > 0) ? " " : "",
						       x,
						       (int)(HEIGHT *
							     (1 - share)));
	}
	return points;
}

static void write_line(struct html_page *page,
		       const struct audit_moment *moments,
		       size_t num,
		       enum spn_severity severity)
{
	char *points = points_of(page->mem_ctx, moments, num, severity);

	if (points == NULL) {
		page->ok = false;
		return;
	}
	html_element(page, "span", "code", spn_severity_text(severity));
	html_open(page, "svg", spn_severity_text(severity));
	html_attribute(page, "viewBox", "0 -5 1000 110");
	html_attribute(page, "preserveAspectRatio", "none");
	html_attribute(page, "aria-hidden", "true");
	html_open(page, "polyline", NULL);
	html_attribute(page, "points", points);
	html_close(page);
	html_close(page);
	html_open(page, "span", "number");
	html_number(page, moments[0].counts[severity]);
	html_text(page, " \xe2\x86\x92 ");
	html_number(page, moments[num - 1].counts[severity]);
	html_close(page);
	talloc_free(points);
}

static void write_moment(struct html_page *page,
			 const struct audit_moment *moment)
{
	int s;

	html_open(page, "li", NULL);
	html_text(page, moment->time);
	for (s = SPN_SEVERITY_ERROR; s >= SPN_SEVERITY_INFO; s--) {
		html_text(page, (s == SPN_SEVERITY_ERROR) ? ": " : ", ");
		html_text(page, spn_severity_text((enum spn_severity)s));
		html_text(page, " ");
		html_number(page, moment->counts[s]);
	}
	html_close(page);
}

static void write_lines(struct html_page *page,
			const struct audit_result *result)
{
	size_t num = result->trend->num_moments + 1;
	struct audit_moment *moments = all_moments(page->mem_ctx, result);
	int s;
	size_t i;

	if (moments == NULL) {
		page->ok = false;
		return;
	}
	html_open(page, "div", "bars trend");
	for (s = SPN_SEVERITY_ERROR; s >= SPN_SEVERITY_INFO; s--) {
		write_line(page, moments, num, (enum spn_severity)s);
	}
	html_close(page);
	html_open(page, "details", NULL);
	html_element(page, "summary", NULL, "The last reports");
	html_open(page, "ul", NULL);
	for (i = (num > LISTED) ? num - LISTED : 0; i < num; i++) {
		write_moment(page, &moments[i]);
	}
	html_close(page);
	html_close(page);
	talloc_free(moments);
}

void html_write_trend(struct html_page *page,
		      const struct audit_result *result)
{
	if (result->baseline == NULL && result->trend == NULL) {
		return;
	}
	html_element(page, "h2", NULL, "What has changed");
	if (result->baseline != NULL) {
		write_baseline(page, result);
	}
	if (result->trend != NULL) {
		write_lines(page, result);
	}
}
