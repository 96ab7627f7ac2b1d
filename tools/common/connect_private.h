/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of connect share, and nobody else.
 */
#ifndef SPN_COMMON_CONNECT_PRIVATE_H
#define SPN_COMMON_CONNECT_PRIVATE_H

#include "connect.h"
#include "connect_ticket.h"

#include <stdarg.h>

/* Of the process, that are looked at. */
#define CONNECT_MAX_FD 256

/* Above every val that a tool may use. */
enum connect_option {
	CONNECT_OPT_URL = 0x10000,
	CONNECT_OPT_CONFIGFILE,
	CONNECT_OPT_VERSION,
	CONNECT_OPT_TIMEOUT,
	/* of Samba's, where it need not read them */
	CONNECT_OPT_KERBEROS,
	CONNECT_OPT_BIND_DN,
	CONNECT_OPT_PASSWORD,
	CONNECT_OPT_OPTION,
};

struct spn_connect {
	const char *tool;
	const char *usage;
	const struct poptOption *options; /* of the tool */
	bool has_url;			  /* url is what -H says */
	const char *url;		  /* NULL: not looked up yet */
	const char **argv;
	size_t argc;
	const char *added_option; /* to argv, which nobody typed; or NULL */
	/* Why the user's tickets are of no use to Samba's client; or NULL. */
	char *cache_complaint;
	poptContext popt;
	struct loadparm_context *loadparm; /* NULL: not loaded yet */
	struct loadparm_context *tried;	   /* by us, in vain or not; or NULL */
	/* What we have read of Samba's options; NULL: not there. */
	const char *config_file;
	const char **config_options; /* "NAME=VALUE"; NULL-terminated */
	const char *bind_dn;
	const char *password; /* of bind_dn */
	/* Of Samba; NULL before connect_start(). */
	struct ldb_context *home;
	poptContext its_popt; /* NULL: it is popt */
	/* what libldb said while a directory was being opened */
	bool collecting;
	char *first_complaint;
	char *reason;
	bool has_few_modules;	       /* not all of them are loaded */
	bool fails_to_load;	       /* one of them has, in load_each() */
	bool modules_are_odd;	       /* not only files there */
	char *left_out;		       /* paths of modules, a line each */
	char *paths;		       /* of all modules, likewise */
	unsigned timeout;	       /* seconds of silence; 0: none */
	bool has_timeout;	       /* --timeout was given */
	bool is_quiet;		       /* only what is wrong is said */
	struct spn_progress *progress; /* NULL: none */
	bool is_inherited[CONNECT_MAX_FD]; /* sockets that were there */
};

/* "TOOL: message" on stderr, control characters escaped. */
void connect_vmessage(const struct spn_connect *connect,
		      const char *format,
		      va_list ap) __attribute__((format(printf, 2, 0)));

/* ---- connect_options.c */

bool connect_is_end(const struct poptOption *row);

/* The tool's rows, those of enum connect_option that are ours, and --help.
 * NULL when out of memory. */
struct poptOption *connect_own_table(struct spn_connect *connect);

/* Of the command line, which it leaves as it is. NULL after a message. */
poptContext connect_new_popt(const struct spn_connect *connect,
			     const struct poptOption *table);

/* Samba's row for it comes next. False after a message. */
bool connect_pass_config_file(struct spn_connect *connect,
			      poptContext popt,
			      const char *file);

/* ---- connect_check.c */

/* Have Samba's options values of which Samba would say too little, or nothing?
 * False after a message. */
bool connect_check_values(const struct spn_connect *connect);

/* ---- connect_start.c */

/* connect->popt, with Samba's options where the command line has such. False
 * after a message. */
bool connect_begin(struct spn_connect *connect);

/* Has connect->popt rows of Samba? */
bool connect_is_read_by_samba(const struct spn_connect *connect);

/* After the last option. False after a message. */
bool connect_end_options(struct spn_connect *connect);

/* loadparm, if it is not there. */
void connect_load_config(struct spn_connect *connect);

/* home and loadparm, if home is not there. Where that cannot be, the process
 * ends with 2 after a message, as it does if Samba does not understand an
 * option. */
void connect_start(struct spn_connect *connect);

/* connect is about to be freed. */
void connect_stop(struct spn_connect *connect);

/* ---- connect_fold.c */

