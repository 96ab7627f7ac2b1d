/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spn-audit --from-ldif: all of an export or an error that names the line,
 * in every form that the programs write.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "directory/naming_contexts.h"
#include "directory/entry.h"
#include "directory/ldif.h"

#define SPN "servicePrincipalName"

static const char *const attrs[] = {"cn", SPN, "objectGUID", NULL};

/* What was read: "DN{name=value,name=value}", bytes escaped. */
struct seen {
	char *text;
	size_t num_values;
	size_t longest;
	struct audit_contexts *contexts;
	int ret;
};

static int see_entry(void *private_data, struct ldb_message *msg)
{
	struct seen *seen = private_data;
	unsigned i;
	unsigned j;

	seen->text = talloc_asprintf_append(seen->text,
					    "%s{",
					    ldb_dn_get_linearized(msg->dn));
	for (i = 0; i < msg->num_elements; i++) {
		const struct ldb_message_element *el = &msg->elements[i];

		for (j = 0; j < el->num_values; j++) {
			const struct ldb_val *value = &el->values[j];

			seen->num_values++;
			if (value->length > seen->longest) {
				seen->longest = value->length;
			}
			assert_int_equal(value->data[value->length], 0);
			if (seen->num_values > 10) {
				continue;
			}
			seen->text = talloc_asprintf_append(
				seen->text,
				"%s=%s,",
				el->name,
				ldb_binary_encode(seen->text, *value));
		}
	}
	seen->text = talloc_asprintf_append(seen->text, "}");
	return seen->ret;
}

static int see_referral(void *private_data, const char *url)
{
	struct seen *seen = private_data;

	seen->text = talloc_asprintf_append(seen->text, "(%s)", url);
	return LDB_SUCCESS;
}

/* The bytes as a file. */
static bool read_bytes(TALLOC_CTX *mem_ctx,
		       const char *bytes,
		       size_t len,
		       struct seen *seen,
		       const char **_reason)
{
	struct ldb_context *ldb = ldb_init(mem_ctx, NULL);
	const struct audit_ldif ldif = {
		.ldb = ldb,
		.attrs = attrs,
		.entry = see_entry,
		.referral = see_referral,
		.private_data = seen,
	};
	FILE *stream = tmpfile();
	bool ok = false;

	assert_non_null(stream);
	assert_int_equal(fwrite(bytes, 1, len, stream), len);
	assert_int_equal(fseek(stream, 0, SEEK_SET), 0);
	seen->text = talloc_strdup(mem_ctx, "");
	ok = audit_ldif_read(mem_ctx, &ldif, stream, "FILE", _reason);
	fclose(stream);
	return ok;
}

struct good {
	const char *ldif;
	const char *seen;
};

