/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line that every tool has in common, and the way from it to an
 * open directory: a local sam.ldb, or ldap://, ldaps://, ldapi://.
 *
 *	connect = spn_connect_new(mem_ctx, "spn-audit", "[OPTION...]",
 *				  table, argc, argv);
 *	while ((opt = spn_connect_next_option(connect)) > 0) {
 *		switch (opt) ... spn_connect_option_argument(...)
 *	}
 *	if (opt < 0) {
 *		return SPN_EXIT_CANNOT_RUN;
 *	}
 *	ldb = spn_connect_open(mem_ctx, connect, NULL);
 */
#ifndef SPN_COMMON_CONNECT_H
#define SPN_COMMON_CONNECT_H

#include <stdbool.h>
#include <stddef.h>
#include <popt.h>
#include <talloc.h>
/* before ldb.h: it defines ldb_val */
#include <util/data_blob.h>
#include <ldb.h>

#include "policy/spn.h"

/* What all tools have in common; 1 means something else in each of them. */
enum spn_exit {
	SPN_EXIT_DONE = 0,
	SPN_EXIT_CANNOT_RUN = 2,
};

struct spn_connect;
struct loadparm_context;

struct spn_connect_options {
	/* NULL: what -H says, and without -H the local sam.ldb */
	const char *url;
	/* NULL: as listed in the database; "": no module at all, which is
	 * enough for @ records; otherwise a list like "samba_dsdb".
	 * Only for local databases. */
	const char *modules;
	/* true: no write is possible through this context */
	bool read_only;
	/* true: a failure prints nothing; see spn_connect_reason() */
	bool quiet;
	/* true: as nobody, whatever the command line says; for a socket of
	 * this machine, which knows root without a password */
	bool as_nobody;
};

/*
 * Takes the command line of a tool: its own options (a popt table that ends
 * with POPT_TABLEEND; each row has a val above 0, short -s, -H and those of
 * "samba-tool" are taken) and Samba's common ones. Passwords are wiped out of
 * argv, so that "ps" does not show them; use the copies from here.
 *
 * usage is what --help shows after the tool's name. Only one can exist in a
 * process, and it must outlive every directory that was opened with it.
 * Returns NULL after a message on stderr.
 */
struct spn_connect *spn_connect_new(TALLOC_CTX *mem_ctx,
				    const char *tool,
				    const char *usage,
				    const struct poptOption *options,
				    int argc,
				    char **argv);

/*
 * The val of the next option of the tool's own table, 0 after the last one
 * (smb.conf can be asked for by then, not before), -1 after a message on
 * stderr.
 * --help and --version do not return. Must be called up to the 0.
 */
int spn_connect_next_option(struct spn_connect *connect);

/* The argument of that option, NULL when it has none or out of memory. */
char *spn_connect_option_argument(TALLOC_CTX *mem_ctx,
				  struct spn_connect *connect);

/* What is left after the options; NULL-terminated, owned by connect. */
const char *const *spn_connect_arguments(struct spn_connect *connect,
					 size_t *_num_arguments);

/* "TOOL: message" and where help is, on stderr. Returns SPN_EXIT_CANNOT_RUN.
 */
int spn_connect_usage_error(const struct spn_connect *connect,
			    const char *format,
			    ...) __attribute__((format(printf, 2, 3)));

/* "TOOL: message" on stderr, control characters escaped. */
void spn_connect_message(const struct spn_connect *connect,
			 const char *format,
			 ...) __attribute__((format(printf, 2, 3)));

/* The same of what is nothing wrong: not with --quiet. */
void spn_connect_note(const struct spn_connect *connect,
		      const char *format,
		      ...) __attribute__((format(printf, 2, 3)));
void spn_connect_be_quiet(struct spn_connect *connect);

/* Each message wipes it away first. NULL: there is none. */
struct spn_progress;
void spn_connect_set_progress(struct spn_connect *connect,
			      struct spn_progress *progress);

/* 'it', as spn_quote() has it, for a message: what the user typed, or what
 * stands in the directory; backslashes stay, as in DOMAIN\name and in a DN.
 * Lives as long as connect; never NULL. */
const char *spn_connect_quote(const struct spn_connect *connect,
			      const char *text);

/* True if there is a -H. */
bool spn_connect_has_url(const struct spn_connect *connect);

/* What -H says, or the path of the local sam.ldb. NULL: out of memory. */
const char *spn_connect_url(struct spn_connect *connect);

/*
 * The options of this run by which it logs on, for a command that is offered
 * to be typed: " --user='alice' --use-kerberos='required'", or "". Never a
 * password. On mem_ctx; NULL when out of memory, and if something of it cannot
 * be seen.
 */
char *spn_connect_login_words(TALLOC_CTX *mem_ctx,
			      const struct spn_connect *connect);

/*
 * Whom the command line names, "alice@EXAMPLE.COM" on mem_ctx, and his
 * password, which is connect's and is asked for at the terminal if it was not
 * given. Both NULL where nobody is named: then a ticket of a cache is meant.
 * False when out of memory.
 */
bool spn_connect_principal(TALLOC_CTX *mem_ctx,
			   struct spn_connect *connect,
			   const char **_principal,
			   const char **_password);

/* The cache that --use-krb5-ccache names, or spn-probe's --ccache; NULL: none
 * is named. */
const char *spn_connect_cache(const struct spn_connect *connect);

