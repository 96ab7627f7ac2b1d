/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The functions of Samba's libraries, looked up by their names.
 */
#include "samba.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CANNOT_RUN 2

/* As the dynamic loader knows them; from those that we were built with. */
#ifndef SPN_HOSTCONFIG
#define SPN_HOSTCONFIG "libsamba-hostconfig.so.0"
#endif
#ifndef SPN_CREDENTIALS
#define SPN_CREDENTIALS "libsamba-credentials.so.1"
#endif
#ifndef SPN_ERRORS
#define SPN_ERRORS "libsamba-errors.so.1"
#endif

/* Has most of their symbols, and is looked into first if it comes first: that
 * saves a quarter of the work. */
#define SPN_MANY_SYMBOLS "libndr-standard.so.0"

struct wanted {
	const char *name;
	size_t place; /* in one of the structs */
};

#define WANTED(function) {#function, offsetof(struct WHOSE, function)}

#define WHOSE samba_config
static const struct wanted of_hostconfig[] = {
	WANTED(loadparm_init),
	WANTED(loadparm_init_global),
	WANTED(lpcfg_configfile),
	WANTED(lpcfg_dump),
	WANTED(lpcfg_dump_a_parameter),
	WANTED(lpcfg_get_parametric),
	WANTED(lpcfg_load),
	WANTED(lpcfg_load_default),
	WANTED(lpcfg_parm_bool),
	WANTED(lpcfg_parm_is_unspecified),
	WANTED(lpcfg_parm_string),
	WANTED(lpcfg_private_path),
	WANTED(lpcfg_set_option),
	WANTED(lpcfg_tls_cafile),
	WANTED(lpcfg_tls_crlfile),
};

#undef WHOSE
#define WHOSE samba
static const struct wanted of_credentials[] = {
	WANTED(cli_credentials_authentication_requested),
	WANTED(cli_credentials_get_bind_dn),
	WANTED(cli_credentials_get_ccache),
	WANTED(cli_credentials_get_password),
	WANTED(cli_credentials_get_principal),
	WANTED(cli_credentials_get_principal_and_obtained),
	WANTED(cli_credentials_init),
	WANTED(cli_credentials_is_anonymous),
	WANTED(cli_credentials_set_ccache),
	WANTED(cli_credentials_set_machine_account),
};

static const struct wanted of_errors[] = {
	WANTED(get_friendly_werror_msg),
};

struct library {
	const char *name;
	const struct wanted *wanted;
	size_t num_wanted;
};

#define NUM(array) (sizeof(array) / sizeof((array)[0]))

static const struct library hostconfig = {
	SPN_HOSTCONFIG,
	of_hostconfig,
	NUM(of_hostconfig),
};

static const struct library the_others[] = {
	{SPN_CREDENTIALS, of_credentials, NUM(of_credentials)},
	{SPN_ERRORS, of_errors, NUM(of_errors)},
};

/* For all to look in, as if it had been linked. */
static void *load(const char *name)
{
	return dlopen(name, RTLD_LAZY | RTLD_GLOBAL);
}

static void take(void *functions, const struct library *library)
{
	void *handle = load(library->name);
	size_t i;

	for (i = 0; handle != NULL && i < library->num_wanted; i++) {
		const struct wanted *wanted = &library->wanted[i];
		void *address = dlsym(handle, wanted->name);

		if (address == NULL) {
			handle = NULL;
			break;
		}
		memcpy((char *)functions + wanted->place,
		       &address,
		       sizeof(address));
	}
	if (handle == NULL) {
		fprintf(stderr,
			"%s: cannot load a library of Samba: %s; is "
			"samba-libs installed?\n",
			program_invocation_short_name,
			dlerror());
		exit(CANNOT_RUN);
	}
}

const struct samba_config *samba_config(void)
{
	static struct samba_config functions;
	static bool is_there;

	if (!is_there) {
		take(&functions, &hostconfig);
	}
	is_there = true;
	return &functions;
}

const struct samba *samba(void)
{
	static struct samba functions;
	static bool is_there;
	size_t i;

	if (!is_there) {
		(void)load(SPN_MANY_SYMBOLS);
	}
	for (i = 0; !is_there && i < NUM(the_others); i++) {
		take(&functions, &the_others[i]);
	}
	is_there = true;
	return &functions;
}
