/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is a name of a host and what is not.
 */
#include "probe/names/host_name.h"

#include "policy/unicode.h"

#include <string.h>

#define MOST_BYTES 253
#define MOST_BYTES_OF_LABEL 63

static bool is_letter(uint32_t code_point)
{
	if (code_point > 0x7f) {
		return spn_unicode_is_letter(code_point);
	}
	return (code_point >= '0' && code_point <= '9') ||
	       (code_point >= 'a' && code_point <= 'z') ||
	       (code_point >= 'A' && code_point <= 'Z') || code_point == '-' ||
	       code_point == '_';
}

bool probe_is_host_name(const char *name)
{
	struct spn_str rest = spn_str_of(name);
	size_t label = 0;

	if (rest.len == 0 || rest.len > MOST_BYTES) {
		return false;
	}
	while (rest.len > 0) {
		uint32_t code_point = 0;
		size_t len = spn_unicode_next(rest, &code_point);

		if (len == 0) {
			return false;
		}
		if (code_point == '.' && label > 0 && rest.len > 1) {
			label = 0;
		} else if (is_letter(code_point)) {
			label += len;
		} else {
			return false;
		}
		if (label > MOST_BYTES_OF_LABEL) {
			return false;
		}
		rest = spn_str_from(rest, len);
	}
	return true;
}

char *probe_host_fold(TALLOC_CTX *mem_ctx, const char *name)
{
	size_t len = strlen(name);
	char *folded = NULL;
	size_t i;

	if (len > 0 && name[len - 1] == '.') {
		len--;
	}
	folded = talloc_strndup(mem_ctx, name, len);
	for (i = 0; folded != NULL && folded[i] != '\0'; i++) {
		folded[i] = (char)spn_ascii_lower(folded[i]);
	}
	return folded;
}
