/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The release decides what is not set, so a table of releases is here, and
 * nowhere else.
 */
#include "ticket_types.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ALL_TYPES (SPN_TYPES_DES | SPN_TYPE_RC4 | SPN_TYPES_AES)

/* The first release of Samba that takes AES. */
#define AES_MAJOR 4
#define AES_MINOR 24

/* "4.17.12-Debian": the first two numbers. */
static bool read_version(const char *text,
			 unsigned long *_major,
			 unsigned long *_minor)
{
	char *end = NULL;

	if (text == NULL || !isdigit((unsigned char)text[0])) {
		return false;
	}
	*_major = strtoul(text, &end, 10);
	if (end[0] != '.' || !isdigit((unsigned char)end[1])) {
		return false;
	}
	*_minor = strtoul(end + 1, &end, 10);
	return true;
}

uint32_t spn_ticket_types(const struct spn_kdc *kdc)
{
	uint32_t allowed = (kdc->allowed != 0) ? kdc->allowed : ALL_TYPES;
	unsigned long major = 0;
	unsigned long minor = 0;
	bool takes_aes;

	if (kdc->configured != 0) {
		return kdc->configured & (allowed | SPN_TYPE_AES_SESSION);
	}
	if (!read_version(kdc->version, &major, &minor)) {
		return 0;
	}
	takes_aes = (major > AES_MAJOR ||
		     (major == AES_MAJOR && minor >= AES_MINOR)) &&
		    kdc->level >= SPN_LEVEL_2008;
	return (takes_aes ? SPN_TYPES_AES : SPN_TYPE_RC4) & allowed;
}

/* ------------------------------------------------------------- smb.conf */

static const struct {
	const char *word;
	uint32_t types;
} words[] = {
	{"arcfour-hmac-md5", SPN_TYPE_RC4},
	{"rc4-hmac", SPN_TYPE_RC4},
	{"aes128-cts-hmac-sha1-96", 0x8},
	{"aes128-cts", 0x8},
	{"aes256-cts-hmac-sha1-96", 0x10},
	{"aes256-cts", 0x10},
	{"aes256-cts-hmac-sha1-96-sk", SPN_TYPE_AES_SESSION},
	{"aes256-cts-sk", SPN_TYPE_AES_SESSION},
};

static bool read_number(const char *word, size_t len, uint32_t *_types)
{
	bool is_hex = len > 2 && strncasecmp(word, "0x", 2) == 0;
	const char *digits = is_hex ? "0123456789abcdefABCDEF" : "0123456789";
	const char *start = word + (is_hex ? 2 : 0);
	size_t num = len - (is_hex ? 2 : 0);

	if (num == 0 || num > 9 || strspn(start, digits) < num) {
		return false;
	}
	*_types = (uint32_t)strtoul(start, NULL, is_hex ? 16 : 10);
	return true;
}

static bool read_word(const char *word, size_t len, uint32_t *_types)
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i].word) == len &&
		    strncasecmp(word, words[i].word, len) == 0)
		{
			*_types = words[i].types;
			return true;
		}
	}
	return read_number(word, len, _types);
}

bool spn_ticket_types_parse(const char *text, uint32_t *_types)
{
	static const char separators[] = " \t,;\r\n";
	uint32_t all = 0;

	text += strspn(text, separators);
	while (*text != '\0') {
		size_t len = strcspn(text, separators);
		uint32_t types = 0;

		if (!read_word(text, len, &types)) {
			return false;
		}
		all |= types;
		text += len;
		text += strspn(text, separators);
	}
	*_types = all;
	return all != 0;
}
