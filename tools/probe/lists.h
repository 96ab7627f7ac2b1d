/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the program knows, printed instead of a probe.
 */
#ifndef SPN_PROBE_LISTS_H
#define SPN_PROBE_LISTS_H

#include "options.h"

/* On standard output. An enum spn_exit. */
int probe_list(struct spn_connect *connect,
	       const struct probe_command *command);

#endif
