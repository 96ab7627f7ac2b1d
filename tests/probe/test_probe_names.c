/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is made of what the children say, whatever they say: names that are
 * none are not asked for, and no memory at any point is no crash. The children
 * are played here; the real ones are in tests/tools/tool_probe_names.py.
 */
#include "lib/fail_allocation.h"
#include "probe/names/child.h"
#include "probe/names/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* As the first letters of their lines: dns.c, krb5_names.c. */
static const struct probe_said *dns_says;
static size_t dns_num;
static bool dns_is_late;
static const char *krb5_says; /* to each question; NULL: nothing */
static char krb5_letter;

struct probe_heard *__wrap_probe_child_ask(TALLOC_CTX *mem_ctx,
					   const struct probe_child_work *work,
					   size_t num,
					   unsigned milliseconds);

struct probe_heard *__wrap_probe_child_ask(TALLOC_CTX *mem_ctx,
					   const struct probe_child_work *work,
					   size_t num,
					   unsigned milliseconds)
{
	struct probe_heard *heard = talloc_zero_array(mem_ctx,
						      struct probe_heard,
						      num);
	size_t i;

	(void)work;
	(void)milliseconds;
	if (heard == NULL) {
		return NULL;
	}
	for (i = 0; i < num; i++) {
		heard[i].said = talloc_zero_array(heard,
						  struct probe_said,
						  dns_num + 1);
		if (heard[i].said == NULL) {
			return NULL;
		}
		if (num == 1) {
			memcpy(heard[i].said,
			       dns_says,
			       dns_num * sizeof(dns_says[0]));
			heard[i].num_said = dns_num;
			heard[i].is_late = dns_is_late;
		} else if (krb5_says != NULL) {
			heard[i].said[0].letter = krb5_letter;
			heard[i].said[0].text = krb5_says;
			heard[i].num_said = 1;
		}
	}
	return heard;
}

#define DNS(list, late)                                                       \
	do {                                                                  \
		dns_says = (list);                                            \
		dns_num = sizeof(list) / sizeof((list)[0]);                   \
		dns_is_late = (late);                                         \
	} while (0)

static const struct probe_said good_dns[] = {
	{'c', "Web01.Ex.Test."},
	{'a', "192.0.2.1"},
	{'a', "2001:db8::1"},
	{'r', "node1.ex.test"},
	{'b', ""},
};

struct asked {
	TALLOC_CTX *mem_ctx;
	struct probe_target *target;
	struct probe_dns *dns;
	struct probe_names *names;
	const char *reason;
};

/* False when out of memory. */
static bool ask(struct asked *a, const char *url)
{
	*a = (struct asked){.mem_ctx = talloc_new(NULL)};
	if (a->mem_ctx == NULL) {
		return false;
	}
	a->target = probe_target_parse(a->mem_ctx, url, &a->reason);
	if (a->target == NULL) {
		assert_null(a->reason);
		return false;
	}
	a->dns = probe_dns_look(a->mem_ctx, a->target, 3);
	if (a->dns == NULL) {
		return false;
	}
	a->names = probe_names_of(a->mem_ctx, a->target, a->dns, &a->reason);
	return a->names != NULL;
}

/* Of the client and setting; NULL: it asks for nothing. */
static const char *asks(const struct asked *a, const char *client)
{
	size_t i;
	size_t j;

	for (i = 0; i < a->names->num_names; i++) {
		const struct probe_name *name = &a->names->names[i];

		for (j = 0; j < name->num_clients; j++) {
			if (name->clients[j]->setting == NULL &&
			    strcmp(name->clients[j]->name, client) == 0)
			{
				return name->spn;
			}
		}
	}
	return NULL;
}

static const char *why_not(const struct asked *a, const char *client)
{
	size_t i;

	for (i = 0; i < a->names->num_silent; i++) {
		if (strcmp(a->names->silent[i]->name, client) == 0) {
			return a->names->why[i];
		}
	}
	return "";
}

static void test_good(void **state)
{
	struct asked a;

	(void)state;
	DNS(good_dns, false);
	krb5_says = "node1.ex.test";
	krb5_letter = 'n';
	assert_true(ask(&a, "http://www"));
	assert_null(a.dns->failure);
	assert_null(a.dns->odd);
	assert_null(a.dns->late);
	assert_string_equal(a.dns->canonical, "web01.ex.test");
	assert_string_equal(a.dns->address, "192.0.2.1");
	assert_int_equal(a.dns->num_addresses, 2);
	assert_string_equal(a.dns->reverse, "node1.ex.test");
	assert_true(a.dns->leads_back);
	assert_null(a.reason);
	assert_string_equal(a.names->names[0].spn, "HTTP/node1.ex.test");
	assert_true(a.names->names[0].is_this_machine);
	assert_string_equal(asks(&a, "curl"), "HTTP/node1.ex.test");
	assert_string_equal(asks(&a, "gokrb5"), "HTTP/web01.ex.test");
	talloc_free(a.mem_ctx);
}

