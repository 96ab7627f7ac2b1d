/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file in ldb's folder of modules that kills whoever loads it: cut short by
 * a full disk, or overwritten. libldb loads all that lies there as soon as it
 * starts, and a signal inside dlopen() leaves nobody to say why. So a child
 * tries it first. Only when the child does not come back well, or there is
 * something else than files, is each file tried by itself, and what cannot be
 * loaded is left out with a message.
 *
 * To leave a file out: libldb loads each one once, and notes it before it
 * opens it. So it is made to load the file while this process may not open
 * anything.
 *
 * One that fails ends the loading of a folder, so the others are then loaded
 * one by one.
 *
 * There are some sixty files, and to load them is more work than to read a
 * small directory. A command line needs one of them, a server one more, and
 * the files of a controller those that open such files. So only these few are
 * loaded and all others noted, in the same way. They follow when somebody
 * opens a directory through its modules.
 */
#include "connect_private.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <ldb_module.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* The folder that libldb always loads. */
#ifndef SPN_LDB_MODULESDIR
#define SPN_LDB_MODULESDIR "/usr/lib/samba/ldb"
#endif

#define LIBRARY "libldb.so."

/* "/usr/lib/libldb.so.2.11.0" leads to the version. */
static int note_version(struct dl_phdr_info *info,
			size_t size,
			void *private_data)
{
	char path[PATH_MAX];
	char **_version = private_data;
	const char *name = strrchr(info->dlpi_name, '/');
	const char *end = NULL;

	(void)size;
	if (name == NULL || strncmp(name + 1, LIBRARY, strlen(LIBRARY)) != 0 ||
	    realpath(info->dlpi_name, path) == NULL)
	{
		return 0;
	}
	end = strstr(path, LIBRARY);
	if (end != NULL && strchr(end + strlen(LIBRARY), '.') != NULL) {
		*_version = strdup(end + strlen(LIBRARY));
	}
	return 1;
}

/*
 * Of the libldb that runs: Samba's modules refuse to load for another one, and
 * after an upgrade it is not the one that we were built with.
 */
static const char *ldb_version(void)
{
	static char *version;

	if (version == NULL) {
		dl_iterate_phdr(note_version, &version);
	}
	return (version == NULL) ? LDB_VERSION : version;
}

/* Is it in this process? */
static bool is_loaded(const char *path)
{
	void *handle = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);

	if (handle != NULL) {
		dlclose(handle);
	}
	return handle != NULL;
}

/* What libldb does with a file that it has not noted as loaded. Each registers
 * itself once. */
static bool load_noted(const char *path)
{
	int flags = RTLD_NOW;
	union {
		void *address;
		int (*init)(const char *version);
	} found = {};
	void *handle = NULL;
	int ret;

	if (is_loaded(path)) {
		return true;
	}
	if (getenv("LDB_MODULES_DISABLE_DEEPBIND") == NULL) {
		flags |= RTLD_DEEPBIND;
	}
	handle = dlopen(path, flags);
	if (handle == NULL) {
		return true; /* libldb goes on, too */
	}
	found.address = dlsym(handle, "ldb_init_module");
	if (found.address == NULL) {
		return true;
	}
	ret = found.init(ldb_version());
	return ret == LDB_SUCCESS || ret == LDB_ERR_ENTRY_ALREADY_EXISTS;
}

static bool load_path(void *private_data)
{
	return ldb_modules_load(private_data, ldb_version()) == LDB_SUCCESS &&
	       load_noted(private_data);
}

static const char *why_not(TALLOC_CTX *mem_ctx, const FTSENT *entry)
{
	if (entry->fts_info == FTS_SLNONE ||
	    (entry->fts_info == FTS_NS && entry->fts_errno == ENOENT))
	{
		return "it is not there";
	}
	if (entry->fts_info == FTS_NS || entry->fts_info == FTS_DNR) {
		return talloc_asprintf(mem_ctx,
				       "it cannot be read (%s)",
				       strerror(entry->fts_errno));
	}
	if (entry->fts_info != FTS_F) {
		return "it is no file";
	}
	if (strchr(entry->fts_path, ':') != NULL) {
		return "its name has a colon";
	}
	return connect_trial(mem_ctx, load_path, entry->fts_path);
}

