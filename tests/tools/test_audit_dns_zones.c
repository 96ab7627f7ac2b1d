/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spn-audit: where the names in DNS zones lead. Records are those that Samba's
 * own tool wrote, cut off anywhere and with every byte turned, too.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <cmocka.h>

#include "audit/facts/dns_records.h"
#include "audit/facts/dns_zones.h"

#define ZONE "DC=example.com,CN=MicrosoftDNS,DC=DomainDnsZones,DC=example"
/* Version 5, rank 240, serial 1, 900 seconds. */
#define REST "\x05\xf0\0\0\x01\0\0\0\0\0\x03\x84\0\0\0\0\0\0\0\0"
#define A(address) "\x04\0\x01\0" REST address
#define AAAA(address) "\x10\0\x1c\0" REST address
/* nas01.example.com, www.example.com */
#define TO_NAS01                                                              \
	"\x15\0\x05\0" REST "\x13\x03\x05nas01\x07"                           \
	"example\x03"                                                         \
	"com\0"
#define TO_WWW                                                                \
	"\x13\0\x05\0" REST "\x11\x03\x03www\x07"                             \
	"example\x03"                                                         \
	"com\0"

struct world {
	TALLOC_CTX *mem_ctx;
	struct ldb_context *ldb;
	struct audit_names *names;
};

static void add(struct world *w,
		const char *label,
		const char *record,
		size_t len)
{
	struct ldb_message *msg = ldb_msg_new(w->mem_ctx);
	struct ldb_val value = {
		.data = talloc_memdup(msg, record, len),
		.length = len,
	};

	msg->dn = ldb_dn_new_fmt(msg, w->ldb, "DC=%s,%s", label, ZONE);
	if (len > 0) {
		assert_int_equal(
			ldb_msg_add_value(msg, "dnsRecord", &value, NULL),
			LDB_SUCCESS);
	}
	assert_true(audit_names_add(w->names, msg));
	talloc_free(msg);
}

#define ADD(label, record) add(w, label, record, sizeof(record) - 1)

static bool leads(struct world *w, const char *alias, const char *host)
{
	return audit_names_lead_to(w->names,
				   spn_str_of(alias),
				   spn_str_of(host));
}

static int setup(void **state)
{
	struct world *w = talloc_zero(NULL, struct world);

	w->mem_ctx = w;
	w->ldb = ldb_init(w, NULL);
	w->names = audit_names_new(w);
	*state = w;
	return (w->ldb == NULL || w->names == NULL) ? -1 : 0;
}

static int teardown(void **state)
{
	talloc_free(*state);
	return 0;
}

static void aliases(void **state)
{
	struct world *w = *state;

	ADD("nas01", A("\x0a\x01\x02\x03"));
	ADD("files", TO_NAS01);
	ADD("www", TO_NAS01);
	ADD("intranet", TO_WWW);
	assert_true(leads(w, "files.example.com", "nas01.example.com"));
	assert_true(leads(w, "FILES.EXAMPLE.COM", "NAS01.example.com"));
	assert_true(leads(w, "files", "nas01.example.com"));
	assert_true(leads(w, "intranet", "nas01.example.com"));
	assert_false(leads(w, "files", "nas01"));
	assert_false(leads(w, "files", "nas01.elsewhere.test"));
	assert_false(leads(w, "files.example.com", "nas02.example.com"));
	assert_false(leads(w, "nobody.example.com", "nas01.example.com"));
	assert_false(leads(w, "", "nas01.example.com"));
	assert_false(leads(w, "files", ""));
}

static void addresses(void **state)
{
	struct world *w = *state;

	ADD("nas01", A("\x0a\x01\x02\x03"));
	ADD("nas01", AAAA("\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"));
	ADD("other", A("\x0a\x01\x02\x04"));
	ADD("files", A("\x0a\x01\x02\x04"));
	ADD("files", A("\x0a\x01\x02\x03"));
	ADD("six", AAAA("\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"));
	ADD("seven", AAAA("\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02"));
	ADD("nothing", "");
	assert_true(leads(w, "files", "nas01.example.com"));
	assert_true(leads(w, "six", "nas01.example.com"));
	assert_false(leads(w, "seven", "nas01.example.com"));
	assert_false(leads(w, "other", "nas01.example.com"));
	assert_false(leads(w, "nothing", "nas01.example.com"));
	assert_false(leads(w, "nas01", "nothing.example.com"));
}

