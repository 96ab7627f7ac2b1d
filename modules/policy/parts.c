/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A list of what may be there, not of what may not: who makes a mistake finds
 * more characters than a list of bad ones has. Letters, digits and what `good`
 * names are good, everything else is odd. Some of that cannot be in a name at
 * all, and only this is `never`: no name of a host in DNS has it (RFC 952, RFC
 * 1123), nor a NetBIOS name (KB 909264), nor the sAMAccountName of a computer.
 * A NetBIOS name may have what no name in DNS has, for example "&", so that is
 * odd and no more.
 */
#include "parts.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "unicode.h"

#define LONGEST_NAME 253
#define LONGEST_LABEL 63

static const struct {
	const char *good;
	const char *other; /* other codes of syntax speak of them */
	const char *never;
} parts[] = {
	/* Products choose: "NPRepository4(*)", "{GUID}", "MSOLAPSvc.3". */
	[SPN_PART_CLASS] = {"-_. (){}*+&#$!", "", ""},
	[SPN_PART_HOST] = {"-_.", "@* ", "\"+,:;<=>?[\\]|"},
	/* MSSQL$NAME; "\", "," and ";" are other ways to write one. */
	[SPN_PART_INSTANCE] = {"-_.$#&", "@", "\",:;<>\\"},
	/* A DN, too (RFC 4514). */
	[SPN_PART_SERVICE] = {"-_. =,+\\#&'();:$!~*%", "@", ""},
};

/* One byte of an ordinary value. */
enum {
	OTHER = 0,
	DIGIT = 1,
	LETTER = 2,
	DOT = 4,
	SLASH = 8
};

static const unsigned char kinds[UINT8_MAX + 1] = {
	['-'] = LETTER,
	['.'] = DOT,
	['/'] = SLASH,
	['0' ... '9'] = DIGIT,
	['A' ... 'Z'] = LETTER,
	['a' ... 'z'] = LETTER,
};

static bool is_one_of(uint32_t c, const char *set)
{
	return c != '\0' && c < 0x80 && strchr(set, (int)c) != NULL;
}

static bool is_word(uint32_t c)
{
	return (c < 0x80) ? isalnum((int)c) != 0 : spn_unicode_is_letter(c);
}

enum spn_look spn_part_look(enum spn_part part, struct spn_str text)
{
	enum spn_look look = SPN_LOOK_GOOD;

	while (text.len > 0) {
		uint32_t c = 0;
		size_t n = spn_unicode_next(text, &c);

		if (n > 0 && is_one_of(c, parts[part].never)) {
			return SPN_LOOK_NEVER;
		}
		if (n == 0 ||
		    (!is_word(c) && !is_one_of(c, parts[part].good) &&
		     !is_one_of(c, parts[part].other)))
		{
			look = SPN_LOOK_ODD;
		}
		text = spn_str_from(text, (n > 0) ? n : 1);
	}
	return look;
}

/* Labels of letters, digits and what a host name may have besides. */
static bool has_good_labels(struct spn_str name)
{
	struct spn_str rest = name;
	size_t label = 0;

	while (rest.len > 0) {
		uint32_t c = (unsigned char)rest.data[0];
		size_t n = 1;

		if ((kinds[c] & (DIGIT | LETTER)) != 0) {
			label++;
			rest.data++;
			rest.len--;
			continue;
		}
		n = (c < 0x80) ? 1 : spn_unicode_next(rest, &c);
		if (label > LONGEST_LABEL) {
			return false;
		}
		if (c == '.' && label > 0) {
			label = 0;
		} else if (n > 0 && c != '.' &&
			   (is_word(c) ||
			    is_one_of(c, parts[SPN_PART_HOST].good)))
		{
			label += n;
		} else {
			return false;
		}
		rest = spn_str_from(rest, n);
	}
	return label > 0 && label <= LONGEST_LABEL && name.len <= LONGEST_NAME;
}

bool spn_host_is_name(struct spn_str host)
{
	return has_good_labels(host);
}

bool spn_host_is_dns_name(struct spn_str host)
{
	size_t i;

	for (i = 0; i < host.len; i++) {
		if (!isascii(host.data[i])) {
			return false;
		}
	}
	if (host.len > 0 && host.data[host.len - 1] == '.') {
		host.len--;
	}
	return has_good_labels(host);
}

