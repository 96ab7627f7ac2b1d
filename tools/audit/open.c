/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One of three kinds of source, by the command line. What its KDC does no
 * directory says: it is the configuration and the release of the DC. So it is
 * told by an option, or known where we run on the DC, or its module tells it.
 */
#include "open.h"

#include "store/kdc_config.h"

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

static bool open_source(TALLOC_CTX *mem_ctx,
			const struct audit_opening *opening,
			const char *path,
			struct audit_source **_source,
			const char **_reason)
{
	if (opening->options->from_ldif != NULL) {
		return audit_source_export(mem_ctx,
					   opening->connect,
					   opening->options->from_ldif,
					   _source,
					   _reason);
	}
	if (path == NULL || opening->ldb != NULL ||
	    opening->options->tunables.through_modules)
	{
		return spn_connect_url(opening->connect) != NULL &&
		       open_search(mem_ctx, opening, _source, _reason);
	}
	return audit_source_files(mem_ctx,
				  opening->connect,
				  path,
				  _source,
				  _reason);
}

/* By the release and the smb.conf of this machine. */
static uint32_t types_of_this_machine(struct spn_connect *connect)
{
	const struct spn_kdc kdc = spn_kdc_of_this_machine(
		spn_connect_loadparm(connect));

	return spn_ticket_types(&kdc);
}

bool audit_open(TALLOC_CTX *mem_ctx,
		const struct audit_opening *opening,
		struct audit_source **_source,
		const char **_reason)
{
	const char *url = NULL;
	const char *path = NULL;

	*_reason = NULL;
	if (opening->options->from_ldif == NULL) {
		url = spn_connect_url(opening->connect);
		path = (url == NULL) ? NULL : spn_connect_local_path(url);
	}
	if (!open_source(mem_ctx, opening, path, _source, _reason)) {
		return false;
	}
	if (opening->options->tunables.kdc_types != 0) {
		(*_source)->ticket_types =
			opening->options->tunables.kdc_types;
	} else if (path != NULL) {
		(*_source)->ticket_types = types_of_this_machine(
			opening->connect);
	}
	return true;
}
