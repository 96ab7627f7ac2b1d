/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A controller has one database a naming context, which sam.ldb lists in
 * @PARTITION. All that is asked for here is every record of each, so neither
 * Samba's modules nor a search is of any help: libtdb or liblmdb gives the
 * records.
 *
 * The bytes under a key are Samba's own affair and libldb says so. The form
 * that is known is read here (packed.c), any other by libldb; what it cannot
 * unpack is an error, and tests hold this way against the one through the
 * modules.
 */
#include "records.h"
#include "source.h"

#include "config_copy.h"
#include "common/connect.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct files {
	char **paths; /* NULL-terminated */
	enum audit_backend backend;
	const char *configuration_nc;
	const char *default_nc;
	const char *ntds_guid; /* "" if not known */
	/* bytes of all paths, of those that were read, of the one that is */
	double size;
	double size_done;
	double size_now;
	double done; /* how much of that */
	struct audit_config *config;
};

/* The record of sam.ldb with that special DN. */
static struct ldb_message *special(TALLOC_CTX *mem_ctx,
				   struct ldb_context *ldb,
				   const char *name)
{
	struct ldb_dn *dn = ldb_dn_new(mem_ctx, ldb, name);
	struct ldb_result *res = NULL;
	int ret;

	ret = ldb_search(ldb, mem_ctx, &res, dn, LDB_SCOPE_BASE, NULL, NULL);
	return (ret == LDB_SUCCESS && res->count == 1) ? res->msgs[0] : NULL;
}

/* "DC=EXAMPLE,DC=COM:sam.ldb.d/DC=EXAMPLE,DC=COM.ldb" */
static char *partition_path(TALLOC_CTX *mem_ctx,
			    const char *sam_path,
			    struct spn_str value)
{
	const char *slash = strrchr(sam_path, '/');
	char *text = talloc_strndup(mem_ctx, value.data, value.len);
	const char *file = (text == NULL) ? NULL : strrchr(text, ':');

	if (file == NULL) {
		return NULL;
	}
	return talloc_asprintf(mem_ctx,
			       "%.*s%s",
			       (slash == NULL) ? 0
					       : (int)(slash + 1 - sam_path),
			       sam_path,
			       file + 1);
}

static bool list_paths(struct files *files,
		       const char *sam_path,
		       const struct ldb_message *partition)
{
	const struct ldb_message_element *el = spn_values_of(partition,
							     "partition");
	size_t num = spn_values_num(el);
	size_t i;

	files->paths = talloc_zero_array(files, char *, num + 1);
	for (i = 0; files->paths != NULL && i < num; i++) {
		files->paths[i] = partition_path(files,
						 sam_path,
						 spn_values_get(el, i));
		if (files->paths[i] == NULL) {
			return false;
		}
	}
	return files->paths != NULL && num > 0;
}

/* "<GUID=01234567-...>" without what is around it. */
static const char *bare_guid(TALLOC_CTX *mem_ctx, const char *dn)
{
	if (strncmp(dn, "<GUID=", strlen("<GUID=")) != 0) {
		return "";
	}
	dn += strlen("<GUID=");
	return talloc_strndup(mem_ctx, dn, strcspn(dn, ">"));
}

static bool read_sam(struct files *files,
		     struct ldb_context *sam,
		     const char *path)
{
	struct ldb_message *partition = special(files, sam, "@PARTITION");
	struct ldb_message *root = special(files, sam, "@ROOTDSE");
	const char *backend = NULL;
	const char *service = NULL;

	if (partition == NULL || root == NULL) {
		return false;
	}
	backend = spn_values_text(partition, "backendStore");
	files->backend = (backend != NULL && strcmp(backend, "mdb") == 0)
				 ? AUDIT_BACKEND_MDB
				 : AUDIT_BACKEND_TDB;
	files->configuration_nc =
		spn_values_text(root, "configurationNamingContext");
	files->default_nc = spn_values_text(root, "defaultNamingContext");
	service = spn_values_text(root, "dsServiceName");
	files->ntds_guid = bare_guid(files, (service == NULL) ? "" : service);
	return files->configuration_nc != NULL && files->default_nc != NULL &&
	       files->ntds_guid != NULL && list_paths(files, path, partition);
}

struct reading {
	const struct audit_stream *stream;
	struct audit_config *config;
};

static int read_entry(void *private_data, const struct ldb_message *msg)
{
	struct reading *reading = private_data;
	int ret = audit_config_offer(reading->config, msg);

	if (ret == LDB_SUCCESS) {
		ret = reading->stream->entry(reading->stream->private_data,
					     msg);
	}
	return ret;
}

static double size_of(const char *path)
{
	struct stat st = {};

	return (stat(path, &st) == 0) ? (double)st.st_size : 0;
}

static double share_of_files(const struct audit_source *source)
{
	const struct files *files = source->private_data;

	if (files->size <= 0) {
		return -1;
	}
	return (files->size_done + files->done * files->size_now) /
	       files->size;
}

/* What there is to read, and that nothing of it was. */
static void begin_share(struct files *files)
{
	size_t i;

	files->size = 0;
	files->size_done = 0;
	files->size_now = 0;
	for (i = 0; files->paths[i] != NULL; i++) {
		files->size += size_of(files->paths[i]);
	}
}

