/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the name of a file leads, and which names lead to the same place: of
 * two files that are written there one would be lost.
 */
#ifndef SPN_COMMON_PLACE_H
#define SPN_COMMON_PLACE_H

#include <stdbool.h>
#include <stddef.h>

/* What a command line says of a file that is read or written. */
struct audit_place {
	const char *option; /* "--output" */
	const char *path;   /* NULL: not given */
	bool is_input;
};

/* NULL or "-": standard input or output. */
bool audit_place_is_stream(const char *path);

/*
 * The first two that lead to one place, by whatever spelling or link, and of
 * which at least one is written; or that both read standard input. A device
 * takes any number. True if there are none.
 */
bool audit_place_check(const struct audit_place *places,
		       size_t num,
		       const struct audit_place **_one,
		       const struct audit_place **_other);

#endif
