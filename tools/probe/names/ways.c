/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each way as it was seen in measurements (tests/tools/clients_measured.tsv),
 * or as the documents say of Windows; clients_table.c has who takes which.
 */
#include "probe/names/ways.h"

#include <string.h>

static bool is_typed_international(const struct probe_target *target)
{
	const char *c = target->typed;

	while (*c != '\0' && (unsigned char)*c < 0x80) {
		c++;
	}
	return *c != '\0';
}

const char *probe_needs_unmet(unsigned needs,
			      const struct probe_target *target)
{
	if ((needs & PROBE_NEEDS_HTTPS) != 0 && !target->is_https) {
		return "asks for a ticket over https only";
	}
	if ((needs & PROBE_NEEDS_HTTP_80) != 0 &&
	    (target->is_https || !target->is_default_port))
	{
		return "asks for a ticket over http at port 80 only";
	}
	if ((needs & PROBE_NEEDS_ASCII) != 0 && is_typed_international(target))
	{
		return "does not open a URL with an international name; type "
		       "it with \"xn--\"";
	}
	if ((needs & PROBE_NEEDS_NAME) != 0 && target->kind != PROBE_HOST_NAME)
	{
		return "asks for no ticket for an address";
	}
	return NULL;
}

/* ------------------------------------------------------- where they begin */

static const char *host(TALLOC_CTX *mem_ctx,
			const struct probe_target *target,
			const struct probe_dns *dns,
			const char **_why)
{
	(void)dns;
	(void)_why;
	return talloc_strdup(mem_ctx, target->host);
}

static const char *as_typed(TALLOC_CTX *mem_ctx,
			    const struct probe_target *target,
			    const struct probe_dns *dns,
			    const char **_why)
{
	(void)dns;
	(void)_why;
	return talloc_strdup(mem_ctx, target->typed);
}

static const char *utf8(TALLOC_CTX *mem_ctx,
			const struct probe_target *target,
			const struct probe_dns *dns,
			const char **_why)
{
	(void)dns;
	(void)_why;
	return talloc_strdup(mem_ctx,
			     is_typed_international(target) ? target->host_utf8
							    : target->host);
}

/* As a URL has it: an IPv6 address in brackets. */
static const char *of_url(TALLOC_CTX *mem_ctx,
			  const struct probe_target *target,
			  const struct probe_dns *dns,
			  const char **_why)
{
	if (target->kind == PROBE_HOST_IPV6) {
		return talloc_asprintf(mem_ctx, "[%s]", target->host);
	}
	return utf8(mem_ctx, target, dns, _why);
}

static const char *cname(TALLOC_CTX *mem_ctx,
			 const struct probe_target *target,
			 const struct probe_dns *dns,
			 const char **_why)
{
	(void)_why;
	return talloc_strdup(mem_ctx,
			     (dns->canonical == NULL) ? target->host
						      : dns->canonical);
}

static const char *ptr(TALLOC_CTX *mem_ctx,
		       const struct probe_target *target,
		       const struct probe_dns *dns,
		       const char **_why)
{
	(void)_why;
	return talloc_strdup(mem_ctx,
			     (dns->reverse == NULL) ? target->host
						    : dns->reverse);
}

static const char *ptr_only(TALLOC_CTX *mem_ctx,
			    const struct probe_target *target,
			    const struct probe_dns *dns,
			    const char **_why)
{
	(void)target;
	if (dns->reverse == NULL) {
		*_why = "asks for nothing when DNS has no name for the "
			"server's address (PTR); add that record";
		return NULL;
	}
	return talloc_strdup(mem_ctx, dns->reverse);
}

/* The PTR record counts only where it makes the name longer. */
static const char *java(TALLOC_CTX *mem_ctx,
			const struct probe_target *target,
			const struct probe_dns *dns,
			const char **_why)
{
	size_t len = strlen(target->host);

	if (target->kind == PROBE_HOST_NAME && dns->leads_back &&
	    strncmp(dns->reverse, target->host, len) == 0 &&
	    dns->reverse[len] == '.')
	{
		return talloc_strdup(mem_ctx, dns->reverse);
	}
	return of_url(mem_ctx, target, dns, _why);
}

static const char *ptr_java(TALLOC_CTX *mem_ctx,
			    const struct probe_target *target,
			    const struct probe_dns *dns,
			    const char **_why)
{
	if (dns->leads_back) {
		return talloc_strdup(mem_ctx, dns->reverse);
	}
	return of_url(mem_ctx, target, dns, _why);
}

static const char *cname_go(TALLOC_CTX *mem_ctx,
			    const struct probe_target *target,
			    const struct probe_dns *dns,
			    const char **_why)
{
	if (dns->canonical != NULL && !is_typed_international(target)) {
		return talloc_strdup(mem_ctx, dns->canonical);
	}
	return of_url(mem_ctx, target, dns, _why);
}

