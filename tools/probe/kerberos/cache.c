/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is in a credentials cache, without libkrb5's own rules of what fits: it
 * would look realms up for them; and whether there can be more.
 *
 * A user's cache is read and written by a child: it may be that of a daemon
 * that is silent, or a pipe. What was read is a cache in memory then.
 */
#include "exchange.h"
#include "parts.h"

#include "policy/quote.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define MOST_BYTES ((size_t)16 * 1024 * 1024)

krb5_error_code probe_cache_find(krb5_context ctx,
				 krb5_ccache cache,
				 bool (*wanted)(krb5_context ctx,
						const krb5_creds *creds,
						krb5_const_principal name),
				 krb5_const_principal name,
				 krb5_creds *_creds)
{
	krb5_cc_cursor cursor = NULL;
	krb5_creds creds = {};
	krb5_creds best = {};
	krb5_error_code code = krb5_cc_start_seq_get(ctx, cache, &cursor);

	if (code != 0) {
		return code;
	}
	while (krb5_cc_next_cred(ctx, cache, &cursor, &creds) == 0) {
		bool is_later = best.server == NULL ||
				(uint32_t)creds.times.endtime >
					(uint32_t)best.times.endtime;

		if (is_later && !krb5_is_config_principal(ctx, creds.server) &&
		    wanted(ctx, &creds, name))
		{
			krb5_free_cred_contents(ctx, &best);
			best = creds;
		} else {
			krb5_free_cred_contents(ctx, &creds);
		}
		creds = (krb5_creds){};
	}
	(void)krb5_cc_end_seq_get(ctx, cache, &cursor);
	*_creds = best;
	return (best.server == NULL) ? KRB5_CC_NOTFOUND : 0;
}

/* Of a cache that is one file; NULL: it is none. Without a type it is. */
static const char *file_of(const char *name)
{
	static const char *const types[] = {"FILE:", "WRFILE:", "DIR::"};
	const char *colon = strchr(name, ':');
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strncmp(name, types[i], strlen(types[i])) == 0) {
			return name + strlen(types[i]);
		}
	}
	return (colon == NULL || strchr(name, '/') == name) ? name : NULL;
}

const char *probe_ccache_say(TALLOC_CTX *mem_ctx,
			     const char *name,
			     const char *why)
{
	const char *line = spn_printable(mem_ctx, spn_str_of(name));

	line = (line == NULL) ? NULL
			      : talloc_asprintf(mem_ctx,
						"the cache %s cannot be "
						"written: %s; name another "
						"one, or leave --ccache out",
						line,
						why);
	return (line == NULL) ? "out of memory" : line;
}

const char *probe_ccache_why_not(TALLOC_CTX *mem_ctx, const char *name)
{
	const char *path = file_of(name);
	int fd;

	if (path == NULL) {
		return NULL;
	}
	fd = open(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC);
	if (fd != -1) {
		close(fd);
		return NULL;
	}
	/* Where there is none, there is no ticket: login.c says so. */
	return (errno == ENOENT)
		       ? NULL
		       : probe_ccache_say(mem_ctx, name, strerror(errno));
}

/* ------------------------------------------------------- the user's cache */

struct using
{
	struct probe_kerberos *krb;
	const char *name; /* NULL: the default one */
	struct probe_ticket **tickets;
	size_t num;
};

static krb5_error_code open_cache(const struct using *using,
				  krb5_ccache *_cache)
{
	return (using->name != NULL)
		       ? krb5_cc_resolve(using->krb->ctx, using->name, _cache)
		       : krb5_cc_default(using->krb->ctx, _cache);
}

/* The code, and what libkrb5 says of it. */
static bool say_code(struct spn_child *child,
		     TALLOC_CTX *mem_ctx,
		     krb5_context ctx,
		     krb5_error_code code)
{
	const char *text = (code == 0) ? ""
				       : probe_krb5_text(mem_ctx, ctx, code);

	return text != NULL && probe_part_say(child, &code, sizeof(code)) &&
	       probe_part_say(child, text, strlen(text));
}

static bool say_creds(struct spn_child *child,
		      krb5_context ctx,
		      krb5_creds *creds)
{
	krb5_data *flat = NULL;
	bool ok = krb5_marshal_credentials(ctx, creds, &flat) == 0 &&
		  probe_part_say(child, flat->data, flat->length);

	krb5_free_data(ctx, flat);
	return ok;
}

static bool say_all(struct spn_child *child,
		    krb5_context ctx,
		    krb5_ccache cache)
{
	krb5_cc_cursor cursor = NULL;
	krb5_creds creds = {};
	bool ok = true;

	if (krb5_cc_start_seq_get(ctx, cache, &cursor) != 0) {
		return true;
	}
	while (ok && krb5_cc_next_cred(ctx, cache, &cursor, &creds) == 0) {
		ok = say_creds(child, ctx, &creds);
		krb5_free_cred_contents(ctx, &creds);
	}
	(void)krb5_cc_end_seq_get(ctx, cache, &cursor);
	return ok;
}

/* Code, text, client, and each ticket. */
static bool read_users(struct spn_child *child,
		       TALLOC_CTX *mem_ctx,
		       size_t number,
		       void *private_data)
{
	const struct using *using = private_data;
	krb5_principal client = NULL;
	krb5_ccache cache = NULL;
	char *name = NULL;
	krb5_error_code code = open_cache(using, &cache);
	bool ok;

	(void)number;
	if (code == 0) {
		code = krb5_cc_get_principal(using->krb->ctx, cache, &client);
	}
	if (code == 0) {
		code = krb5_unparse_name(using->krb->ctx, client, &name);
	}
	ok = say_code(child, mem_ctx, using->krb->ctx, code);
	if (ok && code == 0) {
		ok = probe_part_say(child, name, strlen(name)) &&
		     say_all(child, using->krb->ctx, cache);
	}
	krb5_free_unparsed_name(using->krb->ctx, name);
	krb5_free_principal(using->krb->ctx, client);
	if (cache != NULL) {
		(void)krb5_cc_close(using->krb->ctx, cache);
	}
	return ok;
}