bool spn_host_is_ip(struct spn_str host)
{
	char text[INET6_ADDRSTRLEN] = {};
	struct in6_addr address;

	/* Most names end here. */
	if (host.len == 0 ||
	    strchr("[:0123456789abcdefABCDEF", host.data[0]) == NULL)
	{
		return false;
	}

	if (host.len > 2 && host.data[0] == '[' &&
	    host.data[host.len - 1] == ']')
	{
		host.data++;
		host.len -= 2;
	}
	if (host.len == 0 || host.len >= sizeof(text) ||
	    memchr(host.data, '\0', host.len) != NULL)
	{
		return false;
	}
	memcpy(text, host.data, host.len);
	return inet_pton(AF_INET, text, &address) == 1 ||
	       inet_pton(AF_INET6, text, &address) == 1;
}

bool spn_host_is_dn(struct spn_str host)
{
	size_t i = 0;

	while (i < host.len && isascii(host.data[i]) &&
	       (isalnum(host.data[i]) || host.data[i] == '-' ||
		host.data[i] == '.'))
	{
		i++;
	}
	return i > 0 && i + 1 < host.len && host.data[i] == '=';
}

bool spn_str_is_number(struct spn_str s)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		if (s.data[i] < '0' || s.data[i] > '9') {
			return false;
		}
	}
	return s.len > 0;
}

bool spn_host_is_good(struct spn_str host)
{
	return spn_host_is_name(host) || spn_host_is_ip(host) ||
	       (spn_host_is_dn(host) &&
		spn_part_look(SPN_PART_SERVICE, host) == SPN_LOOK_GOOD);
}

/* A class, a DN or a service may have one within. */
static bool has_blank_edge(struct spn_str s)
{
	return s.len > 0 && (s.data[0] == ' ' || s.data[s.len - 1] == ' ');
}

static bool has_at(struct spn_str s)
{
	return s.len > 0 && memchr(s.data, '@', s.len) != NULL;
}

bool spn_is_good(const struct spn *spn)
{
	struct spn_str suffix = spn->instance_name;

	return spn->service_class.len > 0 &&
	       spn_host_is_good(spn->host_name) && !has_at(spn->host_name) &&
	       !has_at(suffix) && !has_at(spn->service_name) &&
	       !has_blank_edge(spn->service_class) &&
	       !has_blank_edge(spn->host_name) &&
	       !has_blank_edge(spn->service_name) &&
	       spn_part_look(SPN_PART_CLASS, spn->service_class) ==
		       SPN_LOOK_GOOD &&
	       (!spn->has_suffix || spn->port > 0 || suffix.len > 0) &&
	       !spn_str_is_number(suffix) &&
	       spn_part_look(SPN_PART_INSTANCE, suffix) == SPN_LOOK_GOOD &&
	       (!spn->has_service_name || spn->service_name.len > 0) &&
	       spn_part_look(SPN_PART_SERVICE, spn->service_name) ==
		       SPN_LOOK_GOOD;
}

/*
 * From a place up to a slash or the end: labels, none of them empty or too
 * long. *_end is where it stopped, *_has_letter: it is no IPv4 address.
 */
static bool are_labels(struct spn_str value,
		       size_t start,
		       size_t *_end,
		       bool *_has_letter)
{
	size_t label = start;
	unsigned seen = 0;
	size_t i;

	for (i = start; i < value.len; i++) {
		unsigned kind = kinds[(unsigned char)value.data[i]];

		if ((kind & (DIGIT | LETTER)) != 0) {
			seen |= kind;
			continue;
		}
		if (kind == OTHER || i == label || i - label > LONGEST_LABEL) {
			return false;
		}
		if (kind == SLASH) {
			break;
		}
		label = i + 1;
	}
	*_end = i;
	*_has_letter = (seen & LETTER) != 0;
	return i > label && i - label <= LONGEST_LABEL &&
	       i - start <= LONGEST_NAME;
}

/* How much of it is letters, digits and "-". */
static size_t word_len(struct spn_str s)
{
	size_t len = 0;

	while (len < s.len &&
	       (kinds[(unsigned char)s.data[len]] & (DIGIT | LETTER)) != 0)
	{
		len++;
	}
	return len;
}

bool spn_class_is_ordinary(struct spn_str class)
{
	return class.len > 0 && word_len(class) == class.len &&
	       !spn_class_is_of_tls(class);
}

bool spn_is_ordinary(struct spn_str value)
{
	struct spn_str class = {.data = value.data, .len = word_len(value)};
	bool has_letter = false;
	size_t end = 0;

	if (class.len == 0 || class.len == value.len ||
	    value.data[class.len] != '/' || spn_class_is_of_tls(class) ||
	    !are_labels(value, class.len + 1, &end, &has_letter) ||
	    !has_letter)
	{
		return false;
	}
	return end == value.len ||
	       (are_labels(value, end + 1, &end, &has_letter) &&
		end == value.len);
}
