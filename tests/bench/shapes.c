/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every shape is a function from a number to a value, and what is done with
 * the values.
 */
#include "shapes.h"

#include <ctype.h>
#include <string.h>

#define SPN_ATTR "servicePrincipalName"

static char *numbered(TALLOC_CTX *mem_ctx, const char *name, size_t i)
{
	return talloc_asprintf(mem_ctx, "foo/%s-%06zu", name, i);
}

static char *half(TALLOC_CTX *mem_ctx, const char *name, size_t i)
{
	return talloc_asprintf(mem_ctx, "http/%s-%06zu", name, i);
}

static char *backwards(TALLOC_CTX *mem_ctx, const char *name, size_t i)
{
	return talloc_asprintf(mem_ctx, "foo/%s-%06zu", name, 999999 - i);
}

/* Each bit of the number is the case of one letter. */
static char *spelled(TALLOC_CTX *mem_ctx, const char *name, size_t i)
{
	char *value = talloc_asprintf(mem_ctx,
				      "foo/abcdefghijklmnopqrst-%s",
				      name);
	size_t at;

	for (at = 4; value != NULL && i > 0; at++, i >>= 1) {
		if ((i & 1) != 0) {
			value[at] = (char)toupper((unsigned char)value[at]);
		}
	}
	return value;
}

static const struct {
	const char *name;
	char *(*value)(TALLOC_CTX *mem_ctx, const char *name, size_t i);
	bool deletes_half;
} shapes[] = {
	{"add", numbered, false},
	{"descending", backwards, false},
	{"spellings", spelled, false},
	{"both", numbered, true},
	{"halves", half, false},
};

static bool fill(struct ldb_message *msg,
		 int flags,
		 size_t shape,
		 const char *name,
		 size_t from,
		 size_t to)
{
	struct ldb_message_element *el = NULL;
	size_t i;

	if (ldb_msg_add_empty(msg, SPN_ATTR, flags, &el) != LDB_SUCCESS) {
		return false;
	}
	el->values = talloc_array(msg, struct ldb_val, to - from);
	for (i = from; el->values != NULL && i < to; i++) {
		char *text = shapes[shape].value(el->values, name, i);

		if (text == NULL) {
			return false;
		}
		el->values[el->num_values++] = (struct ldb_val){
			.data = (uint8_t *)text,
			.length = strlen(text),
		};
	}
	return el->values != NULL;
}

bool bench_shape_fill(struct ldb_message *msg,
		      const char *shape,
		      const char *name,
		      size_t num)
{
	size_t s;

	for (s = 0; s < sizeof(shapes) / sizeof(shapes[0]); s++) {
		size_t split = shapes[s].deletes_half ? num / 2 : num;

		if (strcmp(shapes[s].name, shape) != 0) {
			continue;
		}
		return fill(msg, LDB_FLAG_MOD_ADD, s, name, 0, split) &&
		       (split == num ||
			fill(msg, LDB_FLAG_MOD_DELETE, s, name, split, num));
	}
	return false;
}