static const struct good goods[] = {
	{"dn: CN=a,DC=x\ncn: a\n", "CN=a,DC=x{cn=a,}"},
	{"version: 1\ndn: CN=a,DC=x\ncn: a\n\n", "CN=a,DC=x{cn=a,}"},
	{"version: 1\n\n\n# a\n#b\n c\ndn: CN=a,DC=x\n# c\ncn: a\n\n\n",
	 "CN=a,DC=x{cn=a,}"},
	{"\xef\xbb\xbf"
	 "dn: CN=a,DC=x\r\nchangetype: add\r\ncn: a\r\n\r\n"
	 "dn: CN=b,DC=x\r\nchangetype: add\r\ncn: b\r\n\r\n",
	 "CN=a,DC=x{cn=a,}CN=b,DC=x{cn=b,}"},
	{"dn: CN=a,\n DC=\n x\ncn: a\n  b\n", "CN=a,DC=x{cn=a\\20b,}"},
	{"dn: CN=a,\r\n DC=x\r\ncn: a\r\n", "CN=a,DC=x{cn=a,}"},
	{"dn:: Q049YSxEQz14\ncn:: YQBi\n", "CN=a,DC=x{cn=a\\00b,}"},
	{"dn:: Q049YSxE\n Qz14\ncn::YQ\n ==\n", "CN=a,DC=x{cn=a,}"},
	/* no value, values that look like something else */
	{"dn: CN=a,DC=x\ncn:\ncn:  a:b\ncn: <c\n",
	 "CN=a,DC=x{cn=,cn=a:b,"
	 "cn=<c,}"},
	/* bytes that are not UTF-8 */
	{"dn: CN=a,DC=x\ncn: \xff\xc3\n", "CN=a,DC=x{cn=\\FF\\C3,}"},
	/* names in any case, values apart, one the other does not have */
	{"DN: CN=a,DC=x\nCN: a\nsn: b\ncn: c\n", "CN=a,DC=x{cn=a,cn=c,}"},
	/* options that change nothing */
	{"dn: CN=a,DC=x\ncn;lang-de: a\nmember;range=0-1: b\n",
	 "CN=a,DC=x{cn=a,}"},
	/* of another attribute nobody wants to know */
	{"dn: CN=a,DC=x\nphoto:< file:///nowhere\ncn: a\n",
	 "CN=a,DC=x{cn=a,}"},
	/* special characters of DNs */
	{"dn: CN=a\\,\\\"\\0Ab\\+ \\23,DC=x\ncn: a\n",
	 "CN=a\\,\\\"\\0Ab\\+ \\23,DC=x{cn=a,}"},
	/* ldapsearch */
	{"# extended LDIF\n#\n# LDAPv3\n\n# a, x\ndn: CN=a,DC=x\ncn: a\n\n"
	 "# search reference\nref: ldap://x/DC=y\n\n"
	 "# search result\nsearch: 2\nresult: 0 Success\n\n"
	 "# numResponses: 3\n# numEntries: 1\n# numReferences: 1\n",
	 "CN=a,DC=x{cn=a,}(ldap://x/DC=y)"},
	/* the same, -L */
	{"version: 1\n\ndn: CN=a,DC=x\ncn: a\n\n"
	 "# refldap://x/DC=\n y\n\n# search result\n\n# numEntries: 1\n",
	 "CN=a,DC=x{cn=a,}(ldap://x/DC=y)"},
	/* the same in pages, counted at the end */
	{"# extended LDIF\n\ndn: CN=a,DC=x\ncn: a\n\n"
	 "search: 2\nresult: 0 Success\ncontrol: 1.2 false MA==\n"
	 "pagedresults: cookie=Aw==\n# extended LDIF\n\n"
	 "dn: CN=b,DC=x\ncn: b\n\nsearch: 3\nresult: 0 Success\n"
	 "pagedresults: cookie=\n\n# numResponses: 4\n# numEntries: 2\n",
	 "CN=a,DC=x{cn=a,}CN=b,DC=x{cn=b,}"},
	/* ldbsearch, twice in one file */
	{"# record 1\ndn: CN=a,DC=x\ncn: a\n\n# Referral\nref: "
	 "ldap:///DC=y\n\n"
	 "# returned 2 records\n# 1 entries\n# 1 referrals\n"
	 "# record 1\ndn: CN=b,DC=x\ncn: b\n\n# record 2\ndn: CN=c,DC=x\n\n"
	 "# returned 2 records\n# 2 entries\n# 0 referrals\n",
	 "CN=a,DC=x{cn=a,}(ldap:///DC=y)CN=b,DC=x{cn=b,}CN=c,DC=x{}"},
};

static void test_good(void **state)
{
	size_t num_failed = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(goods) / sizeof(goods[0]); i++) {
		TALLOC_CTX *mem_ctx = talloc_new(NULL);
		struct seen seen = {};
		const char *reason = NULL;
		bool ok = read_bytes(mem_ctx,
				     goods[i].ldif,
				     strlen(goods[i].ldif),
				     &seen,
				     &reason);

		if (!ok || strcmp(seen.text, goods[i].seen) != 0) {
			print_error("%s\n-> %s %s\n",
				    goods[i].ldif,
				    seen.text,
				    (reason == NULL) ? "" : reason);
			num_failed++;
		}
		talloc_free(mem_ctx);
	}
	assert_int_equal(num_failed, 0);
}

struct bad {
	const char *ldif;
	size_t len; /* 0: strlen() */
	const char *reason;
};

#define A "dn: CN=a,DC=x\n"

