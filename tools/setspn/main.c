/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * setspn: what setspn.exe does, on Samba. Nothing is printed of a result that
 * is not whole.
 */
#include "setspn.h"

#include "common/output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct poptOption no_options[] = {POPT_TABLEEND};

/* Texts of spn_connect_reason() that mean that nobody is there. */
static bool is_down(const char *reason)
{
	static const char *const texts[] = {
		"NT_STATUS_CONNECTION_REFUSED",
		"NT_STATUS_HOST_UNREACHABLE",
		"NT_STATUS_NETWORK_UNREACHABLE",
		"NT_STATUS_IO_TIMEOUT",
		"NT_STATUS_OBJECT_NAME_NOT_FOUND",
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (strstr(reason, texts[i]) != NULL) {
			return true;
		}
	}
	return false;
}

/* 3268 and 3269 are a global catalogue's: to be read only. */
static bool is_catalogue(const char *url)
{
	const char *port = strrchr(url, ':');

	return port != NULL &&
	       (strncmp(port, ":3268", 5) == 0 ||
		strncmp(port, ":3269", 5) == 0) &&
	       (port[5] == '\0' || port[5] == '/');
}

static bool writes(const struct setspn_plan *plan)
{
	return !plan->dry_run &&
	       (plan->verb == SETSPN_ADD || plan->verb == SETSPN_DELETE ||
		plan->verb == SETSPN_RESET);
}

static int open_directory(struct setspn *s, TALLOC_CTX *mem_ctx)
{
	const char *url = spn_connect_url(s->connect);
	bool is_server = url != NULL && spn_connect_local_path(url) == NULL;
	const struct spn_connect_options options = {
		/* -X reads the files besides; a server is read faster so */
		.read_only = s->plan->verb == SETSPN_DUPLICATES ||
			     (is_server && !writes(s->plan)),
		.quiet = true,
	};
	const char *reason = NULL;

	if (url != NULL && writes(s->plan) && is_catalogue(url)) {
		spn_connect_message(s->connect,
				    "%s is a global catalogue, which nobody "
				    "can write to: give -H %.*s",
				    url,
				    (int)(strrchr(url, ':') - url),
				    url);
		return SETSPN_CANNOT_RUN;
	}
	s->store.ldb = spn_connect_open(mem_ctx, s->connect, &options);
	if (s->store.ldb != NULL) {
		return setspn_read_domains(s);
	}
	reason = spn_connect_reason(s->connect);
	if (is_down(reason)) {
		setspn_complain(SETSPN_SERVER_DOWN);
		setspn_complain(SETSPN_NO_DOMAIN_DN,
				spn_connect_url(s->connect));
	}
	spn_connect_message(s->connect,
			    "cannot open %s: %s",
			    spn_connect_url(s->connect),
			    reason);
	return SETSPN_CANNOT_RUN;
}

static int run_verb(struct setspn *s)
{
	static int (*const verbs[])(const struct setspn *s) = {
		[SETSPN_ADD] = setspn_add,
		[SETSPN_DELETE] = setspn_delete,
		[SETSPN_LIST] = setspn_list,
		[SETSPN_RESET] = setspn_reset,
		[SETSPN_QUERY] = setspn_query,
	};

	if (s->plan->verb == SETSPN_DUPLICATES) {
		return setspn_duplicates(s);
	}
	/* What is said on standard error stands where it belongs. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	return verbs[s->plan->verb](s);
}

/* Measured on Windows: -X is 1 whatever it finds, and nothing is above 1. */
static int compat(const struct setspn_plan *plan, int status)
{
	if (!plan->compat_exit) {
		return status;
	}
	return (status == SETSPN_DONE && plan->verb != SETSPN_DUPLICATES) ? 0
									  : 1;
}

/* Of what reads a whole directory: on standard error, if that is a terminal,
 * so what scripts read is the same. False when out of memory. */
static bool show_progress(struct setspn *s)
{
	if (s->plan->verb != SETSPN_DUPLICATES || s->plan->quiet) {
		return true;
	}
	if (!spn_progress_new(s->mem_ctx, "setspn", &s->progress)) {
		return false;
	}
	spn_connect_set_progress(s->connect, s->progress);
	return true;
}

static int run(struct setspn *s, TALLOC_CTX *mem_ctx)
{
	int opt;
	int status;

	s->connect = spn_connect_new(mem_ctx,
				     "setspn",
				     "[OPTION...]",
				     no_options,
				     s->plan->connect_argc,
				     s->plan->connect_argv);
	if (s->connect == NULL) {
		return SETSPN_CANNOT_RUN;
	}
	opt = spn_connect_next_option(s->connect);
	if (opt != 0) {
		return SETSPN_CANNOT_RUN;
	}
	if (!show_progress(s)) {
		return setspn_out_of_memory(s);
	}
	status = open_directory(s, mem_ctx);
	return (status == SETSPN_DONE) ? run_verb(s) : status;
}

/* An earlier failure leaves no errno behind. */
static bool is_written(void)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout)) {
		return true;
	}
	audit_output_end_unread();
	setspn_complain("setspn: cannot write to standard output: %s",
			(errno == 0) ? "not all of it was written"
				     : strerror(errno));
	return false;
}

int main(int argc, char **argv)
{
	TALLOC_CTX *mem_ctx = NULL;
	struct setspn_plan *plan = NULL;
	struct setspn s = {};
	const char *reason = NULL;
	int status = SETSPN_DONE;

	if (!audit_output_guard()) {
		return SETSPN_CANNOT_RUN;
	}
	mem_ctx = talloc_new(NULL);
	if (!setspn_args_parse(mem_ctx, argc, argv, &plan, &reason)) {
		setspn_complain("setspn: %s",
				(reason == NULL) ? "out of memory" : reason);
		talloc_free(mem_ctx);
		return setspn_args_compat_exit(argc, argv) ? SETSPN_NO
							   : SETSPN_CANNOT_RUN;
	}
	s.plan = plan;
	s.mem_ctx = mem_ctx;
	if (plan->verb == SETSPN_HELP) {
		setspn_usage();
	} else {
		status = run(&s, mem_ctx);
	}
	if (!is_written()) {
		status = SETSPN_CANNOT_RUN;
	}
	status = compat(plan, status);
	talloc_free(mem_ctx);
	return status;
}
