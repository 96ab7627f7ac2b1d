/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Can the web server open this ticket with its keytab? Servers differ in what
 * they compare before they try a key (servers_table.c, measured).
 */
#ifndef SPN_PROBE_KEYTAB_H
#define SPN_PROBE_KEYTAB_H

#include "policy/spn.h"
#include "probe/kerberos/kerberos.h"

/* What a kind of server wants of a keytab besides the right key. */
struct probe_server {
	const char *word;  /* of --server: "apache", "nginx", "squid" */
	const char *title; /* "Apache with mod_auth_gssapi" */
	bool checks_name;  /* the entry's name must be the one it was set up
			      with, not just any */
	bool checks_kvno;
	bool is_case_sensitive; /* of the service class */
	bool refuses_rc4;
	bool has_keytab;  /* false: IIS */
	const char *user; /* under which it runs on Debian; or NULL */
	/* What has to be typed after its keytab has changed; NULL: it reads it
	 * each time. */
	const char *restart;
	const char *source; /* version, and where it was measured */
};

const struct probe_server *probe_servers(size_t *_num_servers);
/* NULL: no such word. */
const struct probe_server *probe_server_find(const char *word);

struct probe_keytab_entry {
	const char *principal;
	uint32_t kvno;
	int32_t enctype;
};

struct probe_keytab {
	const char *path; /* without "FILE:" */
	struct probe_keytab_entry *entries;
	size_t num_entries;
	/* One line when the file ends, or becomes nonsense, after the entries
	 * that are here, which libkrb5 uses all the same; else NULL. */
	const char *damage;
	/* May the server's user read it; by its mode, owner and ACL, and the
	 * folders above. NULL: yes, or that user is not on this machine; else
	 * one line that says why not, and the remedy. */
	const char *unreadable;
	/* One line when everybody on this machine may read the keys, with the
	 * remedy; else NULL. */
	const char *exposed;
	struct probe_keytab_keys *keys; /* wiped with the struct */
};

/*
 * NULL and one line in *_reason: not there, not ours to read, no keytab, no
 * entry in it, or of a type that is no file; without one when out of memory.
 * server may be NULL. No KDC and no ticket is needed.
 */
struct probe_keytab *probe_keytab_read(TALLOC_CTX *mem_ctx,
				       const char *path,
				       const struct probe_server *server,
				       const char **_reason);

/* The same of the bytes of such a file; who may read it is not looked at. */
struct probe_keytab *probe_keytab_parse(TALLOC_CTX *mem_ctx,
					const char *path,
					struct spn_str bytes,
					const char **_reason);

enum probe_opens {
	PROBE_OPENS,		/* and the server takes it */
	PROBE_OPENS_OTHER_KVNO, /* right key; the server compares kvno */
	PROBE_OPENS_OTHER_NAME, /* right key; the server compares names */
	PROBE_OPENS_OTHER_CASE, /* the same, only the case differs */
	PROBE_OPENS_RC4,	/* right key; the server refuses RC4 */
	PROBE_NOT_ENCTYPE,	/* no key of the ticket's encryption type */
	PROBE_NOT_KVNO_OLDER,	/* other key; keytab's kvno is lower */
	PROBE_NOT_KVNO_NEWER,	/* other key; keytab's kvno is higher */
	PROBE_NOT_KEY,		/* other key, same name and kvno */
	PROBE_NOT_NAME,		/* no key fits, and no entry of that name */
};

struct probe_opening {
	enum probe_opens result;
	const struct probe_keytab_entry *entry; /* what opens it, or what comes
						   nearest; NULL: none */
	const char *detail; /* what differs, one line for people */
};

/*
 * NULL: out of memory. server NULL: as Apache. There must be a ticket. krb may
 * be another one than the ticket's.
 */
struct probe_opening *probe_keytab_open_ticket(
	TALLOC_CTX *mem_ctx,
	struct probe_kerberos *krb,
	const struct probe_keytab *keytab,
	const char *service,
	const struct probe_ticket *ticket,
	const struct probe_server *server);

/* What the KDC says of a keytab's entry. */
enum probe_entry_state {
	PROBE_ENTRY_CURRENT, /* its key opens a ticket for its name */
	/* The KDC makes tickets for this name with another encryption type;
	 * this entry has the current kvno, and its key was not tried. */
	PROBE_ENTRY_NOT_ISSUED,
	PROBE_ENTRY_OLD,     /* a lower kvno; tickets of before need it */
	PROBE_ENTRY_NEWER,   /* a higher kvno than the KDC's */
	PROBE_ENTRY_WRONG,   /* the current kvno, and another key */
	PROBE_ENTRY_NOBODY,  /* nobody has that name: error 7 */
	PROBE_ENTRY_UNKNOWN, /* no ticket, or not asked: see detail */
};

struct probe_keytab_check {
	const struct probe_keytab_entry *entry;
	enum probe_entry_state state;
	int32_t error;	 /* as in struct probe_ticket */
	uint32_t kvno;	 /* of the KDC's ticket; 0 without one */
	int32_t enctype; /* the same */
	/* The number of the first entry with this one's key, perhaps its own.
	 * Names with the same key are of one account. */
	size_t same_key_as;
	const char *detail; /* one line for people */
};

/*
 * Asks the KDC for a ticket for each name in the keytab, at most most_names,
 * and of a realm not on after one that was not answered. One for each entry,
 * in their order; NULL: out of memory.
 *
 * No key is tried by logging on with it, which would tell more: the KDC counts
 * that as a wrong password, and might lock the account of the service.
 */
struct probe_keytab_check *probe_keytab_check_all(
	TALLOC_CTX *mem_ctx,
	struct probe_kerberos *krb,
	const struct probe_keytab *keytab,
	size_t most_names);

/*
 * How many entries are keys of the account that this ticket is for: those that
 * open it; and of the same name as one of them, those of its kvno in another
 * encryption type, and those of before, by a lower kvno. 0: no key opens it.
 * False when out of memory. There must be a ticket.
 */
bool probe_keytab_count_keys(struct probe_kerberos *krb,
			     const struct probe_keytab *keytab,
			     const struct probe_ticket *ticket,
			     size_t *_num_keys);

#endif
