/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads and fills the values of an attribute, see values.h. Each getter first
 * looks whether the value is what it should be: its length, and how many there
 * are.
 */
#include "values.h"

#include <string.h>

/* Of an element, or of none: what libldb converts has one element. */
static struct ldb_message only(const struct ldb_message *msg, const char *attr)
{
	/* ldb_message is never const; nobody writes to this one. */
	union {
		const struct ldb_message_element *in;
		struct ldb_message_element *out;
	} el = {.in = spn_values_of(msg, attr)};

	return (struct ldb_message){
		.elements = el.out,
		.num_elements = (el.in == NULL) ? 0 : 1,
	};
}

/* ------------------------------------------------------- of one attribute */

const struct ldb_message_element *spn_values_of(const struct ldb_message *msg,
						const char *attr)
{
	const struct ldb_message_element *el = msg->elements;
	unsigned left = msg->num_elements;

	for (; left > 0; left--, el++) {
		/* Nearly always one of two letters, of any case, says no. */
		if (((el->name[0] ^ attr[0]) & ~('a' - 'A')) == 0 &&
		    ((el->name[1] ^ attr[1]) & ~('a' - 'A')) == 0 &&
		    spn_values_num(el) > 0 &&
		    (el->name == attr || ldb_attr_cmp(el->name, attr) == 0))
		{
			return el;
		}
	}
	return NULL;
}

struct spn_str spn_values_first(const struct ldb_message *msg,
				const char *attr)
{
	return spn_values_get(spn_values_of(msg, attr), 0);
}

const char *spn_values_text(const struct ldb_message *msg, const char *attr)
{
	struct spn_str value = spn_values_first(msg, attr);

	/* libldb sees to it that there is one byte more. */
	return (value.data != NULL && value.data[value.len] == '\0')
		       ? value.data
		       : NULL;
}

/* A number as directories store it: up to 19 digits, perhaps a minus. */
static bool plain_number(struct spn_str text, int64_t *_number)
{
	bool is_negative = text.len > 0 && text.data[0] == '-';
	size_t start = is_negative ? 1 : 0;
	uint64_t number = 0;
	size_t i;

	if (text.len <= start || text.len > start + 19) {
		return false;
	}
	for (i = start; i < text.len; i++) {
		unsigned digit = (unsigned char)text.data[i] - (unsigned)'0';

		if (digit > 9) {
			return false;
		}
		number = 10 * number + digit;
	}
	if (number > INT64_MAX) {
		return false;
	}
	*_number = is_negative ? -(int64_t)number : (int64_t)number;
	return true;
}

bool spn_values_number(const struct ldb_message *msg,
		       const char *attr,
		       int64_t *_number)
{
	const struct ldb_message_element *el = spn_values_of(msg, attr);
	struct ldb_message found = {};

	*_number = 0;
	if (el == NULL) {
		return false;
	}
	/* An audit reads tens of thousands. */
	if (!plain_number(spn_values_get(el, 0), _number)) {
		found = only(msg, attr);
		*_number = ldb_msg_find_attr_as_int64(&found, attr, 0);
	}
	return true;
}

int64_t spn_values_int64(const struct ldb_message *msg, const char *attr)
{
	int64_t number = 0;

	spn_values_number(msg, attr, &number);
	return number;
}

uint64_t spn_values_uint64(const struct ldb_message *msg, const char *attr)
{
	const struct ldb_message found = only(msg, attr);

	return ldb_msg_find_attr_as_uint64(&found, attr, 0);
}

bool spn_values_bool(const struct ldb_message *msg, const char *attr)
{
	struct ldb_message found = {};

	/* Nearly nobody has it. */
	if (spn_values_of(msg, attr) == NULL) {
		return false;
	}
	found = only(msg, attr);
	return ldb_msg_find_attr_as_bool(&found, attr, 0) != 0;
}

struct ldb_dn *spn_values_dn(TALLOC_CTX *mem_ctx,
			     struct ldb_context *ldb,
			     const struct ldb_message *msg,
			     const char *attr)
{
	const struct ldb_message found = only(msg, attr);

	return ldb_msg_find_attr_as_dn(ldb, mem_ctx, &found, attr);
}

