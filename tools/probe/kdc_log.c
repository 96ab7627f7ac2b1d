/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counts. A line of JSON waits until the line of text has come that says the
 * same, and more: Samba writes the JSON first, and other processes of the KDC
 * may write in between.
 */
#include "kdc_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/shared.h"

#include "log_lines.h"
#include "log_request.h"

#define MOST_NAMES 10000
#define MOST_PEERS 100000
#define MOST_CLIENTS 5
#define LONGEST_NAME 1000
#define LONGEST_CLIENT 256
#define NUM_WAITING 64

struct waiting {
	TALLOC_CTX *mem_ctx; /* NULL: nobody waits here */
	struct probe_request request;
};

struct counter {
	struct probe_kdc_log *log;
	size_t size_names;
	struct spn_shared *names; /* "SPN@REALM" */
	struct spn_shared *peers; /* "c3 alice@EXAMPLE.COM", "a3 192.0.2.7" */
	size_t num_peers;
	struct waiting waiting[NUM_WAITING];
	size_t next_waiting;
	char *stamp; /* of the header before */
	bool is_continued;
};

/* First bytes of what zcat and its kin make. */
static const char *const packed[] = {"\x1f\x8b",
				     "\xfd"
				     "7zXZ",
				     "BZh",
				     "\x28\xb5\x2f\xfd"};

/* Up to the port: "ipv4:192.0.2.7:41234". */
static struct spn_str host_of(const char *address)
{
	struct spn_str host = spn_str_of(address);
	const char *colon = strrchr(address, ':');

	if (colon != NULL) {
		host.len = (size_t)(colon - address);
	}
	return host;
}

/* Whether it is the first time that this name has to do with that peer. False
 * when out of memory. */
static bool note_peer(struct counter *counter,
		      char kind,
		      uint32_t name,
		      struct spn_str peer,
		      bool *_is_new)
{
	size_t len = (peer.len < LONGEST_CLIENT) ? peer.len : LONGEST_CLIENT;
	uint32_t number = 0;
	char *key = NULL;
	bool ok = true;

	*_is_new = false;
	if (peer.len == 0) {
		return true;
	}
	key = talloc_asprintf(counter,
			      "%c%u %.*s",
			      kind,
			      (unsigned)name,
			      (int)len,
			      peer.data);
	if (key == NULL) {
		return false;
	}
	if (counter->num_peers < MOST_PEERS &&
	    !spn_shared_has(counter->peers, spn_str_of(key)))
	{
		ok = spn_shared_number(counter->peers,
				       spn_str_of(key),
				       &number);
		counter->num_peers++;
		*_is_new = true;
	}
	talloc_free(key);
	return ok;
}

/* Room for one more name. */
static bool grow(struct counter *counter)
{
	struct probe_kdc_log *log = counter->log;
	size_t size = (counter->size_names == 0) ? 64
						 : 2 * counter->size_names;
	struct probe_logged *names = NULL;

	if (log->num_names < counter->size_names) {
		return true;
	}
	names = talloc_realloc(log, log->names, struct probe_logged, size);
	if (names == NULL) {
		return false;
	}
	log->names = names;
	counter->size_names = size;
	return true;
}

/* *_number is that of the name in log->names; num_names when it has no room.
 * False when out of memory. */
static bool number_of(struct counter *counter,
		      const struct probe_request *r,
		      uint32_t *_number)
{
	struct probe_kdc_log *log = counter->log;
	struct probe_logged name = {};
	struct spn_str server = spn_str_of(r->server);

	if (spn_shared_find(counter->names, server, _number)) {
		return true;
	}
	*_number = (uint32_t)log->num_names;
	if (log->num_names == MOST_NAMES || server.len > LONGEST_NAME) {
		return true;
	}
	name.spn = talloc_strdup(log, r->spn);
	name.realm = talloc_strdup(log, r->realm);
	name.clients = talloc_zero_array(log, const char *, MOST_CLIENTS);
	if (name.spn == NULL || name.realm == NULL || name.clients == NULL ||
	    !grow(counter) ||
	    !spn_shared_number(counter->names, server, _number))
	{
		return false;
	}
	log->names[log->num_names++] = name;
	return true;
}

