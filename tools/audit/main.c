/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spn-audit: reports what is wrong with the SPNs of a directory. Writes to it
 * with --apply only.
 *
 * Nothing is printed before everything is known: whoever sees a report sees
 * all of it, and exit status 2 goes with an empty standard output.
 */
#include "store/store.h"

#include "again.h"
#include "apply.h"
#include "ask_dcs.h"
#include "baseline.h"
#include "catalogue.h"
#include "gives_way.h"
#include "open.h"
#include "program.h"
#include "common/output.h"
#include "repair.h"
#include "scan.h"
#include "select.h"
#include "notices.h"
#include "start.h"
#include "watch.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define EXIT_FINDINGS 1
#define HEAP_STEP (16 * 1024 * 1024)

/* An event of --watch names accounts only: their ages change every day. */
static bool has_profiles(const struct audit *audit)
{
	return audit->options->format->has_profiles &&
	       audit->options->watch == 0;
}

#define DAY (24 * 3600)

static int scan(struct audit *audit, struct audit_scan **_scan)
{
	const struct audit_tunables *tunables = &audit->options->tunables;
	struct audit_scan_options scan_options = {
		.choice = audit->options->choice,
		.describes = has_profiles(audit),
		.surroundings =
			{
				.now = (int64_t)time(NULL),
				.stale_age =
					(int64_t)DAY *
					tunables->numbers[AUDIT_STALE_DAYS],
				.password_age =
					(int64_t)DAY *
					tunables->numbers[AUDIT_PASSWORD_DAYS],
			},
		.progress = audit->progress,
	};
	const struct audit_opening opening = {
		.connect = audit->connect,
		.options = audit->options,
		.ldb = audit->ldb,
	};
	struct audit_source *source = NULL;
	const char *reason = NULL;
	bool ok = false;

	spn_progress_begin(audit->progress);
	ok = (!audit->options->check_dns || audit_tunable_dns(audit,
							      audit->connect,
							      tunables,
							      &scan_options,
							      &reason)) &&
	     (!audit->options->check_dcs || audit_ask_dcs(audit,
							  audit->connect,
							  &scan_options.dcs,
							  &reason)) &&
	     audit_open(audit, &opening, &source, &reason) &&
	     audit_scan_run(audit, source, &scan_options, _scan, &reason);

	audit->dcs = scan_options.dcs;
	if (ok) {
		audit_tell_deleted(audit->tell,
				   audit->options->choice,
				   *_scan);
	}
	if (ok && audit->options->verbose) {
		audit_tell_scan(audit->tell, *_scan);
	}
	return ok ? SPN_EXIT_DONE : audit_fail(audit, reason);
}

static int select_accounts(struct audit *audit,
			   const struct audit_scan *scanned,
			   struct audit_select **_select)
{
	const struct audit_options *options = audit->options;
	const char *reason = NULL;

	if (options->account == NULL && options->base == NULL) {
		*_select = NULL;
		return SPN_EXIT_DONE;
	}
	if (!audit_select_new(audit,
			      scanned,
			      options->account,
			      options->base,
			      _select,
			      &reason))
	{
		return audit_fail(audit, reason);
	}
	return SPN_EXIT_DONE;
}

/* "only account web01$ below OU=x": what the reader must not overlook. */
static bool part_text(const struct audit *audit, const char **_part)
{
	*_part = NULL;
	if (audit->options->account == NULL && audit->options->base == NULL) {
		return true;
	}
	*_part = talloc_asprintf(
		audit,
		"only findings of %s%s%s%s",
		(audit->options->account == NULL) ? "accounts" : "account ",
		(audit->options->account == NULL) ? ""
						  : audit->options->account,
		(audit->options->base == NULL) ? "" : " below ",
		(audit->options->base == NULL) ? "" : audit->options->base);
	return *_part != NULL;
}

