/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a server answers to a search by libldap: whatever it is, the search
 * ends once the server has, and an entry that comes of it is whole.
 */
#include "fuzz.h"

#include "lib/ldap_answers.h"

#include <unistd.h>
#include <ldb_module.h>
#include <sys/socket.h>

/* More would not fit into the socket, and nobody reads it. */
#define MOST 60000

/* The library loses a request whose answer it cannot decode, and the text of a
 * server that says good-bye. test_ldap_backend under valgrind looks for what
 * we lose. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libldap\nleak:liblber";
}

static int look(struct ldb_request *req, struct ldb_reply *ares)
{
	size_t *num_ends = req->context;
	unsigned i;
	unsigned j;

	FUZZ_CHECK(ares != NULL);
	if (ares->type == LDB_REPLY_DONE) {
		int ret = ares->error;

		(*num_ends)++;
		talloc_free(ares);
		return ldb_request_done(req, ret);
	}
	if (ares->type == LDB_REPLY_REFERRAL) {
		FUZZ_CHECK(ares->referral != NULL);
		talloc_free(ares);
		return LDB_SUCCESS;
	}
	FUZZ_CHECK(ldb_dn_validate(ares->message->dn));
	for (i = 0; i < ares->message->num_elements; i++) {
		const struct ldb_message_element *el =
			&ares->message->elements[i];

		FUZZ_CHECK(el->name != NULL);
		for (j = 0; j < el->num_values; j++) {
			const struct ldb_val *value = &el->values[j];

			FUZZ_CHECK(value->data[value->length] == '\0');
		}
	}
	talloc_free(ares);
	return LDB_SUCCESS;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ldb_context *kept;
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct spn_str bytes = {(const char *)data, size};
	struct ldb_request *req = NULL;
	struct ldb_context *ldb = NULL;
	size_t num_ends = 0;
	int server = -1;

	/* ldb loads its modules with the first context. */
	if (kept == NULL) {
		kept = ldb_init(NULL, NULL);
	}
	if (size == 0 || size > MOST) {
		talloc_free(mem_ctx);
		return 0;
	}
	ldb = ldap_answers_open(mem_ctx, &server);
	FUZZ_CHECK(ldb_build_search_req(&req,
					ldb,
					mem_ctx,
					ldb_dn_new(mem_ctx, ldb, "DC=a"),
					LDB_SCOPE_SUBTREE,
					"(cn=a)",
					NULL,
					NULL,
					&num_ends,
					look,
					NULL) == LDB_SUCCESS);
	ldap_answers_put(server, bytes);
	FUZZ_CHECK(ldb_request(ldb, req) == LDB_SUCCESS);
	FUZZ_CHECK(shutdown(server, SHUT_RDWR) == 0);
	(void)ldb_wait(req->handle, LDB_WAIT_ALL);
	FUZZ_CHECK(num_ends == 1);
	close(server);
	talloc_free(mem_ctx);
	return 0;
}
