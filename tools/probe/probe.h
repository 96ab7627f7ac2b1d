/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One run of spn-probe: what was asked for, what was seen, and what follows.
 * Facts come from the folders below; judge*.c makes verdicts of them, and does
 * nothing else; text.c and json.c write both down.
 */
#ifndef SPN_PROBE_PROBE_H
#define SPN_PROBE_PROBE_H

#include "common/connect.h"
#include "common/terminal.h"
#include "directory/key_holder.h"
#include "probe/kdc_log.h"
#include "probe/kerberos/keytab.h"
#include "probe/names/names.h"
#include "probe/web/http.h"

enum probe_exit {
	PROBE_ALL_WORK = SPN_EXIT_DONE,
	PROBE_SOME_FAIL = 1,
	PROBE_CANNOT_RUN = SPN_EXIT_CANNOT_RUN,
};

#define PROBE_MOST_ACCOUNTS 100

struct probe_options {
	const char *url; /* NULL with --kdc-log or --keytab alone */
	const char *keytab;
	/* Whose keys are looked for in it, by logon names. */
	const char *accounts[PROBE_MOST_ACCOUNTS];
	size_t num_accounts;
	const char *ccache;
	const char *kdc_log;
	const char *proxy;
	const char *ca_file;
	const struct probe_server *server; /* Apache unless it was said */
	bool is_server_given;
	bool asks_http;
	bool is_insecure;
	bool all_clients;
	bool no_directory;
	bool no_kdc;
	bool as_json;
	bool is_quiet;
	enum spn_color color;
	struct spn_terminal terminal; /* where the report goes */
	unsigned timeout;	      /* seconds for each step */
};

/* ------------------------------------------------------------- verdicts */

enum probe_weight {
	PROBE_GOOD,
	PROBE_NOTE,    /* nothing is wrong with it today */
	PROBE_WARNING, /* works for some, or not for long */
	PROBE_FAULT,   /* here a password is asked for */
};

/* messages.c has all of them. */
struct probe_message {
	const char *code; /* "WEB-201" */
	enum probe_weight weight;
	const char *title;	 /* a few words, for lists */
	const char *explanation; /* for --explain */
};

struct probe_verdict {
	const struct probe_message *message;
	const char *text; /* one line */
	/* What to type, a line each; may be followed by more than one. */
	const char **fixes;
	size_t num_fixes;
};

struct probe_verdicts {
	struct probe_verdict *list;
	size_t num;
};

/* ------------------------------------------------------------ directory */

/* What a ticket's fate hangs on, of an account. */
struct probe_account {
	const struct spn_account *account; /* NULL: nobody */
	bool is_disabled;
	bool is_expired;
	/* A computer or user that never had a password: a KDC has no key. */
	bool has_no_password;
	uint32_t types; /* msDS-SupportedEncryptionTypes; 0: not set */
	uint32_t kvno;	/* msDS-KeyVersionNumber; 0: not told */
	bool delegates_to_any;
	size_t num_delegates_to; /* msDS-AllowedToDelegateTo */
};

/* What the directory says of one name. All of it on the row. */
struct probe_held {
	struct spn_key_holder holder;
	struct probe_account who; /* that of holder.answer */
	/* The other half of an http name, "http/web01"; NULL: it has none. */
	const char *partner;
	struct spn_key_holder partner_holder;
	/* Who holds https/HOST, which no client asks for; NULL: nobody. */
	const struct spn_account *https_holder;
};

/* ------------------------------------------------------------------ run */

struct probe_row {
	const struct probe_name *name;
	struct probe_held *held;       /* NULL: no directory was seen */
	struct probe_ticket *ticket;   /* NULL: no KDC was asked */
	struct probe_opening *opening; /* NULL: no keytab, or no ticket */
	/* What the user has of before, and what the keytab does with it. */
	struct probe_ticket *cached; /* NULL: none */
	struct probe_opening *cached_opening;
	const struct probe_logged *logged; /* NULL: not of a log */
	struct probe_verdicts verdicts;
};

/* Has the keytab the current key of this account? */
struct probe_key_of {
	const char *name;
	const struct probe_ticket *ticket; /* for it, or an error */
	/* Of the keytab, that are its; 0: the current one is not there. */
	size_t num_keys;
	const char *detail; /* one line for people */
};

enum probe_file {
	PROBE_FILE_OTHER,
	PROBE_FILE_MISSING,  /* or empty, or a keytab without entries */
	PROBE_FILE_NOT_OURS, /* to read */
};

