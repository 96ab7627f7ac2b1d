/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit_quirks.h"

#include "audit_dns.h"

#include <param.h>

static const char section[] = "spn_audit";

bool audit_quirk(const struct spn_connect *connect, const char *name)
{
	return lpcfg_parm_bool(spn_connect_loadparm(connect),
			       NULL,
			       section,
			       name,
			       false);
}

int audit_quirk_number(const struct spn_connect *connect,
		       const char *name,
		       int value)
{
	return lpcfg_parm_int(spn_connect_loadparm(connect),
			      NULL,
			      section,
			      name,
			      value);
}

struct asking {
	struct spn_connect *connect;
	struct audit_dns *dns;
};

static bool resolve(void *private_data,
		    TALLOC_CTX *mem_ctx,
		    const struct spn_forest *forest,
		    const char **_reason)
{
	struct asking *asking = private_data;
	size_t num_unknown = 0;
	size_t num_asked = 0;

	if (!audit_dns_resolve(asking->dns,
			       mem_ctx,
			       forest->dns_suffixes,
			       &num_unknown,
			       &num_asked,
			       _reason))
	{
		return false;
	}
	if (num_unknown > 0) {
		spn_connect_message(asking->connect,
				    "DNS has no answer to %zu of %zu names: "
				    "nothing is said of those",
				    num_unknown,
				    num_asked);
	}
	return true;
}

bool audit_quirk_dns(TALLOC_CTX *mem_ctx,
		     struct spn_connect *connect,
		     struct audit_scan_options *scan_options,
		     const char **_reason)
{
	int queries = audit_quirk_number(connect, "dns queries", 50);
	const struct audit_dns_options options = {
		.server = lpcfg_parm_string(spn_connect_loadparm(connect),
					    NULL,
					    section,
					    "dns server"),
		.timeout = audit_quirk_number(connect, "dns timeout", 2000),
		.tries = audit_quirk_number(connect, "dns tries", 3),
		.num_parallel = (queries > 0) ? (size_t)queries : 1,
	};
	struct asking *asking = talloc_zero(mem_ctx, struct asking);

	*_reason = NULL;
	if (asking == NULL) {
		return false;
	}
	asking->connect = connect;
	if (!audit_dns_new(asking, &options, &asking->dns, _reason)) {
		return false;
	}
	scan_options->resolve = resolve;
	scan_options->private_data = asking;
	scan_options->surroundings.ask_dns = audit_dns_ask;
	scan_options->surroundings.private_data = asking->dns;
	scan_options->surroundings.dns_is_live = true;
	return true;
}
