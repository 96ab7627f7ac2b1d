/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads a credentials cache of type FILE, to know whether there is a ticket,
 * whose it is and how long it lives. The format, version 3 and 4, is in the
 * documents of MIT krb5 ("Credential cache file format"). No Kerberos library
 * is linked for it: the one that Samba brings is of another make than that of
 * the system, and both in one process would be one too many.
 *
 * Whatever cannot be understood counts as no ticket; nothing is trusted but
 * what stands inside the file.
 */
#include "connect_ticket.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <sys/stat.h>

/* A cache of many tickets has some 100 KiB. */
#define MOST_BYTES ((size_t)4 << 20)
#define VERSION_3 0x0503
#define VERSION_4 0x0504

/* What is still to be read; broken once something did not fit. */
struct reader {
	const uint8_t *at;
	size_t left;
	bool broken;
};

static const uint8_t *take(struct reader *r, size_t num)
{
	const uint8_t *at = r->at;

	if (r->broken || num > r->left) {
		r->broken = true;
		return NULL;
	}
	r->at += num;
	r->left -= num;
	return at;
}

static uint32_t number(struct reader *r, size_t num_bytes)
{
	const uint8_t *at = take(r, num_bytes);
	uint32_t value = 0;
	size_t i;

	for (i = 0; at != NULL && i < num_bytes; i++) {
		value = (value << 8) | at[i];
	}
	return value;
}

/* Its length, then that many bytes. */
static struct spn_str counted(struct reader *r)
{
	uint32_t len = number(r, 4);
	const uint8_t *at = take(r, len);
	struct spn_str bytes = {};

	if (at != NULL) {
		bytes.data = (const char *)at;
		bytes.len = len;
	}
	return bytes;
}

struct principal {
	struct spn_str realm;
	struct spn_str first; /* component */
	struct spn_str second;
};

static struct principal read_principal(struct reader *r)
{
	struct principal principal = {};
	uint32_t num = 0;
	uint32_t i;

	number(r, 4); /* type of name */
	num = number(r, 4);
	principal.realm = counted(r);
	for (i = 0; i < num && !r->broken; i++) {
		struct spn_str part = counted(r);

		if (i == 0) {
			principal.first = part;
		} else if (i == 1) {
			principal.second = part;
		}
	}
	return principal;
}

/* Addresses or authorization data: a type and bytes, each. */
static void skip_typed(struct reader *r)
{
	uint32_t num = number(r, 4);
	uint32_t i;

	for (i = 0; i < num && !r->broken; i++) {
		number(r, 2);
		counted(r);
	}
}

struct credential {
	struct principal server;
	uint32_t starts;
	uint32_t ends;
};

static struct credential read_credential(struct reader *r, unsigned version)
{
	struct credential credential = {};

	read_principal(r); /* client */
	credential.server = read_principal(r);
	number(r, 2); /* type of key */
	if (version == VERSION_3) {
		number(r, 2); /* ... again */
	}
	counted(r);
	number(r, 4); /* when the user logged on */
	credential.starts = number(r, 4);
	credential.ends = number(r, 4);
	number(r, 4); /* renewable until */
	number(r, 1);
	number(r, 4); /* flags */
	skip_typed(r);
	skip_typed(r);
	counted(r); /* the ticket */
	counted(r);
	return credential;
}

/* A setting of the library that made the cache, kept like a ticket. */
static bool is_setting(const struct principal *server)
{
	return spn_str_is(server->realm, "X-CACHECONF:");
}

static void note_credential(struct connect_ticket *ticket,
			    const struct credential *credential)
{
	if (is_setting(&credential->server) ||
	    (ticket->is_there && credential->ends <= ticket->ends))
	{
		return;
	}
	ticket->is_there = true;
	ticket->starts = credential->starts;
	ticket->ends = credential->ends;
}