/* DNs are compared without regard to case, of all letters: Samba sees to it
 * for its own contexts. */
void connect_fold_case(struct ldb_context *ldb);

/* ---- connect_modules.c */

/* Loads those of ldb's modules that a command line and the files of a
 * controller need; where that does not work, all. Before the first ldb_init().
 * False when out of memory. */
bool connect_load_modules(struct spn_connect *connect);

/* For who needs none, or those that open files: ldb_init() would load them
 * all. False where that cannot be prevented. */
bool connect_load_none(struct spn_connect *connect);
bool connect_load_stores(struct spn_connect *connect);

/* And those that a server needs, or a directory with its modules. */
bool connect_load_for(struct spn_connect *connect, bool is_server);

/* ---- connect_trial.c */

/* What is wrong with work(), which a child did, with nothing on stderr: NULL,
 * or a text for behind a colon. Somebody else's signal is nothing wrong. */
const char *connect_trial(TALLOC_CTX *mem_ctx,
			  bool (*work)(void *private_data),
			  void *private_data);

/* Nothing of what follows is seen on stderr. */
void connect_silence_stderr(void);

/* ---- connect_login.c */

/* What stands in that word behind an option's name, "user", or its letter
 * ('\0': it has none), which may stand behind others as in "-NUbob": "",
 * "=bob" or "bob". NULL: the word is no such option. */
const char *connect_behind_name(const char *word,
				const char *name,
				char letter);

/* The value of that option where argv[at] is it; NULL: it is not, or there is
 * no value. */
const char *connect_value_at(const char *const *argv,
			     size_t at,
			     const char *name,
			     char letter);

/* What -s or --configfile says; NULL without one. */
const char *connect_config_file_of(const char *const *argv);

/* An argument of --use-kerberos that leaves nothing else; Samba refuses what
 * it does not know. */
bool connect_is_required(const char *value);

/* What the command line says of logging on. */
struct connect_login {
	bool is_chosen;	     /* something; else a ticket, or a password that
				is asked for */
	bool needs_kerberos; /* and nothing else will do */
	bool names_user;     /* so no ticket of a cache is taken */
	bool is_by_ticket;   /* Kerberos, and nothing else is said */
	/* --use-krb5-ccache, or spn-probe's --ccache; or NULL */
	const char *cache;
};
struct connect_login connect_login_of(const char *const *argv);

/* Where a server is asked, nobody is named, and there is a ticket: Kerberos,
 * as if it was asked for; unless the machine itself can log on.
 * connect->argv may grow. False when out of memory. */
bool connect_prefer_ticket(struct spn_connect *connect);

/* ---- connect_kerberos.c */

/* The name if it is one of a host, and may stand in a URL or be typed; else
 * NULL. */
const char *connect_safe_name(const char *name);

/* What kept a ticket from being taken at that server, and what helps; NULL:
 * nothing that we know of. */
char *connect_logon_reason(TALLOC_CTX *mem_ctx,
			   struct spn_connect *connect,
			   const char *url);

struct connect_ticket;

/* One line on mem_ctx, with the remedy; NULL when it has not expired, and when
 * out of memory. */
char *connect_say_expired(TALLOC_CTX *mem_ctx,
			  const struct connect_ticket *ticket);

/* ---- connect_ldap.c */

enum connect_ldap {
	CONNECT_LDAP_DONE,
	/* Samba's client has to do it, and has more to say when it cannot */
	CONNECT_LDAP_LEFT,
	CONNECT_LDAP_REFUSED, /* the reason is ldb's error string */
};

/* Connects ldb by libldap, which costs far less than Samba's client, where it
 * only reads and the way to log on is one that both have in common. */
enum connect_ldap connect_ldap(struct spn_connect *connect,
			       struct ldb_context *ldb,
			       const struct spn_connect_options *options,
			       const char *url);

/* ---- connect_silence.c */

/* Before any connection is made: those that are there are not ours. */
void connect_note_sockets(struct spn_connect *connect);

/* From now on, a server at url that says nothing is spoken of, and left after
 * connect->timeout; nothing for a local database. False when out of memory. */
bool connect_watch_silence(const struct spn_connect *connect,
			   struct ldb_context *ldb,
			   const char *url);

#endif /* SPN_COMMON_CONNECT_PRIVATE_H */
