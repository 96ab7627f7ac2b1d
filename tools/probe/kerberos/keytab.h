/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Can the web server open this ticket with its keytab? Servers differ in what
 * they compare before they try a key (servers_table.c, measured).
 */
#ifndef SPN_PROBE_KEYTAB_H
#define SPN_PROBE_KEYTAB_H

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
	bool has_keytab;    /* false: IIS */
	const char *user;   /* under which it runs on Debian; or NULL */
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
	const char *path;
	struct probe_keytab_entry *entries;
	size_t num_entries;
	/* May the server's user read it; by its mode, owner and ACL, and the
	 * folders above. NULL: yes; else one line that says why not, and the
	 * remedy. */
	const char *unreadable;
	struct probe_keytab_keys *keys; /* wiped with the struct */
};

/* NULL and one line in *_reason: not there, not ours to read, no keytab, cut
 * off, empty. server may be NULL. */
struct probe_keytab *probe_keytab_read(TALLOC_CTX *mem_ctx,
				       struct probe_kerberos *krb,
				       const char *path,
				       const struct probe_server *server,
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

/* NULL: out of memory. server NULL: as Apache. */
struct probe_opening *probe_keytab_open_ticket(
	TALLOC_CTX *mem_ctx,
	struct probe_kerberos *krb,
	const struct probe_keytab *keytab,
	const char *service,
	const struct probe_ticket *ticket,
	const struct probe_server *server);

#endif
