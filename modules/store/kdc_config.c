/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Samba's public headers name neither of these functions, and older releases
 * have no such parameters: so the first two are weak. The release is asked of
 * the Samba that runs, which may be newer than the one we were built with; the
 * library that knows it is not always loaded.
 */
#include "kdc_config.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#define WEAK __attribute__((weak))

WEAK int lpcfg_kdc_default_domain_supported_enctypes(
	struct loadparm_context *lp_ctx);
WEAK int lpcfg_kdc_supported_enctypes(struct loadparm_context *lp_ctx);

static const char *samba_version(void)
{
	const char *(*version)(void) = NULL;
	void *library = dlopen("libsmbconf.so.0", RTLD_LAZY | RTLD_LOCAL);
	void *symbol = (library == NULL)
			       ? NULL
			       : dlsym(library, "samba_version_string");

	if (symbol == NULL) {
		return NULL;
	}
	/* Not closed: the text is in there. */
	memcpy(&version, &symbol, sizeof(version));
	return version();
}

struct spn_kdc spn_kdc_of_this_machine(struct loadparm_context *lp_ctx)
{
	struct spn_kdc kdc = {
		.version = samba_version(),
		.level = SPN_LEVEL_2008,
	};

	if (lp_ctx != NULL &&
	    lpcfg_kdc_default_domain_supported_enctypes != NULL)
	{
		kdc.configured = (uint32_t)
			lpcfg_kdc_default_domain_supported_enctypes(lp_ctx);
	}
	if (lp_ctx != NULL && lpcfg_kdc_supported_enctypes != NULL) {
		kdc.allowed = (uint32_t)lpcfg_kdc_supported_enctypes(lp_ctx);
	}
	return kdc;
}
