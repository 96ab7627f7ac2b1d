/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An LDIF export instead of a directory. What an export often leaves out, the
 * configuration above all, takes the values of a new domain, and that is
 * said: a wrong guess can only add or hide findings that depend on it.
 */
#include "source.h"

#include "config_copy.h"
#include "naming_contexts.h"
#include "entry.h"
#include "ldif.h"
#include "common/connect.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* Of a new domain, Samba's (provision_configuration.ldif) and Windows'. */
static const char new_mappings[] =
	"host=alerter,appmgmt,cisvc,clipsrv,browser,dhcp,dnscache,replicator,"
	"eventlog,eventsystem,policyagent,oakley,dmserver,dns,mcsvc,fax,"
	"msiserver,ias,messenger,netlogon,netman,netdde,netddedsm,nmagent,"
	"plugplay,protectedstorage,rasman,rpclocator,rpc,rpcss,remoteaccess,"
	"rsvp,samss,scardsvr,scesrv,seclogon,scm,dcom,cifs,spooler,snmp,"
	"schedule,tapisrv,trksvr,trkwks,ups,time,wins,www,http,w3svc,iisadmin,"
	"msdtc";

struct export
{
	struct spn_connect *connect;
	const char *name; /* of the file */
	FILE *stream;	  /* can be rewound */
	const struct audit_stream *to;
	struct audit_config *config;
	struct audit_contexts *contexts;
	struct audit_entry_gaps gaps;
	bool has_mappings;
	bool has_domains;
	bool has_spns;
};

static int close_export(struct export *export)
{
	if (export->stream != NULL) {
		fclose(export->stream);
	}
	return 0;
}

/* ----------------------------------------------------------------- reading */

static void see(struct export *export, const struct ldb_message *msg)
{
	export->has_mappings |= spn_values_of(msg, "sPNMappings") != NULL;
	export->has_domains |= spn_values_of(msg, "nETBIOSName") != NULL;
	export->has_spns |= spn_values_of(msg, "servicePrincipalName") != NULL;
}

static int read_entry(void *private_data, struct ldb_message *msg)
{
	struct export *export = private_data;
	int ret;

	if (!audit_entry_normalize(msg, &export->gaps) ||
	    !audit_contexts_add(export->contexts, msg))
	{
		return LDB_ERR_OPERATIONS_ERROR;
	}
	see(export, msg);
	ret = audit_config_offer(export->config, msg);
	if (ret == LDB_ERR_ENTRY_ALREADY_EXISTS) {
		ret = LDB_SUCCESS; /* two exports in one file */
	}
	if (ret == LDB_SUCCESS) {
		ret = export->to->entry(export->to->private_data, msg);
	}
	return ret;
}

static int read_referral(void *private_data, const char *url)
{
	struct export *export = private_data;

	return audit_contexts_add_referral(export->contexts, url)
		       ? LDB_SUCCESS
		       : LDB_ERR_OPERATIONS_ERROR;
}

/* What was read must be something that can be judged. */
static bool check_whole(struct export *export,
			TALLOC_CTX *mem_ctx,
			const char **_reason)
{
	const char *reason = NULL;
	const char *dn = NULL;
	bool has_accounts = false;
	size_t state = 0;

	if (audit_contexts_domain(export->contexts) == NULL) {
		reason = "no DN ends in 'DC=...': this is no export of an AD "
			 "domain";
	} else if (!export->has_spns) {
		reason = "no entry has a servicePrincipalName: was that "
			 "attribute exported?";
	}
	if (reason != NULL) {
		*_reason = talloc_asprintf(mem_ctx,
					   "%s: %s",
					   export->name,
					   reason);
		return false;
	}
	while (true) {
		dn = audit_contexts_missing(export->contexts,
					    &state,
					    &has_accounts);
		if (dn == NULL) {
			return true;
		}
		if (has_accounts) {
			break;
		}
	}
	*_reason =
		talloc_asprintf(mem_ctx,
				"%s: the export is not complete: it refers "
				"to %s; export that, too, and put both into "
				"one file",
				export->name,
				dn);
	return false;
}

