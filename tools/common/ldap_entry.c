/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An entry of an answer, as ldb has it. There are many of them, so each takes
 * one piece of memory: the values are looked at where they lie in the answer,
 * counted, and then copied once.
 *
 * The elements share what holds their values, and say so to ldb.
 */
#include "ldap_private.h"

#include "store/values.h"

#include <limits.h>
#include <string.h>
#include <ldb_module.h>

/* Of an entry, for the chunks and the name of what is made of it. */
#define MOST_CHUNKS 12
#define BESIDES 1024

struct attribute {
	struct berval name;
	size_t num_values;
};

struct connect_ldap_room {
	struct attribute *attributes;
	struct berval *values; /* of all of them */
	size_t num_attributes;
	size_t num_values;
	size_t num_bytes; /* of all texts, each with a NUL */
};

struct connect_ldap_room *connect_ldap_room_new(TALLOC_CTX *mem_ctx)
{
	return talloc_zero(mem_ctx, struct connect_ldap_room);
}

/* One more; NULL when out of memory. */
static struct attribute *add_attribute(struct connect_ldap_room *room)
{
	size_t size = talloc_array_length(room->attributes);
	struct attribute *grown = NULL;

	if (room->num_attributes == size) {
		grown = talloc_realloc(room,
				       room->attributes,
				       struct attribute,
				       (unsigned)(2 * size + 32));
		if (grown == NULL) {
			return NULL;
		}
		room->attributes = grown;
	}
	return &room->attributes[room->num_attributes++];
}

static struct berval *add_value(struct connect_ldap_room *room)
{
	size_t size = talloc_array_length(room->values);
	struct berval *grown = NULL;

	if (room->num_values == size) {
		grown = talloc_realloc(room,
				       room->values,
				       struct berval,
				       (unsigned)(2 * size + 64));
		if (grown == NULL) {
			return NULL;
		}
		room->values = grown;
	}
	return &room->values[room->num_values++];
}

/*
 * The next one: a sequence of a name and a set of values. The headers of these
 * are stepped over, so where they end is told by where the last value does.
 */
static bool read_attribute(struct connect_ldap_room *room, BerElement *ber)
{
	struct attribute *attribute = add_attribute(room);
	struct berval whole = {};
	struct berval set = {};
	const char *at = NULL;
	ber_len_t ignored = 0;

	if (attribute == NULL ||
	    ber_peek_element(ber, &whole) != LBER_SEQUENCE ||
	    ber_skip_tag(ber, &ignored) != LBER_SEQUENCE ||
	    ber_skip_element(ber, &attribute->name) != LBER_OCTETSTRING ||
	    ber_peek_element(ber, &set) != LBER_SET ||
	    ber_skip_tag(ber, &ignored) != LBER_SET ||
	    set.bv_val + set.bv_len != whole.bv_val + whole.bv_len)
	{
		return false;
	}
	room->num_bytes += attribute->name.bv_len + 1;
	attribute->num_values = 0;
	at = set.bv_val;
	while (at < set.bv_val + set.bv_len) {
		struct berval *value = add_value(room);

		if (value == NULL ||
		    ber_skip_element(ber, value) != LBER_OCTETSTRING)
		{
			return false;
		}
		at = value->bv_val + value->bv_len;
		attribute->num_values++;
		room->num_bytes += value->bv_len + 1;
	}
	return at == set.bv_val + set.bv_len;
}

static bool read_attributes(struct connect_ldap_room *room, BerElement *ber)
{
	ber_len_t left = 0;

	room->num_attributes = 0;
	room->num_values = 0;
	room->num_bytes = 0;
	for (;;) {
		if (ber_get_option(ber, LBER_OPT_REMAINING_BYTES, &left) !=
		    LBER_OPT_SUCCESS)
		{
			return false;
		}
		if (left == 0) {
			return room->num_values <= INT_MAX;
		}
		if (!read_attribute(room, ber)) {
			return false;
		}
	}
}

/* With a NUL behind it, which is not counted; *_at is moved behind that. */
static uint8_t *put(uint8_t **_at, const struct berval *text)
{
	uint8_t *start = *_at;

	memcpy(start, text->bv_val, text->bv_len);
	start[text->bv_len] = '\0';
	*_at = start + text->bv_len + 1;
	return start;
}

