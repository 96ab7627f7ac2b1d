/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Eight bytes at a time: names are compared and hashed by the million.
 */
#ifndef SPN_POLICY_WORDS_H
#define SPN_POLICY_WORDS_H

#include <endian.h>
#include <string.h>

#include "spn.h"

#define SPN_WORD sizeof(uint64_t)

/* Fewer bytes than a word, at least one; the first is the lowest. Nothing
 * beside them is read, and no loop is needed: what is read twice is the same
 * both times. */
static inline uint64_t spn_word_of_few(const char *bytes, size_t len)
{
	const unsigned char *at = (const unsigned char *)bytes;
	uint32_t start = 0;
	uint32_t end = 0;

	if (len >= sizeof(start)) {
		memcpy(&start, at, sizeof(start));
		memcpy(&end, at + len - sizeof(end), sizeof(end));
		return le32toh(start) | (uint64_t)le32toh(end)
						<< 8 * (len - sizeof(end));
	}
	return at[0] | (uint64_t)at[len / 2] << 8 * (len / 2) |
	       (uint64_t)at[len - 1] << 8 * (len - 1);
}

/* From that place on; after the end there are zeros. */
static inline uint64_t spn_word_at(struct spn_str s, size_t place)
{
	uint64_t word = 0;

	if (s.len - place < SPN_WORD) {
		return spn_word_of_few(s.data + place, s.len - place);
	}
	memcpy(&word, s.data + place, SPN_WORD); /* one instruction */
	return le64toh(word);
}

/* Two of its letters, the same in any case, below 32; there must be one. What
 * differs in that, or in its length, is another name. */
static inline unsigned spn_two_letters(const char *name, size_t len)
{
	return ((unsigned char)name[0] + 5u * (unsigned char)name[len / 2]) &
	       0x1f;
}

/* The highest bit of each byte that is a letter from first to last, which are
 * both below 0x80. */
static inline uint64_t spn_word_letters(uint64_t word, char first, char last)
{
	const uint64_t each = 0x0101010101010101u;
	uint64_t low_bits = word & 0x7f * each;
	uint64_t from_first = low_bits + (uint64_t)(0x80 - first) * each;
	uint64_t above_last = low_bits + (uint64_t)(0x7f - last) * each;

	return ~word & (from_first ^ above_last) & 0x80 * each;
}

/* A to Z become small, nothing else changes. */
static inline uint64_t spn_word_lower(uint64_t word)
{
	return word | spn_word_letters(word, 'A', 'Z') >> 2;
}

/* And the other way. */
static inline uint64_t spn_word_upper(uint64_t word)
{
	return word & ~(spn_word_letters(word, 'a', 'z') >> 2);
}

#endif
