/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Can a server open a ticket with its keytab? Tickets are made here, with keys
 * of our own; each row says what comes out for each kind of server.
 */
#include "probe/kerberos/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define AES 18
#define AES128 17
#define RC4 23
#define FULL "HTTP/web01.example.com@EXAMPLE.COM"
#define SERVICE "HTTP/web01.example.com"
#define MOST_ENTRIES 4

/* An entry; key is a number, and entries with the same one and enctype have
 * the same key. The ticket of each row has kvno 3 and key 1. */
struct made_entry {
	const char *principal;
	unsigned kvno;
	int enctype;
	int key;
};

/* What comes out for servers that ... */
struct expected {
	enum probe_opens any;  /* ... take any right key */
	enum probe_opens name; /* ... compare the name */
	enum probe_opens full; /* ... and the realm and kvno */
	enum probe_opens java; /* ... take any right key but RC4 */
};

struct opening_row {
	const char *what;
	struct made_entry entries[MOST_ENTRIES];
	int ticket_type;
	struct expected expected;
	int entry; /* for any; -1: none */
};

#define ALL(result) {result, result, result, result}

static const struct opening_row rows[] = {
	{"right in everything", {{FULL, 3, AES, 1}}, AES, ALL(PROBE_OPENS), 0},
	{"RC4",
	 {{FULL, 3, RC4, 1}},
	 RC4,
	 {PROBE_OPENS, PROBE_OPENS, PROBE_OPENS, PROBE_OPENS_RC4},
	 0},
	{"another kvno",
	 {{FULL, 2, AES, 1}},
	 AES,
	 {PROBE_OPENS, PROBE_OPENS, PROBE_OPENS_OTHER_KVNO, PROBE_OPENS},
	 0},
	{"another name",
	 {{"svc-web@EXAMPLE.COM", 3, AES, 1}},
	 AES,
	 {PROBE_OPENS,
	  PROBE_OPENS_OTHER_NAME,
	  PROBE_OPENS_OTHER_NAME,
	  PROBE_OPENS},
	 0},
	{"another realm",
	 {{SERVICE "@OTHER.TEST", 3, AES, 1}},
	 AES,
	 {PROBE_OPENS, PROBE_OPENS, PROBE_OPENS_OTHER_NAME, PROBE_OPENS},
	 0},
	{"the service class in lower case",
	 {{"http/web01.example.com@EXAMPLE.COM", 3, AES, 1}},
	 AES,
	 {PROBE_OPENS,
	  PROBE_OPENS_OTHER_CASE,
	  PROBE_OPENS_OTHER_CASE,
	  PROBE_OPENS},
	 0},
	{"the right name beside the account's own",
	 {{"svc-web@EXAMPLE.COM", 3, AES, 1}, {FULL, 3, AES, 1}},
	 AES,
	 ALL(PROBE_OPENS),
	 0},
	{"old entries before it",
	 {{FULL, 1, AES, 3}, {FULL, 2, AES, 2}, {FULL, 3, AES, 1}},
	 AES,
	 ALL(PROBE_OPENS),
	 2},
	{"AES only, and a ticket with RC4",
	 {{FULL, 3, AES, 1}, {FULL, 3, AES128, 1}},
	 RC4,
	 ALL(PROBE_NOT_ENCTYPE),
	 0},
	{"RC4 only, and a ticket with AES",
	 {{FULL, 3, RC4, 1}},
	 AES,
	 ALL(PROBE_NOT_ENCTYPE),
	 0},
	{"older keys; the newest of them comes nearest",
	 {{FULL, 1, AES, 3}, {FULL, 2, AES, 2}, {FULL, 1, RC4, 3}},
	 AES,
	 ALL(PROBE_NOT_KVNO_OLDER),
	 1},
	{"newer keys; the oldest of them comes nearest",
	 {{FULL, 7, AES, 3}, {FULL, 5, AES, 2}},
	 AES,
	 ALL(PROBE_NOT_KVNO_NEWER),
	 1},
	{"the same name and kvno, another key",
	 {{FULL, 2, AES, 3}, {FULL, 3, AES, 2}, {FULL, 3, RC4, 1}},
	 AES,
	 ALL(PROBE_NOT_KEY),
	 1},
	{"case and realm do not hide what comes nearest",
	 {{"http/WEB01.example.com@OTHER", 3, AES, 2}},
	 AES,
	 ALL(PROBE_NOT_KEY),
	 0},
	{"nothing of it",
	 {{"HTTP/web02.example.com@EXAMPLE.COM", 3, AES, 2},
	  {"WEB01$@EXAMPLE.COM", 3, AES, 3}},
	 AES,
	 ALL(PROBE_NOT_NAME),
	 -1},
};

/* Of each word of --server, which of the columns. */
enum column {
	ANY,
	NAME,
	WHOLE,
	JAVA
};

struct column_of {
	const char *word;
	enum column column;
};

static const struct column_of columns[] = {
	{"apache", ANY},
	{"apache-name", NAME},
	{"nginx", ANY},
	{"nginx-name", WHOLE},
	{"lighttpd", WHOLE},
	{"squid", NAME},
	{"squid-name", WHOLE},
	{"squid-any", ANY},
	{"tomcat", JAVA},
	{"cups", ANY},
	{"gssproxy", ANY},
	{"iis", ANY},
	{"samba", ANY},
};

