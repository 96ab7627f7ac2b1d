/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of spn-policy: one function a command, and what they share.
 * Every command returns the exit code of the program.
 */
#ifndef SPN_SPN_POLICY_TOOL_H
#define SPN_SPN_POLICY_TOOL_H

#include "common/connect.h"
#include "common/terminal.h"
#include "common/module_list.h"

#include "policy/rules/rules.h"
#include "store/store.h"

#ifndef SPN_POLICY_MODULESDIR
#define SPN_POLICY_MODULESDIR "/usr/lib/samba/ldb"
#endif

/* SPN_EXIT_DONE and SPN_EXIT_CANNOT_RUN, and between them: */
enum policy_exit {
	POLICY_EXIT_OFF = 1, /* status, check: something is off */
};

struct policy_tool {
	struct spn_connect *connect;
	const char *path;     /* the local database; NULL over LDAP */
	const char *argument; /* of set and unset; NULL when there is none */
	bool force;	      /* set: an account that this DC does not know */
	bool all;	      /* status: of every DC */
	const char *format;   /* of that; NULL: text */
	bool is_quiet;	      /* not what was done, if all went well */
	struct spn_terminal terminal; /* standard output */
};

int policy_enable(TALLOC_CTX *mem_ctx, const struct policy_tool *tool);
int policy_disable(TALLOC_CTX *mem_ctx, const struct policy_tool *tool);
int policy_status(TALLOC_CTX *mem_ctx, const struct policy_tool *tool);
int policy_check(TALLOC_CTX *mem_ctx, const struct policy_tool *tool);
int policy_set(TALLOC_CTX *mem_ctx, const struct policy_tool *tool);
int policy_unset(TALLOC_CTX *mem_ctx, const struct policy_tool *tool);

/* One line on stdout, control characters escaped. */
void policy_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same of what was done, or need not be: not with --quiet. */
void policy_tell(const struct policy_tool *tool, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* What begins such a line, "PROBLEM:" or "note:", in its colour. */
void policy_mark(const struct policy_tool *tool, const char *label);

/* "TOOL: out of memory"; returns SPN_EXIT_CANNOT_RUN. */
int policy_oom(const struct policy_tool *tool);

/* ---- modules.c: the list of modules in @MODULES */

/*
 * The file that this process has loaded the module from; when it has not,
 * the one that was left out because it cannot be loaded, or what is where the
 * module should be. NULL: none of them. Ask after a database was opened.
 */
char *policy_module_file(TALLOC_CTX *mem_ctx,
			 const struct policy_tool *tool,
			 bool *_loaded);

/* Is it where every program looks, whatever its environment? */
bool policy_in_modules_dir(const char *file);

/* ---- settings.c: the settings object */

/* One value of msDS-Settings. */
struct policy_line {
	struct spn_str raw;  /* as stored */
	char *name;	     /* before the first '=', without blanks around */
	char *value;	     /* after it; "" when there is no '=' */
	const char *problem; /* NULL: it counts */
};

struct policy_settings {
	struct ldb_dn *dn;
	bool exists;
	struct policy_line *lines;
	size_t num_lines;
	char *ds_heuristics; /* NULL when it has none */
	const char *mode;    /* smb.conf spn_policy:mode; NULL when not set */
	bool mode_is_bad;
	struct spn_settings *in_object; /* defaults and lines */
	struct spn_settings *effective; /* and dSHeuristics and mode */
};

/* NULL after a message. */
struct policy_settings *policy_settings_read(TALLOC_CTX *mem_ctx,
					     const struct policy_tool *tool,
					     struct ldb_context *ldb);

/* One line on stdout for each that is not understood; how many there are. */
size_t policy_settings_problems(const struct policy_tool *tool,
				const struct policy_settings *settings);

/* Makes an empty settings object if there is none. False after a message.
 * A read-only DC cannot and need not: true, after a note. */
bool policy_settings_create(const struct policy_tool *tool,
			    struct ldb_context *ldb);

/* The object with one line, or with none (NULL). LDB codes. */
int policy_object_add(struct ldb_context *ldb,
		      struct ldb_dn *dn,
		      const char *line);

/* "settings object", "dSHeuristics" or "default": where the effective value
 * of a key comes from. NULL when out of memory. */
const char *policy_source(TALLOC_CTX *mem_ctx,
			  const struct policy_settings *settings,
			  const char *name);

/* ---- effects.c: what valid settings do */

/* KEY=VALUE, or KEY alone (value NULL). */
struct policy_argument {
	char *name;
	char *value;	  /* as it is stored */
	char *text;	  /* of both */
	char *shown;	  /* ... for people */
	const char *also; /* another form of the value, or NULL */
};

/*
 * One line for each effect of the settings that may not be meant: of all of
 * them on stdout, or on stderr of one that was just set or unset (its other
 * values are left out). *_num_warnings: those by which more is let in than it
 * seems, or which do nothing. False after a message.
 */
bool policy_effects(TALLOC_CTX *mem_ctx,
		    const struct policy_tool *tool,
		    struct ldb_context *ldb,
		    const struct policy_settings *settings,
		    const struct policy_argument *only,
		    size_t *_num_warnings);

/* ---- exempt.c: the accounts that exempt-account names */

struct policy_account {
	bool is_named; /* it is the one, by its objectGUID or name */
	bool exempt;   /* the module spares it */
	bool is_group;
	const char *name; /* NULL: there is none */
	const char *guid;
};

/* Who value names, else one that may be meant. False after a message. */
bool policy_find_account(TALLOC_CTX *mem_ctx,
			 const struct policy_tool *tool,
			 struct ldb_context *ldb,
			 const char *value,
			 struct policy_account *_account);

/*
 * Where the argument is an exempt-account: by its objectGUID from now on. Exit
 * code; SPN_EXIT_CANNOT_RUN after a message, also if must_exist and there is
 * no such account, unless tool->force.
 */
int policy_name_account(TALLOC_CTX *mem_ctx,
			const struct policy_tool *tool,
			struct ldb_context *ldb,
			bool must_exist,
			struct policy_argument *argument);

/* "svcweb, web01$": of each value the account's name, or the value itself.
 * NULL after a message, and when out of memory. */
char *policy_account_names(TALLOC_CTX *mem_ctx,
			   const struct policy_tool *tool,
			   struct ldb_context *ldb,
			   const char *const *values);

/* Says that something could not be looked up. False. */
bool policy_lookup_failed(const struct policy_tool *tool,
			  struct ldb_context *ldb,
			  int ret);

/* ---- all_dcs.c: every DC of the domain */

int policy_status_all(TALLOC_CTX *mem_ctx, const struct policy_tool *tool);

/* "text", "json" or "prometheus"? */
bool policy_is_format(const char *name);

/* ---- status.c: the DC that answers, local or over LDAP */

/* Its nTDSDSA object; NULL when it does not tell. */
struct ldb_dn *policy_this_dc(TALLOC_CTX *mem_ctx, struct ldb_context *ldb);

/* A read-only DC answers writes with a referral, which no tool follows. */
bool policy_is_read_only(TALLOC_CTX *mem_ctx, struct ldb_context *ldb);

#endif /* SPN_SPN_POLICY_TOOL_H */
