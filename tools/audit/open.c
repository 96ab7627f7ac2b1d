/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One of three kinds of source, by the command line; and with it what its KDC
 * does, which depends on whose it is.
 */
#include "open.h"

#include "audit/facts/kdc.h"

/* A server, or a local database through all of Samba's modules. */
static bool open_search(TALLOC_CTX *mem_ctx,
			const struct audit_opening *opening,
			struct audit_source **_source,
			const char **_reason)
{
	const struct spn_connect_options read_only = {
		.read_only = true,
		.quiet = true,
	};
	const struct audit_search_options options = {
		.one_by_one = opening->options->tunables.one_by_one,
		.page_size =
			opening->options->tunables.numbers[AUDIT_PAGE_SIZE],
		.partial = opening->options->partial,
	};
	struct ldb_context *ldb = opening->ldb;

	if (ldb == NULL) {
		ldb = spn_connect_open(mem_ctx, opening->connect, &read_only);
	}
	if (ldb == NULL) {
		*_reason = talloc_asprintf(mem_ctx,
					   "cannot open %s: %s",
					   spn_connect_url(opening->connect),
					   spn_connect_reason(
						   opening->connect));
		return false;
	}
	return audit_source_search(mem_ctx, ldb, &options, _source, _reason);
}

bool audit_open(TALLOC_CTX *mem_ctx,
		const struct audit_opening *opening,
		uint32_t *_types,
		struct audit_source **_source,
		const char **_reason)
{
	uint32_t told = *_types;
	const char *url = NULL;
	const char *path = NULL;

	*_reason = NULL;
	if (opening->options->from_ldif != NULL) {
		return audit_source_export(mem_ctx,
					   opening->connect,
					   opening->options->from_ldif,
					   _source,
					   _reason);
	}
	url = spn_connect_url(opening->connect);
	path = (url == NULL) ? NULL : spn_connect_local_path(url);
	if (told == 0 && path != NULL) {
		*_types = audit_kdc_types_here(opening->connect);
	}
	if (path == NULL || opening->ldb != NULL ||
	    opening->options->tunables.through_modules)
	{
		if (url == NULL ||
		    !open_search(mem_ctx, opening, _source, _reason))
		{
			return false;
		}
		if (told == 0 && path == NULL) {
			*_types = audit_kdc_types_there(mem_ctx,
							(*_source)->ldb);
		}
		return true;
	}
	return audit_source_files(mem_ctx,
				  opening->connect,
				  path,
				  _source,
				  _reason);
}
