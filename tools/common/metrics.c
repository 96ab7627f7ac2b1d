/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What node_exporter's textfile collector reads.
 */
#include "metrics.h"

#include "policy/quote.h"

/* Label values: \ " are escaped; there is no line end any more. */
bool spn_metric_label(TALLOC_CTX *mem_ctx,
		      FILE *stream,
		      const char *name,
		      const char *value)
{
	char *printable = spn_printable(mem_ctx,
					spn_str_of((value == NULL) ? ""
								   : value));
	const char *c = printable;

	if (printable == NULL) {
		return false;
	}
	fprintf(stream, "%s=\"", name);
	for (; *c != '\0'; c++) {
		if (*c == '\\' || *c == '"') {
			fputc('\\', stream);
		}
		fputc(*c, stream);
	}
	fputc('"', stream);
	talloc_free(printable);
	return true;
}

void spn_metric_head(FILE *stream, const char *name, const char *help)
{
	fprintf(stream, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

void spn_metric_number(FILE *stream,
		       const char *name,
		       const char *help,
		       size_t number)
{
	spn_metric_head(stream, name, help);
	fprintf(stream, "%s %zu\n", name, number);
}

void spn_metric_seconds(FILE *stream,
			const char *name,
			const char *help,
			double seconds)
{
	spn_metric_head(stream, name, help);
	fprintf(stream, "%s %.3f\n", name, seconds);
}