static bool count_peers(struct counter *counter,
			uint32_t number,
			const struct probe_request *r)
{
	struct probe_logged *name = &counter->log->names[number];
	bool is_new = false;

	if (!note_peer(counter, 'a', number, host_of(r->address), &is_new)) {
		return false;
	}
	name->num_addresses += is_new ? 1 : 0;
	if (!note_peer(counter, 'c', number, spn_str_of(r->client), &is_new)) {
		return false;
	}
	name->num_clients += is_new ? 1 : 0;
	if (!is_new || name->num_listed == MOST_CLIENTS) {
		return true;
	}
	name->clients[name->num_listed] = talloc_strndup(counter->log,
							 r->client,
							 LONGEST_CLIENT);
	if (name->clients[name->num_listed] == NULL) {
		return false;
	}
	name->num_listed++;
	return true;
}

static bool count(struct counter *counter, const struct probe_request *r)
{
	struct probe_logged *name = NULL;
	uint32_t number = 0;

	counter->log->num_understood++;
	if (!number_of(counter, r, &number)) {
		return false;
	}
	if (number == counter->log->num_names) {
		counter->log->num_dropped++;
		return true;
	}
	name = &counter->log->names[number];
	name->num_requests++;
	name->has_rc4 = name->has_rc4 || r->has_rc4;
	if (r->is_failed) {
		name->num_failed++;
		name->error = r->error;
	}
	if (r->stamp != NULL) {
		talloc_free(name->last_seen);
		name->last_seen = talloc_strndup(counter->log,
						 r->stamp,
						 LONGEST_CLIENT);
		if (name->last_seen == NULL) {
			return false;
		}
	}
	return count_peers(counter, number, r);
}

static bool let_go(struct counter *counter, struct waiting *waiting)
{
	bool ok = true;

	if (waiting->mem_ctx != NULL) {
		ok = count(counter, &waiting->request);
		TALLOC_FREE(waiting->mem_ctx);
	}
	return ok;
}

/* The oldest one makes room. mem_ctx becomes the counter's. */
static bool wait_for_text(struct counter *counter,
			  TALLOC_CTX *mem_ctx,
			  const struct probe_request *r)
{
	struct waiting *waiting = &counter->waiting[counter->next_waiting];

	counter->next_waiting = (counter->next_waiting + 1) % NUM_WAITING;
	if (!let_go(counter, waiting)) {
		talloc_free(mem_ctx);
		return false;
	}
	waiting->mem_ctx = talloc_steal(counter, mem_ctx);
	waiting->request = *r;
	return true;
}

/* The line of JSON that said the same counts no more. */
static void forget_json(struct counter *counter, const struct probe_request *r)
{
	size_t i;

	for (i = 0; i < NUM_WAITING; i++) {
		struct waiting *waiting = &counter->waiting[i];

		if (waiting->mem_ctx != NULL &&
		    strcmp(waiting->request.address, r->address) == 0 &&
		    strcmp(waiting->request.server, r->server) == 0)
		{
			TALLOC_FREE(waiting->mem_ctx);
			return;
		}
	}
}

static bool note_header(struct counter *counter, struct spn_str stamp)
{
	talloc_free(counter->stamp);
	counter->stamp = talloc_strndup(counter, stamp.data, stamp.len);
	return counter->stamp != NULL;
}

