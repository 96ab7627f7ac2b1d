/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the parts of setspn share: one run, with its plan and its directory.
 * All of them say themselves what happened, and return the exit status.
 */
#ifndef SPN_SETSPN_SETSPN_H
#define SPN_SETSPN_SETSPN_H

#include "store/store.h"

#include "directory/search.h"
#include "common/connect.h"
#include "common/progress.h"
#include "args.h"
#include "words.h"

enum setspn_exit {
	SETSPN_DONE = SPN_EXIT_DONE,
	SETSPN_NO = 1, /* refused, found or not found: the answer is no */
	SETSPN_CANNOT_RUN = SPN_EXIT_CANNOT_RUN,
};

/* A domain of the forest. */
struct setspn_domain {
	struct ldb_dn *dn;
	const char *dns_name;
	const char *netbios_name;
	bool is_here; /* the server holds it */
};

struct setspn {
	const struct setspn_plan *plan;
	struct spn_connect *connect;
	TALLOC_CTX *mem_ctx;	       /* outlives the directory */
	struct spn_progress *progress; /* of -X without -P; NULL: none */
	struct spn_store store;
	struct audit_server *server;   /* what it says of itself */
	const char *root;	       /* DN of the forest's first domain */
	struct setspn_domain *domains; /* the server's own one first */
	size_t num_domains;
	const struct setspn_domain **targets; /* at least one */
	size_t num_targets;
};

/* accounts.c */

/* Fills domains and targets; a -T that is no domain is warned of. */
int setspn_read_domains(struct setspn *s);

/* plan->account; when it is not there, what setspn.exe says of that. */
int setspn_find_account(const struct setspn *s,
			TALLOC_CTX *mem_ctx,
			struct spn_account **_account);

/* sPNMappings and the domains, as the rules want them. */
int setspn_read_forest(const struct setspn *s,
		       TALLOC_CTX *mem_ctx,
		       struct spn_forest **_forest);

/* search.c */

/* "Checking domain ...", unless -P or --dry-run. */
void setspn_say_scope(const struct setspn *s);

/* Everything in the scope that the filter finds, in pages if must be. */
struct setspn_search {
	const char *filter;
	const char *const *attrs;
	/* LDB codes */
	int (*entry)(void *private_data, const struct ldb_message *msg);
	void (*restart)(void *private_data); /* all of it comes again */
	void *private_data;
};
int setspn_search(const struct setspn *s, const struct setspn_search *search);

/* sharing.c */

/* DNs of accounts that may hold SPN_OF_KRBTGT beside others. Starts as {}. */
struct setspn_sharing {
	const char **dns;
	size_t num_dns;
};

/* Asks the directory for them. */
int setspn_read_sharing(const struct setspn *s,
			struct setspn_sharing *_sharing);

/* Does this account hold that SPN without being a duplicate? It is one of
 * sharing, or the entry itself says so. */
bool setspn_is_shared(const struct setspn_sharing *sharing,
		      const char *dn,
		      const struct ldb_message *msg,
		      struct spn_str spn);

/* Of search.c again. */

/* "cannot search: ..." and SETSPN_CANNOT_RUN. */
int setspn_failed(const struct setspn *s, const char *what, int ret);
int setspn_out_of_memory(const struct setspn *s);

/* query.c */
int setspn_list(const struct setspn *s);
int setspn_query(const struct setspn *s);
/* The DN and all SPNs of an account. */
void setspn_show(const struct spn_account *account);

/* answers.c: whose key a client gets that asks for the SPN of the plan, unless
 * that is its only holder. On standard error: the original says nothing. */
int setspn_say_answer(const struct setspn *s);

/* duplicates.c. A local directory is closed behind it: its files cannot
 * be open twice in a process. */
int setspn_duplicates(struct setspn *s);

/* write.c */
int setspn_add(const struct setspn *s);
int setspn_reset(const struct setspn *s);
int setspn_delete(const struct setspn *s);

/* send.c */

/* A change of one account: these values come, or go. */
struct setspn_change {
	const struct spn_account *account; /* as it is */
	const struct spn_str *values;
	size_t num_values;
	struct spn_str asked; /* what the command line names; len 0: all */
	bool takes;
	bool gives_up_duplicate; /* Samba refuses that by value */
};
/* In one modify, or as LDIF where the plan says so. */
int setspn_send(const struct setspn *s, const struct setspn_change *change);

/* command.c */

/*
 * Commands to be typed into a shell: "setspn -U -S 'http/web01' 'svc'", with
 * the -H and the way of logging on of this run. On mem_ctx; NULL when out of
 * memory, and if something of it cannot be seen or typed.
 */
char *setspn_add_command(const struct setspn *s,
			 TALLOC_CTX *mem_ctx,
			 const struct spn_account *account,
			 struct spn_str value);

/* -D from all of those, then -S, both with the other half of a pair. */
char *setspn_move_command(const struct setspn *s,
			  TALLOC_CTX *mem_ctx,
			  const struct spn_holders *from,
			  const struct spn_account *to,
			  struct spn_str value);

/* explain.c */

/* Why the policy refuses; what a person can do. SETSPN_NO. */
int setspn_explain(const struct setspn *s,
		   TALLOC_CTX *mem_ctx,
		   const struct spn_account *account,
		   const struct spn_report *report);

/* What the policy lets pass, and who else takes part in it. */
void setspn_warn(const struct setspn *s,
		 TALLOC_CTX *mem_ctx,
		 const struct spn_report *report);

bool setspn_is_host(struct spn_str value); /* of the class HOST */
/* What to do where Samba refuses HOST, which it takes only before what HOST
 * stands for. */
void setspn_host_first(const struct setspn *s);

/* After the server has refused what is in the report: Samba itself refuses
 * some clashes through sPNMappings, and does not say which account it is. */
void setspn_explain_aliases(const struct setspn *s,
			    TALLOC_CTX *mem_ctx,
			    const struct spn_account *account,
			    const struct spn_report *report);

#endif
