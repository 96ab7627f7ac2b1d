/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The state of a DC, as a foreign server may send it: the input is the value.
 */
#include "fuzz.h"

#include "policy/dc_state.h"

static bool is_within(struct spn_str part, struct spn_str whole)
{
	return part.data >= whole.data &&
	       part.data + part.len <= whole.data + whole.len;
}

/* What was read can be written, and is read as the same again. */
static void check_again(struct spn_dc_state state)
{
	struct spn_dc_state again = {};
	const char *reason = NULL;
	char *text = spn_dc_state_text(NULL, &state);

	FUZZ_CHECK(text != NULL);
	FUZZ_CHECK(spn_dc_state_parse(spn_str_of(text), &again, &reason));
	FUZZ_CHECK(spn_str_equal(again.version, state.version));
	FUZZ_CHECK(spn_str_equal(again.ldb, state.ldb));
	FUZZ_CHECK(spn_str_equal(again.since, state.since));
	FUZZ_CHECK(again.mode == state.mode);
	FUZZ_CHECK(again.restart == state.restart);
	talloc_free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spn_str value = {.data = (const char *)data, .len = size};
	struct spn_dc_state state = {};
	const char *reason = NULL;

	if (!spn_dc_state_parse(value, &state, &reason)) {
		FUZZ_CHECK(reason != NULL && state.version.data == NULL);
		return 0;
	}
	FUZZ_CHECK(size <= 1024);
	FUZZ_CHECK(is_within(state.version, value));
	FUZZ_CHECK(is_within(state.ldb, value));
	FUZZ_CHECK(is_within(state.since, value));
	FUZZ_CHECK(state.restart < 16);
	check_again(state);
	return 0;
}
