/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line of spn-probe, taken apart.
 */
#ifndef SPN_PROBE_OPTIONS_H
#define SPN_PROBE_OPTIONS_H

#include "probe/probe.h"

/* What the command line asks for instead of a probe. */
enum probe_list {
	PROBE_LIST_NONE,
	PROBE_LIST_CODES,
	PROBE_LIST_CLIENTS,
	PROBE_LIST_SERVERS,
	PROBE_EXPLAIN,
};

struct probe_command {
	struct probe_options options;
	enum probe_list list;
	const char *code; /* of --explain */
};

extern const struct poptOption probe_option_table[];
#define PROBE_USAGE "[OPTION...] URL"

/* False after a message on stderr. */
bool probe_options_read(struct spn_connect *connect,
			struct probe_command *command);

#endif
