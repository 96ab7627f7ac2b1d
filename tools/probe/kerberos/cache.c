/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is in a credentials cache, without libkrb5's own rules of what fits: it
 * would look realms up for them; and whether there can be more.
 */
#include "exchange.h"

#include "policy/quote.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

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
