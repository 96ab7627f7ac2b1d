/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spn-probe: why does this web site ask for a password?
 */
#include "lists.h"
#include "probe/probe.h"

#include "common/output.h"

#include <stdio.h>
#include <time.h>

static int probe_and_print(struct spn_connect *connect,
			   const struct probe_command *command)
{
	struct probe *probe = talloc_zero(connect, struct probe);
	const char *reason = "out of memory";
	char *report = NULL;

	if (probe == NULL) {
		spn_connect_message(connect, "%s", reason);
		return PROBE_CANNOT_RUN;
	}
	probe->options = &command->options;
	probe->connect = connect;
	probe->now = time(NULL);
	if (!probe_run(probe, &reason)) {
		spn_connect_message(connect, "%s", reason);
		return PROBE_CANNOT_RUN;
	}
	report = command->options.as_json ? probe_json(probe, probe)
					  : probe_text(probe, probe);
	if (report == NULL) {
		spn_connect_message(connect, "out of memory");
		return PROBE_CANNOT_RUN;
	}
	fputs(report, stdout);
	return probe_status(probe);
}

int main(int argc, char **argv)
{
	TALLOC_CTX *mem_ctx = NULL;
	struct spn_connect *connect = NULL;
	struct probe_command command = {};
	int status = PROBE_CANNOT_RUN;

	if (!audit_output_guard()) {
		return status;
	}
	mem_ctx = talloc_new(NULL);
	connect = spn_connect_new(mem_ctx,
				  "spn-probe",
				  PROBE_USAGE,
				  probe_option_table,
				  argc,
				  argv);
	if (connect != NULL && probe_options_read(connect, &command)) {
		status = (command.list == PROBE_LIST_NONE)
				 ? probe_and_print(connect, &command)
				 : probe_list(connect, &command);
	}
	if (fflush(stdout) != 0 || ferror(stdout)) {
		audit_output_end_unread();
		if (connect != NULL) {
			spn_connect_message(connect, "cannot write to stdout");
		}
		status = PROBE_CANNOT_RUN;
	}
	talloc_free(mem_ctx);
	return status;
}
