/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which options of spn-audit go together.
 */
#ifndef SPN_AUDIT_OPTIONS_TOGETHER_H
#define SPN_AUDIT_OPTIONS_TOGETHER_H

#include "options.h"

/* SPN_EXIT_DONE, or the exit status after a message. */
int audit_options_together(struct spn_connect *connect,
			   const struct audit_options *options);

#endif
