/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DER, as far as it is on the way to one number. GSSAPI has an error for it,
 * too, but what number that is depends on which mechanisms it has met before.
 */
#include "answer.h"

#include <string.h>

#define GSS 0x60       /* [APPLICATION 0], RFC 2743 3.1 */
#define KRB_ERROR 0x7e /* [APPLICATION 30] */
#define SEQUENCE 0x30
#define OCTET_STRING 0x04
#define INTEGER 0x02
#define OID 0x06
#define NEG_TOKEN_RESP 0xa1
#define RESPONSE_TOKEN 0xa2 /* of NegTokenResp */
#define ERROR_CODE 0xa6	    /* of KRB-ERROR */
#define LAST_ERROR 127

struct element {
	unsigned tag;
	struct spn_str content;
};

static unsigned byte_at(struct spn_str s, size_t i)
{
	return (unsigned char)s.data[i];
}

/* The next element of *rest. Only tags of one byte, and lengths of at most
 * four: there are no others here. */
static bool take(struct spn_str *rest, struct element *_element)
{
	size_t at = 2;
	size_t len = 0;

	if (rest->len < 2) {
		return false;
	}
	len = byte_at(*rest, 1);
	if (len > 0x80) {
		size_t num = len - 0x80;

		if (num > 4 || rest->len < 2 + num) {
			return false;
		}
		for (len = 0; at < 2 + num; at++) {
			len = len << 8 | byte_at(*rest, at);
		}
	}
	if (len > rest->len - at) {
		return false;
	}
	_element->tag = byte_at(*rest, 0);
	_element->content = spn_str_from(*rest, at);
	_element->content.len = len;
	*rest = spn_str_from(*rest, at + len);
	return true;
}

static bool take_tag(struct spn_str *rest,
		     unsigned tag,
		     struct spn_str *_content)
{
	struct element element = {};

	if (!take(rest, &element) || element.tag != tag) {
		return false;
	}
	*_content = element.content;
	return true;
}

/* The member with that tag of a SEQUENCE. */
static bool find(struct spn_str content, unsigned tag, struct spn_str *_found)
{
	struct spn_str members = {};
	struct element element = {};

	if (!take_tag(&content, SEQUENCE, &members)) {
		return false;
	}
	while (take(&members, &element)) {
		if (element.tag == tag) {
			*_found = element.content;
			return true;
		}
	}
	return false;
}

static int32_t error_code(struct spn_str content)
{
	struct spn_str field = {};
	struct spn_str number = {};

	if (!find(content, ERROR_CODE, &field) ||
	    !take_tag(&field, INTEGER, &number) || number.len != 1 ||
	    byte_at(number, 0) > LAST_ERROR)
	{
		return 0;
	}
	return (int32_t)byte_at(number, 0);
}

/* What stands in this layer; false: nothing that we know. */
static bool unwrap(const struct element *layer, struct spn_str *_inner)
{
	struct spn_str rest = layer->content;
	struct spn_str field = {};

	if (layer->tag == NEG_TOKEN_RESP) {
		return find(rest, RESPONSE_TOKEN, &field) &&
		       take_tag(&field, OCTET_STRING, _inner);
	}
	if (layer->tag != GSS || !take_tag(&rest, OID, &field)) {
		return false;
	}
	/* TOK_ID of KRB_ERROR. */
	if (rest.len > 2 && memcmp(rest.data, "\x03\x00", 2) == 0) {
		rest = spn_str_from(rest, 2);
	}
	*_inner = rest;
	return true;
}

int32_t probe_answer_error(struct spn_str token)
{
	struct element layer = {};

	while (take(&token, &layer)) {
		if (layer.tag == KRB_ERROR) {
			return error_code(layer.content);
		}
		if (!unwrap(&layer, &token)) {
			return 0;
		}
	}
	return 0;
}
