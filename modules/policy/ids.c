/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The first three numbers of a GUID are stored with their low byte first, and
 * so are all numbers of a SID but its authority; the text has the high byte
 * first.
 */
#include "ids.h"

#include <endian.h>
#include <inttypes.h>
#include <string.h>

/* The order in which the text form of a GUID names the stored bytes. */
static const uint8_t guid_order[SPN_GUID_BYTES] =
	{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

/* Where the two digits of each of these stand in the text. */
static const uint8_t guid_places[SPN_GUID_BYTES] =
	{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

/* And the dashes. */
static const uint8_t guid_dashes[] = {8, 13, 18, 23};

#define NUM_DASHES (sizeof(guid_dashes) / sizeof(guid_dashes[0]))

/* The eight hex digits of four bytes, as text: the lowest byte is the first.
 */
static uint64_t digits_of(const uint8_t *bytes, const uint8_t order[4])
{
	const uint64_t each = 0x0101010101010101u;
	uint64_t word = (uint64_t)bytes[order[0]] |
			(uint64_t)bytes[order[1]] << 16 |
			(uint64_t)bytes[order[2]] << 32 |
			(uint64_t)bytes[order[3]] << 48;
	uint64_t above_nine = 0;

	/* The lower half of each byte above its upper one. */
	word |= word << 12;
	word = word >> 4 & 0x0f * each;
	above_nine = (word + 6 * each) >> 4 & each;
	return htole64(word + '0' * each + above_nine * ('a' - '0' - 10));
}

void spn_guid_text(const uint8_t bytes[SPN_GUID_BYTES],
		   char text[SPN_GUID_TEXT])
{
	char digits[2 * SPN_GUID_BYTES];
	size_t i;

	for (i = 0; i < SPN_GUID_BYTES; i += 4) {
		uint64_t word = digits_of(bytes, &guid_order[i]);

		memcpy(digits + 2 * i, &word, sizeof(word));
	}
	memcpy(text, digits, 8);
	memcpy(text + 9, digits + 8, 4);
	memcpy(text + 14, digits + 12, 4);
	memcpy(text + 19, digits + 16, 4);
	memcpy(text + 24, digits + 20, 12);
	for (i = 0; i < NUM_DASHES; i++) {
		text[guid_dashes[i]] = '-';
	}
	text[SPN_GUID_TEXT - 1] = '\0';
}

/* Its value and DIGIT; 0: it is none. */
#define DIGIT 0x10
static const uint8_t hex_digits[UINT8_MAX + 1] = {
	['0'] = DIGIT | 0,  ['1'] = DIGIT | 1,	['2'] = DIGIT | 2,
	['3'] = DIGIT | 3,  ['4'] = DIGIT | 4,	['5'] = DIGIT | 5,
	['6'] = DIGIT | 6,  ['7'] = DIGIT | 7,	['8'] = DIGIT | 8,
	['9'] = DIGIT | 9,  ['A'] = DIGIT | 10, ['B'] = DIGIT | 11,
	['C'] = DIGIT | 12, ['D'] = DIGIT | 13, ['E'] = DIGIT | 14,
	['F'] = DIGIT | 15, ['a'] = DIGIT | 10, ['b'] = DIGIT | 11,
	['c'] = DIGIT | 12, ['d'] = DIGIT | 13, ['e'] = DIGIT | 14,
	['f'] = DIGIT | 15,
};

bool spn_guid_bytes(struct spn_str text, uint8_t bytes[SPN_GUID_BYTES])
{
	uint8_t read[SPN_GUID_BYTES] = {};
	unsigned all = DIGIT; /* as long as all are */
	size_t i;

	if (text.len != SPN_GUID_TEXT - 1) {
		return false;
	}
	for (i = 0; i < NUM_DASHES; i++) {
		if (text.data[guid_dashes[i]] != '-') {
			return false;
		}
	}
	for (i = 0; i < SPN_GUID_BYTES; i++) {
		const char *at = text.data + guid_places[i];
		uint8_t high = hex_digits[(unsigned char)at[0]];
		uint8_t low = hex_digits[(unsigned char)at[1]];

		all &= high & low;
		read[guid_order[i]] = (uint8_t)(high << 4 | (low & 0xf));
	}
	if ((all & DIGIT) == 0) {
		return false;
	}
	memcpy(bytes, read, sizeof(read));
	return true;
}

char *spn_sid_text(TALLOC_CTX *mem_ctx, struct spn_str sid)
{
	const uint8_t *b = (const uint8_t *)sid.data;
	uint64_t authority = 0;
	char *text = NULL;
	size_t i;

	for (i = 2; i < 8; i++) {
		authority = authority << 8 | b[i];
	}
	text = talloc_asprintf(mem_ctx,
			       (authority > UINT32_MAX) ? "S-%u-0x%" PRIx64
							: "S-%u-%" PRIu64,
			       b[0],
			       authority);
	for (i = 8; text != NULL && i < sid.len; i += 4) {
		text = talloc_asprintf_append_buffer(
			text,
			"-%" PRIu32,
			(uint32_t)b[i] | (uint32_t)b[i + 1] << 8 |
				(uint32_t)b[i + 2] << 16 |
				(uint32_t)b[i + 3] << 24);
	}
	return text;
}
