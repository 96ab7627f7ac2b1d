/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * URLs as people type them, and as nobody should; and names of hosts.
 */
#include "probe/names/host_name.h"
#include "probe/names/target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define LETTERS_63                                                            \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

struct good_row {
	const char *given;
	const char *url;
	const char *typed;
	const char *host;
	const char *host_utf8;
	enum probe_host_kind kind;
	unsigned port;
	bool is_https;
	bool is_default_port;
};

#define NAME PROBE_HOST_NAME
#define V4 PROBE_HOST_IPV4
#define V6 PROBE_HOST_IPV6

static const struct good_row good_rows[] = {
	/* a name alone is http */
	{"web01", "http://web01/", "web01", "web01", "web01", NAME, 80, 0, 1},
	{"web01:8080",
	 "http://web01:8080/",
	 "web01",
	 "web01",
	 "web01",
	 NAME,
	 8080,
	 0,
	 0},
	{"web01/a?b#c",
	 "http://web01/a?b",
	 "web01",
	 "web01",
	 "web01",
	 NAME,
	 80,
	 0,
	 1},
	{"web01?u=ftp://x",
	 "http://web01/?u=ftp://x",
	 "web01",
	 "web01",
	 "web01",
	 NAME,
	 80,
	 0,
	 1},
	{"http://web01/?q=a@b",
	 "http://web01/?q=a@b",
	 "web01",
	 "web01",
	 "web01",
	 NAME,
	 80,
	 0,
	 1},
	/* ports */
	{"HTTPS://WEB01.Ex.Test:443/A",
	 "https://WEB01.Ex.Test:443/A",
	 "WEB01.Ex.Test",
	 "web01.ex.test",
	 "web01.ex.test",
	 NAME,
	 443,
	 1,
	 1},
	{"https://w:80/", "https://w:80/", "w", "w", "w", NAME, 80, 1, 0},
	{"http://w:443/", "http://w:443/", "w", "w", "w", NAME, 443, 0, 0},
	{"http://w:65535",
	 "http://w:65535/",
	 "w",
	 "w",
	 "w",
	 NAME,
	 65535,
	 0,
	 0},
	/* a dot at the end */
	{"http://web01.ex.test./",
	 "http://web01.ex.test./",
	 "web01.ex.test.",
	 "web01.ex.test",
	 "web01.ex.test",
	 NAME,
	 80,
	 0,
	 1},
	{"http://under_score.ex.test",
	 "http://under_score.ex.test/",
	 "under_score.ex.test",
	 "under_score.ex.test",
	 "under_score.ex.test",
	 NAME,
	 80,
	 0,
	 1},
	/* addresses */
	{"http://192.0.2.1/",
	 "http://192.0.2.1/",
	 "192.0.2.1",
	 "192.0.2.1",
	 "192.0.2.1",
	 V4,
	 80,
	 0,
	 1},
	{"192.0.2.1:81",
	 "http://192.0.2.1:81/",
	 "192.0.2.1",
	 "192.0.2.1",
	 "192.0.2.1",
	 V4,
	 81,
	 0,
	 0},
	{"http://[2001:DB8:0:0::1]:8080/",
	 "http://[2001:db8::1]:8080/",
	 "2001:db8::1",
	 "2001:db8::1",
	 "2001:db8::1",
	 V6,
	 8080,
	 0,
	 0},
	{"http://[fe80::1%25eth0]/",
	 "http://[fe80::1%25eth0]/",
	 "fe80::1%eth0",
	 "fe80::1",
	 "fe80::1",
	 V6,
	 80,
	 0,
	 1},
	/* international */
	{"http://B\303\274cher.ex.test/",
	 "http://xn--bcher-kva.ex.test/",
	 "B\303\274cher.ex.test",
	 "xn--bcher-kva.ex.test",
	 "b\303\274cher.ex.test",
	 NAME,
	 80,
	 0,
	 1},
	{"https://XN--bcher-kva.ex.test:8443/x",
	 "https://XN--bcher-kva.ex.test:8443/x",
	 "XN--bcher-kva.ex.test",
	 "xn--bcher-kva.ex.test",
	 "b\303\274cher.ex.test",
	 NAME,
	 8443,
	 1,
	 0},
	/* no Punycode behind it: shown as it is */
	{"http://xn--a/",
	 "http://xn--a/",
	 "xn--a",
	 "xn--a",
	 "xn--a",
	 NAME,
	 80,
	 0,
	 1},
	{"http://" LETTERS_63 ".x/",
	 "http://" LETTERS_63 ".x/",
	 LETTERS_63 ".x",
	 LETTERS_63 ".x",
	 LETTERS_63 ".x",
	 NAME,
	 80,
	 0,
	 1},
};

