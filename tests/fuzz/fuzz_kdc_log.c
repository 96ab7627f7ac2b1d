/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log of a KDC, any bytes: it is read to its end, what is counted adds up,
 * and the names stand in their order.
 */
#include "fuzz.h"

#include "probe/kdc_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	const char *reason = NULL;
	struct probe_kdc_log *log = NULL;
	void *copy = talloc_memdup(mem_ctx, data, size);
	/* fmemopen() takes no empty buffer. */
	FILE *stream = (size == 0) ? fopen("/dev/null", "rb")
				   : fmemopen(copy, size, "rb");
	size_t num_requests = 0;
	size_t i;

	FUZZ_CHECK(stream != NULL);
	log = probe_kdc_log_read(mem_ctx, stream, &reason);
	/* Some bytes are those of a compressed file. */
	FUZZ_CHECK((log == NULL) == (reason != NULL));
	for (i = 0; log != NULL && i < log->num_names; i++) {
		const struct probe_logged *name = &log->names[i];

		FUZZ_CHECK(name->num_requests > 0);
		FUZZ_CHECK(name->num_failed <= name->num_requests);
		FUZZ_CHECK(name->num_failed > 0 || name->error == 0);
		FUZZ_CHECK(name->error >= 0 && name->error < 128);
		FUZZ_CHECK(name->num_listed <= name->num_clients);
		FUZZ_CHECK(name->num_clients <= name->num_requests);
		FUZZ_CHECK(name->num_addresses <= name->num_requests);
		FUZZ_CHECK(i == 0 ||
			   name->num_failed <= log->names[i - 1].num_failed);
		num_requests += name->num_requests;
	}
	FUZZ_CHECK(log == NULL ||
		   num_requests + log->num_dropped == log->num_understood);
	FUZZ_CHECK(log == NULL || log->num_lines <= size);
	fclose(stream);
	talloc_free(mem_ctx);
	return 0;
}
