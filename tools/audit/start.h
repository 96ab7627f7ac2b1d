/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What comes before the options are read.
 */
#ifndef SPN_AUDIT_START_H
#define SPN_AUDIT_START_H

#include "plugin.h"
#include "common/connect.h"

/* NULL after a message; for a plugin the exit is taken care of. */
struct spn_connect *audit_start(TALLOC_CTX *mem_ctx,
				int argc,
				char **argv,
				struct audit_plugin **_plugin);

#endif
