/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reader of LDIF: what it takes is the same when it is written again and
 * read again; what it refuses has a line. And the URLs that it finds: the DN
 * of one is never longer than the URL.
 */
#include "fuzz.h"

#include "directory/entry.h"
#include "directory/ldap_url.h"
#include "directory/ldif.h"

#define MAX_LEN 4096

static const char *const attrs[] = {"cn",
				    "objectGUID",
				    "objectSid",
				    "servicePrincipalName",
				    NULL};

struct copy {
	struct ldb_context *ldb;
	FILE *out;
};

static void write_base64(FILE *out, const char *name, const struct ldb_val *v)
{
	char *text = ldb_base64_encode(NULL,
				       (const char *)v->data,
				       (int)v->length);

	FUZZ_CHECK(text != NULL);
	fprintf(out, "%s:: %s\n", name, text);
	talloc_free(text);
}

/* Everything in base64, nothing folded. */
static int write_entry(void *private_data, struct ldb_message *msg)
{
	struct copy *copy = private_data;
	struct audit_entry_gaps gaps = {};
	const char *dn = ldb_dn_get_linearized(msg->dn);
	struct ldb_val text = spn_values_val(spn_str_of(dn));
	unsigned i;
	unsigned j;

	write_base64(copy->out, "dn", &text);
	for (i = 0; i < msg->num_elements; i++) {
		const struct ldb_message_element *el = &msg->elements[i];

		FUZZ_CHECK(el->num_values > 0);
		for (j = 0; j < el->num_values; j++) {
			FUZZ_CHECK(el->values[j].data[el->values[j].length] ==
				   '\0');
			write_base64(copy->out, el->name, &el->values[j]);
		}
	}
	fputc('\n', copy->out);
	FUZZ_CHECK(audit_entry_normalize(msg, &gaps));
	return LDB_SUCCESS;
}

static int check_referral(void *private_data, const char *url)
{
	struct copy *copy = private_data;
	char *dn = NULL;

	FUZZ_CHECK(url != NULL);
	FUZZ_CHECK(audit_ldap_url_dn(copy->ldb, url, &dn));
	FUZZ_CHECK(dn == NULL || strlen(dn) < strlen(url));
	return LDB_SUCCESS;
}

/* NULL if it was refused. */
static char *read_and_write(TALLOC_CTX *mem_ctx,
			    const void *data,
			    size_t size,
			    size_t *_len)
{
	struct copy copy = {.ldb = ldb_init(mem_ctx, NULL)};
	const struct audit_ldif ldif = {
		.ldb = copy.ldb,
		.attrs = attrs,
		.entry = write_entry,
		.referral = check_referral,
		.private_data = &copy,
	};
	union {
		const void *in;
		void *out;
	} bytes = {.in = data};
	char *written = NULL;
	const char *reason = NULL;
	FILE *in = fmemopen(bytes.out, size, "r");
	bool ok = false;

	FUZZ_CHECK(in != NULL);
	copy.out = open_memstream(&written, _len);
	FUZZ_CHECK(copy.out != NULL);
	ok = audit_ldif_read(mem_ctx, &ldif, in, "x", &reason);
	fclose(in);
	fclose(copy.out);
	FUZZ_CHECK(ok ||
		   (reason != NULL && strncmp(reason, "x, line ", 8) == 0));
	if (!ok) {
		free(written);
		written = NULL;
	}
	return written;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem_ctx = NULL;
	char *first = NULL;
	char *second = NULL;
	size_t len = 0;
	size_t second_len = 0;

	if (size == 0 || size > MAX_LEN) {
		return 0;
	}
	mem_ctx = talloc_new(NULL);
	first = read_and_write(mem_ctx, data, size, &len);
	if (first != NULL) {
		second = read_and_write(mem_ctx, first, len, &second_len);
		FUZZ_CHECK(second != NULL && second_len == len &&
			   memcmp(first, second, len) == 0);
	}
	free(first);
	free(second);
	talloc_free(mem_ctx);
	return 0;
}
