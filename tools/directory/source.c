/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an audit reads, and a directory that is searched for it.
 */
#include "source.h"

#include "policy/room.h"
#include "search.h"
#include "common/connect.h"

#include <string.h>

/* Where all of only_for can be spared, it is not needed; 0: it is always. */
static const struct {
	const char *name;
	unsigned only_for;
} attributes[] = {
	/* of accounts */
	{"objectGUID", 0},
	{"objectClass", 0},
	{"sAMAccountName", 0},
	{"dNSHostName", 0},
	{"msDS-AdditionalDnsHostName", 0},
	{"msDS-AdditionalSamAccountName", 0},
	{"userAccountControl", 0},
	{"isDeleted", 0},
	{"msDS-SecondaryKrbTgtNumber", 0},
	{"servicePrincipalName", 0},
	{"userPrincipalName", AUDIT_SPARE_FACTS},
	{"pwdLastSet", AUDIT_SPARE_FACTS},
	{"lastLogonTimestamp", AUDIT_SPARE_FACTS},
	{"accountExpires", AUDIT_SPARE_FACTS},
	{"msDS-SupportedEncryptionTypes", AUDIT_SPARE_FACTS},
	{"msDS-AllowedToDelegateTo", AUDIT_SPARE_FACTS},
	{"msDS-HostServiceAccountBL", AUDIT_SPARE_FACTS},
	{"msDS-AllowedToActOnBehalfOfOtherIdentity", AUDIT_SPARE_PROFILES},
	{"operatingSystem", 0},
	{"adminCount", AUDIT_SPARE_FACTS},
	{"memberOf", AUDIT_SPARE_GROUPS},
	{"primaryGroupID", AUDIT_SPARE_GROUPS},
	{"nTSecurityDescriptor", AUDIT_SPARE_RIGHTS},
	/* of groups, of names in DNS */
	{"objectSid", AUDIT_SPARE_RIGHTS | AUDIT_SPARE_GROUPS},
	{"dNSTombstoned", AUDIT_SPARE_ZONES},
	{"dnsRecord", AUDIT_SPARE_ZONES},
	/* of the configuration */
	{"dnsRoot", 0},
	{"nETBIOSName", 0},
	{"sPNMappings", 0},
	{"dSHeuristics", 0},
	{"msDS-Settings", 0},
	{"msDS-AllowedDNSSuffixes", 0},
};

#define NUM_ATTRIBUTES (sizeof(attributes) / sizeof(attributes[0]))

const char **audit_attrs(TALLOC_CTX *mem_ctx, unsigned spare)
{
	const char **names = talloc_zero_array(mem_ctx,
					       const char *,
					       NUM_ATTRIBUTES + 1);
	size_t num = 0;
	size_t i;

	for (i = 0; names != NULL && i < NUM_ATTRIBUTES; i++) {
		unsigned only_for = attributes[i].only_for;

		if (only_for == 0 || (only_for & ~spare) != 0) {
			names[num++] = attributes[i].name;
		}
	}
	return names;
}

#define ACCOUNTS "(servicePrincipalName=*)(sAMAccountName=*)"

bool audit_source_lose(struct audit_source *source, const char *what)
{
	const char **gaps = NULL;
	size_t num = 0;

	while (source->gaps != NULL && source->gaps[num] != NULL) {
		num++;
	}
	gaps = spn_room(source, source->gaps, num + 1, const char *);
	if (gaps == NULL) {
		return false;
	}
	source->gaps = gaps;
	gaps[num] = talloc_strdup(gaps, what);
	gaps[num + 1] = NULL;
	return gaps[num] != NULL;
}

/* -------------------------------------------------------- end to end */

struct looking {
	TALLOC_CTX *mem_ctx;
	struct ldb_dn *wanted;
	struct ldb_dn *found;
};

static int compare_entry(void *private_data, const struct ldb_message *msg)
{
	struct looking *looking = private_data;

	if (looking->found == NULL &&
	    ldb_dn_compare(looking->wanted, msg->dn) == 0)
	{
		looking->found = ldb_dn_copy(looking->mem_ctx, msg->dn);
		return (looking->found == NULL) ? LDB_ERR_OPERATIONS_ERROR
						: LDB_SUCCESS;
	}
	return LDB_SUCCESS;
}

static void look_again(void *private_data)
{
	struct looking *looking = private_data;

	TALLOC_FREE(looking->found);
}

bool audit_source_look_through(struct audit_source *source,
			       TALLOC_CTX *mem_ctx,
			       struct ldb_dn *dn,
			       struct ldb_dn **_found,
			       const char **_reason)
{
	struct looking looking = {.mem_ctx = mem_ctx, .wanted = dn};
	const struct audit_stream stream = {
		.entry = compare_entry,
		.restart = look_again,
		.private_data = &looking,
	};

	if (!source->read(source, mem_ctx, &stream, _reason)) {
		return false;
	}
	*_found = looking.found;
	return true;
}

/* ------------------------------------------------------------------ a search
 */

struct searching {
	struct audit_server *server;
	struct audit_search_options options;
	size_t num_entries; /* that have come */
	size_t estimate;    /* of the server, how many there are; 0: none */
};

/* The stream of the reader, and where gaps go. */
struct passing {
	const struct audit_stream *stream;
	struct audit_source *source;
	struct searching *searching;
};

