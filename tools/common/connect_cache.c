/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Can Samba's client log on with what is in a credentials cache? A plain file
 * is read here (connect_ticket.c). Of all others (a folder of files, the
 * kernel's keyring, a daemon's, a file of somebody else) only Samba's own
 * Kerberos library knows whether it takes them; so it is asked. A child does
 * that, for a daemon may be silent, and a pipe has no end.
 */
#include "connect_private.h"

#include "children.h"
#include "connect_ticket.h"
#include "samba.h"
#include "policy/quote.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#define MILLISECONDS 3000
#define MOST_BYTES 65536

/* What the child says first. */
enum seen {
	SEEN_CLIENT = '+',
	SEEN_COMPLAINT = '-',
};

static bool say(struct spn_child *child, enum seen seen, const char *text)
{
	char first = (char)seen;

	return spn_child_say(child, &first, 1) &&
	       spn_child_say(child, text, strlen(text));
}

/* private_data is the name of the cache, or NULL. */
static bool try_cache(struct spn_child *child,
		      TALLOC_CTX *mem_ctx,
		      size_t number,
		      void *private_data)
{
	struct loadparm_context *lp = samba_config()->loadparm_init(mem_ctx);
	struct cli_credentials *creds = samba()->cli_credentials_init(mem_ctx);
	enum credentials_obtained obtained = CRED_UNINITIALISED;
	struct ccache_container *ccc = NULL;
	const char *error = NULL;
	char *client = NULL;

	(void)number;
	if (lp == NULL || creds == NULL) {
		return false;
	}
	if (samba()->cli_credentials_set_ccache(creds,
						lp,
						private_data,
						CRED_SPECIFIED,
						&error) != 0)
	{
		return say(child,
			   SEEN_COMPLAINT,
			   (error == NULL) ? "no reason given" : error);
	}
	client =
		samba()->cli_credentials_get_principal_and_obtained(creds,
								    mem_ctx,
								    &obtained);
	if (client != NULL && obtained == CRED_SPECIFIED) {
		return say(child, SEEN_CLIENT, client);
	}
	/* It says nothing of what it could not read until it has to. */
	if (samba()->cli_credentials_get_ccache(creds,
						NULL,
						lp,
						&ccc,
						&error) == 0)
	{
		error = NULL;
	}
	return say(child, SEEN_COMPLAINT, (error == NULL) ? "" : error);
}

static const char *name_of(const char *cache)
{
	if (cache == NULL) {
		cache = getenv("KRB5CCNAME");
	}
	return (cache == NULL || cache[0] == '\0') ? "the default cache"
						   : cache;
}

/* words NULL: it said nothing. False when out of memory. */
static bool complain(TALLOC_CTX *mem_ctx,
		     const char *cache,
		     struct spn_str words,
		     char **_complaint)
{
	const char *shown = spn_printable(mem_ctx, spn_str_of(name_of(cache)));
	const char *why = "it does not answer in time";

	/* Some of its texts end with a new line. */
	while (words.len > 0 && words.data[words.len - 1] == '\n') {
		words.len--;
	}
	if (words.len > 0) {
		why = spn_printable(mem_ctx, words);
	}
	*_complaint = (shown == NULL || why == NULL)
			      ? NULL
			      : talloc_asprintf(
					mem_ctx,
					"Samba's Kerberos library cannot use "
					"%s: %s; type kinit -c FILE:NAME, and "
					"give --use-krb5-ccache=FILE:NAME",
					shown,
					why);
	return *_complaint != NULL;
}

/* False when out of memory. */
static bool take_client(TALLOC_CTX *mem_ctx,
			const char *client,
			struct connect_ticket *_ticket)
{
	const char *at = strrchr(client, '@');

	_ticket->client = talloc_strdup(mem_ctx, client);
	_ticket->realm = talloc_strdup(mem_ctx, (at == NULL) ? "" : at + 1);
	/* Until when it does not say. */
	_ticket->ends = UINT32_MAX;
	_ticket->is_there = true;
	return _ticket->client != NULL && _ticket->realm != NULL;
}

static bool ask_library(TALLOC_CTX *mem_ctx,
			const char *cache,
			struct connect_ticket *_ticket,
			char **_complaint)
{
	char *name = (cache == NULL) ? NULL : talloc_strdup(mem_ctx, cache);
	const struct spn_children ask = {
		.work = try_cache,
		.private_data = name,
		.milliseconds = MILLISECONDS,
		.most_at_once = 1,
		.most_bytes = MOST_BYTES,
		.is_silent = true,
	};
	struct spn_child_answer *answer = NULL;
	struct spn_str words = {};
	bool is_there = _ticket->is_there;
	bool ok = true;

	if (cache != NULL && name == NULL) {
		return false;
	}
	_ticket->is_there = false;
	answer = spn_children_ask(mem_ctx, &ask, 1);
	if (answer == NULL) {
		return false;
	}
	if (answer->end == SPN_CHILD_DONE && answer->len > 0) {
		words = (struct spn_str){answer->bytes + 1, answer->len - 1};
	}
	if (words.data != NULL && answer->bytes[0] == SEEN_CLIENT) {
		_ticket->is_there = true;
		ok = is_there || take_client(mem_ctx, words.data, _ticket);
	} else if (answer->end == SPN_CHILD_LATE || words.len > 0) {
		ok = complain(mem_ctx, cache, words, _complaint);
	}
	talloc_free(answer);
	return ok;
}

/* A file of this user, as each library takes it. */
static bool is_plain(const char *path)
{
	struct stat st = {};

	return lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       st.st_uid == geteuid() && st.st_nlink == 1 &&
	       (st.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

static bool is_missing(const char *path)
{
	struct stat st = {};

	return lstat(path, &st) != 0 && errno == ENOENT;
}

bool connect_ticket_find(TALLOC_CTX *mem_ctx,
			 const char *cache,
			 struct connect_ticket *_ticket,
			 char **_complaint)
{
	const char *named = (cache == NULL) ? getenv("KRB5CCNAME") : cache;
	bool is_named = named != NULL && named[0] != '\0';

	*_complaint = NULL;
	if (!connect_ticket_read(mem_ctx, cache, _ticket)) {
		return false;
	}
	if (_ticket->path != NULL &&
	    ((_ticket->is_there && is_plain(_ticket->path)) ||
	     (is_named && is_missing(_ticket->path))))
	{
		return true;
	}
	return ask_library(mem_ctx, cache, _ticket, _complaint);
}
