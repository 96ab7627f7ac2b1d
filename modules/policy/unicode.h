/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What has to be known of Unicode: where a character ends, and which ones
 * nobody sees.
 */
#ifndef SPN_POLICY_UNICODE_H
#define SPN_POLICY_UNICODE_H

#include "spn.h"

/* The bytes of the first character of s, and which it is; 0 when they are not
 * UTF-8 (RFC 3629: no overlong form, no surrogate) or s is empty. */
size_t spn_unicode_next(struct spn_str s, uint32_t *_code_point);

/*
 * Default_Ignorable_Code_Point: not shown where it is not supported. A
 * directory takes a name with one for another name, a reader and a Windows KDC
 * do not. Unicode 15.0, DerivedCoreProperties.txt.
 */
bool spn_unicode_is_ignorable(uint32_t code_point);

/* It could move, hide or end what is written around it: C0, DEL, C1, line
 * separators, format characters, and all that is ignorable, marks that reorder
 * a line included. Unicode 15.0, UnicodeData.txt. */
bool spn_unicode_is_unsafe(uint32_t code_point);

/*
 * Behind ASCII: it stands in a block of letters, marks or digits of some
 * script, not among punctuation, symbols, or what is for private use, and is
 * neither unsafe nor a blank. By whole blocks, so that a letter that a later
 * Unicode adds is one already. Unicode 15.0, Blocks.txt.
 */
bool spn_unicode_is_letter(uint32_t code_point);

/* It looks like a blank, U+0020 included. */
bool spn_unicode_is_blank(uint32_t code_point);

/*
 * What a reader sees of s, up to the first byte that is not UTF-8; on mem_ctx,
 * NULL when out of memory. *_has_more becomes true when something ignorable
 * was left out; *_is_text says whether all of s was UTF-8.
 */
char *spn_unicode_visible(TALLOC_CTX *mem_ctx,
			  struct spn_str s,
			  bool *_has_more,
			  bool *_is_text);

#endif