/* False when out of memory. */
static bool take_line(struct counter *counter, struct spn_str line)
{
	TALLOC_CTX *tmp_ctx = talloc_new(counter);
	struct probe_request request = {};
	struct spn_str stamp = {};
	bool is_continued = counter->is_continued;
	bool ok = true;

	if (tmp_ctx == NULL) {
		return false;
	}
	counter->is_continued = false;
	switch (probe_log_line(tmp_ctx, line, &stamp, &request)) {
	case PROBE_LOG_OTHER:
		break;
	case PROBE_LOG_GOES_ON:
		counter->is_continued = true;
		break;
	case PROBE_LOG_HEADER:
		ok = note_header(counter, stamp);
		break;
	case PROBE_LOG_NO_MEMORY:
		ok = false;
		break;
	case PROBE_LOG_REQUEST:
		if (is_continued) {
			break;
		}
		if (request.is_json) {
			return wait_for_text(counter, tmp_ctx, &request);
		}
		if (request.stamp == NULL) {
			request.stamp = counter->stamp;
		}
		forget_json(counter, &request);
		ok = count(counter, &request);
		break;
	}
	talloc_free(tmp_ctx);
	return ok;
}

static int by_failures(const void *a, const void *b)
{
	const struct probe_logged *x = a;
	const struct probe_logged *y = b;

	if (x->num_failed != y->num_failed) {
		return (x->num_failed > y->num_failed) ? -1 : 1;
	}
	if (x->num_requests != y->num_requests) {
		return (x->num_requests > y->num_requests) ? -1 : 1;
	}
	return strcmp(x->spn, y->spn);
}

static const char *why_not(TALLOC_CTX *mem_ctx, struct spn_str first)
{
	size_t i;

	for (i = 0; i < sizeof(packed) / sizeof(packed[0]); i++) {
		size_t len = strlen(packed[i]);

		if (first.len >= len &&
		    memcmp(first.data, packed[i], len) == 0)
		{
			return talloc_strdup(mem_ctx,
					     "it is compressed: let zcat, "
					     "xzcat or zstdcat write it out "
					     "and read that");
		}
	}
	return NULL;
}

static bool read_all(struct counter *counter,
		     struct probe_lines *lines,
		     FILE *stream,
		     const char **_reason)
{
	struct spn_str line = {};
	size_t i;

	errno = 0;
	while (probe_lines_next(lines, &line)) {
		if (counter->log->num_lines == 0) {
			*_reason = why_not(talloc_parent(counter->log), line);
		}
		counter->log->num_lines = probe_lines_num(lines);
		if (*_reason != NULL || !take_line(counter, line)) {
			return false;
		}
	}
	if (ferror(stream) != 0) {
		*_reason = talloc_strdup(talloc_parent(counter->log),
					 strerror(errno));
		return false;
	}
	for (i = 0; i < NUM_WAITING; i++) {
		size_t oldest = (counter->next_waiting + i) % NUM_WAITING;

		if (!let_go(counter, &counter->waiting[oldest])) {
			return false;
		}
	}
	return true;
}

/* The log is counter->log, on mem_ctx; NULL when out of memory. */
static struct counter *new_counter(TALLOC_CTX *mem_ctx)
{
	struct counter *counter = talloc_zero(mem_ctx, struct counter);

	if (counter == NULL) {
		return NULL;
	}
	counter->log = talloc_zero(mem_ctx, struct probe_kdc_log);
	counter->names = spn_shared_new(counter, true);
	counter->peers = spn_shared_new(counter, true);
	if (counter->log == NULL || counter->names == NULL ||
	    counter->peers == NULL)
	{
		talloc_free(counter->log);
		TALLOC_FREE(counter);
	}
	return counter;
}

struct probe_kdc_log *probe_kdc_log_read(TALLOC_CTX *mem_ctx,
					 FILE *stream,
					 const char **_reason)
{
	struct counter *counter = new_counter(mem_ctx);
	struct probe_kdc_log *log = NULL;
	struct probe_lines *lines = NULL;

	*_reason = NULL;
	if (counter == NULL) {
		return NULL;
	}
	log = counter->log;
	lines = probe_lines_new(counter, stream);
	if (lines == NULL || !read_all(counter, lines, stream, _reason)) {
		TALLOC_FREE(log);
	}
	if (log != NULL && log->num_names > 1) {
		qsort(log->names,
		      log->num_names,
		      sizeof(log->names[0]),
		      by_failures);
	}
	talloc_free(counter);
	return log;
}