static const struct bad bads[] = {
	{"", 0, "line 1: there is no entry"},
	{"version: 1\n", 0, "there is no entry"},
	{"version: 2\n" A, 0, "line 1: this is no LDIF of version 1"},
	{"cn: a\n", 0, "line 1: an entry begins with 'dn:', not with 'cn:'"},
	{A "\nnonsense\n\n" A, 0, "line 3: this is not 'attribute: value'"},
	{A "nonsense\n", 0, "line 2: this is not"},
	{A ": a\n", 0, "line 2: this is not"},
	{A "c n: a\n", 0, "line 2: this is not"},
	{"\n c\n", 0, "line 2: it begins with a blank"},
	{" c\n", 0, "line 1: it begins with a blank"},
	/* cut off anywhere in a line, even where it could have been all */
	{A "cn: a", 0, "line 2: the file ends in the middle of a line"},
	{A "cn: a\n\ndn", 0, "line 4: the file ends in the middle"},
	{A "cn: a\n b", 0, "line 3: the file ends in the middle"},
	{A "cn:: !!!!\n", 0, "line 2: cn is no base64"},
	{A "cn:: YQ=\n", 0, "line 2: cn is no base64"},
	{A "cn:< file:///etc/passwd\n", 0, "line 2: cn is in another file"},
	{"dn:< file:///etc/passwd\n", 0, "line 1: dn is in another file"},
	{"dn: nonsense\n", 0, "line 1: 'nonsense' is no DN"},
	{"dn: CN=a,,DC=x\n", 0, "line 1: 'CN=a,,DC=x' is no DN"},
	{"dn:: Q049YQBi\n", 0, "line 1: there is a NUL byte in this DN"},
	{A A, 0, "line 2: an entry begins inside another"},
	{A "changetype: modify\nreplace: cn\n",
	 0,
	 "line 2: this is a list of"},
	{A "changetype: delete\n", 0, "'changetype: delete'"},
	{A SPN ";range=0-1499: a/b\n",
	 0,
	 "line 2: the values of " SPN " were cut (range=0-1499)"},
	{A SPN ";Range=1500-*: a/b\n", 0, "were cut"},
	{A "cn: a\0b\n", sizeof(A "cn: a\0b\n") - 1, "line 2: there is a NUL"},
	{"\xff\xfe"
	 "d\0n\0",
	 6,
	 "line 1: this is UTF-16: export without -u"},
	{"\xfe\xff\0d", 4, "UTF-16"},
	/* what the programs say themselves */
	{A "\nsearch: 2\nresult: 4 Size limit exceeded\n",
	 0,
	 "line 4: the server had said '4 Size limit exceeded'"},
	{"# extended LDIF\n\n" A "cn: a\n\n",
	 0,
	 "the end of what ldapsearch wrote is missing"},
	{A "\nresult: 0 Success\npagedresults: cookie=Aw==\n",
	 0,
	 "the end of what ldapsearch wrote is missing"},
	{"# extended LDIF\n\n" A "\n# extended LDIF\n",
	 0,
	 "line 5: the end of what ldapsearch wrote is missing"},
	{A "\n# numEntries: 2\n",
	 0,
	 "line 3: 2 records are announced and 1 were found"},
	{"# record 1\n" A "\n", 0, "the end of what ldbsearch wrote is"},
	{"# record 1\n" A "\n# record 1\n", 0, "line 4: the end of what"},
	{"# record 1\n" A "\n# returned 2 records\n",
	 0,
	 "line 4: 2 records are announced and 1 were found"},
};

static void test_bad(void **state)
{
	size_t num_failed = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
		TALLOC_CTX *mem_ctx = talloc_new(NULL);
		size_t len = (bads[i].len > 0) ? bads[i].len
					       : strlen(bads[i].ldif);
		struct seen seen = {};
		const char *reason = NULL;
		bool ok =
			read_bytes(mem_ctx, bads[i].ldif, len, &seen, &reason);

		if (ok || reason == NULL ||
		    strncmp(reason, "FILE, line ", 11) != 0 ||
		    strstr(reason, bads[i].reason) == NULL)
		{
			print_error("%s\n-> %s %s\n",
				    bads[i].ldif,
				    seen.text,
				    (reason == NULL) ? "" : reason);
			num_failed++;
		}
		talloc_free(mem_ctx);
	}
	assert_int_equal(num_failed, 0);
}

