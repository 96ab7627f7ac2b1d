/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows: one way to write down what the rules do, for documents, pure tests
 * and real directories. A file is *.rows, or a page with ```rows blocks.
 *
 *	case TITLE				forgets everything before
 *	set KEY=VALUE				a setting
 *	has A KIND [name=N] [dns=F] SPN...	an account as it already is
 *	write A CHANGES -> RESULT		add SPN.. ; delete SPN.. ;
 *						replace SPN.. ; set dns=F ;
 *						set name=N
 *	create A KIND [name=N] [dns=F] SPN... -> RESULT
 *	as B write ... | as B create ...	B instead of an administrator
 *	grant B A				B may write A's SPNs
 *	holds A SPN...				exactly these, byte for byte
 *	dns NAME yes|no|ghost			what is known of a host in DNS;
 *						ghost: no, says DNS itself
 *	dns NAME to HOST			yes, and the zones lead it to
 *						that host
 *	kdc TYPES				what a KDC takes for accounts
 *						that have no types=; without
 *						this row 0x18, AES
 *	audit [RULE,...] -> none | CODE...	what an audit finds now, of the
 *						rules that judge writes or of
 *						those that are named
 *
 * After has, an account may also have facts, KEY=VALUE, see rows_facts.h.
 * KIND: user, computer, dc, gmsa. RESULT: ok; warn CODE; deny CODE; denied
 * by acl; refused by samba; exists (in another spelling). {dns} is the
 * domain. A value with blanks stands in double quotes; \xx in it is a byte.
 * # starts a comment.
 */
#ifndef SPN_POLICY_TESTS_ROWS_H
#define SPN_POLICY_TESTS_ROWS_H

#include "policy/completion.h"

enum row_verb {
	ROW_CASE,
	ROW_SET,
	ROW_HAS,
	ROW_WRITE,
	ROW_CREATE,
	ROW_GRANT,
	ROW_HOLDS,
	ROW_DNS,
	ROW_KDC,
	ROW_AUDIT,
};

enum row_result {
	ROW_NO_RESULT,
	ROW_OK,
	ROW_WARN,
	ROW_DENY,
	ROW_DENIED_BY_ACL,
	ROW_REFUSED_BY_SAMBA,
	ROW_EXISTS,
	ROW_FINDINGS,
};

struct row_fact {
	const char *key;
	const char *value;
};

struct row {
	enum row_verb verb;
	const char *file;
	unsigned line;
	const char *text;     /* as written, without comment */
	char actor;	      /* 'A'-'Z'; 0: an administrator */
	char account;	      /* 'A'-'Z'; grant: the one that is written */
	const char *argument; /* title of a case, KEY=VALUE of a set, host of a
				 dns, types of a kdc, rules of an audit; NULL:
				 none */
	bool answer;	      /* of a dns */
	const char *leads_to; /* of a dns: an alias of that host; NULL: none */
	bool is_live;	      /* DNS itself was asked */
	enum spn_kind kind;
	bool is_dc;
	const char *name; /* NULL: not given */
	const char *dns;
	struct row_fact *facts;
	size_t num_facts;
	struct spn_change *changes; /* has, create, holds: one, an add */
	size_t num_changes;
	enum row_result result;
	const char **codes; /* NULL-terminated, never NULL */
};

struct rows {
	struct row *rows;
	size_t num_rows;
};

/*
 * Adds the rows of a file. {dns} becomes dns, or stays if that is NULL. On
 * false *_error says what is wrong, with file and line; on rows.
 */
bool rows_read(struct rows *rows,
	       const char *file,
	       const char *dns,
	       const char **_error);

const char *row_verb_text(enum row_verb verb);
const char *row_result_text(enum row_result result);
const char *row_kind_text(const struct row *row);

#endif
