/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much memory this program has held at most. What wait4() says counts the
 * parent's from before exec, too.
 */
#ifndef SPN_POLICY_TESTS_PEAK_H
#define SPN_POLICY_TESTS_PEAK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* KiB; 0: not known. */
static inline size_t peak_memory(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	char line[256];
	size_t peak = 0;

	while (status != NULL && fgets(line, sizeof(line), status) != NULL) {
		if (strncmp(line, "VmHWM:", strlen("VmHWM:")) == 0) {
			peak = strtoul(line + strlen("VmHWM:"), NULL, 10);
			break;
		}
	}
	if (status != NULL) {
		fclose(status);
	}
	return peak;
}

#endif