/* How a program of ours that this one starts logs on as this run does. */
struct spn_connect_heir {
	/* "--user=alice@EXAMPLE.COM", or "--machine-pass"; no secret is in
	 * them. NULL-terminated. */
	const char *arguments[4];
	const char *password; /* for PASSWD_FD; connect's; NULL: none */
	const char *cache;    /* for KRB5CCNAME; NULL: as it is */
};

/*
 * To a KDC: as the user that is named; else with the ticket of the cache; and
 * as the account of this machine where root works on a database of it and has
 * no ticket. On mem_ctx. False when out of memory.
 */
bool spn_connect_heir_of(TALLOC_CTX *mem_ctx,
			 struct spn_connect *connect,
			 struct spn_connect_heir *_heir);

/* The seconds of --timeout; usual where it was not given. */
unsigned spn_connect_timeout(const struct spn_connect *connect,
			     unsigned usual);

/* The file that url stands for; NULL when it is not a local database. */
const char *spn_connect_local_path(const char *url);

/*
 * Opens a directory. options may be NULL (all members zero). Credentials,
 * smb.conf and the SYSTEM session for local databases are those of the
 * command line. Any number of them can be open, but contexts of one database
 * share its files inside a process: do not mix read_only ones with others at
 * the same time.
 *
 * Returns NULL after one line on stderr: what could not be opened, why, and
 * the remedy where one is known.
 */
struct ldb_context *spn_connect_open(
	TALLOC_CTX *mem_ctx,
	struct spn_connect *connect,
	const struct spn_connect_options *options);

/*
 * A context for what was read elsewhere. Before any other use of libldb: it
 * sees to it that only what opens files is loaded. NULL when out of memory.
 */
struct ldb_context *spn_connect_to_nothing(TALLOC_CTX *mem_ctx,
					   struct spn_connect *connect);

/*
 * Would spn_connect_open() with these options, or a transaction without a
 * write, end this process by a signal? Then true, and spn_connect_reason()
 * says which one. A child tries it.
 */
bool spn_connect_kills(TALLOC_CTX *mem_ctx,
		       struct spn_connect *connect,
		       const struct spn_connect_options *options);

/* Is it a signal by which a process ends for what it did itself, and not one
 * by which somebody ends it? */
bool spn_connect_is_own_death(int number);

/*
 * A tool begins with the few of ldb's modules that it needs, and the others
 * are loaded when a directory is opened through them. Who wants to know which
 * of them cannot be loaded says so at once: those that would end this process
 * are left out, with one message for each. False when out of memory.
 */
bool spn_connect_load_all(struct spn_connect *connect);

/* The path of the module with that file name that was left out, because it
 * cannot be loaded; NULL when it was not. */
char *spn_connect_left_out(TALLOC_CTX *mem_ctx,
			   const struct spn_connect *connect,
			   const char *name);

/* What libldb has to say about that context comes as messages of the tool; for
 * contexts that spn_connect_open() did not make. */
void spn_connect_listen(struct spn_connect *connect, struct ldb_context *ldb);

/* Why the last spn_connect_open() failed; one line, valid until the next. */
const char *spn_connect_reason(const struct spn_connect *connect);

/* Stands in a reason where a server does not know who logs on. */
#define SPN_CONNECT_WRONG_LOGON "wrong user name or password"

/* Of an ldb context: why no ticket was taken for it, where that is known. */
#define SPN_CONNECT_NO_TICKET "spn_connect_no_ticket"

/* Of an ldb context: a text, once its server was left for its silence. */
#define SPN_CONNECT_GIVEN_UP "spn_connect_given_up"
bool spn_connect_is_given_up(struct ldb_context *ldb);

/* The last error of an open directory as text that is never empty. */
const char *spn_connect_error(struct ldb_context *ldb, int ret);

/* ---- connect_each.c: several servers, all at the same time */

/* What became of one of them. */
struct spn_connect_answer {
	bool is_answer; /* else text says why there is none */
	struct spn_str text;
};

/*
 * What a server is asked, in a child with an open directory that nobody else
 * sees; number is the place of its URL. The text, on mem_ctx, goes to the
 * parent; NULL is out of memory. False: the text is the reason why there is no
 * answer.
 */
struct spn_connect_question {
	bool (*ask)(TALLOC_CTX *mem_ctx,
		    struct ldb_context *ldb,
		    size_t number,
		    void *private_data,
		    struct spn_str *_text);
	void *private_data;
};

/*
 * One answer for each URL, in their order; NULL when out of memory. Whatever
 * a server does, the others are not disturbed, and after --timeout (10 seconds
 * where it was not given) it has not answered. A password is asked for once,
 * before. Where nobody is named, there is no ticket, and -H is no server: as
 * the account of this machine.
 */
struct spn_connect_answer *spn_connect_ask_each(
	TALLOC_CTX *mem_ctx,
	struct spn_connect *connect,
	const char *const *urls,
	size_t num_urls,
	const struct spn_connect_question *question);

/* ldap://HOST for a name that stands in the directory, or ldaps:// if -H is
 * such a server; on mem_ctx. NULL when it is none of a host, and when out of
 * memory. */
char *spn_connect_url_of(TALLOC_CTX *mem_ctx,
			 struct spn_connect *connect,
			 const char *host);

/* smb.conf, for lpcfg_* of samba.h; never NULL. */
struct loadparm_context *spn_connect_loadparm(struct spn_connect *connect);

/* name inside smb.conf's private dir. NULL: out of memory. */
char *spn_connect_private_path(TALLOC_CTX *mem_ctx,
			       struct spn_connect *connect,
			       const char *name);

#endif /* SPN_COMMON_CONNECT_H */