/* libldb notes each of them as loaded, and none is. paths: one a line. */
static void note_as_loaded(TALLOC_CTX *mem_ctx, const char *paths)
{
	char *copy = talloc_strdup(mem_ctx, paths);
	struct rlimit as_it_was = {};
	struct rlimit none = {};
	char *rest = NULL;
	char *path = NULL;
	int err = -1;

	if (copy == NULL || getrlimit(RLIMIT_NOFILE, &as_it_was) != 0) {
		return;
	}
	fflush(stderr);
	err = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	connect_silence_stderr();
	none.rlim_max = as_it_was.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &none) == 0) {
		for (path = strtok_r(copy, "\n", &rest); path != NULL;
		     path = strtok_r(NULL, "\n", &rest))
		{
			ldb_modules_load(path, ldb_version());
		}
		setrlimit(RLIMIT_NOFILE, &as_it_was);
	}
	if (err != -1) {
		dup2(err, STDERR_FILENO);
		close(err);
	}
	talloc_free(copy);
}

static void leave_out(struct spn_connect *connect,
		      const char *path,
		      const char *why)
{
	spn_connect_message(connect,
			    "%s is left out: %s. Remedy: install it again, or "
			    "remove it; or name others in LDB_MODULES_PATH",
			    path,
			    why);
	connect->left_out = talloc_asprintf_append(connect->left_out,
						   "%s\n",
						   path);
	note_as_loaded(connect, path);
}

static int compare_names(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* What is in a folder, or one file; not the folders. */
static void walk(struct spn_connect *connect,
		 char *path,
		 void (*visit)(struct spn_connect *connect,
			       const FTSENT *entry))
{
	char *paths[] = {path, NULL};
	FTS *tree = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, compare_names);
	FTSENT *entry = NULL;

	while (tree != NULL && (entry = fts_read(tree)) != NULL) {
		if (entry->fts_info != FTS_D && entry->fts_info != FTS_DP) {
			visit(connect, entry);
		}
	}
	if (tree != NULL) {
		fts_close(tree);
	}
}

/* Without a trial: a pipe would only be waited for. */
static void look(struct spn_connect *connect, const FTSENT *entry)
{
	if (entry->fts_info != FTS_F) {
		connect->modules_are_odd = true;
	}
}

static void load_file(struct spn_connect *connect, const FTSENT *entry)
{
	if (!load_path(entry->fts_path)) {
		connect->fails_to_load = true;
	}
}

static void load_carefully(struct spn_connect *connect, const FTSENT *entry)
{
	TALLOC_CTX *mem_ctx = talloc_new(connect);
	const char *why = why_not(mem_ctx, entry);

	if (why != NULL) {
		leave_out(connect, entry->fts_path, why);
	} else {
		load_path(entry->fts_path);
	}
	talloc_free(mem_ctx);
}

static bool walk_list(struct spn_connect *connect,
		      const char *list,
		      void (*visit)(struct spn_connect *connect,
				    const FTSENT *entry))
{
	char *copy = talloc_strdup(connect, list);
	char *rest = NULL;
	char *path = NULL;

	if (copy == NULL) {
		return false;
	}
	for (path = strtok_r(copy, ":", &rest); path != NULL;
	     path = strtok_r(NULL, ":", &rest))
	{
		walk(connect, path, visit);
	}
	talloc_free(copy);
	return true;
}

/* ------------------------------------------------------- few, and the rest */

/* An ELF file as long as its headers say: nothing was cut off. */
static bool is_whole(const char *path)
{
	ElfW(Ehdr) header = {};
	struct stat st = {};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok = fd != -1 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		  read(fd, &header, sizeof(header)) ==
			  (ssize_t)sizeof(header) &&
		  memcmp(header.e_ident, ELFMAG, SELFMAG) == 0;

	if (fd != -1) {
		close(fd);
	}
	return ok && header.e_shoff <= (size_t)st.st_size &&
	       (size_t)header.e_shnum * header.e_shentsize <=
		       (size_t)st.st_size - header.e_shoff;
}

#define VARIABLE "LDB_MODULES_PATH"

/* The folders, in libldb's order, with colons. NULL when out of memory. */
static char *folders(TALLOC_CTX *mem_ctx)
{
	const char *chosen = getenv(VARIABLE);

	return talloc_asprintf(mem_ctx,
			       "%s:%s",
			       (chosen != NULL) ? chosen : "",
			       SPN_LDB_MODULESDIR);
}

/* The first file of that name. Only files that end as they say they do are
 * taken: one that was cut off would end this process. False: there is none. */
static bool load_named(TALLOC_CTX *mem_ctx, const char *list, const char *name)
{
	TALLOC_CTX *tmp_ctx = talloc_new(mem_ctx);
	char *copy = talloc_strdup(tmp_ctx, list);
	char *rest = NULL;
	char *folder = (copy == NULL) ? NULL : strtok_r(copy, ":", &rest);
	bool ok = false;

	for (; folder != NULL && !ok; folder = strtok_r(NULL, ":", &rest)) {
		char *path = talloc_asprintf(tmp_ctx, "%s/%s", folder, name);

		ok = path != NULL && is_whole(path) && load_path(path);
	}
	talloc_free(tmp_ctx);
	return ok;
}