struct bad_row {
	const char *given;
	const char *says; /* part of the reason */
};

static const struct bad_row bad_rows[] = {
	{"", "type http://HOST/"},
	{"http://", "type http://HOST/"},
	{"http:///x", "type http://HOST/"},
	{":80", "type http://HOST/"},
	{".", "no name of a host"},
	{"http://./", "no name of a host"},
	{"http://web01../", "no name of a host"},
	{"http://a..b/", "no name of a host"},
	{"http://a*b/", "type http://HOST/"},
	{"http://a,b/", "type http://HOST/"},
	{"http://%2e/", "has a % in its host"},
	{"%38", "has a % in its host"},
	{"http://" LETTERS_63 "a.x/", "no name of a host"},
	/* other schemes: what to type */
	{"ftp://web01/x", "type 'http://web01/x' instead"},
	{"ldap://dc1:389", "type 'http://dc1:389' instead"},
	{"file:///etc/passwd", "only http:// and https:// are asked"},
	{"://web01/", "type 'http://web01/' instead"},
	/* users */
	{"http://alice:secret@web01/", "type 'http://web01/' instead"},
	{"https://alice@web01:8443/x", "type 'https://web01:8443/x' instead"},
	{"http://:@web01/", "type 'http://web01/' instead"},
	{"alice:secret@web01", "type 'http://web01' instead"},
	{"http://a:secret@b:secret@web01/", "type 'http://web01/' instead"},
	{"ftp://alice:secret@web01/", "type 'http://web01/' instead"},
	/* ports */
	{"http://web01:0/", "port from 1 to 65535"},
	{"http://web01:65536/", "type http://HOST/"},
	{"http://web01:x/", "type http://HOST/"},
	{"http://web01:-1/", "type http://HOST/"},
	/* addresses */
	{"http://[::1/", "type http://HOST/"},
	{"http://[web01]/", "type http://HOST/"},
	{"http://[1:2:3]/", "type http://HOST/"},
	{"http://[]/", "type http://HOST/"},
	{"http://2001:db8::1/", "type http://HOST/"},
	/* bytes */
	{"http://web 01/", "blank"},
	{"http://web01/\r\nHost: x", "blank"},
	{"http://web01/\x7f", "blank"},
	{"http://web01\\@evil/", "blank"},
	{"http://web\342\200\25601/", "blank"}, /* right-to-left override */
	{"http://web\37701/", "blank"},
	/* international */
	{"http://\342\230\272.ex.test/", "http://HOST/"},
	{"http://-\303\274-.ex.test/", "international name"},
};

static bool is_same(const char *given,
		    const char *what,
		    const char *expected,
		    const char *found)
{
	if (strcmp(expected, found) == 0) {
		return true;
	}
	print_error("%s: %s is '%s', not '%s'\n",
		    given,
		    what,
		    found,
		    expected);
	return false;
}