static bool keep_users(struct spn_child *child,
		       TALLOC_CTX *mem_ctx,
		       size_t number,
		       void *private_data)
{
	const struct using *using = private_data;
	krb5_ccache cache = NULL;
	krb5_error_code code = open_cache(using, &cache);
	size_t i;
	bool ok;

	(void)number;
	for (i = 0; code == 0 && i < using->num; i++) {
		if (using->tickets[i]->error == 0) {
			code = probe_cache_keep(using->krb->ctx,
						cache,
						using->tickets[i]->creds);
		}
	}
	ok = say_code(child, mem_ctx, using->krb->ctx, code);
	if (cache != NULL) {
		(void)krb5_cc_close(using->krb->ctx, cache);
	}
	return ok;
}

krb5_error_code probe_cache_keep(krb5_context ctx,
				 krb5_ccache cache,
				 krb5_creds *creds)
{
	/* An older one for this name would be found first. */
	(void)krb5_cc_remove_cred(ctx, cache, 0, creds);
	return krb5_cc_store_cred(ctx, cache, creds);
}

/* A child's work with the user's cache, up to its text: NULL, or why not, on
 * mem_ctx. */
static const char *use_cache(TALLOC_CTX *mem_ctx,
			     struct using *using,
			     bool (*work)(struct spn_child *child,
					  TALLOC_CTX *mem_ctx,
					  size_t number,
					  void *private_data),
			     krb5_error_code *_code,
			     struct spn_child_answer **_answer,
			     struct probe_bytes *_rest)
{
	const struct spn_children ask = {
		.work = work,
		.private_data = using,
		.milliseconds = using->krb->timeout * 1000,
		.most_at_once = 1,
		.most_bytes = MOST_BYTES,
	};
	struct spn_child_answer *answer = spn_children_ask(mem_ctx, &ask, 1);
	struct probe_bytes code = {};
	struct spn_str text = {};

	*_code = KRB5_CC_IO;
	*_answer = answer;
	if (answer == NULL) {
		return "out of memory";
	}
	if (answer->end == SPN_CHILD_LATE) {
		return talloc_asprintf(mem_ctx,
				       "no answer in %u seconds",
				       using->krb->timeout);
	}
	*_rest = (struct probe_bytes){answer->bytes, answer->len};
	code = probe_part_take(_rest);
	text = probe_part_take_text(_rest);
	if (answer->end != SPN_CHILD_DONE || code.len != sizeof(*_code) ||
	    text.data == NULL)
	{
		return "what is there ends the process that uses it";
	}
	memcpy(_code, code.data, sizeof(*_code));
	return (*_code == 0) ? NULL
			     : talloc_strndup(mem_ctx, text.data, text.len);
}

/* Of a cache in memory. */
static krb5_error_code fill(krb5_context ctx,
			    krb5_ccache cache,
			    struct probe_bytes rest)
{
	struct probe_bytes name = probe_part_take(&rest);
	char *text = talloc_strndup(NULL, name.data, name.len);
	krb5_principal client = NULL;
	krb5_error_code code = (text == NULL)
				       ? ENOMEM
				       : krb5_parse_name(ctx, text, &client);

	talloc_free(text);
	if (code == 0) {
		code = krb5_cc_initialize(ctx, cache, client);
	}
	krb5_free_principal(ctx, client);
	while (code == 0 && rest.len > 0) {
		struct probe_bytes flat = probe_part_take(&rest);
		krb5_creds *creds = NULL;
		krb5_data data = {};

		data.data = flat.data;
		data.length = (unsigned)flat.len;
		code = krb5_unmarshal_credentials(ctx, &data, &creds);
		if (code == 0) {
			code = krb5_cc_store_cred(ctx, cache, creds);
		}
		krb5_free_creds(ctx, creds);
	}
	return code;
}

krb5_error_code probe_cache_read(TALLOC_CTX *mem_ctx,
				 struct probe_kerberos *krb,
				 const char *name,
				 const char **_text)
{
	struct using using = {.krb = krb, .name = name};
	struct spn_child_answer *answer = NULL;
	struct probe_bytes rest = {};
	krb5_error_code code = 0;

	*_text = use_cache(mem_ctx, &using, read_users, &code, &answer, &rest);
	if (*_text == NULL) {
		code = krb5_cc_new_unique(krb->ctx,
					  "MEMORY",
					  NULL,
					  &krb->users);
		if (code == 0) {
			code = fill(krb->ctx, krb->users, rest);
		}
		if (code != 0) {
			*_text = probe_krb5_text(mem_ctx, krb->ctx, code);
		}
	}
	talloc_free(answer);
	return code;
}

const char *probe_cache_keep_all(TALLOC_CTX *mem_ctx,
				 struct probe_kerberos *krb,
				 struct probe_ticket **tickets,
				 size_t num)
{
	struct using using = {
		.krb = krb,
		.name = krb->kept_in,
		.tickets = tickets,
		.num = num,
	};
	struct spn_child_answer *answer = NULL;
	struct probe_bytes rest = {};
	krb5_error_code code = 0;
	const char *text =
		use_cache(mem_ctx, &using, keep_users, &code, &answer, &rest);

	talloc_free(answer);
	return text;
}
