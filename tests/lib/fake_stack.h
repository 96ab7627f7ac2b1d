/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The module in a stack: below it a module that behaves as samba_dsdb does
 * where that matters (fake_module.c), below that a real tdb with real
 * transactions, rollback and nesting, in it a small domain. No part of
 * Samba is needed.
 *
 * Requests are sent as the LDAP server sends them: untrusted, each in a
 * transaction of its own; or, where one is open, as a program on the DC does
 * it that holds it: trusted. Each of them is looked at
 * before and after: whatever the module does, it must leave the caller's
 * message and controls as they were.
 */
#ifndef SPN_POLICY_TESTS_FAKE_STACK_H
#define SPN_POLICY_TESTS_FAKE_STACK_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* data_blob.h before ldb.h: it defines ldb_val. */
#include <util/data_blob.h>

#include <talloc.h>
#include <ldb.h>
#include <ldb_module.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define FAKE_CONFIG_DN "CN=Configuration,DC=example,DC=com"
#define FAKE_POLICY_DN "CN=SPN Policy,CN=Services," FAKE_CONFIG_DN
#define FAKE_DS_DN                                                            \
	"CN=Directory Service,CN=Windows NT,CN=Services," FAKE_CONFIG_DN

/* Samba's own, from a private header. */
#define FAKE_DBCHECK_OID "1.3.6.1.4.1.7165.4.3.19"
#define FAKE_REPLICATED_OID "1.3.6.1.4.1.7165.4.4.1"

/* How often a request's callback hears that it is done. */
enum fake_replies {
	FAKE_REPLY_ONCE,
	FAKE_REPLY_TWICE,
	FAKE_REPLY_REFERRAL, /* as an RODC does: a referral, then success */
};

struct fake {
	struct ldb_context *ldb;
	struct ldb_context *raw;   /* the same tdb without any module */
	struct ldb_module *module; /* samba_dsdb_fake */
	void *lp_ctx;		   /* smb.conf; NULL: none */
	char *folder;
	char *url;
	size_t num_blocks; /* of the process, before the test */
	unsigned last_guid;

	/* How the next requests are sent. */
	bool trusted;
	const char *control; /* an OID, or NULL */
	bool in_transaction; /* fake_start() was called */
	bool client_holds;   /* by a client, which no LDAP server lets it do */

	/* How the fake behaves. */
	bool acl_refuses;      /* writes of untrusted requests: 50 */
	bool samldb_rewrites;  /* SPNs follow dNSHostName */
	bool samldb_checks;    /* SPNs in use are refused, as Samba does it;
				  it asks who holds them in any case */
	bool samldb_is_silent; /* ... but for this: it asks nothing */
	const char *acl_text;  /* refusals say this; NULL: acl's own */
	const char *hidden;    /* account untrusted searches do not see */
	const char *nested_account; /* delete and add ... */
	const char *nested_spn; /* ... this there, before the next modify */
	unsigned fail_search;	/* the n-th search from now fails; 0: none */
	bool fail_late;		/* ... after its entries were sent */
	const char *fail_base;	/* DN: searches there fail */
	int fail_code;		/* with this; 0: LDB_ERR_BUSY */
	int fail_write;	  /* LDB code writes are answered with; 0: none */
	bool fail_commit; /* in prepare_commit */
	enum fake_replies replies;
	const char *replicated_account; /* a replicated update ... */
	const char *replicated_spn;	/* ... adds this there */
	/* Called once, when samldb has asked about the next value. */
	void (*meanwhile)(struct fake *f);

	/* What it saw. */
	struct ldb_request *last_request;
	bool last_was_untrusted;
	char *last_message;    /* LDIF of the last add or modify */
	unsigned num_requests; /* writes and extended operations */
	unsigned num_searches; /* without those of samldb itself */
	char *searched;	   /* "base filter" of each, a line; NULL: not kept */
	char *failed_base; /* DN of the last search that was made to fail */
	unsigned num_untrusted_searches;
	char *seen_mappings; /* sPNMappings, as Samba's check found them */

