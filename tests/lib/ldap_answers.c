/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Answers of an LDAP server, made by hand: see ldap_answers.h.
 */

#include "ldap_answers.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <ldb_module.h>
#include <sys/socket.h>

static void need(bool holds)
{
	if (!holds) {
		abort();
	}
}

static struct spn_str append(TALLOC_CTX *mem_ctx,
			     struct spn_str a,
			     struct spn_str b)
{
	char *both = talloc_array(mem_ctx, char, a.len + b.len + 1);

	need(both != NULL);
	if (a.len > 0) {
		memcpy(both, a.data, a.len);
	}
	if (b.len > 0) {
		memcpy(both + a.len, b.data, b.len);
	}
	both[a.len + b.len] = '\0';
	return (struct spn_str){both, a.len + b.len};
}

/* The length always in four bytes. */
static struct spn_str wrap(TALLOC_CTX *mem_ctx, int tag, struct spn_str all)
{
	const unsigned char head[] = {
		(unsigned char)tag,
		0x84,
		(unsigned char)(all.len >> 24),
		(unsigned char)(all.len >> 16),
		(unsigned char)(all.len >> 8),
		(unsigned char)all.len,
	};

	return append(mem_ctx,
		      (struct spn_str){(const char *)head, sizeof(head)},
		      all);
}

struct spn_str ber_tlv(TALLOC_CTX *mem_ctx, int tag, ...)
{
	struct spn_str all = {};
	struct spn_str part = {};
	va_list ap;

	va_start(ap, tag);
	for (part = va_arg(ap, struct spn_str); part.data != NULL;
	     part = va_arg(ap, struct spn_str))
	{
		all = append(mem_ctx, all, part);
	}
	va_end(ap);
	return wrap(mem_ctx, tag, all);
}

struct spn_str ber_number(TALLOC_CTX *mem_ctx, int tag, int number)
{
	const unsigned char bytes[] = {
		(unsigned char)(number >> 24),
		(unsigned char)(number >> 16),
		(unsigned char)(number >> 8),
		(unsigned char)number,
	};

	return wrap(mem_ctx,
		    tag,
		    (struct spn_str){(const char *)bytes, sizeof(bytes)});
}

struct spn_str ber_text(TALLOC_CTX *mem_ctx, const char *text)
{
	return wrap(mem_ctx, 0x04, spn_str_of(text));
}

struct spn_str ldap_message(TALLOC_CTX *mem_ctx,
			    int id,
			    struct spn_str operation,
			    struct spn_str controls)
{
	return ber_tlv(mem_ctx,
		       0x30,
		       ber_number(mem_ctx, 0x02, id),
		       operation,
		       controls,
		       BER_END);
}

struct spn_str ldap_entry(TALLOC_CTX *mem_ctx,
			  int id,
			  const char *dn,
			  struct spn_str attributes)
{
	return ldap_message(mem_ctx,
			    id,
			    ber_tlv(mem_ctx,
				    0x64,
				    ber_text(mem_ctx, dn),
				    wrap(mem_ctx, 0x30, attributes),
				    BER_END),
			    BER_END);
}

struct spn_str ldap_attribute(TALLOC_CTX *mem_ctx,
			      const char *name,
			      const char *const *values)
{
	struct spn_str set = {};

	for (; *values != NULL; values++) {
		set = append(mem_ctx, set, ber_text(mem_ctx, *values));
	}
	return ber_tlv(mem_ctx,
		       0x30,
		       ber_text(mem_ctx, name),
		       wrap(mem_ctx, 0x31, set),
		       BER_END);
}

struct spn_str ldap_done(TALLOC_CTX *mem_ctx, int id, int code)
{
	return ldap_message(mem_ctx,
			    id,
			    ber_tlv(mem_ctx,
				    0x65,
				    ber_number(mem_ctx, 0x0a, code),
				    ber_text(mem_ctx, "DC=matched"),
				    ber_text(mem_ctx, "why"),
				    BER_END),
			    BER_END);
}

void ldap_answers_put(int server, struct spn_str bytes)
{
	need(write(server, bytes.data, bytes.len) == (ssize_t)bytes.len);
}

struct ldb_context *ldap_answers_at(TALLOC_CTX *mem_ctx,
				    const char *url,
				    int *_server)
{
	struct ldb_context *ldb = ldb_init(mem_ctx, NULL);
	struct connect_link *link = NULL;
	int pair[2] = {-1, -1};

	need(ldb != NULL);
	need(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	link = connect_link_of(ldb, pair[0], url);
	need(link != NULL);
	ldap_answers_put(pair[1], ldap_done(ldb, FIRST_ID - 1, 0));
	need(connect_ldap_attach(ldb, link));
	*_server = pair[1];
	return ldb;
}

struct ldb_context *ldap_answers_open(TALLOC_CTX *mem_ctx, int *_server)
{
	return ldap_answers_at(mem_ctx, "ldap://test", _server);
}
