/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What Windows calls IGNORENONSPACE is a table of Microsoft's. This comes as
 * near to it as Unicode itself does: compatibility decomposition takes away
 * width and splits accents off, then the accents go. Letters with a stroke
 * have no decomposition but count as their base letter on Windows (ldap_spn.py
 * of Samba, run against Windows: "HøST" collides with "host"), hence the
 * table. It only feeds a warning.
 */
#include "fold.h"

#include "policy/words.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

struct letter {
	ucs4_t from;
	ucs4_t to;
};

/* After case folding, so small letters only. */
static const struct letter letters[] = {
	{0x0111, 'd'}, /* d with stroke */
	{0x00f0, 'd'}, /* eth */
	{0x0127, 'h'}, /* h with stroke */
	{0x0131, 'i'}, /* dotless i */
	{0x0142, 'l'}, /* l with stroke */
	{0x0140, 'l'}, /* l with middle dot */
	{0x00f8, 'o'}, /* o with stroke */
	{0x0167, 't'}, /* t with stroke */
	{0x0180, 'b'}, /* b with stroke */
	{0x01e5, 'g'}, /* g with stroke */
	{0x01b6, 'z'}, /* z with stroke */
};

#define KATAKANA_FIRST 0x30a1
#define KATAKANA_LAST 0x30f6
#define KATAKANA_TO_HIRAGANA 0x60
#define FULL_WIDTH_SOLIDUS 0xff0f
#define PRIVATE_USE 0xf8ff /* stands for it; keys are compared only */

bool audit_is_ascii(struct spn_str value)
{
	uint64_t all = 0;
	size_t i;

	for (i = 0; i < value.len; i += SPN_WORD) {
		all |= spn_word_at(value, i);
	}
	return (all & 0x8080808080808080u) == 0;
}

static ucs4_t fold_letter(ucs4_t c)
{
	size_t i;

	if (c >= KATAKANA_FIRST && c <= KATAKANA_LAST) {
		return c - KATAKANA_TO_HIRAGANA;
	}
	for (i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		if (letters[i].from == c) {
			return letters[i].to;
		}
	}
	return c;
}

/*
 * Case folded and decomposed, on the heap; NULL when out of memory. A wide
 * solidus is no separator of parts on Windows, so it must not become one.
 */
static uint32_t *decompose(const uint8_t *text, size_t len, size_t *_len)
{
	uint32_t *wide = NULL;
	uint32_t *folded = NULL;
	size_t wide_len = 0;
	size_t i;

	wide = u8_to_u32(text, len, NULL, &wide_len);
	if (wide == NULL) {
		return NULL;
	}
	for (i = 0; i < wide_len; i++) {
		if (wide[i] == FULL_WIDTH_SOLIDUS) {
			wide[i] = PRIVATE_USE;
		}
	}
	folded = u32_casefold(wide, wide_len, NULL, UNINORM_NFKD, NULL, _len);
	free(wide);
	return folded;
}

static bool fold_unicode(TALLOC_CTX *mem_ctx,
			 struct spn_str value,
			 struct spn_str *_folded)
{
	uint32_t *wide = NULL;
	uint8_t *text = NULL;
	size_t wide_len = 0;
	size_t text_len = 0;
	size_t kept = 0;
	size_t i;

	wide = decompose((const uint8_t *)value.data, value.len, &wide_len);
	if (wide == NULL) {
		return false;
	}
	for (i = 0; i < wide_len; i++) {
		if (!uc_is_general_category(wide[i], UC_NON_SPACING_MARK)) {
			wide[kept++] = fold_letter(wide[i]);
		}
	}
	text = u32_to_u8(wide, kept, NULL, &text_len);
	free(wide);
	if (text == NULL) {
		return false;
	}
	*_folded = spn_str_dup(mem_ctx,
			       (struct spn_str){
				       .data = (const char *)text,
				       .len = text_len,
			       });
	free(text);
	return _folded->data != NULL;
}

/* What case folding is to ASCII: the two ways must meet. */
static bool fold_ascii(TALLOC_CTX *mem_ctx,
		       struct spn_str value,
		       struct spn_str *_folded)
{
	char *copy = talloc_array(mem_ctx, char, value.len + 1);
	size_t i;

	if (copy == NULL) {
		return false;
	}
	for (i = 0; i < value.len; i++) {
		copy[i] = value.data[i];
		if (copy[i] >= 'A' && copy[i] <= 'Z') {
			copy[i] = (char)(copy[i] - 'A' + 'a');
		}
	}
	copy[value.len] = '\0';
	*_folded = (struct spn_str){.data = copy, .len = value.len};
	return true;
}

static bool wide_fold(void *private_data,
		      TALLOC_CTX *mem_ctx,
		      struct spn_str value,
		      struct spn_str *_folded)
{
	const struct spn_fold *narrow = private_data;
	struct spn_str folded = {};

	if (!spn_fold_text(narrow, mem_ctx, value, &folded)) {
		return false;
	}
	if (audit_is_ascii(folded) ||
	    u8_check((const uint8_t *)folded.data, folded.len) != NULL)
	{
		return fold_ascii(mem_ctx, folded, _folded);
	}
	return fold_unicode(mem_ctx, folded, _folded);
}

struct spn_fold audit_wide_fold(struct spn_fold *narrow)
{
	return (struct spn_fold){
		.fn = wide_fold,
		.private_data = narrow,
	};
}
