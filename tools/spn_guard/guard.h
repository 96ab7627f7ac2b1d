/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of spn-guard. Whatever loads ldb's modules is done in a child: one
 * of them may end the process that loads it, and libldb loads each only once.
 */
#ifndef SPN_SPN_GUARD_GUARD_H
#define SPN_SPN_GUARD_GUARD_H

#include "common/module_list.h"

#include <stdio.h>

struct guard {
	struct loadparm_context *loadparm;
	const char *database; /* the path of sam.ldb */
	const char *file;     /* where the module is, or should be */
	char **argv;	      /* for spn_connect_new() */
	int argc;
};

/* Of sd-daemon(3). */
enum guard_priority {
	GUARD_CRIT = 2,
	GUARD_ERR = 3,
	GUARD_NOTICE = 5,
};

/* One line for the journal, control characters escaped. */
void guard_say(enum guard_priority priority, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* systemd reads our stderr, and knows "<2>" for a priority. */
bool guard_is_in_journal(void);

/* ---- child.c */

/* Writes what it has to say, and returns false if that is why not. */
typedef bool (*guard_work)(FILE *out, const struct guard *guard, void *data);

struct guard_answer {
	bool ok;
	bool is_killed;	  /* by what it did */
	const char *text; /* one or more lines; never NULL */
};

/*
 * What the child says that does the work, with modules loaded as samba does
 * it. quiet: what libraries print is not seen. On mem_ctx; text is "out of
 * memory" then.
 */
struct guard_answer guard_ask(TALLOC_CTX *mem_ctx,
			      const struct guard *guard,
			      bool quiet,
			      guard_work work,
			      void *data);

/* Ends this program, and what it has started, after so many seconds. */
void guard_limit_time(unsigned seconds);

/* ---- trials.c */

enum guard_state {
	GUARD_NOT_ASKED, /* neither listed nor marked */
	GUARD_IN_FORCE,
	GUARD_IDLE,    /* it starts, and checks nothing */
	GUARD_REFUSES, /* as smb.conf wants it */
	GUARD_FAILS,
};

struct guard_look {
	enum {
		GUARD_SEEN,
		GUARD_NO_MODULES,  /* libldb loads none of the folder */
		GUARD_NO_DATABASE, /* no sam.ldb that can be read */
	} how;
	struct module_list list;
	enum guard_state state;
	const char *why; /* of how and state; "" */
};

/* The list, and what the module does on its own on top of that database. */
struct guard_look guard_look(TALLOC_CTX *mem_ctx, const struct guard *guard);

/* Does it open as samba opens it, with that list? *_why if not. */
bool guard_opens(TALLOC_CTX *mem_ctx,
		 const struct guard *guard,
		 const char *names,
		 const char **_why);

bool guard_write(TALLOC_CTX *mem_ctx,
		 const struct guard *guard,
		 struct module_list_change *change,
		 const char **_why);

/* ---- guard.c */

enum guard_exit {
	GUARD_EXIT_FINE = 0,   /* in force, or not wanted */
	GUARD_EXIT_OFF = 1,    /* said what */
	GUARD_EXIT_CANNOT = 2, /* samba does not start, or it is not known */
};

int guard_run(TALLOC_CTX *mem_ctx, const struct guard *guard);

#endif
