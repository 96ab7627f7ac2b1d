/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The values of an attribute: the only code that reads or fills the array
 * behind an element. A message may have an element without values, and two of
 * one name: a client sends what it likes, and so may a server. Such an element
 * says that the attribute is absent. A value has the length that it has, not
 * the one that its syntax says. tests/checks/check_values.py sees to it that
 * nobody else looks into an element.
 */
#ifndef SPN_STORE_VALUES_H
#define SPN_STORE_VALUES_H

/* data_blob.h before ldb.h: it defines ldb_val. */
#include <util/data_blob.h>

#include <ldb.h>

#include "policy/ids.h"

/* ------------------------------------------------------- of one attribute */

/* The first element of that name that has values; NULL when there is none:
 * the attribute is absent. A million accounts come through here, with two
 * dozen questions each. */
const struct ldb_message_element *spn_values_of(const struct ldb_message *msg,
						const char *attr);

/* The first value, or {NULL, 0}. It lives as long as the message. */
struct spn_str spn_values_first(const struct ldb_message *msg,
				const char *attr);

/* The first value as what it stands for; 0, false or NULL for what is absent
 * or is nothing of the kind. A text ends with a NUL byte and lives as long
 * as the message. */
const char *spn_values_text(const struct ldb_message *msg, const char *attr);
int64_t spn_values_int64(const struct ldb_message *msg, const char *attr);
uint64_t spn_values_uint64(const struct ldb_message *msg, const char *attr);
bool spn_values_bool(const struct ldb_message *msg, const char *attr);

/* The same as spn_values_int64(); false: the attribute is absent. */
bool spn_values_number(const struct ldb_message *msg,
		       const char *attr,
		       int64_t *_number);

/* On mem_ctx; NULL when out of memory, too. */
struct ldb_dn *spn_values_dn(TALLOC_CTX *mem_ctx,
			     struct ldb_context *ldb,
			     const struct ldb_message *msg,
			     const char *attr);

/* The SPN_GUID_BYTES bytes of a GUID; NULL for any other length. */
const uint8_t *spn_values_guid(const struct ldb_message *msg,
			       const char *attr);

/* Exactly one SID (MS-DTYP 2.4.2.2), or len 0. */
struct spn_str spn_values_sid(const struct ldb_message *msg, const char *attr);

/* The SID that begins at that byte, all of it; len 0 if there is none. */
struct spn_str spn_sid_at(struct spn_str bytes, size_t offset);

/* ---------------------------------------------------------- of one element */

/* 0 for NULL. */
size_t spn_values_num(const struct ldb_message_element *el);

/* The n-th value; {NULL, 0} behind the last one. Not NUL-terminated. */
struct spn_str spn_values_get(const struct ldb_message_element *el, size_t n);

/* Has it exactly these bytes among its values? */
bool spn_values_has(const struct ldb_message_element *el,
		    struct spn_str value);

/* The object is of this class, in whatever case it is written. */
bool spn_values_is_class(const struct ldb_message *msg, const char *name);

/* ----------------------------------------------------------------- to fill */

/* The same bytes as ldb has them; not to be written to. */
struct ldb_val spn_values_val(struct spn_str s);

/* A new array on mem_ctx: what it has, and room for num more. What was there
 * is left as it is, for a copied message shares it. False when out of memory.
 */
bool spn_values_room(TALLOC_CTX *mem_ctx,
		     struct ldb_message_element *el,
		     size_t num);

/* One more, in the room that there is; the bytes are not copied. False if
 * there is none. */
bool spn_values_push(struct ldb_message_element *el, struct spn_str value);

/* An element of values that stand elsewhere, as long as the name and they do;
 * it is not to be written to. */
struct ldb_message_element spn_values_element(const char *name,
					      struct ldb_val *values,
					      size_t num);

/* They stand elsewhere now: what began at from, at to. */
void spn_values_move(struct ldb_message_element *el,
		     const struct ldb_val *from,
		     struct ldb_val *to);

/* One value, copied, instead of all elements of that name; attr lives as long
 * as msg. False when out of memory. */
bool spn_values_replace(struct ldb_message *msg,
			const char *attr,
			struct spn_str value);

#endif
