/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Samba's part of a run: its options, smb.conf, and who logs on. To load it is
 * most of what a start costs, so it is loaded when something of it is needed:
 * at once where the command line has an option that is not ours, or else with
 * the first question (connect_start()).
 *
 * Samba's rows call exit(1) on a bad argument, after a text of their own. 1 is
 * a result in our tools, so an exit handler turns it into 2 while Samba reads
 * the command line, and says whose text that was.
 */
#include "connect_private.h"
#include "samba.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <ldb_module.h>
#include <sys/stat.h>

/* While Samba reads options; else NULL */
static const struct spn_connect *connect_reading;

static bool has_machine_pass(const char *const *argv)
{
	size_t i = 1;

	while (argv[i] != NULL &&
	       connect_behind_name(argv[i], "machine-pass", 'P') == NULL)
	{
		i++;
	}
	return argv[i] != NULL;
}

static void say_refused(const struct spn_connect *connect)
{
	spn_connect_usage_error(connect,
				"Samba refuses an option: the reason is "
				"above%s",
				has_machine_pass(connect->argv)
					? "; --machine-pass is for root, on a "
					  "machine that has joined a domain"
					: "");
}

static void connect_on_exit(int status, void *private_data)
{
	const struct spn_connect *const *reading = private_data;

	if (*reading != NULL && status != 0) {
		/* Ours are told otherwise, and are 2. */
		if (status == 1) {
			say_refused(*reading);
		}
		fflush(NULL);
		_exit(SPN_EXIT_CANNOT_RUN);
	}
}

/* Samba's --version speaks of Samba only: ours stands above, drop that. */
static void connect_drop_version_table(struct poptOption *table)
{
	struct poptOption *from = table;
	struct poptOption *to = table;

	for (; !connect_is_end(from); from++) {
		if ((from->argInfo & POPT_ARG_MASK) ==
			    POPT_ARG_INCLUDE_TABLE &&
		    from->descrip != NULL &&
		    strncmp(from->descrip, "Version", strlen("Version")) == 0)
		{
			continue;
		}
		*to = *from;
		to++;
	}
	*to = *from;
}

/* Our rows and Samba's. NULL after a message. */
static const struct poptOption *all_options(struct spn_connect *connect)
{
	struct poptOption **table = ldb_module_popt_options(connect->home);
	int ret;

	*table = connect_own_table(connect);
	if (*table == NULL) {
		spn_connect_message(connect, "out of memory");
		return NULL;
	}
	ret = ldb_modules_hook(connect->home, LDB_MODULE_HOOK_CMDLINE_OPTIONS);
	if (ret != LDB_SUCCESS) {
		spn_connect_message(connect,
				    "Samba's options are not there: %s",
				    ldb_strerror(ret));
		return NULL;
	}
	connect_drop_version_table(*table);
	return *table;
}

/* What reads the command line with all of Samba's options; NULL after a
 * message. */
static poptContext load_samba(struct spn_connect *connect)
{
	const struct poptOption *table = NULL;

	(void)samba(); /* before modules bring the same in another order */
	connect->loadparm = NULL;
	/* loads all modules that are not loaded yet */
	if (connect_load_modules(connect)) {
		connect->home = ldb_init(connect, NULL);
	}
	if (connect->home == NULL) {
		spn_connect_message(connect, "ldb does not start");
		return NULL;
	}
	table = all_options(connect);
	if (table == NULL) {
		return NULL;
	}
	connect_reading = connect;
	if (on_exit(connect_on_exit, &connect_reading) != 0) {
		spn_connect_message(connect, "out of memory");
		return NULL;
	}
	return connect_new_popt(connect, table);
}

/* After the last option: Samba's callbacks have loaded smb.conf. */
static bool take_loadparm(struct spn_connect *connect)
{
	int ret = ldb_modules_hook(connect->home,
				   LDB_MODULE_HOOK_CMDLINE_PRECONNECT);

	if (ret == LDB_SUCCESS) {
		connect->loadparm = ldb_get_opaque(connect->home, "loadparm");
	}
	if (connect->loadparm == NULL) {
		spn_connect_message(connect,
				    "Samba's ldb extensions are not there: "
				    "is samba-libs installed, and "
				    "LDB_MODULES_PATH right?");
		return false;
	}
	connect_reading = NULL;
	return true;
}

/* ------------------------------------------------------ who needs no Samba */

/* Options of Samba that are read here as it reads them. */
static const struct poptOption its_options[] = {
	{
		/* told by a user, or added where there is a ticket */
		.longName = "use-kerberos",
		.argInfo = POPT_ARG_STRING,
		.val = CONNECT_OPT_KERBEROS,
	},
	{
		.longName = "simple-bind-dn",
		.argInfo = POPT_ARG_STRING,
		.val = CONNECT_OPT_BIND_DN,
	},
	{
		.longName = "password",
		.argInfo = POPT_ARG_STRING,
		.val = CONNECT_OPT_PASSWORD,
	},
	{
		.longName = "option",
		.argInfo = POPT_ARG_STRING,
		.val = CONNECT_OPT_OPTION,
	},
	POPT_TABLEEND};

/* Ours and these; without --help, which shows all of Samba's. NULL when out of
 * memory. */
static struct poptOption *plain_table(struct spn_connect *connect)
{
	static const struct poptOption help[] = {POPT_AUTOHELP POPT_TABLEEND};
	struct poptOption *table = connect_own_table(connect);
	size_t num = 0;

	if (table == NULL) {
		return NULL;
	}
	for (; !connect_is_end(&table[num]) && table[num].arg != help[0].arg;
	     num++)
	{
		if (table[num].val == CONNECT_OPT_CONFIGFILE) {
			table[num].longName = "configfile";
		}
	}
	table = talloc_realloc(connect,
			       table,
			       struct poptOption,
			       num + sizeof(its_options) /
					       sizeof(its_options[0]));
	if (table != NULL) {
		memcpy(table + num, its_options, sizeof(its_options));
	}
	return table;
}