struct probe {
	const struct probe_options *options;
	struct spn_connect *connect;
	time_t now;

	struct probe_target *target; /* NULL: no URL */
	struct probe_dns *dns;
	struct probe_names *names;
	const char *names_reason; /* why libkrb5 could not be asked, or NULL */
	struct probe_row *rows;
	size_t num_rows;

	struct spn_store store; /* ldb NULL: no directory */
	struct spn_forest *forest;
	const char *directory;	      /* whom we asked: its URL */
	const char *directory_server; /* the name that it has; or NULL */
	const char *directory_reason; /* why there is none */
	/* " -H 'ldap://dc1' --user='alice'" for commands that are offered;
	 * NULL: something of it cannot be typed. */
	const char *login_words;

	struct probe_kerberos *krb;
	const char *krb_reason;
	const char *samba_cache; /* of --use-krb5-ccache, or NULL */
	bool is_user_named; /* with -U, so no ticket of his own is meant */
	struct probe_keytab *keytab;
	const char *keytab_reason;
	enum probe_file keytab_file; /* what is in its place, with a reason */
	/* One for each entry of the keytab; NULL: no KDC was asked. */
	struct probe_keytab_check *checks;
	const struct spn_account **owners; /* of each, NULL: not known */
	/* One for each --account; NULL: none, or no KDC was asked. */
	struct probe_key_of *key_of;
	struct probe_http *http;
	struct probe_kdc_log *log;

	/* Whose site it is: whose ticket the web server has let in, whose keys
	 * are in its keytab, or the only account that holds one of the names.
	 * NULL: not known. */
	const struct spn_account *site;
	bool is_site_seen;		/* by the web server or the keytab */
	struct probe_verdicts verdicts; /* of the whole, not of one name */
};

/*
 * Opens the directory and looks each row up; what cannot be had is said in
 * directory_reason. LDB_ERR_OPERATIONS_ERROR: out of memory.
 */
bool probe_directory_open(struct probe *probe);
bool probe_directory_look(struct probe *probe, struct probe_row *row);

/* owner.c: whose the entries of the keytab are, then whose site it is. False
 * when out of memory. */
bool probe_find_owners(struct probe *probe);
void probe_find_site(struct probe *probe);

/* Of --ccache or --use-krb5-ccache; NULL: the default one. */
const char *probe_cache_named(const struct probe *probe);

/* accounts.c: --account. False when out of memory. */
bool probe_find_keys(struct probe *probe);

/* The answer of it, in one sentence on mem_ctx, and an enum probe_exit; for a
 * keytab that could be read. */
const char *probe_keys_sentence(TALLOC_CTX *mem_ctx,
				const struct probe *probe);
int probe_keys_status(const struct probe *probe);

/* All steps. False after one line in *_why, which says what to type instead if
 * it was typed. */
bool probe_run(struct probe *probe, const char **_why);

/* messages.c: NULL behind the last one. */
const struct probe_message *probe_message_at(size_t i);
const struct probe_message *probe_message_find(const char *code);

/* judge*.c: false when out of memory. */
bool probe_judge(struct probe *probe);

/* run_log.c: the log, and a row for each name that a client did not get, or
 * got with RC4. False after one line in *_why; NULL: out of memory. */
bool probe_take_log(struct probe *probe, const char **_why);

/* The worst of one row, or of all; PROBE_GOOD without verdicts. */
enum probe_weight probe_weight_of(const struct probe_verdicts *verdicts);
enum probe_weight probe_worst(const struct probe *probe);

/* judge_keytab.c: the entries of a keytab by themselves. */
bool probe_judge_entries(struct probe *probe);

/* Whose key it is, as the directory says; NULL: nobody's, or not known. */
const struct spn_account *probe_row_account(const struct probe_row *row);

/* Whose ticket the web server gets: as this machine's clients would ask. NULL:
 * there is none. */
struct probe_row *probe_row_of_http(const struct probe *probe);

/* The answer in one sentence, on probe. NULL: out of memory. */
const char *probe_sentence(struct probe *probe);

/* enum probe_exit */
int probe_status(const struct probe *probe);

/* The whole report, on mem_ctx. NULL: out of memory. */
char *probe_text(TALLOC_CTX *mem_ctx, struct probe *probe);
char *probe_json(TALLOC_CTX *mem_ctx, struct probe *probe);

#endif
