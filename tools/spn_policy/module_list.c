/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text of a module list: names with commas between them. ldb drops all
 * blanks when it reads one, so they do not count here either.
 */

#include "tool.h"

#include <string.h>

/* The next name of a list; NULL at the end. Blanks do not count. */
static const char *policy_list_next(const char **list, size_t *_len)
{
	const char *name = *list + strspn(*list, ", ");

	*_len = strcspn(name, ", ");
	*list = name + *_len;
	return *_len > 0 ? name : NULL;
}

static bool policy_name_is(const char *name, size_t len, const char *module)
{
	return len == strlen(module) && strncmp(name, module, len) == 0;
}

bool policy_list_has(const char *list, const char *module)
{
	const char *name = NULL;
	size_t len = 0;

	while ((name = policy_list_next(&list, &len)) != NULL) {
		if (policy_name_is(name, len, module)) {
			return true;
		}
	}
	return false;
}

/* start, then list without our module. */
static char *policy_list_make(TALLOC_CTX *mem_ctx,
			      const char *start,
			      const char *list)
{
	char *made = talloc_strdup(mem_ctx, start);
	const char *name = NULL;
	size_t len = 0;

	while (made != NULL) {
		name = policy_list_next(&list, &len);
		if (name == NULL) {
			break;
		}
		if (policy_name_is(name, len, POLICY_MODULE)) {
			continue;
		}
		made = talloc_asprintf_append(made,
					      "%s%.*s",
					      made[0] != '\0' ? "," : "",
					      (int)len,
					      name);
	}
	return made;
}

char *policy_list_with(TALLOC_CTX *mem_ctx, const char *list)
{
	return policy_list_make(mem_ctx, POLICY_MODULE, list);
}

char *policy_list_without(TALLOC_CTX *mem_ctx, const char *list)
{
	return policy_list_make(mem_ctx, "", list);
}