static enum probe_opens expected_of(const struct expected *expected,
				    enum column column)
{
	switch (column) {
	case NAME:
		return expected->name;
	case WHOLE:
		return expected->full;
	case JAVA:
		return expected->java;
	default:
		return expected->any;
	}
}

/* ------------------------------------------------------------------- making
 */

struct fixture {
	TALLOC_CTX *mem_ctx;
	struct probe_kerberos krb;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->mem_ctx = talloc_new(NULL);
	assert_int_equal(0, krb5_init_context(&f->krb.ctx));
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	krb5_free_context(f->krb.ctx);
	assert_int_equal(1, talloc_total_blocks(f->mem_ctx));
	talloc_free(f->mem_ctx);
	free(f);
	return 0;
}

static struct spn_str make_key(TALLOC_CTX *mem_ctx, int enctype, int number)
{
	size_t len = (enctype == AES) ? 32 : 16;
	char *key = talloc_zero_size(mem_ctx, len);

	assert_non_null(key);
	memset(key, number, len);
	return (struct spn_str){key, len};
}

static struct probe_keytab *make_keytab(TALLOC_CTX *mem_ctx,
					const struct made_entry *made)
{
	struct probe_keytab *keytab = talloc_zero(mem_ctx,
						  struct probe_keytab);
	size_t i;

	keytab->keys = talloc_zero(keytab, struct probe_keytab_keys);
	keytab->entries = talloc_zero_array(keytab,
					    struct probe_keytab_entry,
					    MOST_ENTRIES);
	keytab->keys->keys = talloc_zero_array(keytab->keys,
					       struct spn_str,
					       MOST_ENTRIES);
	for (i = 0; i < MOST_ENTRIES && made[i].principal != NULL; i++) {
		keytab->entries[i] = (struct probe_keytab_entry){
			.principal = made[i].principal,
			.kvno = made[i].kvno,
			.enctype = made[i].enctype,
		};
		keytab->keys->keys[i] = make_key(keytab->keys,
						 made[i].enctype,
						 made[i].key);
	}
	keytab->num_entries = i;
	return keytab;
}

/* With key 1 and kvno 3. What is in it does not matter. */
static struct probe_ticket *make_ticket(const struct fixture *f, int enctype)
{
	char text[] = "what a KDC says of a client";
	struct probe_ticket *ticket = talloc_zero(f->mem_ctx,
						  struct probe_ticket);
	struct spn_str bytes = make_key(ticket, enctype, 1);
	krb5_octet contents[32] = {};
	const krb5_keyblock key = {
		.enctype = enctype,
		.length = (unsigned)bytes.len,
		.contents = contents,
	};
	const krb5_data plain = {.data = text, .length = sizeof(text)};
	krb5_enc_data cipher = {};
	size_t len = 0;

	memcpy(contents, bytes.data, bytes.len);
	assert_int_equal(0,
			 krb5_c_encrypt_length(f->krb.ctx,
					       enctype,
					       plain.length,
					       &len));
	ticket->ciphertext.data = talloc_size(ticket, len);
	ticket->ciphertext.length = (unsigned)len;
	cipher.ciphertext = ticket->ciphertext;
	assert_int_equal(
		0,
		krb5_c_encrypt(f->krb.ctx, &key, 2, NULL, &plain, &cipher));
	ticket->server = FULL;
	ticket->enctype = enctype;
	ticket->kvno = 3;
	return ticket;
}

/* ------------------------------------------------------------------ looking
 */

static size_t try_row(struct fixture *f,
		      const struct opening_row *row,
		      const struct column_of *column)
{
	struct probe_keytab *keytab = make_keytab(f->mem_ctx, row->entries);
	struct probe_ticket *ticket = make_ticket(f, row->ticket_type);
	const struct probe_server *server = probe_server_find(column->word);
	enum probe_opens wanted = expected_of(&row->expected, column->column);
	struct probe_opening *opening = NULL;
	size_t failures = 0;

	assert_non_null(server);
	opening = probe_keytab_open_ticket(f->mem_ctx,
					   &f->krb,
					   keytab,
					   SERVICE,
					   ticket,
					   server);
	assert_non_null(opening);
	if (opening->result != wanted || opening->detail == NULL ||
	    strchr(opening->detail, '\n') != NULL)
	{
		print_message("%s, %s: %d and not %d: %s\n",
			      row->what,
			      column->word,
			      (int)opening->result,
			      (int)wanted,
			      opening->detail);
		failures++;
	}
	if (column->column == ANY &&
	    opening->entry !=
		    ((row->entry < 0) ? NULL : &keytab->entries[row->entry]))
	{
		print_message("%s: another entry\n", row->what);
		failures++;
	}
	talloc_free(opening);
	talloc_free(ticket);
	talloc_free(keytab);
	return failures;
}

