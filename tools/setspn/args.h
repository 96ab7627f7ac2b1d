/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line of setspn: what setspn.exe takes, and Samba's long
 * options. Pure: no file, no network, nothing printed.
 */
#ifndef SPN_SETSPN_ARGS_H
#define SPN_SETSPN_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>

enum setspn_verb {
	SETSPN_HELP,
	SETSPN_ADD, /* -S, -A */
	SETSPN_DELETE,
	SETSPN_LIST,
	SETSPN_RESET,
	SETSPN_QUERY,
	SETSPN_DUPLICATES, /* -X */
	SETSPN_VERSION,
};

enum setspn_kind {
	SETSPN_ANY_KIND, /* a computer of that name, else a user */
	SETSPN_COMPUTER,
	SETSPN_USER,
};

struct setspn_plan {
	enum setspn_verb verb;
	enum setspn_kind kind;
	const char *spn;      /* NULL where the verb takes none */
	const char *account;  /* likewise */
	const char **targets; /* -T; NULL-terminated, never NULL. "" and "*"
				 are the domain of the server */
	size_t num_targets;
	bool forest;
	bool quiet;
	bool single;
	bool pair;
	bool dry_run;
	bool aliases;
	bool compat_exit;
	/*
	 * For spn_connect_new(): the name of the program and what is left to
	 * Samba, NULL-terminated. These are the strings of argv, so that
	 * passwords are wiped out where everybody can see them.
	 */
	char **connect_argv;
	int connect_argc;
};

/*
 * On false *_reason is one line on mem_ctx that names the argument and the
 * remedy, or NULL when out of memory.
 */
bool setspn_args_parse(TALLOC_CTX *mem_ctx,
		       int argc,
		       char **argv,
		       struct setspn_plan **_plan,
		       const char **_reason);

/* Whether --compat-exit is among them, where the rest makes no sense. */
bool setspn_args_compat_exit(int argc, char **argv);

#endif
