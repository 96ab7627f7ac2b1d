/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What setspn says, word for word as setspn.exe does: scripts look for these
 * lines. docs/setspn-compat.md has the table. What comes from the directory
 * or the command line is escaped on its way out.
 */
#ifndef SPN_SETSPN_WORDS_H
#define SPN_SETSPN_WORDS_H

#include "args.h"

#include "policy/account.h"

/* On standard output. */
#define SETSPN_CHECKING_DOMAIN "Checking domain %s"
#define SETSPN_CHECKING_FOREST "Checking forest %s"
#define SETSPN_FORESTWIDE                                                     \
	"Operation will be performed forestwide, it might take a while."
#define SETSPN_REGISTERED "Registered ServicePrincipalNames for %s:"
#define SETSPN_REGISTERING "Registering ServicePrincipalNames for %s"
#define SETSPN_UNREGISTERING "Unregistering ServicePrincipalNames for %s"
#define SETSPN_UPDATED "Updated object"
#define SETSPN_EXISTING "Existing SPN found!"
#define SETSPN_NO_SUCH_SPN "No such SPN found."
#define SETSPN_DUPLICATE "Duplicate SPN found, aborting operation!"
#define SETSPN_PROCESSING "Processing entry %zu"
#define SETSPN_REGISTERED_ON "%s is registered on these accounts:"
#define SETSPN_FOUND_GROUPS "found %zu group of duplicate SPNs."

/* On standard error. */
#define SETSPN_FIND_DOMAIN                                                    \
	"FindDomainForAccount: Call to DsGetDcNameWithAccountW failed with "  \
	"return value 0x%08X"
#define SETSPN_NO_ACCOUNT_LISTED "Could not find account %s"
#define SETSPN_NO_ACCOUNT_EDITED "Unable to locate account %s"
#define SETSPN_SERVER_DOWN "Ldap Error(0x51 -- Server Down): ldap_connect"
#define SETSPN_NO_DOMAIN_DN                                                   \
	"Failed to retrieve DN for domain \"%s\" : 0x00000051"
#define SETSPN_NO_TARGET                                                      \
	"Warning: No valid targets specified, reverting to current domain."
#define SETSPN_FAILED "Failed to assign SPN on account %s, error 0x%x/%u -> %s"

/* Ours. */
#define SETSPN_ALREADY "%s is already registered on %s"
#define SETSPN_ALIASED_ON "%s is also answered through %s, by these accounts:"
#define SETSPN_FOUND_ALIASES "found %zu group of clashes through sPNMappings."

/* A line on standard output. */
void setspn_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A line on standard error, without the name of the program. */
void setspn_complain(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* A tab and a value or a DN, on standard output. */
void setspn_item(struct spn_str value);
void setspn_item_text(const char *text);

/* A value at the beginning of a line of -X, in quotes if that would look like
 * another line of it; on mem_ctx, NULL when out of memory. */
char *setspn_head(TALLOC_CTX *mem_ctx, struct spn_str value);

/* "user", "computer": what an account is. */
const char *setspn_kind_text(const struct spn_account *account);

void setspn_usage(void);

/* The system text of a Windows error code. */
const char *setspn_error_text(unsigned code);

#endif