static double seconds_since(const struct timespec *start)
{
	struct timespec now = {};

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) {
		return 0;
	}
	return (double)(now.tv_sec - start->tv_sec) +
	       (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static struct audit_result result_of(const struct audit *audit,
				     const struct audit_scan *scanned,
				     const struct audit_findings *findings,
				     size_t num_accepted)
{
	return (struct audit_result){
		.url = (audit->options->from_ldif != NULL)
			       ? audit->options->from_ldif
			       : spn_connect_url(audit->connect),
		.dc = scanned->source->dc,
		.domain = scanned->forest->dns_domain,
		.timestamp = (long long)time(NULL),
		.num_accounts = scanned->num_accounts,
		.num_spns = scanned->num_spns,
		.choice = audit->options->choice,
		.view = &audit->options->view,
		.findings = findings,
		.num_accepted = num_accepted,
		.baseline = audit->options->baseline,
		.gaps = scanned->source->gaps,
		.dcs = audit->dcs,
		.seconds = seconds_since(&audit->start),
	};
}

/* False when out of memory. */
static bool add_profiles(const struct audit *audit,
			 const struct audit_scan *scanned,
			 struct audit_result *result)
{
	if (!has_profiles(audit)) {
		return true;
	}
	result->profiles = audit_profiles_new(scanned->source,
					      scanned,
					      result->findings);
	return result->profiles != NULL;
}

/* The whole report in memory. */
static bool format_report(struct audit *audit,
			  struct audit_result result,
			  const struct audit_block **_blocks)
{
	char text[AUDIT_TIME_TEXT] = "";
	FILE *stream = NULL;
	bool ok = false;

	audit_time_text(result.timestamp, text);
	result.time = text;
	stream = audit_output_gather(audit, _blocks);
	if (stream == NULL) {
		return false;
	}
	ok = audit->options->format->write(audit, &result, stream);
	ok = (ferror(stream) == 0) && ok;
	return fclose(stream) == 0 && ok;
}

/* Of a report that was written. */
static int status_of(const struct audit_options *options,
		     const struct audit_result *result)
{
	if (options->format->status != NULL) {
		return options->format->status(result);
	}
	return audit_findings_reach(result->findings,
				    audit_choice_threshold(options->choice))
		       ? EXIT_FINDINGS
		       : SPN_EXIT_DONE;
}

/* Who mends asks who holds what; a report alone does not, and the table of all
 * keys is a quarter of what an audit keeps. */
static void forget_keys(const struct audit_options *options,
			const struct audit_scan *scanned)
{
	if (options->fix_ldif == NULL && options->fix_setspn == NULL) {
		spn_census_forget_keys(scanned->census);
	}
}

static bool write_baseline(struct audit *audit, const void *what, FILE *stream)
{
	return audit_baseline_write(audit, what, stream);
}

/* What is accepted goes; *_num is how many. */
static int apply_baseline(struct audit *audit,
			  struct audit_findings *findings,
			  size_t *_num)
{
	const struct audit_options *options = audit->options;
	bool is_all = options->account == NULL && options->base == NULL;
	struct audit_baseline *baseline = NULL;
	const char *reason = NULL;

	*_num = 0;
	if (options->baseline == NULL) {
		return SPN_EXIT_DONE;
	}
	if (!audit_baseline_read(audit, options->baseline, &baseline, &reason))
	{
		return audit_fail(audit, reason);
	}
	return audit_baseline_apply(baseline,
				    options->choice,
				    is_all,
				    findings,
				    _num)
		       ? SPN_EXIT_DONE
		       : audit_out_of_memory(audit);
}

/* What is accepted goes, then what gives way to what is left. */
static int reduce(struct audit *audit,
		  struct audit_findings *findings,
		  size_t *_num_accepted)
{
	int status = apply_baseline(audit, findings, _num_accepted);

	if (status == SPN_EXIT_DONE && !audit_findings_give_way(findings)) {
		return audit_out_of_memory(audit);
	}
	return status;
}

/* What comes behind the judging, and takes long where much was found. */
static void say_step(const struct audit *audit, const char *what, size_t num)
{
	spn_progress_say(audit->progress, what, -1, num, "findings");
}

/* What was found and chosen. */
static int make_findings(struct audit *audit,
			 const struct audit_scan *scanned,
			 struct audit_select *select,
			 struct audit_findings **_findings)
{
	struct audit_findings *findings = NULL;

	say_step(audit, "sorting", scanned->violations.num_violations);
	findings = audit_findings_new(audit,
				      &scanned->fold,
				      audit->options->choice,
				      &scanned->violations);
	if (findings == NULL) {
		return audit_out_of_memory(audit);
	}
	if (select != NULL) {
		audit_findings_keep(findings, audit_select_wants, select);
	}
	*_findings = findings;
	return audit_put_file(audit,
			      audit->options->write_baseline,
			      write_baseline,
			      findings);
}

static int report(struct audit *audit,
		  const struct audit_scan *scanned,
		  struct audit_select *select)
{
	const struct audit_options *options = audit->options;
	struct audit_findings *findings = NULL;
	struct audit_result result = {};
	const struct audit_trend *trend = NULL;
	const struct audit_block *blocks = NULL;
	const char *part = NULL;
	const char *reason = NULL;
	size_t num_accepted = 0;
	int status = SPN_EXIT_DONE;

	if (!part_text(audit, &part)) {
		return audit_out_of_memory(audit);
	}
	if (!audit_trend_read(audit,
			      options->trend,
			      &(struct audit_trend_wanted){
				      .domain = scanned->forest->dns_domain,
				      .part = part,
			      },
			      &trend,
			      &reason))
	{
		return audit_fail(audit, reason);
	}
	forget_keys(options, scanned);
	status = make_findings(audit, scanned, select, &findings);
	if (status == SPN_EXIT_DONE) {
		status = reduce(audit, findings, &num_accepted);
	}
	if (status == SPN_EXIT_DONE) {
		status = audit_put_repairs(audit, scanned, findings);
	}
	if (status != SPN_EXIT_DONE || findings == NULL) {
		return status;
	}
	result = result_of(audit, scanned, findings, num_accepted);
	say_step(audit, "writing", findings->num_findings);
	result.part = part;
	result.trend = trend;
	if (!add_profiles(audit, scanned, &result) ||
	    !format_report(audit, result, &blocks))
	{
		return audit_out_of_memory(audit);
	}
	spn_progress_wipe(audit->progress);
	if (!audit_output_write_blocks(
		    audit,
		    &(struct audit_target){
			    .path = options->output,
			    .is_public = options->format->is_public,
		    },
		    blocks,
		    &reason))
	{
		return audit_fail(audit, reason);
	}
	audit_plugin_reported(audit->plugin);
	return status_of(options, &result);
}

static int run_audit(struct audit *audit)
{
	struct audit_scan *scanned = NULL;
	struct audit_select *select = NULL;
	int status = scan(audit, &scanned);

	if (status != SPN_EXIT_DONE || scanned == NULL) {
		return status;
	}
	status = select_accounts(audit, scanned, &select);
	return (status == SPN_EXIT_DONE) ? report(audit, scanned, select)
					 : status;
}

/* Of --watch and --apply: one of several. All of it lives on mem_ctx and goes
 * with it. */
static int audit_once(void *private_data,
		      TALLOC_CTX *mem_ctx,
		      struct ldb_context *ldb,
		      struct audit_look *_look)
{
	struct audit *audit = talloc_memdup(mem_ctx,
					    private_data,
					    sizeof(struct audit));
	struct audit_scan *scanned = NULL;
	struct audit_select *select = NULL;
	size_t num_accepted = 0;
	int status;

	if (audit == NULL) {
		return audit_out_of_memory(private_data);
	}
	audit->ldb = ldb;
	status = scan(audit, &scanned);
	if (status != SPN_EXIT_DONE || scanned == NULL) {
		return status;
	}
	_look->a = audit_case_of(scanned);
	status = select_accounts(audit, scanned, &select);
	if (status == SPN_EXIT_DONE) {
		status = make_findings(audit,
				       scanned,
				       select,
				       &_look->findings);
	}
	if (status == SPN_EXIT_DONE) {
		status = reduce(audit, _look->findings, &num_accepted);
	}
	return status;
}

static int watch_once(void *private_data,
		      TALLOC_CTX *mem_ctx,
		      struct ldb_context *ldb,
		      struct audit_findings **_findings)
{
	struct audit_look look = {};
	int status = audit_once(private_data, mem_ctx, ldb, &look);

	*_findings = look.findings;
	return status;
}

static int run_apply(struct audit *audit)
{
	const struct audit_options *options = audit->options;
	const struct audit_apply apply = {
		.connect = audit->connect,
		.undo = options->undo,
		.keytab = options->keytab,
		.yes = options->yes,
		.threshold = audit_choice_threshold(options->choice),
		.audit = audit_once,
		.private_data = audit,
	};

	return audit_apply_run(audit, &apply);
}

static int run_watch(struct audit *audit)
{
	const struct audit_watch watch = {
		.connect = audit->connect,
		.as_json = strcmp(audit->options->format->name, "json") == 0,
		.interval = audit->options->watch,
		.progress = audit->progress,
		.audit = watch_once,
		.private_data = audit,
	};

	return audit_watch_run(audit, &watch);
}

/* --list-rules and --explain: what needs no directory. */
static int run_catalogue(struct audit *audit)
{
	struct audit_target target = {};
	char *data = NULL;
	size_t len = 0;
	FILE *stream = open_memstream(&data, &len);
	const struct spn_page page = {
		.stream = stream,
		.terminal = audit->options->view.terminal,
	};
	bool ok = true;

	if (stream == NULL) {
		return audit_out_of_memory(audit);
	}
	if (audit->options->explain != NULL) {
		ok = audit_explain(audit,
				   audit->options->choice,
				   audit->options->explain,
				   &page);
	} else if (strcmp(audit->options->format->name, "json") == 0) {
		ok = audit_json_rules(audit, audit->options->choice, stream);
	} else {
		audit_list_rules(audit->options->choice, &page);
	}
	ok = (ferror(stream) == 0) && ok;
	if (fclose(stream) != 0 || !ok) {
		free(data);
		return audit_out_of_memory(audit);
	}
	target.path = audit->options->output;
	return audit_put_out(audit, &target, data, len);
}

/* What the report says of the command, and what is said of the work. */
static int get_ready(struct audit *audit, char **argv)
{
	audit->options->view.again = audit_again(audit,
						 (const char *const *)argv);
	if (audit->options->view.again == NULL) {
		return audit_out_of_memory(audit);
	}
	if (audit->options->quiet) {
		spn_connect_be_quiet(audit->connect);
		return SPN_EXIT_DONE;
	}
	if (!spn_progress_new(audit, "spn-audit", &audit->progress)) {
		return audit_out_of_memory(audit);
	}
	spn_connect_set_progress(audit->connect, audit->progress);
	return SPN_EXIT_DONE;
}

int main(int argc, char **argv)
{
	struct audit *audit = NULL;
	int status;

	if (!audit_output_guard()) {
		return SPN_EXIT_CANNOT_RUN;
	}
	/* A directory is much, and comes in small pieces: with so much at once
	 * the kernel can give it as huge pages. */
	mallopt(M_TOP_PAD, HEAP_STEP);
	audit = talloc_zero(NULL, struct audit);
	if (audit == NULL ||
	    clock_gettime(CLOCK_MONOTONIC, &audit->start) != 0)
	{
		return SPN_EXIT_CANNOT_RUN;
	}
	audit->connect = audit_start(audit, argc, argv, &audit->plugin);
	if (audit->connect == NULL) {
		return SPN_EXIT_CANNOT_RUN;
	}
	audit->tell = audit_tell_new(audit, audit->connect);
	if (audit->tell == NULL) {
		return audit_out_of_memory(audit);
	}
	status = audit_options_read(audit, audit->connect, &audit->options);
	if (status == SPN_EXIT_DONE) {
		status = get_ready(audit, argv);
	}
	if (status == SPN_EXIT_DONE &&
	    (audit->options->list_rules || audit->options->explain != NULL))
	{
		status = run_catalogue(audit);
	} else if (status == SPN_EXIT_DONE && audit->options->apply) {
		status = run_apply(audit);
	} else if (status == SPN_EXIT_DONE) {
		status = (audit->options->watch > 0) ? run_watch(audit)
						     : run_audit(audit);
	}
	/* A third of the time of a large audit would go into giving back
	 * block by block what the process is about to give back at once. */
	return status;
}