/* Of many hosts, or of none. */
static void addresses_of_nobody(void **state)
{
	struct world *w = *state;
	static const char *const hosts[] = {"nas01", "alias"};
	size_t i;

	for (i = 0; i < 2; i++) {
		ADD(hosts[i], A("\x7f\0\0\x01"));
		ADD(hosts[i], A("\0\0\0\0"));
		ADD(hosts[i], A("\xa9\xfe\x01\x02"));
		ADD(hosts[i], AAAA("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"));
		ADD(hosts[i], AAAA("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"));
		ADD(hosts[i], AAAA("\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"));
	}
	assert_false(leads(w, "alias", "nas01.example.com"));
	ADD("nas01", AAAA("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02"));
	ADD("alias", AAAA("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02"));
	assert_true(leads(w, "alias", "nas01.example.com"));
}

/* A chain that never ends, and names that are no names. */
static void nonsense(void **state)
{
	struct world *w = *state;
	char longest[400] = {};

	ADD("www", TO_WWW);
	assert_false(leads(w, "www", "nas01.example.com"));
	memset(longest, 'a', sizeof(longest) - 1);
	assert_false(leads(w, longest, "nas01.example.com"));
	longest[1] = '.';
	assert_false(leads(w, longest, "nas01.example.com"));
	assert_false(leads(w, "www", longest));
	longest[SPN_DNS_NAME_LEN] = '\0';
	assert_false(leads(w, "www", longest));
}

/* What is cut off says nothing, and no byte makes more of it than is there. */
static void broken(void **state)
{
	static const char whole[] = TO_NAS01;
	struct audit_dns_record record = {};
	size_t len = sizeof(whole) - 1;
	size_t i;

	(void)state;
	assert_true(audit_dns_record(whole, len, &record));
	assert_string_equal(record.name, "nas01.example.com");
	for (i = 0; i < len; i++) {
		char *part = talloc_memdup(NULL, whole, i);
		unsigned byte;

		assert_false(audit_dns_record(part, i, &record));
		talloc_free(part);
		part = talloc_memdup(NULL, whole, len);
		for (byte = 0; byte < 256; byte++) {
			part[i] = (char)byte;
			if (audit_dns_record(part, len, &record) &&
			    record.type == AUDIT_DNS_CNAME)
			{
				assert_true(strlen(record.name) < len - 24);
			}
		}
		talloc_free(part);
	}
	assert_false(audit_dns_record(A("\x0a\x01\x02"), 27, &record));
	assert_false(
		audit_dns_record("\x05\0\x01\0" REST "12345", 29, &record));
}

/* Nothing behind a record is looked at: there is no memory. */
static void at_the_end_of_memory(void **state)
{
	static const char label[] = "\x05\0\x05\0" REST "\x03\x01\xc8xx";
	struct audit_dns_record record = {};
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t len = sizeof(label) - 1;
	char *pages = mmap(NULL,
			   2 * page,
			   PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS,
			   -1,
			   0);

	(void)state;
	assert_ptr_not_equal(pages, MAP_FAILED);
	assert_int_equal(mprotect(pages + page, page, PROT_NONE), 0);
	memcpy(pages + page - len, label, len);
	assert_false(audit_dns_record(pages + page - len, len, &record));
	assert_int_equal(munmap(pages, 2 * page), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(aliases, setup, teardown),
		cmocka_unit_test_setup_teardown(addresses, setup, teardown),
		cmocka_unit_test_setup_teardown(addresses_of_nobody,
						setup,
						teardown),
		cmocka_unit_test_setup_teardown(nonsense, setup, teardown),
		cmocka_unit_test(broken),
		cmocka_unit_test(at_the_end_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
