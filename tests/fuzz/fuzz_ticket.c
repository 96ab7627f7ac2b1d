/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A credentials cache of Kerberos: whatever is in the file, it is read, and
 * what is said of it is of one piece.
 */
#include "fuzz.h"

#include "common/connect_ticket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct spn_str bytes = {.data = (const char *)data, .len = size};
	struct connect_ticket ticket = {};

	FUZZ_CHECK(connect_ticket_parse(mem_ctx, bytes, &ticket));
	FUZZ_CHECK((ticket.client == NULL) == (ticket.realm == NULL));
	FUZZ_CHECK(ticket.client != NULL || !ticket.is_there);
	FUZZ_CHECK(ticket.is_there ||
		   (ticket.starts == 0 && ticket.ends == 0));
	FUZZ_CHECK(ticket.path == NULL);
	FUZZ_CHECK(ticket.client == NULL ||
		   strchr(ticket.client, '@') != NULL);
	talloc_free(mem_ctx);
	return 0;
}
