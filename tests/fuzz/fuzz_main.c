/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A fuzzer without libFuzzer: runs it once over every file of the folders
 * named. Every block is as long as the file and no longer, so that memcheck
 * and AddressSanitizer see a byte too many.
 */
#include "fuzz.h"

#include <glob.h>

static void replay(const char *path)
{
	static uint8_t buffer[65536];
	FILE *in = fopen(path, "rb");
	uint8_t *data = NULL;
	size_t size = 0;

	if (in == NULL) {
		perror(path);
		exit(1);
	}
	size = fread(buffer, 1, sizeof(buffer), in);
	fclose(in);
	data = malloc((size > 0) ? size : 1);
	if (data == NULL) {
		perror(path);
		exit(1);
	}
	memcpy(data, buffer, size);
	fprintf(stderr, "%s\n", path); /* the last one is the one */
	LLVMFuzzerTestOneInput(data, size);
	free(data);
}

int main(int argc, char **argv)
{
	size_t num_files = 0;
	size_t f;
	int i;

	for (i = 1; i < argc; i++) {
		char pattern[4096];
		glob_t found = {};

		snprintf(pattern, sizeof(pattern), "%s/*", argv[i]);
		if (glob(pattern, 0, NULL, &found) == 0) {
			for (f = 0; f < found.gl_pathc; f++) {
				replay(found.gl_pathv[f]);
			}
			num_files += found.gl_pathc;
		}
		globfree(&found);
	}
	/* An empty folder would pass in silence. */
	FUZZ_CHECK(num_files > 0);
	printf("%zu passed, 0 failed, 0 skipped\n", num_files);
	return 0;
}
