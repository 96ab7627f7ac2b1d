/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words that the text and the JSON of a report share.
 */
#ifndef SPN_PROBE_REPORT_H
#define SPN_PROBE_REPORT_H

#include <stdio.h>

#include "probe/probe.h"

/* "fault" */
const char *probe_weight_word(enum probe_weight weight);

/* text_tables.c: nothing where there is no row. What is a line of it was
 * chosen by others, and is made printable there. */
void probe_put_names(FILE *out,
		     TALLOC_CTX *mem_ctx,
		     const struct probe *probe);
void probe_put_logged(FILE *out,
		      TALLOC_CTX *mem_ctx,
		      const struct probe *probe);
void probe_put_entries(FILE *out,
		       TALLOC_CTX *mem_ctx,
		       const struct probe *probe);
void probe_put_accounts(FILE *out,
			TALLOC_CTX *mem_ctx,
			const struct probe *probe);

#endif