static void list_path(struct spn_connect *connect, const FTSENT *entry)
{
	if (connect->paths != NULL) {
		connect->paths =
			talloc_asprintf_append_buffer(connect->paths,
						      "%s\n",
						      entry->fts_path);
	}
}

/* libldb loads what it has not noted whenever it starts. */
static bool note_all(struct spn_connect *connect, const char *list)
{
	talloc_free(connect->paths);
	connect->paths = talloc_strdup(connect, "");
	if (!walk_list(connect, list, list_path) || connect->paths == NULL) {
		return false;
	}
	note_as_loaded(connect, connect->paths);
	return true;
}

static const char *const stores[] = {"ldb.so", "mdb.so", "tdb.so", NULL};
static const char *const extensions[] = {"ldbsamba_extensions.so", NULL};

/* False: one of them cannot be loaded. */
static bool load_some(struct spn_connect *connect,
		      const char *list,
		      const char *const *names)
{
	for (; *names != NULL; names++) {
		if (!load_named(connect, list, *names)) {
			return false;
		}
	}
	return true;
}

/* Each of them as if it had not been noted. */
static bool load_each(void *private_data)
{
	struct spn_connect *connect = private_data;
	char *list = folders(connect);

	return list != NULL && walk_list(connect, list, load_file) &&
	       !connect->fails_to_load;
}

static bool load_all(struct spn_connect *connect)
{
	char *list = NULL;
	bool ok = false;

	if (!connect->has_few_modules) {
		return true;
	}
	connect->has_few_modules = false;
	list = folders(connect);
	if (list == NULL) {
		return false;
	}
	if (!connect->modules_are_odd &&
	    connect_trial(connect, load_each, connect) == NULL)
	{
		return load_each(connect);
	}
	/* Once done, libldb need not do it: what fails would end it all. */
	ok = walk_list(connect, list, load_carefully) &&
	     setenv(VARIABLE, "", 1) == 0;
	talloc_free(list);
	return ok;
}

bool spn_connect_load_all(struct spn_connect *connect)
{
	connect_start(connect);
	return load_all(connect);
}

bool connect_load_for(struct spn_connect *connect, bool is_server)
{
	char *list = NULL;

	if (!connect->has_few_modules) {
		return true;
	}
	if (!is_server) {
		return load_all(connect);
	}
	list = folders(connect);
	if (list == NULL) {
		return false;
	}
	return load_named(connect, list, "ildap.so") || load_all(connect);
}

/* The folders, where nothing else than files is in them; NULL otherwise, and
 * when out of memory. */
static char *sound_folders(struct spn_connect *connect)
{
	char *list = folders(connect);

	if (list != NULL &&
	    (!walk_list(connect, list, look) || connect->modules_are_odd))
	{
		TALLOC_FREE(list);
	}
	return list;
}

bool connect_load_none(struct spn_connect *connect)
{
	char *list = sound_folders(connect);
	bool ok = list != NULL && note_all(connect, list);

	talloc_free(list);
	return ok;
}

bool connect_load_stores(struct spn_connect *connect)
{
	char *list = sound_folders(connect);
	bool ok = list != NULL && load_some(connect, list, stores) &&
		  note_all(connect, list);

	talloc_free(list);
	return ok;
}

bool connect_load_modules(struct spn_connect *connect)
{
	char *list = NULL;

	connect->left_out = talloc_strdup(connect, "");
	connect->modules_are_odd = false;
	list = sound_folders(connect);
	if (connect->left_out == NULL ||
	    (list == NULL && !connect->modules_are_odd))
	{
		return false;
	}
	connect->has_few_modules = true;
	return (list != NULL && load_some(connect, list, extensions) &&
		load_some(connect, list, stores) && note_all(connect, list)) ||
	       load_all(connect);
}

char *spn_connect_left_out(TALLOC_CTX *mem_ctx,
			   const struct spn_connect *connect,
			   const char *name)
{
	const char *line = connect->left_out;
	size_t name_len = strlen(name);

	while (line != NULL && line[0] != '\0') {
		size_t len = strcspn(line, "\n");

		if (len > name_len && line[len - name_len - 1] == '/' &&
		    strncmp(line + len - name_len, name, name_len) == 0)
		{
			return talloc_strndup(mem_ctx, line, len);
		}
		line += len + (line[len] != '\0');
	}
	return NULL;
}