/* What is asked of a command line before it counts as plain. */
struct plain {
	bool has_bind_dn;
	bool has_password;
};

static bool is_plain_option(struct plain *plain, int opt, poptContext popt)
{
	char *argument = poptGetOptArg(popt);
	bool ok = opt != CONNECT_OPT_KERBEROS ||
		  (argument != NULL && connect_is_required(argument));

	free(argument);
	plain->has_bind_dn |= opt == CONNECT_OPT_BIND_DN;
	plain->has_password |= opt == CONNECT_OPT_PASSWORD;
	return ok;
}

/* An smb.conf that somebody names may be read by libsamba-hostconfig, and more
 * than once. Samba says that it is not there, or takes another instead. */
static bool has_plain_file(const struct spn_connect *connect)
{
	const char *file = connect_config_file_of(connect->argv);
	struct stat st = {};

	if (file == NULL) {
		file = getenv("SMB_CONF_PATH");
	}
	return file == NULL || (access(file, R_OK) == 0 &&
				stat(file, &st) == 0 && !S_ISFIFO(st.st_mode));
}

/* What reads a command line of which nothing is left to Samba, and that is
 * understood; NULL: Samba has to read it. */
static poptContext begin_plain(struct spn_connect *connect)
{
	const struct poptOption *table = plain_table(connect);
	struct plain plain = {};
	poptContext popt = NULL;
	int opt = -1;

	if (table == NULL || !has_plain_file(connect)) {
		return NULL;
	}
	popt = connect_new_popt(connect, table);
	if (popt == NULL) {
		return NULL;
	}
	do {
		opt = poptGetNextOpt(popt);
	} while (opt > 0 && is_plain_option(&plain, opt, popt));
	/* A password that is not there is asked for by Samba, and a user's is
	 * for more than a simple bind. */
	if (opt != -1 || plain.has_bind_dn != plain.has_password) {
		return poptFreeContext(popt);
	}
	poptResetContext(popt);
	return popt;
}

bool connect_begin(struct spn_connect *connect)
{
	connect->popt = begin_plain(connect);
	if (connect->popt == NULL) {
		connect->popt = load_samba(connect);
	}
	return connect->popt != NULL;
}

bool connect_is_read_by_samba(const struct spn_connect *connect)
{
	return connect->home != NULL && connect->its_popt == NULL;
}

bool connect_end_options(struct spn_connect *connect)
{
	return !connect_is_read_by_samba(connect) || take_loadparm(connect);
}

/* Samba reads the command line once more, in which nothing is Samba's; and the
 * smb.conf that was read: where there is one in memory it would take another.
 */
static bool start_late(struct spn_connect *connect)
{
	const char *file = NULL;
	int opt;

	if (connect->tried != NULL) {
		file = samba_config()->lpcfg_configfile(connect->tried);
	}
	connect->its_popt = load_samba(connect);
	if (connect->its_popt == NULL ||
	    (file != NULL &&
	     !connect_pass_config_file(connect, connect->its_popt, file)))
	{
		return false;
	}
	do {
		char *argument = NULL;

		opt = poptGetNextOpt(connect->its_popt);
		argument = poptGetOptArg(connect->its_popt);
		if (opt == CONNECT_OPT_CONFIGFILE &&
		    !connect_pass_config_file(connect,
					      connect->its_popt,
					      argument))
		{
			return false;
		}
		free(argument);
	} while (opt > 0);
	return take_loadparm(connect);
}

static bool load(const struct spn_connect *connect,
		 struct loadparm_context *loadparm)
{
	const char *const *option = connect->config_options;

	for (; option != NULL && *option != NULL; option++) {
		if (!samba_config()->lpcfg_set_option(loadparm, *option)) {
			return false;
		}
	}
	return (connect->config_file == NULL)
		       ? samba_config()->lpcfg_load_default(loadparm)
		       : samba_config()->lpcfg_load(loadparm,
						    connect->config_file);
}

/* What is said of it now is said again if Samba is started: nothing is. */
static bool load_silently(const struct spn_connect *connect,
			  struct loadparm_context *loadparm)
{
	int out = -1;
	int err = -1;
	bool ok = false;

	fflush(NULL);
	out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	err = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (out != -1 && err != -1) {
		connect_silence_stderr();
		dup2(STDERR_FILENO, STDOUT_FILENO);
		ok = load(connect, loadparm);
		fflush(NULL);
		dup2(out, STDOUT_FILENO);
		dup2(err, STDERR_FILENO);
	}
	if (out != -1) {
		close(out);
	}
	if (err != -1) {
		close(err);
	}
	return ok;
}

void connect_load_config(struct spn_connect *connect)
{
	struct loadparm_context *loadparm = NULL;

	if (connect->home != NULL || connect->loadparm != NULL) {
		return;
	}
	/* To load it makes it the one of this process, whatever it was. */
	loadparm = samba_config()->loadparm_init_global(false);
	connect->tried = loadparm;
	if (loadparm != NULL && load_silently(connect, loadparm)) {
		connect->loadparm = loadparm;
		return;
	}
	connect_start(connect); /* which says what is wrong */
}

void connect_start(struct spn_connect *connect)
{
	if (connect->home == NULL && !start_late(connect)) {
		exit(SPN_EXIT_CANNOT_RUN);
	}
}

void connect_stop(struct spn_connect *connect)
{
	connect_reading = NULL;
	if (connect->its_popt != NULL) {
		connect->its_popt = poptFreeContext(connect->its_popt);
	}
}
