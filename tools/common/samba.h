/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Samba's public libraries, loaded when the first of their functions is
 * needed. They bring eighty others, which is most of what it costs to start a
 * program; who reads a server by libldap, or prints a list, needs none.
 *
 *	path = samba_config()->lpcfg_private_path(mem_ctx, config, "sam.ldb");
 *
 * So no program of ours but spn-guard calls them by their bare names. Those
 *that always need some are linked with these nevertheless
 * (tools/compiler/library_order.py).
 */
#ifndef SPN_COMMON_SAMBA_H
#define SPN_COMMON_SAMBA_H

#include <talloc.h>
/* before credentials.h and param.h: they speak of NTSTATUS and of WERROR */
#include <stdbool.h>
#include <stdint.h>
#include <sys/time.h>
#include <core/ntstatus.h>
#include <core/werror.h>
#include <credentials.h>
#include <param.h>

/* What a function of that name is called by. */
#define SAMBA_CALL(name) __typeof__ (&(name))(name)

/* libsamba-hostconfig, which brings a third of them: smb.conf. */
struct samba_config {
	SAMBA_CALL(loadparm_init);
	SAMBA_CALL(loadparm_init_global);
	SAMBA_CALL(lpcfg_configfile);
	SAMBA_CALL(lpcfg_dump);
	SAMBA_CALL(lpcfg_dump_a_parameter);
	SAMBA_CALL(lpcfg_get_parametric);
	SAMBA_CALL(lpcfg_load);
	SAMBA_CALL(lpcfg_load_default);
	SAMBA_CALL(lpcfg_parm_bool);
	SAMBA_CALL(lpcfg_parm_is_unspecified);
	SAMBA_CALL(lpcfg_parm_string);
	SAMBA_CALL(lpcfg_private_path);
	SAMBA_CALL(lpcfg_set_option);
	SAMBA_CALL(lpcfg_tls_cafile);
	SAMBA_CALL(lpcfg_tls_crlfile);
};

/* libsamba-credentials and libsamba-errors, which bring all. */
struct samba {
	SAMBA_CALL(cli_credentials_authentication_requested);
	SAMBA_CALL(cli_credentials_get_bind_dn);
	SAMBA_CALL(cli_credentials_get_ccache);
	SAMBA_CALL(cli_credentials_get_password);
	SAMBA_CALL(cli_credentials_get_principal);
	SAMBA_CALL(cli_credentials_get_principal_and_obtained);
	SAMBA_CALL(cli_credentials_init);
	SAMBA_CALL(cli_credentials_is_anonymous);
	SAMBA_CALL(cli_credentials_set_ccache);
	SAMBA_CALL(cli_credentials_set_machine_account);
	SAMBA_CALL(get_friendly_werror_msg);
};

/* Never NULL: where a library cannot be loaded the process ends with 2, after
 * a line that names it. Not for threads. */
const struct samba_config *samba_config(void);
const struct samba *samba(void);

#endif /* SPN_COMMON_SAMBA_H */
