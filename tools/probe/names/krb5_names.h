/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What MIT's libkrb5 makes of the name of a host before it asks a KDC. The
 * library itself is asked, since what it does depends on krb5.conf, on DNS and
 * on its release.
 */
#ifndef SPN_PROBE_KRB5_NAMES_H
#define SPN_PROBE_KRB5_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>

struct probe_dns;

enum probe_krb5 {
	PROBE_KRB5_NONE, /* it is not asked */
	/* krb5.conf of this machine */
	PROBE_KRB5_MACHINE,
	/* The same, and one setting of [libdefaults] before it: */
	PROBE_KRB5_NO_DNS,	     /* dns_canonicalize_hostname = false */
	PROBE_KRB5_NO_DNS_NO_DOMAIN, /* that, qualify_shortname = "" */
	PROBE_KRB5_FALLBACK,	     /* dns_canonicalize_hostname = fallback */
	PROBE_KRB5_NO_RDNS,	     /* rdns = false */
	PROBE_NUM_KRB5,
};

struct probe_krb5_question {
	enum probe_krb5 how;
	const char *host;
};

/* Strings are on the array that holds it. */
struct probe_krb5_answer {
	const char *first;
	const char *second; /* asked for if there is no ticket; or NULL */
	const char *why;    /* one line where first is NULL */
};

/*
 * One answer for each question; all together take dns->left at most. NULL
 * when out of memory.
 */
struct probe_krb5_answer *probe_krb5_ask(
	TALLOC_CTX *mem_ctx,
	const struct probe_krb5_question *questions,
	size_t num,
	const struct probe_dns *dns);

#endif
