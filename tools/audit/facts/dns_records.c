/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A record is a header of 24 bytes (its first two say how long the data is,
 * the next two the type, both with the low byte first), and the data. A name
 * (2.2.2.2.2, DNS_COUNT_NAME) is its length, the number of its labels, and
 * these, each behind a byte with its length, then a zero.
 */
#include "dns_records.h"

#include <string.h>

#define HEADER 24
#define NAME_HEADER 2
#define LEN_A 4
#define LEN_AAAA 16

/* A label that is no text, or has a dot in it, is not taken. */
static bool add_label(struct audit_dns_record *record,
		      size_t *at,
		      const uint8_t *label,
		      size_t len)
{
	size_t dot = (*at > 0) ? 1 : 0;

	if (*at + dot + len > SPN_DNS_NAME_LEN ||
	    memchr(label, '\0', len) != NULL ||
	    memchr(label, '.', len) != NULL)
	{
		return false;
	}
	if (dot > 0) {
		record->name[(*at)++] = '.';
	}
	memcpy(record->name + *at, label, len);
	*at += len;
	return true;
}

static bool take_name(struct audit_dns_record *record,
		      const uint8_t *data,
		      size_t len)
{
	size_t from = NAME_HEADER;
	size_t to = 0;

	while (from < len && data[from] > 0) {
		size_t part = data[from++];

		if (part > len - from ||
		    !add_label(record, &to, data + from, part))
		{
			return false;
		}
		from += part;
	}
	record->name[to] = '\0';
	return from < len && to > 0;
}

/* Many hosts have it, or none: loopback, link-local, 0.0.0.0 and "::". */
static bool is_nobodys(const struct audit_dns_record *record)
{
	static const uint8_t zeros[LEN_AAAA - 1];
	const uint8_t *a = record->address;

	if (record->type == AUDIT_DNS_A) {
		return a[0] == 0 || a[0] == 127 ||
		       (a[0] == 169 && a[1] == 254);
	}
	return (a[0] == 0xfe && (a[1] & 0xc0) == 0x80) ||
	       (memcmp(a, zeros, sizeof(zeros)) == 0 && a[LEN_AAAA - 1] < 2);
}

bool audit_dns_record(const void *data,
		      size_t len,
		      struct audit_dns_record *_record)
{
	const uint8_t *bytes = data;
	struct audit_dns_record record = {};
	size_t num = 0;

	if (len < HEADER) {
		return false;
	}
	num = bytes[0] | (size_t)bytes[1] << 8;
	if (num > len - HEADER || bytes[3] != 0) {
		return false;
	}
	record.type = bytes[2];
	*_record = record;
	bytes += HEADER;
	switch (record.type) {
	case AUDIT_DNS_CNAME:
		return take_name(_record, bytes, num);
	case AUDIT_DNS_A:
	case AUDIT_DNS_AAAA:
		if (num != (record.type == AUDIT_DNS_A ? LEN_A : LEN_AAAA)) {
			return false;
		}
		memcpy(_record->address, bytes, num);
		return !is_nobodys(_record);
	}
	return false;
}