static const char *netbios(TALLOC_CTX *mem_ctx,
			   const struct probe_target *target,
			   const struct probe_dns *dns,
			   const char **_why)
{
	const char *name = cname(mem_ctx, target, dns, _why);

	return (name == NULL)
		       ? NULL
		       : talloc_strndup(mem_ctx, name, strcspn(name, "."));
}

/* ------------------------------------------------------------- the table */

const struct probe_way probe_way_libkrb5 = {
	.rule = "the host of the URL, and what libkrb5 makes of it with this "
		"machine's krb5.conf; by default it follows CNAMEs, and takes "
		"the name that PTR gives for the first address",
	.start = host,
	.krb5 = PROBE_KRB5_MACHINE,
};

const struct probe_way probe_way_libkrb5_no_dns = {
	.rule = "the host of the URL; libkrb5 asks no DNS, and adds the first "
		"domain of the search list to a name without a dot",
	.start = host,
	.krb5 = PROBE_KRB5_NO_DNS,
};

const struct probe_way probe_way_libkrb5_no_dns_no_domain = {
	.rule = "the host of the URL in lower case, nothing added",
	.start = host,
	.krb5 = PROBE_KRB5_NO_DNS_NO_DOMAIN,
};

const struct probe_way probe_way_libkrb5_fallback = {
	.rule = "the host of the URL, with the first domain of the search "
		"list "
		"if it has no dot; if there is no ticket for it, what libkrb5 "
		"makes of it by CNAME and PTR",
	.start = host,
	.krb5 = PROBE_KRB5_FALLBACK,
};

const struct probe_way probe_way_libkrb5_no_rdns = {
	.rule = "the host of the URL; libkrb5 follows CNAMEs, but no PTR",
	.start = host,
	.krb5 = PROBE_KRB5_NO_RDNS,
};

const struct probe_way probe_way_libkrb5_utf8 = {
	.rule = "as other clients of libkrb5, but an international name in "
		"UTF-8, as it was typed",
	.start = utf8,
	.krb5 = PROBE_KRB5_MACHINE,
};

const struct probe_way probe_way_cname_libkrb5 = {
	.rule = "follows CNAMEs and the search list itself, and then what "
		"libkrb5 makes of that with this machine's krb5.conf",
	.start = cname,
	.krb5 = PROBE_KRB5_MACHINE,
};

const struct probe_way probe_way_cname_port_libkrb5 = {
	.rule = "follows CNAMEs and the search list itself, adds a port that "
		"is not the default, and then what libkrb5 makes of that with "
		"this machine's krb5.conf",
	.start = cname,
	.has_port = true,
	.krb5 = PROBE_KRB5_MACHINE,
};

const struct probe_way probe_way_ptr_libkrb5 = {
	.rule = "the name that PTR gives for the address it is connected to, "
		"whatever krb5.conf says, and then what libkrb5 makes of that",
	.start = ptr,
	.krb5 = PROBE_KRB5_MACHINE,
};

const struct probe_way probe_way_java = {
	.rule = "the host of the URL, in lower case; a name without a domain "
		"gets the one that PTR gives, if the name in front is the "
		"same; krb5.conf's settings for names do not count",
	.start = java,
};

const struct probe_way probe_way_java_httpclient = {
	.rule = "the name that PTR gives for the first address, if that name "
		"has the address, too; else the host of the URL; krb5.conf's "
		"settings for names do not count",
	.start = ptr_java,
};

const struct probe_way probe_way_gokrb5 = {
	.rule = "follows CNAMEs and the search list, but no PTR; an address, "
		"and an international name, as typed; krb5.conf's settings "
		"for "
		"names do not count",
	.start = cname_go,
};

const struct probe_way probe_way_go_spnego = {
	.rule = "the name that PTR gives for the first address; without PTR "
		"it "
		"asks for nothing; krb5.conf's settings for names do not "
		"count",
	.start = ptr_only,
};

const struct probe_way probe_way_as_typed = {
	.rule = "the host as it was typed, case and a dot at the end kept; no "
		"DNS",
	.start = as_typed,
};

const struct probe_way probe_way_host = {
	.rule = "the host of the URL; no DNS",
	.start = host,
};

const struct probe_way probe_way_cname = {
	.rule = "follows CNAMEs to the name that has the address; no port",
	.start = cname,
};

const struct probe_way probe_way_cname_netbios = {
	.rule = "follows CNAMEs to the name that has the address; no port; "
		"after 30 minutes the NetBIOS name of it",
	.start = cname,
	.later = netbios,
};

const struct probe_way probe_way_cname_port = {
	.rule = "follows CNAMEs to the name that has the address, and adds a "
		"port that is not the default",
	.start = cname,
	.has_port = true,
};

const struct probe_way probe_way_none = {
	.rule = "asks for no ticket",
};
