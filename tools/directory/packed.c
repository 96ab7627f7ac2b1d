/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Of forty attributes of an object a dozen are wanted, but libldb unpacks all
 * of them and allocates for each: that is a sixth of an audit. So the form in
 * which every Samba since 4.11 stores objects is read here; of others, and of
 * whatever is not to the last byte as it is described here, libldb is asked:
 * what is damaged it calls by name.
 *
 *	uint32		LDB_PACKING_FORMAT_V2
 *	uint32		number of attributes
 *	uint32, text	the DN: its length, its bytes, a NUL
 *	uint32, text	the DN in canonical form
 *	uint32		bytes from here to the values
 *	of each attribute:
 *		uint32, text	its name
 *		uint32		number of values
 *		uint8		width of a length: 1, 2 or 4
 *		lengths		of each value
 *	values		one after the other, a NUL behind each
 *
 * Numbers have their lowest byte first.
 */
#include "packed.h"

#include <string.h>

#include "policy/words.h"

#define MAX_NAME 64
#define FIRST_ROOM 64

struct audit_packed {
	const char *const *attrs;
	/* The names in attrs by their length: place plus 1 of the first, and
	 * for each the next; 0 ends it. */
	unsigned char first[MAX_NAME];
	unsigned char *next;
	unsigned char *letters;	   /* of each: spn_two_letters() */
	uint32_t by_len[MAX_NAME]; /* the letters of all of a length as bits */
	size_t num_attrs;
	struct ldb_message_element *elements; /* room for all of them */
	struct ldb_val *values;		      /* of all elements in a row */
	size_t size_values;
};

/* Nearly always the length and two letters say no, and nearly never is it
 * another name that they let pass. */
static const char *find_attr(const struct audit_packed *packed,
			     const char *name,
			     size_t len,
			     unsigned char letters)
{
	const char *const *attrs = packed->attrs;
	unsigned char a = 0;

	for (a = packed->first[len]; a != 0; a = packed->next[a - 1]) {
		if (packed->letters[a - 1] == letters &&
		    (memcmp(attrs[a - 1], name, len) == 0 ||
		     ldb_attr_cmp(attrs[a - 1], name) == 0))
		{
			return attrs[a - 1];
		}
	}
	return NULL;
}

/* The name as it stands in attrs; NULL: nobody wants it. */
static inline const char *wanted(const struct audit_packed *packed,
				 const char *name,
				 size_t len)
{
	unsigned char letters = 0;

	if (len == 0 || len >= MAX_NAME) {
		return NULL;
	}
	letters = (unsigned char)spn_two_letters(name, len);
	return ((packed->by_len[len] >> letters & 1) != 0)
		       ? find_attr(packed, name, len, letters)
		       : NULL;
}

struct audit_packed *audit_packed_new(TALLOC_CTX *mem_ctx,
				      const char *const *attrs)
{
	struct audit_packed *packed = talloc_zero(mem_ctx,
						  struct audit_packed);
	size_t a;

	if (packed == NULL) {
		return NULL;
	}
	packed->attrs = attrs;
	while (attrs[packed->num_attrs] != NULL) {
		packed->num_attrs++;
	}
	packed->next = talloc_zero_array(packed,
					 unsigned char,
					 packed->num_attrs);
	packed->letters = talloc_zero_array(packed,
					    unsigned char,
					    packed->num_attrs);
	packed->elements = talloc_array(packed,
					struct ldb_message_element,
					packed->num_attrs);
	packed->values = talloc_array(packed, struct ldb_val, FIRST_ROOM);
	packed->size_values = FIRST_ROOM;
	if (packed->next == NULL || packed->letters == NULL ||
	    packed->elements == NULL || packed->values == NULL)
	{
		talloc_free(packed);
		return NULL;
	}
	for (a = 0; a < packed->num_attrs; a++) {
		size_t len = strlen(attrs[a]);

		packed->letters[a] = (unsigned char)spn_two_letters(attrs[a],
								    len);
		packed->by_len[len] |= (uint32_t)1 << packed->letters[a];
		packed->next[a] = packed->first[len];
		packed->first[len] = (unsigned char)(a + 1);
	}
	return packed;
}