/* PTR that nobody confirms is good enough for libkrb5, and not for Java. */
static void test_not_confirmed(void **state)
{
	static const struct probe_said says[] = {
		{'c', "web01.ex.test"},
		{'a', "192.0.2.1"},
		{'r', "web01.evil.test"},
	};
	struct asked a;

	(void)state;
	DNS(says, false);
	assert_true(ask(&a, "http://web01"));
	assert_false(a.dns->leads_back);
	assert_string_equal(asks(&a, "Java HttpURLConnection"), "HTTP/web01");
	assert_string_equal(asks(&a, "Apache HttpClient"), "HTTP/web01");
	assert_string_equal(asks(&a, "go-spnego"), "HTTP/web01.evil.test");
	talloc_free(a.mem_ctx);
}

/* Java takes the name of PTR only if it begins with that of the URL. */
static void test_other_beginning(void **state)
{
	static const struct probe_said says[] = {
		{'a', "192.0.2.1"},
		{'r', "web01b.ex.test"},
		{'b', ""},
	};
	struct asked a;

	(void)state;
	DNS(says, false);
	assert_true(ask(&a, "http://web01"));
	assert_string_equal(asks(&a, "Java HttpURLConnection"), "HTTP/web01");
	talloc_free(a.mem_ctx);
	assert_true(ask(&a, "http://web01b"));
	assert_string_equal(asks(&a, "Java HttpURLConnection"),
			    "HTTP/web01b.ex.test");
	talloc_free(a.mem_ctx);
}

static const char *const odd_names[] = {
	"a b.ex.test",
	"a\nb.ex.test",
	"a/b.ex.test",
	"a@b.ex.test",
	"a\342\200\256b",
	"a\xff",
	"..",
	"",
};

static void test_odd_in_dns(void **state)
{
	size_t i;

	(void)state;
	krb5_says = "web01.ex.test";
	for (i = 0; i < sizeof(odd_names) / sizeof(odd_names[0]); i++) {
		const struct probe_said says[] = {
			{'c', odd_names[i]},
			{'a', "192.0.2.1"},
			{'r', odd_names[i]},
			{'b', ""},
		};
		struct asked a;

		DNS(says, false);
		assert_true(ask(&a, "http://web01"));
		assert_null(a.dns->canonical);
		assert_null(a.dns->reverse);
		assert_false(a.dns->leads_back);
		assert_non_null(a.dns->odd);
		assert_null(strpbrk(a.dns->odd, "\n\xff\342"));
		assert_string_equal(asks(&a, "gokrb5"), "HTTP/web01");
		assert_null(asks(&a, "go-spnego"));
		talloc_free(a.mem_ctx);
	}
}

static void test_odd_from_libkrb5(void **state)
{
	size_t i;

	(void)state;
	DNS(good_dns, false);
	for (i = 0; i < sizeof(odd_names) / sizeof(odd_names[0]); i++) {
		struct asked a;

		krb5_says = odd_names[i];
		assert_true(ask(&a, "http://web01"));
		assert_null(asks(&a, "curl"));
		assert_non_null(strstr(why_not(&a, "curl"), "no name"));
		assert_null(strpbrk(why_not(&a, "curl"), "\n\xff\342"));
		assert_non_null(a.reason);
		assert_false(a.names->names[0].is_this_machine);
		talloc_free(a.mem_ctx);
	}
}

/* A child that dies, or is not ready in time, has said what it has said. */
static void test_little_is_said(void **state)
{
	static const struct probe_said says[] = {{'a', "192.0.2.1"}};
	struct asked a;

	(void)state;
	krb5_says = NULL;
	DNS(says, true);
	assert_true(ask(&a, "http://web01"));
	assert_null(a.dns->failure);
	assert_non_null(strstr(a.dns->late, "192.0.2.1"));
	assert_non_null(strstr(a.reason, "ended the program"));
	assert_null(asks(&a, "curl"));
	talloc_free(a.mem_ctx);

	dns_num = 0;
	assert_true(ask(&a, "http://web01"));
	assert_non_null(strstr(a.dns->failure, "in 3 seconds"));
	talloc_free(a.mem_ctx);

	dns_is_late = false;
	krb5_says = "Cannot read\nit";
	krb5_letter = 'e';
	assert_true(ask(&a, "http://web01"));
	assert_non_null(strstr(a.dns->failure, "ended the program"));
	assert_non_null(strstr(a.reason, "libkrb5 says: Cannot read"));
	assert_null(strchr(a.reason, '\n'));
	assert_null(strchr(why_not(&a, "curl"), '\n'));
	talloc_free(a.mem_ctx);
}

/* At every point, those of the children that are played included. */
static void test_no_memory(void **state)
{
	struct asked a;
	unsigned num;
	unsigned i;

	(void)state;
	DNS(good_dns, false);
	krb5_says = "node1.ex.test";
	krb5_letter = 'n';
	fail_allocation_in("test_probe_names");
	count_allocations();
	assert_true(ask(&a, "http://b\303\274cher:81"));
	talloc_free(a.mem_ctx);
	num = counted_allocations();
	assert_in_range(num, 100, 2000);
	for (i = 1; i <= num; i++) {
		bool ok;

		fail_allocation(i);
		ok = ask(&a, "http://b\303\274cher:81");
		assert_true(fail_allocation_happened());
		if (ok) {
			fail_msg("allocation %u of %u", i, num);
		}
		assert_null(a.reason);
		talloc_free(a.mem_ctx);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_not_confirmed),
		cmocka_unit_test(test_other_beginning),
		cmocka_unit_test(test_odd_in_dns),
		cmocka_unit_test(test_odd_from_libkrb5),
		cmocka_unit_test(test_little_is_said),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
