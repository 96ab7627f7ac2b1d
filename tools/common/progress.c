/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The cursor stays at the beginning of the line, so that whatever else comes
 * to the terminal is written over it, and each line wipes what was longer.
 */
#include "progress.h"

#include "terminal.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FIRST 1.0 /* seconds until something is said */
#define PAUSE 0.2 /* and from then on */
#define BAR 24

struct spn_progress {
	const char *tool;
	size_t columns;
	double next; /* when something is said */
	bool is_shown;
};

static double seconds(void)
{
	struct timespec now = {};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void spn_progress_begin(struct spn_progress *progress)
{
	if (progress != NULL) {
		progress->next = seconds() + FIRST;
	}
}

bool spn_progress_new(TALLOC_CTX *mem_ctx,
		      const char *tool,
		      struct spn_progress **_progress)
{
	struct spn_terminal terminal = spn_terminal_of(STDERR_FILENO,
						       SPN_COLOR_AUTO);
	struct spn_progress *progress = NULL;

	*_progress = NULL;
	if (!terminal.is_there || spn_terminal_is_dumb()) {
		return true;
	}
	progress = talloc_zero(mem_ctx, struct spn_progress);
	if (progress == NULL) {
		return false;
	}
	progress->tool = tool;
	progress->columns = spn_terminal_columns(&terminal);
	*_progress = progress;
	spn_progress_begin(progress);
	return true;
}

bool spn_progress_is_due(struct spn_progress *progress)
{
	return progress != NULL && seconds() >= progress->next;
}

static void make_bar(char bar[BAR + 1], double share)
{
	size_t done = (size_t)(share * BAR);

	memset(bar, '-', BAR);
	memset(bar, '#', (done > BAR) ? BAR : done);
	bar[BAR] = '\0';
}

void spn_progress_say(struct spn_progress *progress,
		      const char *what,
		      double share,
		      size_t num,
		      const char *unit)
{
	char line[256] = "";
	char bar[BAR + 1] = "";
	char count[64] = "";

	if (!spn_progress_is_due(progress)) {
		return;
	}
	progress->next = seconds() + PAUSE;
	progress->is_shown = true;
	if (share > 1) {
		share = 1;
	}
	if (unit != NULL) {
		snprintf(count, sizeof(count), "%zu %s", num, unit);
	}
	if (share < 0) {
		snprintf(line,
			 sizeof(line),
			 "%s: %s %s",
			 progress->tool,
			 what,
			 count);
	} else {
		make_bar(bar, share);
		snprintf(line,
			 sizeof(line),
			 "%s: %s [%s] %3d%%%s%s",
			 progress->tool,
			 what,
			 bar,
			 (int)(share * 100),
			 (unit == NULL) ? "" : ", ",
			 count);
	}
	/* One that is too long would leave a line behind. */
	fprintf(stderr, "%.*s\033[K\r", (int)progress->columns - 1, line);
	fflush(stderr);
}

void spn_progress_wipe(struct spn_progress *progress)
{
	if (progress != NULL && progress->is_shown) {
		fputs("\033[K", stderr);
		fflush(stderr);
		progress->is_shown = false;
	}
}