static bool name_client(struct connect_ticket *ticket,
			TALLOC_CTX *mem_ctx,
			const struct principal *client)
{
	struct spn_str second = client->second;

	ticket->realm = talloc_strndup(mem_ctx,
				       client->realm.data,
				       client->realm.len);
	ticket->client = talloc_asprintf(mem_ctx,
					 "%.*s%s%.*s@%s",
					 (int)client->first.len,
					 client->first.data,
					 (second.len > 0) ? "/" : "",
					 (int)second.len,
					 (second.len > 0) ? second.data : "",
					 (ticket->realm == NULL)
						 ? ""
						 : ticket->realm);
	return ticket->realm != NULL && ticket->client != NULL;
}

bool connect_ticket_parse(TALLOC_CTX *mem_ctx,
			  struct spn_str bytes,
			  struct connect_ticket *_ticket)
{
	struct reader r = {
		.at = (const uint8_t *)bytes.data,
		.left = bytes.len,
	};
	struct connect_ticket ticket = {};
	struct principal client = {};
	unsigned version = number(&r, 2);

	*_ticket = ticket;
	if (version == VERSION_4) {
		take(&r, number(&r, 2));
	} else if (version != VERSION_3) {
		return true;
	}
	client = read_principal(&r);
	if (r.broken || client.first.len == 0 || client.realm.len == 0) {
		return true;
	}
	if (!name_client(&ticket, mem_ctx, &client)) {
		return false;
	}
	while (r.left > 0) {
		struct credential credential = read_credential(&r, version);

		if (r.broken) {
			break; /* a cache that is being written */
		}
		note_credential(&ticket, &credential);
	}
	*_ticket = ticket;
	return true;
}

/* NULL when it cannot be read, or is no cache by its size. */
static char *read_file(TALLOC_CTX *mem_ctx, const char *path, size_t *_len)
{
	/* To open a pipe would wait for who writes it. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat st = {};
	char *bytes = NULL;
	ssize_t got = 0;

	if (fd == -1) {
		return NULL;
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		bytes = talloc_array(mem_ctx, char, MOST_BYTES);
	}
	while (bytes != NULL && *_len < MOST_BYTES) {
		got = read(fd, bytes + *_len, MOST_BYTES - *_len);
		if (got <= 0) {
			break;
		}
		*_len += (size_t)got;
	}
	close(fd);
	return bytes;
}

/* Of another type than FILE: NULL in *_path. */
static bool path_of(TALLOC_CTX *mem_ctx, const char *name, char **_path)
{
	static const char file[] = "FILE:";
	const char *colon = strchr(name, ':');

	*_path = NULL;
	if (strncasecmp(name, file, strlen(file)) == 0) {
		name += strlen(file);
	} else if (colon != NULL && name[0] != '/') {
		return true;
	}
	*_path = talloc_strdup(mem_ctx, name);
	return *_path != NULL;
}

bool connect_ticket_read(TALLOC_CTX *mem_ctx,
			 const char *cache,
			 struct connect_ticket *_ticket)
{
	struct connect_ticket ticket = {};
	char *bytes = NULL;
	char *path = NULL;
	size_t len = 0;

	*_ticket = ticket;
	if (cache == NULL) {
		cache = getenv("KRB5CCNAME");
	}
	if (cache == NULL || cache[0] == '\0') {
		cache = talloc_asprintf(mem_ctx,
					"/tmp/krb5cc_%u",
					(unsigned)getuid());
	}
	if (cache == NULL || !path_of(mem_ctx, cache, &path)) {
		return false;
	}
	if (path != NULL) {
		bytes = read_file(mem_ctx, path, &len);
	}
	if (bytes != NULL &&
	    !connect_ticket_parse(mem_ctx,
				  (struct spn_str){.data = bytes, .len = len},
				  &ticket))
	{
		return false;
	}
	talloc_free(bytes);
	ticket.path = path;
	*_ticket = ticket;
	return true;
}
