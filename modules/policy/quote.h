/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes that somebody else has chosen as text: in a line of the log, in a
 * message, in JSON. Whatever writes a value goes through here.
 *
 * None of these lets a control character out, a mark that turns a line around,
 * or a character that nobody sees (spn_unicode_is_unsafe()), and all of them
 * give valid UTF-8. All results are NUL-terminated and on mem_ctx; NULL when
 * out of memory.
 */
#ifndef SPN_POLICY_QUOTE_H
#define SPN_POLICY_QUOTE_H

#include "spn.h"

/*
 * The bytes as one line of readable text: what must not come out and bytes
 * that are not UTF-8 become \xx (two hex digits), and so does a backslash that
 * two hex digits follow. All others stay, and the value can be had back.
 */
char *spn_escape(TALLOC_CTX *mem_ctx, struct spn_str s);

/* The value of such a text, which somebody may have typed. NULL in data when
 * out of memory. */
struct spn_str spn_unescape(TALLOC_CTX *mem_ctx, struct spn_str text);

/* The same, but backslashes stay: for DNs, in which \xx is that byte (RFC 4514
 * 2.4), so that the result is the same DN; for sentences with text that was
 * escaped already; and where scripts read a value. */
char *spn_printable(TALLOC_CTX *mem_ctx, struct spn_str dn);

/* Flags; 0 is a value, whole. */
enum spn_quoting {
	/* backslashes stay, as in spn_printable(); else as in spn_escape() */
	SPN_QUOTE_DN = 1,
	SPN_QUOTE_CUT = 2, /* of more than 300 bytes the first ones, "..." */
	/* Bare where that cannot be taken for something else: a value without
	 * blanks and quotes; a DN without quotes and without ": " and "; ". */
	SPN_QUOTE_IF_NEEDED = 4,
};

/*
 * 'http/web01': in single quotes, with \27 for each one within, which is that
 * byte in a DN, too. Text in quotes ends at the next quote.
 */
char *spn_quote(TALLOC_CTX *mem_ctx, struct spn_str s, unsigned how);

/* Without quotes, for what is quoted in another way afterwards. Whoever may
 * write a value can make it 64 KiB long, so it is cut. */
char *spn_excerpt(TALLOC_CTX *mem_ctx, struct spn_str s, unsigned how);

/* Its first bytes, so many at most, and no character in two. */
struct spn_str spn_cut(struct spn_str s, size_t enough);

/*
 * "http/web01": a JSON string (RFC 8259). What must not come out is \uXXXX,
 * so a parser has it again; bytes that are not UTF-8, which JSON cannot hold,
 * are as in spn_escape(). No data gives null.
 */
char *spn_json(TALLOC_CTX *mem_ctx, struct spn_str s);

#endif
