/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is said is a letter, the bytes of a string and a NUL.
 */
#include "probe/names/child.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_BYTES 65536
#define MOST_CHILDREN 16
/* A DNS server that is near answers sooner. */
#define PATIENCE 200u /* milliseconds */

struct asking {
	const struct probe_child_work *work;
};

void probe_child_say(struct spn_child *child, char letter, const char *text)
{
	char line[4096] = {letter};
	size_t len = 1 + strlen(text) + 1;

	if (len > sizeof(line)) {
		return;
	}
	memcpy(line + 1, text, len - 1);
	if (!spn_child_say(child, line, len)) {
		_exit(1);
	}
}

static bool work(struct spn_child *child,
		 TALLOC_CTX *mem_ctx,
		 size_t number,
		 void *private_data)
{
	const struct asking *asking = private_data;

	(void)mem_ctx;
	asking->work->work(number, asking->work->private_data, child);
	return true;
}

/* Where there is little time, each must have its turn. */
static unsigned patience(size_t num, unsigned milliseconds)
{
	unsigned each = milliseconds / (2 * (unsigned)num + 2) + 1;

	return (each < PATIENCE) ? each : PATIENCE;
}

/* The strings stay where they are. False when out of memory. */
static bool take_apart(struct probe_heard *all,
		       struct probe_heard *heard,
		       const struct spn_child_answer *answer)
{
	const char *rest = answer->bytes;
	const char *end = rest + answer->len;

	heard->is_late = answer->end == SPN_CHILD_LATE;
	while (rest < end) {
		heard->said = talloc_realloc(all,
					     heard->said,
					     struct probe_said,
					     heard->num_said + 1);
		if (heard->said == NULL) {
			return false;
		}
		heard->said[heard->num_said++] = (struct probe_said){
			.letter = rest[0],
			.text = rest + 1,
		};
		rest += strlen(rest + 1) + 2;
	}
	return true;
}

struct probe_heard *probe_child_ask(TALLOC_CTX *mem_ctx,
				    const struct probe_child_work *ask,
				    size_t num,
				    unsigned milliseconds)
{
	struct asking asking = {.work = ask};
	const struct spn_children children = {
		.work = work,
		.private_data = &asking,
		.milliseconds = milliseconds,
		.is_time_of_all = true,
		.patience = patience(num, milliseconds),
		.most_at_once = MOST_CHILDREN,
		.most_bytes = MOST_BYTES,
		.is_silent = true,
	};
	struct probe_heard *heard = talloc_zero_array(mem_ctx,
						      struct probe_heard,
						      num + 1);
	const struct spn_child_answer *answers = NULL;
	size_t i;

	if (heard == NULL) {
		return NULL;
	}
	answers = spn_children_ask(heard, &children, num);
	for (i = 0; answers != NULL && i < num; i++) {
		if (!take_apart(heard, &heard[i], &answers[i])) {
			answers = NULL;
		}
	}
	if (answers == NULL) {
		TALLOC_FREE(heard);
	}
	return heard;
}