	/* The result of the last request or commit. */
	char *error;		  /* ldb_errstring(), "" for none */
	struct ldb_request *sent; /* as the caller sent it */
	unsigned num_callbacks;	  /* how often the caller heard "done" */
	char *log;		  /* everything logged since the start */
};

int fake_setup(void **_state);
int fake_teardown(void **_state);

/* The module anew, with smb.conf as a struct loadparm_context. */
void fake_reopen(struct fake *f, void *lp_ctx);

/* From now on nobody's session but the system's: S-1-5-18, trusted. */
void fake_become_system(struct fake *f);

/* The same of S-1-AUTHORITY-FIRST, with zeros behind up to num_auths. */
void fake_become(struct fake *f,
		 uint8_t authority,
		 uint32_t first,
		 unsigned num_auths);

#define fake_test(function)                                                   \
	cmocka_unit_test_setup_teardown(function, fake_setup, fake_teardown)

/* samba_dsdb_fake; fake_module.c. */
extern const struct ldb_module_ops fake_module_ops;
#define FAKE_OPAQUE "spn_policy_fake_stack"

/* "svc" is CN=svc,CN=Users,...; what holds a "=" is a DN by itself, and so
 * is what begins with "<" or "@". */
struct ldb_dn *fake_dn(struct fake *f, TALLOC_CTX *mem_ctx, const char *name);

/*
 * Puts something into the directory behind the module's back: what was
 * there before the module was, or came by replication.
 * changes: one element a line, "+attr value|value", "-attr", "=attr value";
 * "spn" is short for servicePrincipalName.
 */
void fake_put_user(struct fake *f, const char *name, const char *changes);
void fake_put_computer(struct fake *f, const char *name, const char *changes);
void fake_put(struct fake *f,
	      const char *name,
	      const char *object_class,
	      const char *changes);
void fake_put_settings(struct fake *f, const char *changes);

/* What Samba's replication does to a naming context that has been written:
 * the highest uSN of the configuration. Until then there is none. */
void fake_put_config_usn(struct fake *f, unsigned usn);
void fake_change(struct fake *f, const char *name, const char *changes);

/* A message with these changes, on f. */
struct ldb_message *fake_message(struct fake *f,
				 const char *name,
				 const char *changes);

/* Requests. They return an LDB code, that of the commit included. */
int fake_add(struct fake *f, const char *name, const char *changes);
int fake_modify(struct fake *f, const char *name, const char *changes);
int fake_delete(struct fake *f, const char *name);
int fake_rename(struct fake *f, const char *name, const char *to);
int fake_extended(struct fake *f, const char *oid, void *data);

/* A transaction of several requests; they may be nested. */
void fake_start(struct fake *f);
int fake_commit(struct fake *f);
void fake_cancel(struct fake *f);

/* What is stored, sorted and joined by "|"; "" for none, NULL if there is
 * no such object. */
const char *fake_values(struct fake *f, const char *name, const char *attr);
#define fake_spns(f, name) fake_values(f, name, "servicePrincipalName")

/* The refusal that docs/messages.md promises: 19, and this start. */
#define assert_refused(f, ret, start)                                         \
	fake_assert_refused(f, ret, start, __FILE__, __LINE__)
#define assert_accepted(f, ret)                                               \
	fake_assert_accepted(f, ret, __FILE__, __LINE__)
#define assert_stored(f, name, spns)                                          \
	assert_string_equal(fake_spns(f, name), spns)
#define DUPLICATE "000021C7: "
#define PAIR "0000202F: spn_policy: SPN-3"
#define NO_CHECK "0000202F: spn_policy: SPN-901 "

void fake_assert_refused(struct fake *f,
			 int ret,
			 const char *start,
			 const char *file,
			 int line);
void fake_assert_accepted(struct fake *f, int ret, const char *file, int line);

/* main() of a test program: registers the fake, runs the group. */
int fake_main(const char *group, const struct CMUnitTest *tests, size_t num);
#define fake_run(tests) fake_main(__FILE__, tests, ARRAY_SIZE(tests))

#endif
