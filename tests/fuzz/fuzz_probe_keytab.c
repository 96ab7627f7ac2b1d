/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A keytab: whatever is in the file, there are entries or a reason, and each
 * key lies within the file.
 */
#include "fuzz.h"

#include "probe/kerberos/keys.h"

static bool is_line(const char *text)
{
	return text != NULL && text[0] != '\0' && strchr(text, '\n') == NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct spn_str bytes = {.data = (const char *)data, .len = size};
	const char *reason = NULL;
	struct probe_keytab *keytab =
		probe_keytab_parse(mem_ctx, "x", bytes, &reason);
	size_t i;

	FUZZ_CHECK((keytab == NULL) == (reason != NULL));
	FUZZ_CHECK(reason == NULL || is_line(reason));
	for (i = 0; keytab != NULL && i < keytab->num_entries; i++) {
		const struct probe_keytab_keys *keys = keytab->keys;
		struct spn_str key = keys->keys[i];

		FUZZ_CHECK(is_line(keytab->entries[i].principal));
		FUZZ_CHECK(probe_realm_of(keytab->entries[i].principal).data !=
			   NULL);
		FUZZ_CHECK(key.data >= keys->bytes &&
			   key.data + key.len <= keys->bytes + keys->len);
	}
	FUZZ_CHECK(keytab == NULL || keytab->num_entries > 0);
	FUZZ_CHECK(keytab == NULL || keytab->num_entries * 20 <= size);
	FUZZ_CHECK(keytab == NULL || keytab->damage == NULL ||
		   is_line(keytab->damage));
	talloc_free(mem_ctx);
	return 0;
}
