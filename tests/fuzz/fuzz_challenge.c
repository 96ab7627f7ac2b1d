/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A WWW-Authenticate header and an answer token, any bytes: each challenge is
 * a piece of the header behind the one before, made of what a word and a token
 * may be made of; an error is one of Kerberos.
 */
#include "fuzz.h"

#include "probe/web/answer.h"
#include "probe/web/challenge.h"

static void check_piece(struct spn_str piece,
			struct spn_str from,
			struct spn_str rest,
			const char *never)
{
	size_t i;

	FUZZ_CHECK(piece.len == 0 || (piece.data >= from.data &&
				      piece.data + piece.len <= rest.data));
	for (i = 0; i < piece.len; i++) {
		FUZZ_CHECK(piece.data[i] > ' ' && piece.data[i] < 0x7f);
		FUZZ_CHECK(strchr(never, piece.data[i]) == NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spn_str all = {.data = (const char *)data, .len = size};
	struct spn_str rest = all;
	struct spn_str from = all;
	struct probe_challenge challenge = {};
	int32_t error = probe_answer_error(all);

	FUZZ_CHECK(error >= 0 && error < 128);
	while (probe_challenge_next(&rest, &challenge)) {
		FUZZ_CHECK(rest.data + rest.len == all.data + all.len);
		FUZZ_CHECK(rest.len < from.len);
		FUZZ_CHECK(challenge.scheme.len > 0);
		check_piece(challenge.scheme,
			    from,
			    rest,
			    "\",=/()<>@:;\\[]{}");
		check_piece(challenge.token68,
			    from,
			    rest,
			    "\",()<>@:;\\[]{}'");
		from = rest;
	}
	FUZZ_CHECK(rest.len == 0);
	return 0;
}
