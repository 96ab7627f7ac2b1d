/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line of setspn: a line of the input is an argument. A plan is
 * whole, and nothing of the line is in it twice; an error has a reason.
 */
#include "fuzz.h"

#include "setspn/args.h"

#define MAX_ARGUMENTS 64

static void check_plan(const struct setspn_plan *plan, int argc)
{
	size_t num_words = (plan->spn != NULL) + (plan->account != NULL);

	FUZZ_CHECK(plan->targets[plan->num_targets] == NULL);
	FUZZ_CHECK(plan->connect_argv[plan->connect_argc] == NULL);
	FUZZ_CHECK(plan->connect_argc >= 1 && plan->connect_argc <= argc);
	FUZZ_CHECK(num_words + 2 * plan->num_targets +
			   (size_t)plan->connect_argc <=
		   (size_t)argc);
	FUZZ_CHECK(!plan->single || !plan->pair);
	if (plan->verb == SETSPN_ADD || plan->verb == SETSPN_DELETE) {
		FUZZ_CHECK(num_words == 2 && plan->spn[0] != '\0' &&
			   plan->account[0] != '\0');
	} else if (plan->verb == SETSPN_QUERY) {
		FUZZ_CHECK(plan->spn != NULL && plan->account == NULL);
	} else if (plan->verb == SETSPN_LIST || plan->verb == SETSPN_RESET) {
		FUZZ_CHECK(plan->spn == NULL && plan->account != NULL);
	} else {
		FUZZ_CHECK(num_words == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	char *text = talloc_strndup(mem_ctx, (const char *)data, size);
	char *argv[MAX_ARGUMENTS + 1] = {};
	char program[] = "setspn";
	struct setspn_plan *plan = NULL;
	const char *reason = NULL;
	char *rest = text;
	int argc = 0;

	argv[argc++] = program;
	while (rest != NULL && argc < MAX_ARGUMENTS) {
		argv[argc++] = strsep(&rest, "\n");
	}
	if (setspn_args_parse(mem_ctx, argc, argv, &plan, &reason)) {
		check_plan(plan, argc);
	} else {
		FUZZ_CHECK(reason != NULL && reason[0] != '\0');
	}
	talloc_free(mem_ctx);
	return 0;
}