/* A value of 64 KiB in folded lines, and 10,000 values. */
static void test_large(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct seen seen = {};
	const char *reason = NULL;
	char *text = talloc_strdup(mem_ctx, A SPN ": ");
	size_t i;

	(void)state;
	for (i = 0; i < 1024; i++) {
		text = talloc_asprintf_append_buffer(text,
						     "%s%064zu",
						     (i == 0) ? "" : "\r\n ",
						     i);
	}
	for (i = 0; i < 10000; i++) {
		text = talloc_asprintf_append_buffer(text,
						     "\n" SPN ": foo/%zu",
						     i);
	}
	text = talloc_asprintf_append_buffer(text, "\n");
	assert_true(read_bytes(mem_ctx, text, strlen(text), &seen, &reason));
	assert_int_equal(seen.num_values, 10001);
	assert_int_equal(seen.longest, 65536);
	talloc_free(mem_ctx);
}

/* Who takes the entries may end it, and says why itself. */
static void test_ended(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct seen seen = {.ret = LDB_ERR_OPERATIONS_ERROR};
	const char *reason = "?";
	const char *text = A "\n" A "\n";

	(void)state;
	assert_false(read_bytes(mem_ctx, text, strlen(text), &seen, &reason));
	assert_null(reason);
	assert_string_equal(seen.text, "CN=a,DC=x{}");
	talloc_free(mem_ctx);
}

/* ----------------------------------------------------------------- entries */

static struct ldb_message *message(TALLOC_CTX *mem_ctx, const char *dn)
{
	struct ldb_context *ldb = ldb_init(mem_ctx, NULL);
	struct ldb_message *msg = ldb_msg_new(ldb);

	msg->dn = ldb_dn_new(msg, ldb, dn);
	assert_non_null(msg->dn);
	return msg;
}

static void test_identity(void **state)
{
	static const char guid[] = "01234567-89ab-cdef-0123-456789abcdef";
	static const uint8_t sid[] =
		{1, 2, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 2, 3, 4};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct ldb_message *msg = message(mem_ctx, "CN=a,DC=x");
	struct audit_entry_gaps gaps = {};
	struct spn_str value = {};

	(void)state;
	ldb_msg_add_string(msg, "objectGUID", guid);
	ldb_msg_add_string(msg, "objectSid", "S-1-5-21-67305985");
	ldb_msg_add_string(msg, "nTSecurityDescriptor", "O:DAG:DA");
	/* the second time there is nothing left to do */
	assert_true(audit_entry_normalize(msg, &gaps));
	assert_true(audit_entry_normalize(msg, &gaps));
	assert_string_equal(spn_store_guid_text(mem_ctx, msg), guid);
	value = spn_values_sid(msg, "objectSid");
	assert_int_equal(value.len, sizeof(sid));
	assert_memory_equal(value.data, sid, sizeof(sid));
	assert_int_equal(msg->num_elements, 2);
	assert_int_equal(gaps.num_descriptors, 1);

	msg = message(mem_ctx, "CN=a,DC=x");
	ldb_msg_add_string(msg, "objectGUID", "nonsense");
	assert_true(audit_entry_normalize(msg, &gaps));
	assert_int_equal(msg->num_elements, 0);
	talloc_free(mem_ctx);
}

/* A server may send any attribute without values, and twice. */
static void test_without_values(void **state)
{
	static const char *const names[] = {
		"objectGUID",
		"objectSid",
		"nTSecurityDescriptor",
		"sAMAccountName",
		"userAccountControl",
		"objectClass",
		SPN,
	};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct audit_entry_gaps gaps = {};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct ldb_message *msg = message(mem_ctx, "CN=a,DC=x");
		int times;

		for (times = 0; times < 2; times++) {
			ldb_msg_add_empty(msg, names[i], 0, NULL);
			assert_true(audit_entry_normalize(msg, &gaps));
		}
		assert_string_equal(spn_store_guid_text(mem_ctx, msg), "");
	}
	assert_int_equal(gaps.num_descriptors, 0);
	assert_int_equal(gaps.num_guessed, 0);
	talloc_free(mem_ctx);
}

struct guess {
	const char *name;
	const char *control;
	const char *spn;
	const char *object_class;
};

