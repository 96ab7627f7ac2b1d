/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spn-audit --trend: what an earlier report is, and what is read of it.
 */
#include "lib/policy_fixture.h"

#include "audit/trend.h"

#define TIME "\"time\": \"2026-11-29T04:00:00Z\""
#define DOMAIN "\"domain\": \"example.com\""
#define COUNTS "\"counts\": {\"error\": 3, \"warning\": 2, \"info\": 1}"
#define GOOD                                                                  \
	"{\"meta\": {" DOMAIN ", " TIME ", \"part\": null, " COUNTS           \
	"}, \"findings\": []}"

struct report_row {
	struct spn_str text;
	const char *why; /* NULL: it is one */
};

static const struct report_row reports[] = {
	{STR(GOOD), NULL},
	/* in another order, with more in it, and another "time" */
	{STR("{ \"findings\" : [{\"meta\": {}}, "
	     "\"]}\\\"\"],\n\"meta\":\t{" COUNTS ",\"rules\":[{" TIME
	     "}]," TIME ",\"x\":-1.5e3,\"part\":null," DOMAIN "}}"),
	 NULL},
	{STR(""), "no report"},
	{STR("[]"), "no report"},
	{STR("{\"meta\": 5}"), "no report"},
	{STR("{\"meta\""), "no report"},
	{STR("{\"meta\": {" DOMAIN ", \"part\": null, " COUNTS "}}"),
	 "no report"},
	{STR("{\"meta\": {" DOMAIN ", " TIME ", \"part\": null}}"),
	 "no report"},
	{STR("{\"meta\": {" DOMAIN ", " TIME
	     ", \"part\": null, \"counts\": {\"error\": -3, \"warning\": 2, "
	     "\"info\": 1}}}"),
	 "no report"},
	{STR("{\"meta\": {" DOMAIN ", " TIME
	     ", \"part\": null, \"counts\": {\"error\": 3000000000000000000, "
	     "\"warning\": 2, \"info\": 1}}}"),
	 "no report"},
	{STR("{\"meta\": {" DOMAIN ", \"time\": \"2026-13-29T04:00:00Z\", "
	     "\"part\": null, " COUNTS "}}"),
	 "no report"},
	{STR("{\"meta\": {\"domain\": \"example.org\", " TIME
	     ", \"part\": null, " COUNTS "}}"),
	 "another domain"},
	{STR("{\"meta\": {" DOMAIN ", " TIME ", \"part\": \"only x\", " COUNTS
	     "}}"),
	 "other accounts"},
};

static void what_a_report_is(void **state)
{
	const struct audit_trend_wanted wanted = {.domain = "example.com"};
	struct fixture *f = *state;
	size_t bad = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(reports); i++) {
		const struct report_row *row = &reports[i];
		struct audit_moment moment = {};
		const char *why = NULL;
		bool ok = audit_trend_parse(f->mem_ctx,
					    row->text,
					    &wanted,
					    &moment,
					    &why);

		if (ok != (row->why == NULL) ||
		    (!ok && (why == NULL || strstr(why, row->why) == NULL)))
		{
			fprintf(stderr,
				"'%s': %s\n",
				row->text.data,
				(why == NULL) ? "ok" : why);
			bad++;
		}
	}
	assert_int_equal(bad, 0);
}

static void what_is_read(void **state)
{
	const struct audit_trend_wanted wanted = {.domain = "example.com"};
	struct fixture *f = *state;
	struct audit_moment moment = {};
	const char *why = NULL;

	assert_true(audit_trend_parse(f->mem_ctx,
				      spn_str_of(GOOD),
				      &wanted,
				      &moment,
				      &why));
	assert_string_equal(moment.time, "2026-11-29T04:00:00Z");
	assert_int_equal(moment.timestamp, 1795924800);
	assert_int_equal(moment.counts[SPN_SEVERITY_ERROR], 3);
	assert_int_equal(moment.counts[SPN_SEVERITY_WARNING], 2);
	assert_int_equal(moment.counts[SPN_SEVERITY_INFO], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(what_a_report_is),
		fixture_test(what_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