void audit_packed_keep_wanted(struct audit_packed *packed,
			      struct ldb_message *msg)
{
	unsigned kept = 0;
	unsigned i;

	for (i = 0; i < msg->num_elements && kept < packed->num_attrs; i++) {
		const char *name = msg->elements[i].name;

		if (wanted(packed, name, strlen(name)) != NULL) {
			packed->elements[kept++] = msg->elements[i];
		}
	}
	msg->elements = packed->elements;
	msg->num_elements = kept;
}

/* --------------------------------------------------------------- a record */

static inline uint32_t number_at(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

/* A number and so many bytes with a NUL behind them; NULL: they do not end
 * before the end. *_len is without the NUL. */
static inline uint8_t *text_at(uint8_t *at, const uint8_t *end, size_t *_len)
{
	size_t len = 0;

	if (end - at < 5) {
		return NULL;
	}
	len = number_at(at);
	at += 4;
	if (len >= (size_t)(end - at) || at[len] != 0) {
		return NULL;
	}
	*_len = len;
	return at;
}

/* Both parts of a record behind its DN. */
struct record {
	uint8_t *head; /* names, and how long the values are */
	uint8_t *body; /* the values */
	const uint8_t *end;
	size_t num_attrs;
};

/* How long the values of one attribute are. */
struct lengths {
	const uint8_t *at;
	size_t num;
	size_t width; /* in bytes, of each: 1, 2 or 4 */
};

static bool take_lengths(uint8_t **_at,
			 const uint8_t *end,
			 struct lengths *_lengths)
{
	uint8_t *at = *_at;
	struct lengths lengths = {};

	if (end - at < 5) {
		return false;
	}
	lengths.num = number_at(at);
	lengths.width = at[4];
	lengths.at = at + 5;
	if ((lengths.width != 1 && lengths.width != 2 && lengths.width != 4) ||
	    lengths.num > (size_t)(end - lengths.at) >> lengths.width / 2)
	{
		return false;
	}
	*_at = at + 5 + lengths.num * lengths.width;
	*_lengths = lengths;
	return true;
}

static inline size_t length_of(const struct lengths *lengths, size_t i)
{
	const uint8_t *at = lengths->at + i * lengths->width;

	switch (lengths->width) {
	case 1:
		return at[0];
	case 2:
		return (size_t)at[0] | (size_t)at[1] << 8;
	default:
		return number_at(at);
	}
}

/* What nobody wants is not even looked at. False if it goes beyond the end. */
static bool pass_values(const struct lengths *lengths,
			uint8_t **_at,
			const uint8_t *end)
{
	size_t room = (size_t)(end - *_at);
	size_t all = 0;
	size_t i;

	for (i = 0; i < lengths->num; i++) {
		size_t len = length_of(lengths, i) + 1;

		if (len > room - all) {
			return false;
		}
		all += len;
	}
	*_at += all;
	return true;
}

/* The same of one value of less than 256 bytes, as most attributes have: past
 * both its length and its bytes. False: it is another, or goes beyond the end.
 */
static inline bool pass_short(uint8_t **_head,
			      uint8_t **_body,
			      const struct record *record)
{
	const uint8_t *head = *_head;
	size_t len = 0;

	if (record->body - head < 6 || number_at(head) != 1 || head[4] != 1) {
		return false;
	}
	len = (size_t)head[5] + 1;
	if (len > (size_t)(record->end - *_body)) {
		return false;
	}
	*_head += 6;
	*_body += len;
	return true;
}

static bool take_values(const struct lengths *lengths,
			uint8_t **_at,
			const uint8_t *end,
			struct ldb_val *values)
{
	uint8_t *at = *_at;
	size_t i;

	for (i = 0; i < lengths->num; i++) {
		size_t len = length_of(lengths, i);

		if (len >= (size_t)(end - at) || at[len] != 0) {
			return false;
		}
		values[i] = (struct ldb_val){.data = at, .length = len};
		at += len + 1;
	}
	*_at = at;
	return true;
}

/* Elements are moved along: they point into the values. */
static bool make_room(struct audit_packed *packed,
		      const struct ldb_message *msg,
		      size_t num)
{
	struct ldb_val *old = packed->values;
	struct ldb_val *values = NULL;
	unsigned i;

	if (num <= packed->size_values) {
		return true;
	}
	values = talloc_array(packed, struct ldb_val, 2 * num);
	if (values == NULL) {
		return false;
	}
	memcpy(values, old, packed->size_values * sizeof(values[0]));
	for (i = 0; i < msg->num_elements; i++) {
		spn_values_move(&packed->elements[i], old, values);
	}
	talloc_free(old);
	packed->values = values;
	packed->size_values = 2 * num;
	return true;
}

static enum audit_packed_result take_all(struct audit_packed *packed,
					 const struct record *record,
					 struct ldb_message *msg)
{
	uint8_t *head = record->head;
	uint8_t *body = record->body;
	size_t num_values = 0;
	size_t i;

	for (i = 0; i < record->num_attrs; i++) {
		struct lengths lengths = {};
		size_t len = 0;
		uint8_t *name = text_at(head, record->body, &len);
		const char *attr = NULL;
		bool ok = false;

		if (name == NULL || len == 0) {
			return AUDIT_PACKED_UNKNOWN;
		}
		head = name + len + 1;
		attr = wanted(packed, (const char *)name, len);
		if (attr == NULL && pass_short(&head, &body, record)) {
			continue;
		}
		if (!take_lengths(&head, record->body, &lengths)) {
			return AUDIT_PACKED_UNKNOWN;
		}
		if (attr == NULL || msg->num_elements == packed->num_attrs) {
			ok = pass_values(&lengths, &body, record->end);
		} else if (!make_room(packed, msg, num_values + lengths.num)) {
			return AUDIT_PACKED_NO_MEMORY;
		} else {
			struct ldb_val *values = &packed->values[num_values];

			packed->elements[msg->num_elements++] =
				spn_values_element(attr, values, lengths.num);
			num_values += lengths.num;
			ok = take_values(&lengths, &body, record->end, values);
		}
		if (!ok) {
			return AUDIT_PACKED_UNKNOWN;
		}
	}
	return (head == record->body && body == record->end)
		       ? AUDIT_PACKED_DONE
		       : AUDIT_PACKED_UNKNOWN;
}

/* Up to the names. NULL is as above; else the DN. */
static const char *take_start(const struct ldb_val *bytes,
			      struct record *_record)
{
	uint8_t *at = bytes->data;
	const uint8_t *end = at + bytes->length;
	const uint8_t *dn = NULL;
	size_t num_attrs = 0;
	size_t len = 0;
	size_t to_values = 0;

	if (bytes->length < 8 || number_at(at) != LDB_PACKING_FORMAT_V2) {
		return NULL;
	}
	num_attrs = number_at(at + 4);
	at = text_at(at + 8, end, &len);
	dn = at;
	if (dn == NULL || memchr(dn, 0, len) != NULL) {
		return NULL;
	}
	at = text_at(at + len + 1, end, &len);
	if (at == NULL || end - at - (ptrdiff_t)len < 5) {
		return NULL;
	}
	at += len + 1;
	to_values = number_at(at);
	if (to_values < 4 || to_values > (size_t)(end - at)) {
		return NULL;
	}
	*_record = (struct record){
		.head = at + 4,
		.body = at + to_values,
		.end = end,
		.num_attrs = num_attrs,
	};
	return (const char *)dn;
}

enum audit_packed_result audit_packed_read(struct audit_packed *packed,
					   struct ldb_context *ldb,
					   const struct ldb_val *bytes,
					   struct ldb_message *msg)
{
	struct record record = {};
	const char *dn = take_start(bytes, &record);
	enum audit_packed_result result = AUDIT_PACKED_UNKNOWN;

	msg->elements = packed->elements;
	msg->num_elements = 0;
	if (dn != NULL) {
		result = take_all(packed, &record, msg);
	}
	if (result == AUDIT_PACKED_DONE) {
		msg->dn = ldb_dn_new(msg, ldb, dn);
		return (msg->dn == NULL) ? AUDIT_PACKED_NO_MEMORY : result;
	}
	msg->elements = NULL;
	msg->num_elements = 0;
	return result;
}
