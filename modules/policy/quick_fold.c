/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table of characters, filled in by asking. Where all of them are folded as
 * ASCII is, and that is nearly everywhere, eight are folded at a time.
 */
#include "quick_fold.h"

#include "words.h"

#define FIRST 0x21
#define LAST 0x7e

struct spn_quick_fold {
	struct spn_fold narrow;
	char to[UINT8_MAX + 1];	      /* 0: not known, or not that simple */
	bool is_known[UINT8_MAX + 1]; /* asked already */
	bool is_looked_at;	      /* whether it is ... */
	bool is_ascii;		      /* small letters become capitals */
};

/* Between two others a character is folded as anywhere. When out of memory
 * nothing is learnt. */
static char learn(struct spn_quick_fold *quick, unsigned char c)
{
	const char text[3] = {'a', (char)c, 'a'};
	struct spn_str value = {.data = text, .len = sizeof(text)};
	struct spn_str folded = {};
	TALLOC_CTX *tmp_ctx = NULL;

	if (c < FIRST || c > LAST || quick->is_known[c]) {
		return 0;
	}
	tmp_ctx = talloc_new(quick);
	if (tmp_ctx != NULL &&
	    spn_fold_text(&quick->narrow, tmp_ctx, value, &folded))
	{
		quick->is_known[c] = true;
		if (folded.len == sizeof(text) &&
		    folded.data[0] == folded.data[2])
		{
			quick->to[c] = folded.data[1];
		}
	}
	talloc_free(tmp_ctx);
	return quick->to[c];
}

/* All of them are asked for, once. */
static bool is_ascii(struct spn_quick_fold *quick)
{
	int c;

	for (c = FIRST; c <= LAST && !quick->is_looked_at; c++) {
		int capital = (c >= 'a' && c <= 'z') ? c - 'a' + 'A' : c;

		quick->is_ascii = learn(quick, (unsigned char)c) == capital;
		quick->is_looked_at = !quick->is_ascii || c == LAST;
	}
	return quick->is_ascii;
}

/* False: not all are from FIRST to LAST. */
static inline bool fold_word(const char *from, char *to)
{
	const uint64_t each = 0x0101010101010101u;
	uint64_t word = 0;
	uint64_t below = 0;
	uint64_t above = 0;

	memcpy(&word, from, SPN_WORD);
	/* A byte above 0x7f may be added to the next one, and says no itself.
	 */
	below = ~(word + (0x80 - FIRST) * each);
	above = word | (word + (0x7f - LAST) * each);
	word = spn_word_upper(word);
	memcpy(to, &word, SPN_WORD);
	return ((below | above) & 0x80 * each) == 0;
}

/* The last word stands over a part of the one before it. */
static bool into_words(struct spn_str value, char *to)
{
	bool ok = true;
	size_t i;

	for (i = 0; i + SPN_WORD < value.len; i += SPN_WORD) {
		ok &= fold_word(value.data + i, to + i);
	}
	i = value.len - SPN_WORD;
	return fold_word(value.data + i, to + i) && ok;
}

static bool into(void *private_data, struct spn_str value, char *to)
{
	struct spn_quick_fold *quick = private_data;
	size_t num_unknown = 0;
	size_t i;

	if (value.len >= SPN_WORD && is_ascii(quick) && into_words(value, to))
	{
		return true;
	}
	for (i = 0; i < value.len; i++) {
		char c = quick->to[(unsigned char)value.data[i]];

		to[i] = c;
		num_unknown += (c == 0) ? 1 : 0;
	}
	for (i = 0; i < value.len && num_unknown > 0; i++) {
		if (to[i] == 0) {
			to[i] = learn(quick, (unsigned char)value.data[i]);
			num_unknown--;
		}
		if (to[i] == 0) {
			return false;
		}
	}
	return value.len > 0;
}

static bool quick_fold(void *private_data,
		       TALLOC_CTX *mem_ctx,
		       struct spn_str value,
		       struct spn_str *_folded)
{
	struct spn_quick_fold *quick = private_data;
	char *folded = talloc_array(mem_ctx, char, value.len + 1);

	if (folded == NULL) {
		return false;
	}
	if (!into(quick, value, folded)) {
		talloc_free(folded);
		return spn_fold_text(&quick->narrow, mem_ctx, value, _folded);
	}
	folded[value.len] = '\0';
	*_folded = (struct spn_str){.data = folded, .len = value.len};
	return true;
}

struct spn_quick_fold *spn_quick_fold_new(TALLOC_CTX *mem_ctx,
					  const struct spn_fold *narrow)
{
	struct spn_quick_fold *quick = talloc_zero(mem_ctx,
						   struct spn_quick_fold);

	if (quick != NULL) {
		quick->narrow = *narrow;
	}
	return quick;
}

struct spn_fold spn_quick_fold(struct spn_quick_fold *quick)
{
	return (struct spn_fold){
		.fn = quick_fold,
		.into = into,
		.private_data = quick,
	};
}

bool spn_fold_at(const struct spn_fold *fold,
		 TALLOC_CTX *mem_ctx,
		 struct spn_str value,
		 char *to,
		 struct spn_str *_folded)
{
	if (fold->into != NULL && fold->into(fold->private_data, value, to)) {
		*_folded = (struct spn_str){.data = to, .len = value.len};
		return true;
	}
	return spn_fold_text(fold, mem_ctx, value, _folded);
}