static bool read_files(struct audit_source *source,
		       TALLOC_CTX *mem_ctx,
		       const struct audit_stream *stream,
		       const char **_reason)
{
	struct files *files = source->private_data;
	struct reading reading = {.stream = stream};
	const struct audit_records records = {
		.ldb = source->ldb,
		.backend = files->backend,
		.attrs = audit_attrs(files, stream->spare),
		.entry = read_entry,
		.private_data = &reading,
		.done = &files->done,
	};
	size_t i;

	TALLOC_FREE(files->config);
	*_reason = NULL;
	if (records.attrs == NULL ||
	    !audit_config_new(files, &files->config, _reason))
	{
		return false;
	}
	reading.config = files->config;
	begin_share(files);
	for (i = 0; files->paths[i] != NULL; i++) {
		files->size_done += files->size_now;
		files->size_now = size_of(files->paths[i]);
		files->done = 0;
		if (!audit_records_read(mem_ctx,
					&records,
					files->paths[i],
					_reason))
		{
			if (*_reason == NULL) {
				*_reason =
					audit_config_reason(files->config,
							    mem_ctx,
							    files->paths[i]);
			}
			return false;
		}
	}
	return true;
}

static bool configuration(struct audit_source *source,
			  TALLOC_CTX *mem_ctx,
			  struct spn_store *_store,
			  const char **_reason)
{
	struct files *files = source->private_data;
	int ret = audit_config_store(files->config,
				     files->configuration_nc,
				     files->default_nc,
				     _store);

	(void)mem_ctx;
	*_reason = NULL;
	source->dc = audit_config_dc(files->config, files, files->ntds_guid);
	return ret == LDB_SUCCESS;
}

/* All of it, into a file that was just made. */
static bool copy_file(int from, int to)
{
	char buffer[65536];
	ssize_t num = read(from, buffer, sizeof(buffer));

	while (num > 0 && write(to, buffer, (size_t)num) == num) {
		num = read(from, buffer, sizeof(buffer));
	}
	return num == 0;
}

/* *_copy is a file in $TMPDIR or /tmp; NULL when it could not be made. */
static bool make_copy(TALLOC_CTX *mem_ctx, const char *path, char **_copy)
{
	const char *folder = getenv("TMPDIR");
	char *copy = talloc_asprintf(mem_ctx,
				     "%s/spn-audit.XXXXXX",
				     (folder == NULL) ? "/tmp" : folder);
	int from = open(path, O_RDONLY | O_CLOEXEC);
	int to = -1;
	bool ok = false;

	if (copy != NULL && from >= 0) {
		to = mkstemp(copy);
	}
	ok = to >= 0 && copy_file(from, to);
	if (to >= 0) {
		close(to);
	}
	if (from >= 0) {
		close(from);
	}
	if (!ok && to >= 0) {
		unlink(copy);
	}
	*_copy = ok ? copy : NULL;
	return copy != NULL;
}

/*
 * libldb opens nothing that it could not write to: of a sam.ldb on a read-only
 * medium, or of somebody else, a copy is opened. It is small; accounts are in
 * the files beside it.
 */
static bool open_sam(TALLOC_CTX *mem_ctx,
		     struct spn_connect *connect,
		     const char *path,
		     struct ldb_context **_ldb)
{
	struct spn_connect_options options = {
		.url = path,
		.modules = "",
		.read_only = true,
		.quiet = true,
	};
	char *copy = NULL;

	if (access(path, W_OK) != 0 && access(path, R_OK) == 0) {
		if (!make_copy(mem_ctx, path, &copy)) {
			return false;
		}
		/* with the kind in front, for $TMPDIR may have a colon */
		if (copy != NULL) {
			options.url = talloc_asprintf(mem_ctx,
						      "tdb://%s",
						      copy);
		}
	}
	*_ldb = spn_connect_open(mem_ctx, connect, &options);
	if (copy != NULL) {
		unlink(copy);
	}
	return true;
}

bool audit_source_files(TALLOC_CTX *mem_ctx,
			struct spn_connect *connect,
			const char *path,
			struct audit_source **_source,
			const char **_reason)
{
	struct audit_source *source = talloc_zero(mem_ctx,
						  struct audit_source);
	struct files *files = talloc_zero(source, struct files);

	*_reason = NULL;
	if (files == NULL) {
		return false;
	}
	if (!open_sam(source, connect, path, &source->ldb)) {
		return false;
	}
	if (source->ldb == NULL) {
		*_reason = talloc_asprintf(mem_ctx,
					   "cannot open %s: %s",
					   path,
					   spn_connect_reason(connect));
		return false;
	}
	if (!read_sam(files, source->ldb, path)) {
		*_reason = talloc_asprintf(mem_ctx,
					   "%s is not the sam.ldb of a domain "
					   "controller",
					   path);
		return false;
	}
	source->what = talloc_asprintf(source, "the files of %s", path);
	source->shows_deleted = true;
	source->has_descriptors = true;
	source->read = read_files;
	source->share = share_of_files;
	source->configuration = configuration;
	source->find = audit_source_look_through;
	source->private_data = files;
	*_source = source;
	return true;
}
