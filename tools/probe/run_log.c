/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The names of a KDC's log become rows: what the directory says of each of
 * them today is looked up as for a URL.
 */
#include "probe/probe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Whoever can ask a KDC can fill its log; the worst come first. */
#define MOST_ROWS 1000

static bool matters(const struct probe_logged *logged)
{
	return logged->num_failed > 0 || logged->has_rc4;
}

static bool make_rows(struct probe *probe)
{
	struct probe_kdc_log *log = probe->log;
	size_t num = (log->num_names < MOST_ROWS) ? log->num_names : MOST_ROWS;
	struct probe_name *names = talloc_zero_array(probe,
						     struct probe_name,
						     (unsigned)num);
	size_t i;

	probe->rows = talloc_zero_array(probe,
					struct probe_row,
					(unsigned)num);
	if (names == NULL || probe->rows == NULL) {
		return false;
	}
	for (i = 0; i < num; i++) {
		if (!matters(&log->names[i])) {
			continue;
		}
		names[i].spn = log->names[i].spn;
		probe->rows[probe->num_rows++] = (struct probe_row){
			.name = &names[i],
			.logged = &log->names[i],
		};
	}
	return true;
}

bool probe_take_log(struct probe *probe, const char **_why)
{
	const char *path = probe->options->kdc_log;
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *stream = is_stdin ? stdin : fopen(path, "re");

	*_why = NULL;
	if (stream == NULL) {
		*_why = talloc_asprintf(probe,
					"--kdc-log: cannot open %s: %s",
					spn_connect_quote(probe->connect,
							  path),
					strerror(errno));
		return false;
	}
	probe->log = probe_kdc_log_read(probe, stream, _why);
	if (!is_stdin) {
		fclose(stream);
	}
	if (probe->log == NULL) {
		return false;
	}
	if (probe->log->num_understood == 0) {
		*_why = talloc_asprintf(
			probe,
			"--kdc-log: none of %zu lines is a request to a KDC; "
			"does smb.conf of the DC have \"log level = 1 "
			"kerberos:3\"?",
			probe->log->num_lines);
		return false;
	}
	return make_rows(probe);
}