static void test_good(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	int bad = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good_rows) / sizeof(good_rows[0]); i++) {
		const struct good_row *row = &good_rows[i];
		const char *reason = NULL;
		struct probe_target *t = probe_target_parse(mem_ctx,
							    row->given,
							    &reason);

		if (t == NULL) {
			print_error("%s: refused: %s\n", row->given, reason);
			bad++;
			continue;
		}
		bad += !is_same(row->given, "url", row->url, t->url);
		bad += !is_same(row->given, "typed", row->typed, t->typed);
		bad += !is_same(row->given, "host", row->host, t->host);
		bad += !is_same(row->given,
				"host_utf8",
				row->host_utf8,
				t->host_utf8);
		if (t->kind != row->kind || t->port != row->port ||
		    t->is_https != row->is_https ||
		    t->is_default_port != row->is_default_port)
		{
			print_error("%s: kind %d, port %u\n",
				    row->given,
				    (int)t->kind,
				    (unsigned)t->port);
			bad++;
		}
		assert_null(reason);
	}
	assert_int_equal(bad, 0);
	talloc_free(mem_ctx);
}

static void test_bad(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	int bad = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad_rows) / sizeof(bad_rows[0]); i++) {
		const struct bad_row *row = &bad_rows[i];
		const char *reason = NULL;
		struct probe_target *t = probe_target_parse(mem_ctx,
							    row->given,
							    &reason);

		if (t != NULL) {
			print_error("%s: taken as %s\n", row->given, t->url);
			bad++;
		} else if (strstr(reason, row->says) == NULL ||
			   strchr(reason, '\n') != NULL ||
			   strstr(reason, "secret") != NULL ||
			   strstr(reason, "alice") != NULL)
		{
			print_error("%s: says: %s\n", row->given, reason);
			bad++;
		}
	}
	assert_int_equal(bad, 0);
	talloc_free(mem_ctx);
}

/* The reason of what is too long is short, and 8000 bytes are not. */
static void test_long(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	const char *reason = NULL;
	char *url = talloc_array(mem_ctx, char, 10001);

	(void)state;
	memset(url, 'a', 10000);
	url[10000] = '\0';
	assert_null(probe_target_parse(mem_ctx, url, &reason));
	assert_non_null(strstr(reason, "too long"));
	assert_in_range(strlen(reason), 1, 600);
	memcpy(url, "web01/", 6);
	url[8000] = '\0';
	assert_non_null(probe_target_parse(mem_ctx, url, &reason));
	url[8000] = 'a';
	url[8001] = '\0';
	assert_null(probe_target_parse(mem_ctx, url, &reason));
	talloc_free(mem_ctx);
}

/* Of one target nothing is anybody else's. */
static void test_memory(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	const char *reason = NULL;
	struct probe_target *t = NULL;

	(void)state;
	t = probe_target_parse(mem_ctx, "http://b\303\274cher/", &reason);
	assert_non_null(t);
	talloc_free(t);
	assert_int_equal(talloc_total_blocks(mem_ctx), 1);
	assert_null(probe_target_parse(mem_ctx, "ftp://x/", &reason));
	assert_int_equal(talloc_total_blocks(mem_ctx), 2);
	talloc_free(mem_ctx);
}

struct name_row {
	const char *name;
	bool is_name;
};

static const struct name_row name_rows[] = {
	{"a", true},
	{"a.b-c_d.9", true},
	{"B\303\274cher.test", true},
	{LETTERS_63, true},
	{"", false},
	{".", false},
	{"a.", false},
	{".a", false},
	{"a..b", false},
	{"a b", false},
	{"a/b", false},
	{"a@b", false},
	{"a:1", false},
	{"a\n", false},
	{"a\x7f", false},
	{"a\xff", false},
	{"a\342\200\256", false},
	{LETTERS_63 "a", false},
	{LETTERS_63 "." LETTERS_63 "." LETTERS_63 "." LETTERS_63, false},
};

static void test_names(void **state)
{
	int bad = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(name_rows) / sizeof(name_rows[0]); i++) {
		const struct name_row *row = &name_rows[i];

		if (probe_is_host_name(row->name) != row->is_name) {
			print_error("'%s'\n", row->name);
			bad++;
		}
	}
	assert_int_equal(bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
