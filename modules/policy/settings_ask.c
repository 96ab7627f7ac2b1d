/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the rules ask the settings.
 */
#include "settings.h"

#include <fnmatch.h>
#include <string.h>

enum spn_level spn_settings_level(const struct spn_settings *settings,
				  size_t rule)
{
	enum spn_level level = settings->levels[rule];

	if (settings->mode == SPN_MODE_OFF) {
		return SPN_LEVEL_OFF;
	}
	if (settings->mode == SPN_MODE_AUDIT && level > SPN_LEVEL_WARN) {
		return SPN_LEVEL_WARN;
	}
	return level;
}

enum spn_level spn_settings_level_of(const struct spn_settings *settings,
				     const char *rule)
{
	const struct spn_rule *const *rules = settings->rules;
	size_t i;

	for (i = 0; rules[i] != NULL; i++) {
		if (strcmp(rules[i]->name, rule) == 0) {
			return spn_settings_level(settings, i);
		}
	}
	return SPN_LEVEL_OFF;
}

bool spn_settings_is_pair_class(const struct spn_settings *settings,
				struct spn_str service_class)
{
	size_t i;

	for (i = 0; settings->pair_classes[i] != NULL; i++) {
		if (spn_str_is(service_class, settings->pair_classes[i])) {
			return true;
		}
	}
	return false;
}

bool spn_settings_glob_matches(const char *glob, const char *host_name)
{
	return strcasecmp(glob, host_name) == 0 || /* an IPv6 literal in [] */
	       fnmatch(glob, host_name, FNM_CASEFOLD) == 0;
}

bool spn_settings_is_exempt_host(const struct spn_settings *settings,
				 struct spn_str host)
{
	char name[256];
	size_t i;

	if (settings->exempt_hosts[0] == NULL || host.len == 0 ||
	    host.len >= sizeof(name))
	{
		return false;
	}
	memcpy(name, host.data, host.len);
	name[host.len] = '\0';
	if (strlen(name) != host.len) {
		return false; /* a NUL inside: not the name it shows */
	}
	for (i = 0; settings->exempt_hosts[i] != NULL; i++) {
		if (spn_settings_glob_matches(settings->exempt_hosts[i], name))
		{
			return true;
		}
	}
	return false;
}

bool spn_settings_is_exempt_account(const struct spn_settings *settings,
				    const char *object_guid,
				    const char *sam_account_name)
{
	size_t i;

	for (i = 0; settings->exempt_accounts[i] != NULL; i++) {
		const char *exempt = settings->exempt_accounts[i];

		if (strcasecmp(exempt, object_guid) == 0) {
			return true;
		}
		if (sam_account_name != NULL &&
		    strcasecmp(exempt, sam_account_name) == 0)
		{
			return true;
		}
	}
	return false;
}
