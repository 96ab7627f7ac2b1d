/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of modules of a DC's own sam.ldb: @LIST of the record @MODULES,
 * names with commas between them. Beside it stands the mark of spn-guard.
 */
#ifndef SPN_COMMON_MODULE_LIST_H
#define SPN_COMMON_MODULE_LIST_H

#include "connect.h"

#define SPN_MODULE_NAME "spn_policy"
#define SPN_MODULE_FILE SPN_MODULE_NAME ".so"

/*
 * An attribute of @MODULES: spn-guard has taken the module off the list, and
 * will put it back. The time (20261129120000.0Z), a blank, and why. ldb and
 * Samba look at @LIST only; the mark goes with each copy of the database.
 */
#define MODULE_LIST_MARK "@SPNGUARD"

struct module_list {
	const char *names;
	const char *mark; /* NULL: none */
};

/* names with spn_policy in front, and without it; the others keep their
 * order. In the form that ldb reads: commas, no blanks. NULL when out of
 * memory. */
char *module_list_with(TALLOC_CTX *mem_ctx, const char *names);
char *module_list_without(TALLOC_CTX *mem_ctx, const char *names);
bool module_list_has(const char *names, const char *module);

/* The list of the database, read without any module. False after a message. */
bool module_list_read(TALLOC_CTX *mem_ctx,
		      struct spn_connect *connect,
		      struct module_list *_list);

/* "2026-11-29 12:00:00 UTC: why", or the mark as it is. On mem_ctx; NULL when
 * out of memory. */
char *module_list_mark_text(TALLOC_CTX *mem_ctx, const char *mark);

/* A new mark, of now. NULL when out of memory. */
char *module_list_mark_new(TALLOC_CTX *mem_ctx, const char *why);

/* Where the module is installed. */
extern const char *const module_list_file;

struct module_list_change {
	const char *expected; /* names; NULL: whatever is there */
	struct module_list
		wanted; /* without names: what is there without us */
	bool changed;	/* out: false when @LIST was so already */
	bool had_mark;	/* out */
};

/* False after a message; nothing is changed then. */
bool module_list_write(TALLOC_CTX *mem_ctx,
		       struct spn_connect *connect,
		       struct module_list_change *change);

#endif
