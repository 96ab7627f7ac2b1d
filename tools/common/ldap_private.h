/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading from a server by OpenLDAP's libldap: what the files of it share.
 *
 *	link = connect_link_open(mem_ctx, url);
 *	connect_link_start_tls(), connect_link_use_ticket(), ...
 *	connect_ldap_attach(ldb, link);
 *
 * From then on ldb's searches go over that connection.
 */
#ifndef SPN_COMMON_LDAP_PRIVATE_H
#define SPN_COMMON_LDAP_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>
/* before ldb.h: it defines ldb_val */
#include <util/data_blob.h>
#include <ldap.h>
#include <ldb.h>
#include <sys/types.h>

/* ---- ldap_link.c */

/* A connection. When it is freed, it is closed. */
struct connect_link {
	LDAP *ld;
	int fd;
	pid_t owner;  /* a child that inherits it must not say good-bye */
	int patience; /* milliseconds to wait for what is read; 0: never */
	bool is_lost;
};

/* To the server of an ldap, ldaps or ldapi URL; TLS has not been started.
 * NULL if there is no connection within a few seconds. */
struct connect_link *connect_link_open(TALLOC_CTX *mem_ctx, const char *url);

/* The same over a connected socket, which belongs to the link even if there is
 * none. */
struct connect_link *connect_link_of(TALLOC_CTX *mem_ctx,
				     int fd,
				     const char *url);

/* The answer to a request, while ldb's events go on; ldap_msgfree() frees it.
 * NULL: the connection is lost. */
LDAPMessage *connect_link_wait(struct connect_link *link,
			       struct ldb_context *ldb,
			       int msgid);

/* What is there of the answers to any request, as ldap_result() says it: 0 is
 * nothing, and below 0 the connection is lost. */
int connect_link_next(struct connect_link *link, LDAPMessage **_message);

/* What still comes of it is thrown away. */
void connect_link_abandon(struct connect_link *link, int msgid);

/* ---- ldap_login.c */

/* How a server's certificate is looked at. */
struct connect_tls {
	bool trusts_any;
	const char *ca_file;
	unsigned timeout; /* seconds for a message; 0: some */
};

/* False when it did not work, for whatever reason. */
bool connect_link_start_tls(struct connect_link *link,
			    const struct connect_tls *tls);
/* Kerberos, with the ticket in the file at path. Likewise. */
bool connect_link_bind_ticket(struct connect_link *link,
			      struct ldb_context *ldb,
			      const char *path);

/* The result of LDAP, with ldb's error string when it is no success; -1: there
 * is none. */
int connect_link_bind_simple(struct connect_link *link,
			     struct ldb_context *ldb,
			     const char *dn,
			     const char *password);

/* ---- ldap_backend.c */

/* ldb is connected by way of it, and owns it then. False, with an error
 * string, when it is not. */
bool connect_ldap_attach(struct ldb_context *ldb, struct connect_link *link);

/* ---- ldap_entry.c */

/* Room that is used again for each entry. */
struct connect_ldap_room;
struct connect_ldap_room *connect_ldap_room_new(TALLOC_CTX *mem_ctx);

/* An entry as ldb has it, on mem_ctx. NULL: out of memory, or it is none. */
struct ldb_message *connect_ldap_entry(TALLOC_CTX *mem_ctx,
				       struct ldb_context *ldb,
				       struct connect_ldap_room *room,
				       LDAP *ld,
				       LDAPMessage *entry);

/* ---- ldap_control.c */

/* ldb's controls for a request, NULL-terminated, on mem_ctx. An LDB error code
 * if one of them cannot be sent, and has to be. */
int connect_ldap_controls(TALLOC_CTX *mem_ctx,
			  struct ldb_control *const *controls,
			  LDAPControl ***_controls);

/* Those of an answer that we know; NULL in *_controls: none. False when out of
 * memory, or one cannot be read. */
bool connect_ldap_reply_controls(TALLOC_CTX *mem_ctx,
				 LDAPControl *const *controls,
				 struct ldb_control ***_controls);

/* ---- ldap_error.c */

/* Sets ldb's error string for a result that is no success, as Samba's client
 * does: "LDAP error 32 LDAP_NO_SUCH_OBJECT - <...> <>". */
void connect_ldap_error(struct ldb_context *ldb,
			int code,
			const char *matched,
			const char *text,
			const char *referral);

#endif /* SPN_COMMON_LDAP_PRIVATE_H */