static int pass_entry(void *private_data, const struct ldb_message *msg)
{
	struct passing *passing = private_data;

	passing->searching->num_entries++;
	return passing->stream->entry(passing->stream->private_data, msg);
}

static void pass_restart(void *private_data)
{
	struct passing *passing = private_data;

	TALLOC_FREE(passing->source->gaps);
	passing->searching->num_entries = 0;
	passing->stream->restart(passing->stream->private_data);
}

static void pass_gap(void *private_data, enum audit_gap gap, const char *what)
{
	struct passing *passing = private_data;

	(void)gap;
	audit_source_lose(passing->source, what);
}

static void pass_estimate(void *private_data, size_t estimate)
{
	struct passing *passing = private_data;

	passing->searching->estimate = estimate;
}

/* An estimate that was too low is none. */
static double share_of_search(const struct audit_source *source)
{
	const struct searching *searching = source->private_data;

	if (searching->estimate < searching->num_entries ||
	    searching->estimate == 0)
	{
		return -1;
	}
	return (double)searching->num_entries / (double)searching->estimate;
}

static bool read_search(struct audit_source *source,
			TALLOC_CTX *mem_ctx,
			const struct audit_stream *stream,
			const char **_reason)
{
	struct searching *searching = source->private_data;
	struct passing passing = {
		.stream = stream,
		.source = source,
		.searching = searching,
	};
	const char **attrs = audit_attrs(mem_ctx, stream->spare);
	const struct audit_search search = {
		.ldb = source->ldb,
		.server = searching->server,
		.filter = ((stream->spare & AUDIT_SPARE_ZONES) != 0)
				  ? "(|" ACCOUNTS ")"
				  : "(|" ACCOUNTS "(objectClass=dnsNode))",
		.attrs = attrs,
		.phantom_root = searching->server->has_phantom_root &&
				!searching->options.one_by_one,
		.page_size = searching->options.page_size,
		.entry = pass_entry,
		.restart = pass_restart,
		.note_gap = searching->options.partial ? pass_gap : NULL,
		.estimate = pass_estimate,
		.private_data = &passing,
	};

	bool ok = false;

	searching->num_entries = 0;
	searching->estimate = 0;
	*_reason = NULL;
	ok = attrs != NULL &&
	     audit_search_run(mem_ctx, &search, _reason) == LDB_SUCCESS;
	talloc_free(attrs);
	return ok;
}

static bool configuration(struct audit_source *source,
			  TALLOC_CTX *mem_ctx,
			  struct spn_store *_store,
			  const char **_reason)
{
	(void)mem_ctx;
	*_reason = NULL;
	*_store = (struct spn_store){.ldb = source->ldb};
	return true;
}

static const char *error_line(TALLOC_CTX *mem_ctx,
			      struct ldb_context *ldb,
			      const char *what,
			      int ret)
{
	const char *text = spn_connect_error(ldb, ret);

	return talloc_asprintf(mem_ctx,
			       "cannot read %s: %.*s",
			       what,
			       (int)strcspn(text, "\n"),
			       text);
}

static bool find(struct audit_source *source,
		 TALLOC_CTX *mem_ctx,
		 struct ldb_dn *dn,
		 struct ldb_dn **_found,
		 const char **_reason)
{
	static const char *const no_attrs[] = {"1.1", NULL};
	struct ldb_result *res = NULL;
	int ret;

	*_found = NULL;
	ret = ldb_search(source->ldb,
			 mem_ctx,
			 &res,
			 dn,
			 LDB_SCOPE_BASE,
			 no_attrs,
			 NULL);
	if (ret == LDB_SUCCESS && res->count == 1) {
		*_found = res->msgs[0]->dn;
	}
	if (ret != LDB_SUCCESS && ret != LDB_ERR_NO_SUCH_OBJECT) {
		*_reason = error_line(mem_ctx,
				      source->ldb,
				      ldb_dn_get_linearized(dn),
				      ret);
		return false;
	}
	return true;
}

bool audit_source_search(TALLOC_CTX *mem_ctx,
			 struct ldb_context *ldb,
			 const struct audit_search_options *options,
			 struct audit_source **_source,
			 const char **_reason)
{
	struct audit_source *source = talloc_zero(mem_ctx,
						  struct audit_source);
	struct searching *searching = talloc_zero(source, struct searching);
	int ret;

	*_reason = NULL;
	if (searching == NULL) {
		return false;
	}
	searching->options = *options;
	ret = audit_server_of(ldb, searching, &searching->server);
	if (ret != LDB_SUCCESS) {
		*_reason = error_line(mem_ctx, ldb, "the rootDSE", ret);
		return false;
	}
	source->ldb = ldb;
	source->dc = searching->server->dns_host_name;
	source->what = talloc_asprintf(source,
				       "%s by a search",
				       (source->dc == NULL) ? "the server"
							    : source->dc);
	source->shows_deleted = searching->server->shows_deleted;
	source->ticket_types = searching->server->ticket_types;
	source->has_descriptors = searching->server->has_descriptors;
	source->read = read_search;
	source->share = share_of_search;
	source->configuration = configuration;
	source->find = find;
	source->private_data = searching;
	*_source = source;
	return source->what != NULL;
}
