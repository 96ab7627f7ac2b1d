/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spn-audit --format=nagios: which state follows from what was found, and from
 * what could not be seen. That nothing was found where not all could be looked
 * at is not OK; but an error that was found is one.
 */
#include "lib/policy_fixture.h"

#include <stdlib.h>

#include "audit/formats/format.h"

static const struct row {
	size_t errors;
	size_t warnings;
	size_t info;
	size_t gaps;
	size_t silent; /* DCs, of two that were asked; NONE_ASKED */
	int status;
	const char *text; /* is a part of the line */
} rows[] = {
#define NONE_ASKED 99
	{0, 0, 0, 0, NONE_ASKED, 0, "SPN OK - example.com: 0 errors, "},
	{0, 0, 7, 0, NONE_ASKED, 0, ", 0 warnings, 7 info | errors=0;;0;0 "},
	{0, 1, 7, 0, NONE_ASKED, 1, "SPN WARNING - "},
	{1, 1, 7, 0, NONE_ASKED, 2, "SPN CRITICAL - example.com: 1 error,"},
	{0, 0, 0, 1, NONE_ASKED, 3, "; not complete: a / b | "},
	{0, 0, 0, 2, NONE_ASKED, 3, " incomplete=2;;;0 "},
	{0, 1, 0, 1, NONE_ASKED, 1, "; not complete: "},
	{2, 0, 0, 1, NONE_ASKED, 2, "; not complete: "},
	{0, 0, 0, 0, 0, 0, " dcs=2;;;0 dcs_letting_in=0;;;0 dcs_silent=0;;;0"},
	{0, 0, 0, 0, 1, 3, "; no answer from 1 of 2 domain controllers | "},
	{0, 0, 0, 0, 2, 3, " dcs_letting_in=2;;;0 dcs_silent=2;;;0"},
	{0, 3, 0, 0, 2, 1, "; no answer from 2 of 2 domain controllers | "},
	{1, 0, 0, 0, 1, 2, "SPN CRITICAL - "},
};

static size_t complain(struct fixture *f, const struct row *row)
{
	const char *const gaps[] = {"a | b",
				    (row->gaps > 1) ? "c" : NULL,
				    NULL};
	struct spn_dc dc[2] = {{.name = "dc1"}, {.name = "dc2"}};
	const struct spn_dcs dcs = {.dcs = dc, .num_dcs = 2};
	const struct audit_findings findings = {
		.counts =
			{
				[SPN_SEVERITY_ERROR] = row->errors,
				[SPN_SEVERITY_WARNING] = row->warnings,
				[SPN_SEVERITY_INFO] = row->info,
			},
	};
	const struct audit_result result = {
		.domain = "example.com",
		.findings = &findings,
		.gaps = (row->gaps == 0) ? NULL : gaps,
		.dcs = (row->silent == NONE_ASKED) ? NULL : &dcs,
		.seconds = 0.25,
	};
	const struct audit_format *format = audit_format_by_name("nagios");
	char *text = NULL;
	size_t len = 0;
	FILE *stream = open_memstream(&text, &len);
	bool ok;
	size_t i;

	assert_non_null(stream);
	for (i = 0; i < 2 && row->silent != NONE_ASKED; i++) {
		dc[i].standing = (i < row->silent) ? SPN_STANDING_UNREACHABLE
						   : SPN_STANDING_ENFORCE;
	}
	assert_true(format->write(f->mem_ctx, &result, stream));
	assert_int_equal(fclose(stream), 0);
	ok = format->status(&result) == row->status &&
	     strstr(text, row->text) != NULL &&
	     strstr(text, " time=0.250s;;;0") != NULL;
	if (!ok) {
		fprintf(stderr,
			"row %zu: %d %s",
			(size_t)(row - rows),
			format->status(&result),
			text);
	}
	free(text);
	return ok ? 0 : 1;
}

static void states(void **state)
{
	size_t bad = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		bad += complain(*state, &rows[i]);
	}
	assert_int_equal(bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