static bool fill(struct ldb_message *msg, const struct connect_ldap_room *room)
{
	struct ldb_val *value = talloc_array(msg,
					     struct ldb_val,
					     (unsigned)room->num_values);
	uint8_t *bytes = talloc_array(msg, uint8_t, room->num_bytes);
	const struct berval *from = room->values;
	unsigned i;
	size_t j;

	msg->elements = talloc_zero_array(msg,
					  struct ldb_message_element,
					  (unsigned)room->num_attributes);
	if (value == NULL || bytes == NULL || msg->elements == NULL) {
		return false;
	}
	msg->num_elements = (unsigned)room->num_attributes;
	for (i = 0; i < msg->num_elements; i++) {
		const struct attribute *attribute = &room->attributes[i];
		const char *name = (const char *)put(&bytes, &attribute->name);

		msg->elements[i] = spn_values_element(name,
						      value,
						      attribute->num_values);
		msg->elements[i].flags |= LDB_FLAG_INTERNAL_SHARED_VALUES;
		for (j = 0; j < attribute->num_values; j++) {
			value->length = from->bv_len;
			value->data = put(&bytes, from);
			value++;
			from++;
		}
	}
	return true;
}

/* A letter, whatever the locale says; behind the first also a digit or '-'. */
static bool is_of_attribute(char c, bool is_first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (!is_first && ((c >= '0' && c <= '9') || c == '-'));
}

/* "CN=a b,DC=example,DC=com": nothing in it that is escaped, or has to be. */
static bool is_plain_name(const struct berval *name)
{
	const char *at = name->bv_val;
	const char *end = name->bv_val + name->bv_len;

	while (at < end) {
		const char *start = at;

		while (at < end && is_of_attribute(*at, at == start)) {
			at++;
		}
		if (at == start || at == end || *at != '=') {
			return false;
		}
		start = ++at;
		while (at < end && (unsigned char)*at >= ' ' &&
		       strchr(",=+<>;#\"\\", *at) == NULL)
		{
			at++;
		}
		if (at == start || *start == ' ' || at[-1] == ' ' ||
		    (at < end && *at != ','))
		{
			return false;
		}
		if (at < end && ++at == end) {
			return false;
		}
	}
	return name->bv_len > 0;
}

/* libldb takes a name apart to see whether it is one, and that is half of what
 * an entry costs; nearly all are seen to be one without it. */
static bool name_entry(struct ldb_message *msg,
		       struct ldb_context *ldb,
		       const struct berval *name)
{
	const struct ldb_val text = {
		.data = (uint8_t *)name->bv_val,
		.length = name->bv_len,
	};

	msg->dn = ldb_dn_from_ldb_val(msg, ldb, &text);
	return msg->dn != NULL &&
	       (is_plain_name(name) || ldb_dn_validate(msg->dn));
}

struct ldb_message *connect_ldap_entry(TALLOC_CTX *mem_ctx,
				       struct ldb_context *ldb,
				       struct connect_ldap_room *room,
				       LDAP *ld,
				       LDAPMessage *entry)
{
	struct ldb_message *msg = NULL;
	BerElement *ber = NULL;
	struct berval name = {};
	size_t size = 0;

	if (ldap_get_dn_ber(ld, entry, &ber, &name) != LDAP_SUCCESS) {
		return NULL;
	}
	if (read_attributes(room, ber)) {
		size = room->num_attributes *
			       sizeof(struct ldb_message_element) +
		       room->num_values * sizeof(struct ldb_val) +
		       room->num_bytes + 3 * name.bv_len + BESIDES;
		msg = talloc_pooled_object(mem_ctx,
					   struct ldb_message,
					   MOST_CHUNKS,
					   size);
	}
	if (msg != NULL) {
		*msg = (struct ldb_message){};
		if (!fill(msg, room) || !name_entry(msg, ldb, &name)) {
			TALLOC_FREE(msg);
		}
	}
	ber_free(ber, 0);
	return msg;
}
