/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every few seconds the server is asked for its highest USN, which costs it
 * next to nothing. Only if that has grown it is asked whether an object that
 * an audit looks at was changed, and only then all is read again: a change of
 * one account may make or fix findings of others.
 *
 * A lost connection may have missed changes, and the next one may be with
 * another controller, whose USNs are its own: so an audit follows each.
 */
#include "watch.h"

#include "audit/formats/format.h"
#include "common/output.h"
#include "store/store.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LONGEST_PAUSE 60

struct watching {
	const struct audit_watch *watch;
	struct ldb_context *ldb; /* NULL: not connected */
	uint64_t usn;
	struct audit_events *events; /* NULL: none yet */
};

static void end_at_once(int number)
{
	(void)number;
	_exit(SPN_EXIT_DONE); /* not while lines are on their way out */
}

static void take_signals(void)
{
	const struct sigaction action = {.sa_handler = end_at_once};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static int highest_usn(struct watching *w, uint64_t *_usn)
{
	static const char *const attrs[] = {"highestCommittedUSN", NULL};
	struct ldb_result *res = NULL;
	struct ldb_dn *root = ldb_dn_new(w, w->ldb, NULL);
	int ret;

	ret = ldb_search(w->ldb, w, &res, root, LDB_SCOPE_BASE, attrs, NULL);
	if (ret == LDB_SUCCESS && res->count == 1) {
		*_usn = spn_values_uint64(res->msgs[0], attrs[0]);
	}
	talloc_free(res);
	talloc_free(root);
	return ret;
}

/* Is one of those that changed since something to an audit? */
static int is_relevant(struct watching *w, bool *_is)
{
	static const char *const attrs[] = {"1.1", NULL};
	const struct spn_store store = {.ldb = w->ldb};
	struct ldb_result *res = NULL;
	char *filter = talloc_asprintf(
		w,
		"(&(uSNChanged>=%llu)(|(servicePrincipalName=*)"
		"(sAMAccountName=*)(isDeleted=TRUE)(objectClass=dnsNode)"
		"(objectClass=crossRef)(objectClass=nTDSService)"
		"(objectClass=domainDNS)"
		"(objectClass=msDS-App-Configuration)))",
		(unsigned long long)w->usn + 1);
	int ret;

	if (filter == NULL) {
		return ldb_oom(w->ldb);
	}
	ret = spn_store_search(&store,
			       w,
			       &(struct spn_search){
				       .scope = LDB_SCOPE_SUBTREE,
				       .filter = filter,
				       .attrs = attrs,
				       .deleted = true,
			       },
			       &res);
	if (ret == LDB_ERR_SIZE_LIMIT_EXCEEDED) {
		*_is = true; /* of a thousand, one will be */
		ret = LDB_SUCCESS;
	} else if (ret == LDB_SUCCESS) {
		*_is = res->count > 0;
	}
	talloc_free(res);
	talloc_free(filter);
	return ret;
}

static bool connect(struct watching *w, bool is_quiet)
{
	const struct spn_connect_options options = {
		.read_only = true,
		.quiet = is_quiet,
	};

	w->ldb = spn_connect_open(w, w->watch->connect, &options);
	return w->ldb != NULL;
}

/* A pipe that nobody reads any more is no reason to go on. */
static void pause_watching(unsigned seconds)
{
	struct pollfd out = {.fd = STDOUT_FILENO};

	if (poll(&out, 1, (int)seconds * 1000) > 0) {
		audit_output_end_unread();
		_exit(SPN_EXIT_CANNOT_RUN);
	}
}

static bool put_lines(struct watching *w, const struct audit_events *events)
{
	char text[AUDIT_TIME_TEXT] = "";
	sigset_t before;
	bool ok;

	audit_time_text((int64_t)time(NULL), text);
	audit_output_begin(&before);
	audit_events_write(w->events, events, text, stdout);
	ok = fflush(stdout) == 0;
	audit_output_end(&before);
	return ok;
}

/* The USN first: what changes meanwhile is looked at once more. */
static int audit(struct watching *w)
{
	TALLOC_CTX *tmp_ctx = talloc_new(w);
	struct audit_findings *findings = NULL;
	struct audit_events *events = NULL;
	int status = SPN_EXIT_CANNOT_RUN;
	uint64_t usn = 0;
	int ret = highest_usn(w, &usn);

	if (ret != LDB_SUCCESS) {
		spn_connect_message(w->watch->connect,
				    "%s",
				    spn_connect_error(w->ldb, ret));
	} else {
		status = w->watch->audit(w->watch->private_data,
					 tmp_ctx,
					 w->ldb,
					 &findings);
	}
	spn_progress_wipe(w->watch->progress);
	if (status == SPN_EXIT_DONE) {
		events = audit_events_new(w, findings, w->watch->as_json);
		status = (events == NULL) ? SPN_EXIT_CANNOT_RUN : status;
	}
	if (status == SPN_EXIT_DONE) {
		if (!put_lines(w, events)) {
			audit_output_end_unread();
			_exit(SPN_EXIT_CANNOT_RUN);
		}
		talloc_free(w->events);
		w->events = events;
		w->usn = usn;
	}
	talloc_free(tmp_ctx);
	return status;
}

/* LDB codes. */
static int look(struct watching *w, bool *_has_changed)
{
	uint64_t usn = 0;
	int ret = highest_usn(w, &usn);

	*_has_changed = usn < w->usn; /* restored from a backup */
	if (ret == LDB_SUCCESS && usn > w->usn) {
		ret = is_relevant(w, _has_changed);
	}
	if (ret == LDB_SUCCESS && !*_has_changed) {
		w->usn = usn;
	}
	return ret;
}

static void reconnect(struct watching *w)
{
	unsigned pause = 1;

	TALLOC_FREE(w->ldb);
	while (true) {
		spn_connect_message(w->watch->connect,
				    "connecting again in %u seconds",
				    pause);
		pause_watching(pause);
		pause = (2 * pause < LONGEST_PAUSE) ? 2 * pause
						    : LONGEST_PAUSE;
		if (!connect(w, false)) {
			continue;
		}
		if (audit(w) == SPN_EXIT_DONE) {
			break;
		}
		TALLOC_FREE(w->ldb);
	}
	spn_connect_message(w->watch->connect, "connected again");
}

int audit_watch_run(TALLOC_CTX *mem_ctx, const struct audit_watch *watch)
{
	struct watching *w = talloc_zero(mem_ctx, struct watching);
	int status;

	if (w == NULL) {
		return SPN_EXIT_CANNOT_RUN;
	}
	w->watch = watch;
	take_signals();
	if (!connect(w, false)) {
		return SPN_EXIT_CANNOT_RUN;
	}
	status = audit(w);
	if (status != SPN_EXIT_DONE) {
		return status;
	}
	while (true) {
		bool has_changed = false;
		int ret;

		pause_watching((unsigned)watch->interval);
		ret = look(w, &has_changed);
		if (ret != LDB_SUCCESS) {
			spn_connect_message(watch->connect,
					    "%s",
					    spn_connect_error(w->ldb, ret));
			reconnect(w);
		} else if (has_changed && audit(w) != SPN_EXIT_DONE) {
			reconnect(w);
		}
	}
}