static bool read_export(struct audit_source *source,
			TALLOC_CTX *mem_ctx,
			const struct audit_stream *stream,
			const char **_reason)
{
	struct export *export = source->private_data;
	const struct audit_ldif ldif = {
		.ldb = source->ldb,
		.attrs = audit_attrs(export,
				     stream->spare & AUDIT_SPARE_PROFILES),
		.entry = read_entry,
		.referral = read_referral,
		.private_data = export,
	};

	talloc_free(export->contexts);
	TALLOC_FREE(export->config);
	export->gaps = (struct audit_entry_gaps){};
	export->to = stream;
	export->contexts = audit_contexts_new(export, source->ldb);
	*_reason = NULL;
	if (export->contexts == NULL || ldif.attrs == NULL ||
	    !audit_config_new(export, &export->config, _reason))
	{
		return false;
	}
	/* A pipe is read once, and stands at its beginning. */
	(void)fseek(export->stream, 0, SEEK_SET);
	if (!audit_ldif_read(mem_ctx,
			     &ldif,
			     export->stream,
			     export->name,
			     _reason))
	{
		if (*_reason == NULL) {
			*_reason = audit_config_reason(export->config,
						       mem_ctx,
						       export->name);
		}
		return false;
	}
	return check_whole(export, mem_ctx, _reason);
}

static double share_of_export(const struct audit_source *source)
{
	const struct export *export = source->private_data;
	struct stat st = {};
	long place = ftell(export->stream);

	if (place < 0 || fstat(fileno(export->stream), &st) != 0 ||
	    st.st_size <= 0)
	{
		return -1;
	}
	return (double)place / (double)st.st_size;
}

/* ------------------------------------------------------------ configuration
 */

static int offer(struct export *export,
		 const char *dn,
		 const char *object_class,
		 const char *const *names_values)
{
	struct ldb_context *ldb = ldb_init(export, NULL);
	struct ldb_message *msg = ldb_msg_new(ldb);
	int ret = LDB_ERR_OPERATIONS_ERROR;

	if (msg != NULL) {
		msg->dn = ldb_dn_new(msg, ldb, dn);
		ret = ldb_msg_add_string(msg, "objectClass", object_class);
	}
	for (; ret == LDB_SUCCESS && names_values[0] != NULL;
	     names_values += 2)
	{
		ret = ldb_msg_add_string(msg,
					 names_values[0],
					 names_values[1]);
	}
	if (ret == LDB_SUCCESS) {
		ret = audit_config_offer(export->config, msg);
	}
	talloc_free(ldb);
	return (ret == LDB_ERR_ENTRY_ALREADY_EXISTS) ? LDB_SUCCESS : ret;
}

static bool assume_mappings(struct export *export, const char *nc)
{
	const char *const values[] = {"sPNMappings", new_mappings, NULL};
	char *dn = talloc_asprintf(export,
				   "CN=Directory Service,CN=Windows NT,"
				   "CN=Services,%s",
				   nc);

	if (dn == NULL || offer(export, dn, "nTDSService", values) != 0) {
		return false;
	}
	spn_connect_note(export->connect,
			 "%s has no sPNMappings: those of a new domain are "
			 "assumed",
			 export->name);
	return true;
}

static bool assume_domain(struct export *export,
			  const char *nc,
			  const char *dns_domain)
{
	const char *const values[] = {"nETBIOSName",
				      dns_domain,
				      "dnsRoot",
				      dns_domain,
				      NULL};
	char *dn = talloc_asprintf(export, "CN=assumed,CN=Partitions,%s", nc);

	if (dn == NULL || offer(export, dn, "crossRef", values) != 0) {
		return false;
	}
	spn_connect_note(export->connect,
			 "%s does not say which domains the forest has: "
			 "%s alone is assumed",
			 export->name,
			 dns_domain);
	return true;
}