static void test_rows(void **state)
{
	struct fixture *f = *state;
	size_t failures = 0;
	size_t i, j;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (j = 0; j < sizeof(columns) / sizeof(columns[0]); j++) {
			failures += try_row(f, &rows[i], &columns[j]);
		}
	}
	assert_int_equal(0, failures);
}

/* Each word is tried above, and each result is the one of some row. */
static void test_complete(void **state)
{
	bool is_seen[PROBE_NOT_NAME + 1] = {};
	size_t num = 0;
	size_t i;

	(void)state;
	(void)probe_servers(&num);
	assert_int_equal(num, sizeof(columns) / sizeof(columns[0]));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		is_seen[rows[i].expected.any] = true;
		is_seen[rows[i].expected.name] = true;
		is_seen[rows[i].expected.full] = true;
		is_seen[rows[i].expected.java] = true;
	}
	for (i = 0; i <= PROBE_NOT_NAME; i++) {
		assert_true(is_seen[i]);
	}
}

/* Without a server it is as with Apache. */
static void test_no_server(void **state)
{
	static const struct made_entry made[MOST_ENTRIES] = {
		{"svc-web@EXAMPLE.COM", 2, AES, 1},
	};
	struct fixture *f = *state;
	struct probe_keytab *keytab = make_keytab(f->mem_ctx, made);
	struct probe_ticket *ticket = make_ticket(f, AES);
	struct probe_opening *opening = probe_keytab_open_ticket(f->mem_ctx,
								 &f->krb,
								 keytab,
								 SERVICE,
								 ticket,
								 NULL);

	assert_int_equal(PROBE_OPENS, opening->result);
	assert_string_equal("opened by svc-web@EXAMPLE.COM, kvno 2, "
			    "aes256-cts-hmac-sha1-96",
			    opening->detail);
	talloc_free(opening);
	talloc_free(ticket);
	talloc_free(keytab);
}

static void test_server_words(void **state)
{
	size_t num = 0;
	const struct probe_server *servers = probe_servers(&num);
	size_t i;

	(void)state;
	for (i = 0; i < num; i++) {
		assert_ptr_equal(&servers[i],
				 probe_server_find(servers[i].word));
		assert_non_null(servers[i].title);
		assert_non_null(servers[i].source);
		/* Who compares the kvno has asked for a name. */
		assert_true(servers[i].checks_name || !servers[i].checks_kvno);
	}
	assert_ptr_equal(&servers[0], probe_server_find("APACHE"));
	assert_null(probe_server_find("apache2"));
	assert_null(probe_server_find(""));
}

static void test_kvno(void **state)
{
	(void)state;
	assert_true(probe_kvno_equal(3, 3));
	assert_true(probe_kvno_equal(3, 259));
	assert_true(probe_kvno_equal(0, 256));
	assert_false(probe_kvno_equal(3, 4));
	assert_false(probe_kvno_equal(259, 3));
	assert_false(probe_kvno_equal(515, 259));
}

static void test_parts_of_name(void **state)
{
	(void)state;
	assert_true(spn_str_is(probe_name_of("a/b@R"), "a/b"));
	assert_true(spn_str_is(probe_realm_of("a/b@R"), "R"));
	assert_true(spn_str_is(probe_name_of("a\\@b"), "a\\@b"));
	assert_null(probe_realm_of("a\\@b").data);
	assert_true(spn_str_is(probe_realm_of("a\\\\@b"), "b"));
	assert_true(spn_str_is(probe_name_of("a@b@c"), "a@b"));
	assert_null(probe_realm_of("a\\").data);
}

/* What libkrb5 calls arcfour-hmac is rc4-hmac everywhere else. */
static void test_enctype_names(void **state)
{
	struct fixture *f = *state;
	TALLOC_CTX *mem_ctx = talloc_new(f->mem_ctx);

	assert_string_equal("aes256-cts-hmac-sha1-96",
			    probe_enctype_name(mem_ctx, AES));
	assert_string_equal("aes128-cts-hmac-sha1-96",
			    probe_enctype_name(mem_ctx, AES128));
	assert_string_equal("rc4-hmac", probe_enctype_name(mem_ctx, RC4));
	assert_string_equal("etype 99", probe_enctype_name(mem_ctx, 99));
	assert_string_equal("etype -1", probe_enctype_name(mem_ctx, -1));
	talloc_free(mem_ctx);
}

static void test_error_names(void **state)
{
	(void)state;
	assert_string_equal("KDC_ERR_S_PRINCIPAL_UNKNOWN",
			    probe_krb_error_name(7));
	assert_string_equal("KRB_AP_ERR_SKEW", probe_krb_error_name(37));
	assert_null(probe_krb_error_name(0));
	assert_null(probe_krb_error_name(-1));
	assert_null(probe_krb_error_name(1000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rows, set_up, tear_down),
		cmocka_unit_test(test_complete),
		cmocka_unit_test_setup_teardown(test_no_server,
						set_up,
						tear_down),
		cmocka_unit_test(test_server_words),
		cmocka_unit_test(test_kvno),
		cmocka_unit_test(test_parts_of_name),
		cmocka_unit_test_setup_teardown(test_enctype_names,
						set_up,
						tear_down),
		cmocka_unit_test(test_error_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
