/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Eight bytes at a time: names are compared and hashed by the million.
 */
#ifndef SPN_POLICY_WORDS_H
#define SPN_POLICY_WORDS_H

#include <string.h>

#include "spn.h"

#define SPN_WORD sizeof(uint64_t)

/* From that place on; after the end there are zeros. */
static inline uint64_t spn_word_at(struct spn_str s, size_t place)
{
	uint64_t word = 0;

	if (s.len - place >= SPN_WORD) {
		memcpy(&word, s.data + place, SPN_WORD); /* one instruction */
	} else {
		memcpy(&word, s.data + place, s.len - place);
	}
	return word;
}

/* A to Z become small, nothing else changes. */
static inline uint64_t spn_word_lower(uint64_t word)
{
	const uint64_t each = 0x0101010101010101u;
	uint64_t low_bits = word & 0x7f * each;
	uint64_t from_a = low_bits + (0x80 - 'A') * each;
	uint64_t above_z = low_bits + (0x7f - 'Z') * each;

	return word | (~word & (from_a ^ above_z) & 0x80 * each) >> 2;
}

#endif