static void say_losses(const struct export *export)
{
	const char *dn = NULL;
	bool has_accounts = false;
	size_t state = 0;

	if (export->gaps.num_guessed > 0) {
		spn_connect_note(export->connect,
				 "%s: %zu accounts have no objectClass: "
				 "what they are is guessed",
				 export->name,
				 export->gaps.num_guessed);
	}
	if (export->gaps.num_descriptors > 0) {
		spn_connect_note(export->connect,
				 "%s: %zu security descriptors are not "
				 "binary: who may write SPNs was not "
				 "checked",
				 export->name,
				 export->gaps.num_descriptors);
	}
	while (true) {
		dn = audit_contexts_missing(export->contexts,
					    &state,
					    &has_accounts);
		if (dn == NULL) {
			return;
		}
		spn_connect_note(export->connect,
				 "%s has nothing of %s",
				 export->name,
				 dn);
	}
}

static bool complete(struct export *export, const char *nc, const char *domain)
{
	static const char *const nothing[] = {NULL};
	struct ldb_context *ldb = ldb_init(export, NULL);
	struct ldb_dn *dn = ldb_dn_new(ldb, ldb, domain);
	char *dns_domain = spn_store_dns_domain(export, dn);
	bool ok = dns_domain != NULL &&
		  offer(export, domain, "domainDNS", nothing) == LDB_SUCCESS;

	if (ok && !export->has_mappings) {
		ok = assume_mappings(export, nc);
	}
	if (ok && !export->has_domains) {
		ok = assume_domain(export, nc, dns_domain);
	}
	say_losses(export);
	talloc_free(ldb);
	return ok;
}

static bool configuration(struct audit_source *source,
			  TALLOC_CTX *mem_ctx,
			  struct spn_store *_store,
			  const char **_reason)
{
	struct export *export = source->private_data;
	const char *domain = audit_contexts_domain(export->contexts);
	char *nc = audit_contexts_configuration(export->contexts, mem_ctx);

	*_reason = NULL;
	return nc != NULL && complete(export, nc, domain) &&
	       audit_config_store(export->config, nc, domain, _store) ==
		       LDB_SUCCESS;
}

/* ----------------------------------------------------------------- opening */

/* A pipe can be read once, and --base wants a second look. */
static FILE *copy(FILE *in)
{
	FILE *out = tmpfile();
	char buffer[BUFSIZ];
	size_t len;

	if (out == NULL) {
		return NULL;
	}
	do {
		len = fread(buffer, 1, sizeof(buffer), in);
	} while (len > 0 && fwrite(buffer, 1, len, out) == len);
	if (ferror(in) != 0 || ferror(out) != 0 || fflush(out) != 0) {
		fclose(out);
		return NULL;
	}
	return out;
}

static FILE *open_file(const char *path)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *in = is_stdin ? stdin : fopen(path, "re");
	FILE *out = in;

	/* A folder can be opened, too, and this says what it is. */
	if (in != NULL && (is_stdin || fseek(in, 0, SEEK_SET) != 0)) {
		out = copy(in);
		if (!is_stdin) {
			fclose(in);
		}
	}
	return out;
}

bool audit_source_export(TALLOC_CTX *mem_ctx,
			 struct spn_connect *connect,
			 const char *path,
			 struct audit_source **_source,
			 const char **_reason)
{
	struct audit_source *source = talloc_zero(mem_ctx,
						  struct audit_source);
	struct export *export = talloc_zero(source, struct export);

	*_reason = NULL;
	if (export == NULL) {
		return false;
	}
	/* Names compare in it as in a Samba DC. */
	source->ldb = spn_connect_to_nothing(source, connect);
	if (source->ldb == NULL) {
		return false;
	}
	spn_connect_listen(connect, source->ldb);
	export->connect = connect;
	export->name = (strcmp(path, "-") == 0) ? "standard input" : path;
	errno = 0;
	export->stream = open_file(path);
	if (export->stream == NULL) {
		*_reason = talloc_asprintf(mem_ctx,
					   "cannot read %s: %s",
					   export->name,
					   strerror(errno));
		return false;
	}
	talloc_set_destructor(export, close_export);
	source->what = talloc_asprintf(source, "the export %s", export->name);
	source->shows_deleted = true; /* as far as the export has them */
	source->read = read_export;
	source->share = share_of_export;
	source->configuration = configuration;
	source->find = audit_source_look_through;
	source->private_data = export;
	*_source = source;
	return true;
}
