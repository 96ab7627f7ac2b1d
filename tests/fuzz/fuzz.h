/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the fuzzers share. Each tests/fuzz_NAME.c is one parser under arbitrary
 * bytes, and says what must hold besides "does not crash". libFuzzer calls it
 * (`./waf fuzz`), or tests/fuzz/fuzz_main.c with the files of
 * tests/corpus/NAME
 * (`./waf test`).
 */
#ifndef SPN_POLICY_TESTS_FUZZ_H
#define SPN_POLICY_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Never compiled away, unlike assert(). */
#define FUZZ_CHECK(condition)                                                 \
	fuzz_check((condition), #condition, __FILE__, __LINE__)

static inline void fuzz_check(bool holds,
			      const char *condition,
			      const char *file,
			      int line)
{
	if (!holds) {
		fprintf(stderr,
			"%s:%d: does not hold: %s\n",
			file,
			line,
			condition);
		abort();
	}
}

#endif
