/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One service principal name: its parts and how to put one together.
 *
 * Values are (pointer, length) everywhere: a NUL byte is data, since the
 * directory stores one if it is sent one.
 */
#ifndef SPN_POLICY_SPN_H
#define SPN_POLICY_SPN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <talloc.h>

/* A slice of somebody else's bytes; not NUL-terminated, not owned. */
struct spn_str {
	const char *data;
	size_t len; /* bytes */
};

/*
 * One servicePrincipalName value, MS-ADTS 2.2.21:
 *	service class "/" host name [":" (port | instance name)]
 *	["/" service name]
 * All slices point into the value that was parsed. An absent part has
 * len 0. port is 0 when absent, else 1-65535.
 */
struct spn {
	struct spn_str value;
	struct spn_str service_class;
	struct spn_str host_name;
	struct spn_str instance_name;
	struct spn_str service_name;
	uint16_t port;
	bool has_suffix;       /* there is a ":" part, even an empty one */
	bool has_service_name; /* three-part, even with an empty third */
};

enum spn_syntax {
	SPN_SYNTAX_OK,
	SPN_SYNTAX_NO_SLASH,
	SPN_SYNTAX_TOO_MANY_SLASHES,
};

/*
 * Splits a value. Anything but SPN_SYNTAX_OK leaves only spn->value set:
 * a directory takes one or two slashes and nothing else (ldap_spn.py of
 * Samba, run against Windows). Empty parts are no error here, they are
 * judged by the rule "syntax". A host name with two or more colons is an
 * IPv6 literal and has no suffix, unless it stands in brackets.
 */
enum spn_syntax spn_parse(struct spn_str value, struct spn *_spn);

/* The port that a suffix of digits is; 0 for anything that is none. */
uint16_t spn_port(struct spn_str suffix);

/* NULL gives length 0. Here, so that it is known of a literal. */
static inline struct spn_str spn_str_of(const char *text)
{
	return (struct spn_str){
		.data = text,
		.len = (text == NULL) ? 0 : strlen(text),
	};
}

struct spn_str spn_str_dup(TALLOC_CTX *mem_ctx, struct spn_str s);

/* All of them, one after the other, and a NUL byte; on mem_ctx. NULL when out
 * of memory. */
char *spn_str_join(TALLOC_CTX *mem_ctx,
		   const struct spn_str *parts,
		   size_t num);

/* Without its first bytes; there must be as many. */
struct spn_str spn_str_from(struct spn_str s, size_t start);

/* Valid UTF-8, NUL bytes included. */
bool spn_str_is_utf8(struct spn_str s);

/* As an unsigned char; only A to Z change. */
int spn_ascii_lower(char c);

/* 0 to 15, in either case; -1: it is no hex digit. */
int spn_hex_digit(char c);

/* Same bytes; ASCII letters of either case are the same in the second. */
static inline bool spn_str_equal(struct spn_str a, struct spn_str b)
{
	return a.len == b.len &&
	       (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}
bool spn_str_equal_nocase(struct spn_str a, struct spn_str b);
int spn_str_compare(struct spn_str a, struct spn_str b);

/* Without case. Nearly always its length or its first letter says no, where
 * it is called. */
static inline bool spn_str_is(struct spn_str s, const char *text)
{
	struct spn_str other = {};

	if (text != NULL && s.len > 0 &&
	    ((s.data[0] ^ text[0]) & ~('a' - 'A')) != 0)
	{
		return false;
	}
	other = spn_str_of(text);
	return s.len == other.len && spn_str_equal_nocase(s, other);
}

static inline bool spn_class_is(const struct spn *spn,
				const char *service_class)
{
	return spn_str_is(spn->service_class, service_class);
}

/* https and the like: a web client asks for http, over TLS, too. */
bool spn_class_is_of_tls(struct spn_str service_class);

/* 80 and 443, which a web client leaves out when it asks a KDC. */
bool spn_is_web_port(uint16_t port);

/* How long a scheme such as "http" is that ":/" follows; 0: it is no URL. */
size_t spn_scheme_len(struct spn_str value);

/* Two parts and no suffix: what a web client asks a KDC for. */
bool spn_is_plain(const struct spn *spn);

/* "class/host", NUL-terminated, on mem_ctx. NULL when out of memory. */
char *spn_format(TALLOC_CTX *mem_ctx,
		 struct spn_str service_class,
		 struct spn_str host_name);

/*
 * How the directory compares: returns the folded form of a value on
 * mem_ctx, false when out of memory. Never home-made: modules and tools
 * pass the attribute's own canonicalise function of ldb, only the pure
 * tests a plain ASCII one.
 */
struct spn_fold {
	bool (*fn)(void *private_data,
		   TALLOC_CTX *mem_ctx,
		   struct spn_str value,
		   struct spn_str *_folded);
	/* May be NULL. Writes value.len bytes to where the caller says, and
	 * allocates nothing; false when it is not that simple, and fn has to
	 * be asked. quick_fold.h */
	bool (*into)(void *private_data, struct spn_str value, char *to);
	void *private_data;
};

/* The folded form, on mem_ctx. False when out of memory. */
bool spn_fold_text(const struct spn_fold *fold,
		   TALLOC_CTX *mem_ctx,
		   struct spn_str value,
		   struct spn_str *_folded);

#endif