const uint8_t *spn_values_guid(const struct ldb_message *msg, const char *attr)
{
	struct spn_str value = spn_values_first(msg, attr);

	return (value.len == SPN_GUID_BYTES) ? (const uint8_t *)value.data
					     : NULL;
}

struct spn_str spn_values_sid(const struct ldb_message *msg, const char *attr)
{
	struct spn_str value = spn_values_first(msg, attr);
	struct spn_str sid = spn_sid_at(value, 0);

	return (sid.len == value.len) ? sid : (struct spn_str){};
}

struct spn_str spn_sid_at(struct spn_str bytes, size_t offset)
{
	const size_t header = 8;
	struct spn_str sid = {};
	size_t len = 0;

	if (offset > bytes.len || bytes.len - offset < header) {
		return sid;
	}
	len = header + 4 * (size_t)(uint8_t)bytes.data[offset + 1];
	if (bytes.data[offset] != 1 || len > bytes.len - offset) {
		return sid;
	}
	return (struct spn_str){.data = bytes.data + offset, .len = len};
}

/* ---------------------------------------------------------- of one element */

size_t spn_values_num(const struct ldb_message_element *el)
{
	return (el == NULL || el->values == NULL) ? 0 : el->num_values;
}

struct spn_str spn_values_get(const struct ldb_message_element *el, size_t n)
{
	if (n >= spn_values_num(el) || el->values[n].data == NULL) {
		return (struct spn_str){};
	}
	return (struct spn_str){
		.data = (const char *)el->values[n].data,
		.len = el->values[n].length,
	};
}

bool spn_values_has(const struct ldb_message_element *el, struct spn_str value)
{
	size_t i;

	for (i = 0; i < spn_values_num(el); i++) {
		if (spn_str_equal(spn_values_get(el, i), value)) {
			return true;
		}
	}
	return false;
}

bool spn_values_is_class(const struct ldb_message *msg, const char *name)
{
	const struct ldb_message_element *el = spn_values_of(msg,
							     "objectClass");
	size_t i;

	for (i = 0; i < spn_values_num(el); i++) {
		if (spn_str_is(spn_values_get(el, i), name)) {
			return true;
		}
	}
	return false;
}

/* ----------------------------------------------------------------- to fill */

struct ldb_val spn_values_val(struct spn_str s)
{
	/* ldb_val is never const; nobody writes to this one. */
	union {
		const char *in;
		uint8_t *out;
	} data = {.in = s.data};

	return (struct ldb_val){.data = data.out, .length = s.len};
}

bool spn_values_room(TALLOC_CTX *mem_ctx,
		     struct ldb_message_element *el,
		     size_t num)
{
	size_t had = spn_values_num(el);
	struct ldb_val *values = talloc_array(mem_ctx,
					      struct ldb_val,
					      had + num);

	if (values == NULL) {
		return false;
	}
	if (had > 0) {
		memcpy(values, el->values, had * sizeof(values[0]));
	}
	el->values = values;
	el->num_values = (unsigned)had;
	return true;
}

bool spn_values_push(struct ldb_message_element *el, struct spn_str value)
{
	if (el->num_values >= talloc_array_length(el->values)) {
		return false;
	}
	el->values[el->num_values++] = spn_values_val(value);
	return true;
}

struct ldb_message_element spn_values_element(const char *name,
					      struct ldb_val *values,
					      size_t num)
{
	return (struct ldb_message_element){
		.name = name,
		.values = values,
		.num_values = (unsigned)num,
	};
}

void spn_values_move(struct ldb_message_element *el,
		     const struct ldb_val *from,
		     struct ldb_val *to)
{
	el->values = to + (el->values - from);
}

bool spn_values_replace(struct ldb_message *msg,
			const char *attr,
			struct spn_str value)
{
	struct ldb_val copy = {
		/* libldb wants a NUL byte behind each value. */
		.data = talloc_zero_size(msg, value.len + 1),
		.length = value.len,
	};

	if (copy.data == NULL) {
		return false;
	}
	if (value.len > 0) {
		memcpy(copy.data, value.data, value.len);
	}
	ldb_msg_remove_attr(msg, attr);
	return ldb_msg_add_steal_value(msg, attr, &copy) == LDB_SUCCESS;
}
