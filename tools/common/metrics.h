/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Gauges in the text format of Prometheus.
 */
#ifndef SPN_COMMON_METRICS_H
#define SPN_COMMON_METRICS_H

#include <talloc.h>
#include <stdbool.h>
#include <stdio.h>

/* The two lines above the values of one gauge. */
void spn_metric_head(FILE *stream, const char *name, const char *help);

/* NAME="VALUE", NULL as "". False when out of memory. */
bool spn_metric_label(TALLOC_CTX *mem_ctx,
		      FILE *stream,
		      const char *name,
		      const char *value);

/* A gauge with one value and no label. */
void spn_metric_number(FILE *stream,
		       const char *name,
		       const char *help,
		       size_t number);

/* One that is no whole number, as seconds are. */
void spn_metric_seconds(FILE *stream,
			const char *name,
			const char *help,
			double seconds);

#endif