static void test_guess(void **state)
{
	static const struct guess guesses[] = {
		{"web01$", "4096", NULL, "computer"},
		{"dc$", "532480", NULL, "computer"},
		{"odd", "4096", NULL, "computer"},
		{"odd$", "512", NULL, "user"},
		{"web01$", NULL, NULL, "computer"},
		{"svc", "66048", NULL, "user"},
		{"svc", NULL, "http/a", "user"},
		{"group or user", NULL, NULL, NULL},
		{NULL, NULL, "http/a", NULL},
	};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(guesses) / sizeof(guesses[0]); i++) {
		const struct guess *g = &guesses[i];
		struct ldb_message *msg = message(mem_ctx, "CN=a,DC=x");
		struct audit_entry_gaps gaps = {};
		const struct ldb_message_element *el = NULL;

		if (g->name != NULL) {
			ldb_msg_add_string(msg, "sAMAccountName", g->name);
		}
		if (g->control != NULL) {
			ldb_msg_add_string(msg,
					   "userAccountControl",
					   g->control);
		}
		if (g->spn != NULL) {
			ldb_msg_add_string(msg, SPN, g->spn);
		}
		assert_true(audit_entry_normalize(msg, &gaps));
		assert_int_equal(gaps.num_guessed, g->object_class != NULL);
		el = ldb_msg_find_element(msg, "objectClass");
		if (g->object_class == NULL) {
			assert_null(el);
			continue;
		}
		assert_string_equal(
			(const char *)el->values[el->num_values - 1].data,
			g->object_class);
	}
	talloc_free(mem_ctx);
}

/* ---------------------------------------------------------------- contexts */

static void test_contexts(void **state)
{
	static const char *const dns[] = {
		"CN=a,CN=Configuration,DC=forest,DC=x",
		"DC=@,DC=zone,CN=MicrosoftDNS,DC=DomainDnsZones,DC=d,DC=x",
		"CN=b\\,DC\\=c,DC=D,DC=x",
		"CN=b,OU=o,DC=d,DC=X",
		"CN=b,DC=forest,DC=x",
		"CN=nowhere",
	};
	static const char *const referrals[] = {
		"ldap://x/CN=Configuration,DC=forest,DC=x??base",
		"ldap://x/DC=d,DC=x",
		"ldap://x/DC=ForestDnsZones,DC=d,DC=x",
		"ldap:///DC=child,DC=d,DC=x",
		"ldap://x/%44C%3Dd,DC=x",
		"ldap://x/DC=%zz",
	};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct audit_contexts *contexts = audit_contexts_new(mem_ctx,
							     ldb_init(mem_ctx,
								      NULL));
	bool has_accounts = true;
	size_t state_of = 0;
	size_t i;

	(void)state;
	assert_null(audit_contexts_domain(contexts));
	for (i = 0; i < 6; i++) {
		struct ldb_message *msg = message(mem_ctx, dns[i]);

		if (strncmp(dns[i], "CN=b", 4) == 0) {
			ldb_msg_add_string(msg, "sAMAccountName", "b");
		}
		assert_true(audit_contexts_add(contexts, msg));
	}
	for (i = 0; i < 6; i++) {
		assert_true(
			audit_contexts_add_referral(contexts, referrals[i]));
	}
	assert_string_equal(audit_contexts_domain(contexts), "DC=D,DC=x");
	assert_string_equal(audit_contexts_configuration(contexts, mem_ctx),
			    "CN=Configuration,DC=forest,DC=x");
	assert_string_equal(audit_contexts_missing(contexts,
						   &state_of,
						   &has_accounts),
			    "DC=ForestDnsZones,DC=d,DC=x");
	assert_false(has_accounts);
	assert_string_equal(audit_contexts_missing(contexts,
						   &state_of,
						   &has_accounts),
			    "DC=child,DC=d,DC=x");
	assert_true(has_accounts);
	assert_string_equal(audit_contexts_missing(contexts,
						   &state_of,
						   &has_accounts),
			    "ldap://x/DC=%zz");
	assert_true(has_accounts);
	assert_null(
		audit_contexts_missing(contexts, &state_of, &has_accounts));
	talloc_free(mem_ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_ended),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_without_values),
		cmocka_unit_test(test_guess),
		cmocka_unit_test(test_contexts),
	};

	return cmocka_run_group_tests_name("audit_ldif", tests, NULL, NULL);
}
