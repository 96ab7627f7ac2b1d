/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a finished report goes. It is whole before the first byte is
 * written, and a file has all of it or stays what it was.
 */
#ifndef SPN_COMMON_OUTPUT_H
#define SPN_COMMON_OUTPUT_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <talloc.h>

/*
 * Must come first in a program. Where one of the three standard streams is
 * closed, the next file that is opened would take its place, a database for
 * example, and a report or a message would be written into it.
 */
bool audit_output_guard(void);

/*
 * For whoever could not write all to standard output: if that is a pipe and
 * nobody reads it any more ("| head"), the process ends here with SIGPIPE, as
 * any program does that knows nothing of it. Until now it was ignored, so that
 * what was begun is done.
 */
void audit_output_end_unread(void);

/*
 * In between SIGINT, SIGTERM, SIGHUP and SIGQUIT wait: what was begun is
 * finished. errno stays.
 */
void audit_output_begin(sigset_t *_before);
void audit_output_end(const sigset_t *before);

/* errno says why not. */
bool audit_output_write_all(int fd, const char *data, size_t len);

struct audit_target {
	const char *path; /* NULL, "-": standard output */
	bool is_public;	  /* a new file is for everybody to read, whatever the
			     umask says */
};

/* What is to be written, one block after the other. */
struct audit_block {
	struct audit_block *next; /* NULL: this is the last one */
	size_t len;
	const char *data;
};

/*
 * A stream; what is written to it comes into blocks on mem_ctx, *_first the
 * first of them, which is there at once. They are whole when it is closed, and
 * only if that, and every write, went well. Unlike open_memstream() it never
 * moves what it has, and takes no more memory than that. NULL when out of
 * memory.
 */
FILE *audit_output_gather(TALLOC_CTX *mem_ctx,
			  const struct audit_block **_first);

/* On false *_reason is one line on mem_ctx, NULL when out of memory. Does not
 * return where nobody reads standard output. */
bool audit_output_write_blocks(TALLOC_CTX *mem_ctx,
			       const struct audit_target *target,
			       const struct audit_block *blocks,
			       const char **_reason);

/* The same for a single one. */
bool audit_output_write(TALLOC_CTX *mem_ctx,
			const struct audit_target *target,
			const char *data,
			size_t len,
			const char **_reason);

#endif
