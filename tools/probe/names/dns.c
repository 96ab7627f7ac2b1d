/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The host, looked up as libc does it, in a child. What it says is said by
 * whoever runs the DNS zones, so names that are none are not used.
 */
#include "probe/names/names.h"

#include "policy/quote.h"
#include "probe/names/chain.h"
#include "probe/names/host_name.h"

#include <netdb.h>
#include <string.h>
#include <strings.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define MOST_ADDRESSES 64
#define MOST_LEFT 1000 /* milliseconds, for libkrb5 */

enum {
	SAYS_FAILURE = 'f',
	SAYS_CANONICAL = 'c',
	SAYS_ADDRESS = 'a',
	SAYS_REVERSE = 'r',
	SAYS_LEADS_BACK = 'b',
	SAYS_SUFFIX = 's',
	SAYS_LINK = 'l',
};

/* ------------------------------------------------------------ in a child */

static const char *failure_text(int code)
{
	switch (code) {
	case EAI_NONAME:
		return "neither DNS nor /etc/hosts knows it";
#ifdef EAI_NODATA
	case EAI_NODATA:
		return "DNS knows the name, but has no address for it";
#endif
	case EAI_AGAIN:
		return "no DNS server answers (see /etc/resolv.conf)";
	case EAI_FAIL:
		return "DNS refuses to say, or answers with nonsense";
	default:
		return gai_strerror(code);
	}
}

static bool is_same_address(const struct sockaddr *a, const struct sockaddr *b)
{
	if (a->sa_family != b->sa_family) {
		return false;
	}
	if (a->sa_family == AF_INET) {
		const struct sockaddr_in *x = (const void *)a;
		const struct sockaddr_in *y = (const void *)b;

		return x->sin_addr.s_addr == y->sin_addr.s_addr;
	}
	if (a->sa_family == AF_INET6) {
		const struct sockaddr_in6 *x = (const void *)a;
		const struct sockaddr_in6 *y = (const void *)b;

		return memcmp(&x->sin6_addr,
			      &y->sin6_addr,
			      sizeof(x->sin6_addr)) == 0;
	}
	return false;
}

static void say_reverse(const struct addrinfo *first, struct spn_child *child)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *back = NULL;
	const struct addrinfo *each = NULL;
	char name[NI_MAXHOST] = "";

	if (getnameinfo(first->ai_addr,
			first->ai_addrlen,
			name,
			sizeof(name),
			NULL,
			0,
			NI_NAMEREQD) != 0)
	{
		return;
	}
	probe_child_say(child, SAYS_REVERSE, name);
	if (getaddrinfo(name, NULL, &hints, &back) != 0) {
		return;
	}
	for (each = back; each != NULL; each = each->ai_next) {
		if (is_same_address(first->ai_addr, each->ai_addr)) {
			probe_child_say(child, SAYS_LEADS_BACK, "");
			break;
		}
	}
	freeaddrinfo(back);
}

static void say_all(const struct probe_target *target, struct spn_child *child)
{
	bool is_name = target->kind == PROBE_HOST_NAME;
	const struct addrinfo hints = {
		.ai_flags = is_name ? AI_CANONNAME : AI_NUMERICHOST,
		.ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *found = NULL;
	const struct addrinfo *each = NULL;
	int num = 0;
	int ret;

	probe_chain_say_search(child, SAYS_SUFFIX);
	ret = getaddrinfo(target->host, NULL, &hints, &found);
	if (ret != 0 || found == NULL) {
		probe_child_say(child,
				SAYS_FAILURE,
				failure_text((ret == 0) ? EAI_FAIL : ret));
		return;
	}
	if (is_name && found->ai_canonname != NULL) {
		probe_child_say(child, SAYS_CANONICAL, found->ai_canonname);
	}
	for (each = found; each != NULL && num < MOST_ADDRESSES;
	     each = each->ai_next)
	{
		char text[NI_MAXHOST] = "";

		if (getnameinfo(each->ai_addr,
				each->ai_addrlen,
				text,
				sizeof(text),
				NULL,
				0,
				NI_NUMERICHOST) == 0)
		{
			probe_child_say(child, SAYS_ADDRESS, text);
			num++;
		}
	}
	if (is_name && found->ai_canonname != NULL &&
	    strcasecmp(found->ai_canonname, target->host) != 0)
	{
		probe_chain_say_links(child,
				      SAYS_LINK,
				      target->host,
				      found->ai_family);
	}
	say_reverse(found, child);
	freeaddrinfo(found);
}

static void work(size_t number,
		 const void *private_data,
		 struct spn_child *child)
{
	(void)number;
	say_all(private_data, child);
}

/* ----------------------------------------------------------- in the parent */

/* False when out of memory. */
static bool set_name(struct probe_dns *dns,
		     const char *said,
		     const char **_name)
{
	char *folded = probe_host_fold(dns, said);
	char *quoted = NULL;

	if (folded == NULL) {
		return false;
	}
	if (probe_is_host_name(folded)) {
		*_name = folded;
		return true;
	}
	quoted = spn_quote(dns, spn_str_of(said), SPN_QUOTE_CUT);
	dns->odd = quoted;
	return quoted != NULL;
}

/* False when out of memory; text NULL is that, too. */
static bool add(struct probe_dns *dns,
		const char ***_list,
		size_t *_num,
		char *text)
{
	const char **list =
		talloc_realloc(dns, *_list, const char *, (unsigned)*_num + 1);

	if (list == NULL) {
		return false;
	}
	list[*_num] = text;
	*_list = list;
	(*_num)++;
	return text != NULL;
}

/* A name that is none is left out. */
static bool add_name(struct probe_dns *dns,
		     const char ***_list,
		     size_t *_num,
		     const char *text)
{
	char *folded = probe_host_fold(dns, text);

	return folded != NULL &&
	       (!probe_is_host_name(folded) || add(dns, _list, _num, folded));
}

static bool add_address(struct probe_dns *dns, const char *text)
{
	if (!add(dns,
		 &dns->addresses,
		 &dns->num_addresses,
		 talloc_strdup(dns, text)))
	{
		return false;
	}
	dns->address = dns->addresses[0];
	return true;
}

static bool take(struct probe_dns *dns, const struct probe_said *said)
{
	switch (said->letter) {
	case SAYS_FAILURE:
		dns->failure = talloc_strdup(dns, said->text);
		return dns->failure != NULL;
	case SAYS_CANONICAL:
		return set_name(dns, said->text, &dns->canonical);
	case SAYS_ADDRESS:
		return add_address(dns, said->text);
	case SAYS_REVERSE:
		return set_name(dns, said->text, &dns->reverse);
	case SAYS_SUFFIX:
		return add_name(dns,
				&dns->suffixes,
				&dns->num_suffixes,
				said->text);
	case SAYS_LINK:
		return add_name(dns,
				&dns->cnames,
				&dns->num_cnames,
				said->text);
	case SAYS_LEADS_BACK:
		dns->leads_back = dns->reverse != NULL;
		return true;
	default:
		return true;
	}
}

/* False when out of memory. */
static bool note_what_lacks(struct probe_dns *dns, bool is_late)
{
	if (dns->failure != NULL) {
		return true;
	}
	if (dns->address == NULL) {
		dns->failure =
			is_late ? talloc_asprintf(dns,
						  "no answer from DNS in %u "
						  "seconds (--timeout)",
						  dns->timeout)
				: "looking it up ended the program that "
				  "looked";
		return dns->failure != NULL;
	}
	if (is_late) {
		dns->late = talloc_asprintf(dns,
					    "DNS did not say in %u seconds "
					    "which name %s has (PTR); whoever "
					    "asks for that waits, too",
					    dns->timeout,
					    dns->address);
		return dns->late != NULL;
	}
	return true;
}

/* A chain of DNS that ends elsewhere is not the one that was gone. */
static void check_chain(struct probe_dns *dns)
{
	if (dns->num_cnames > 0 &&
	    (dns->canonical == NULL ||
	     strcmp(dns->cnames[dns->num_cnames - 1], dns->canonical) != 0))
	{
		dns->num_cnames = 0;
	}
}

struct probe_dns *probe_dns_look(TALLOC_CTX *mem_ctx,
				 const struct probe_target *target,
				 unsigned timeout)
{
	const struct probe_child_work look = {
		.work = work,
		.private_data = target,
	};
	struct probe_dns *dns = talloc_zero(mem_ctx, struct probe_dns);
	struct probe_heard *heard = NULL;
	int64_t end = spn_children_now() + (int64_t)timeout * 1000;
	unsigned left = timeout * 1000 / 4;
	bool ok = true;
	size_t i;

	if (dns == NULL) {
		return NULL;
	}
	left = (left > MOST_LEFT) ? MOST_LEFT : left;
	dns->timeout = timeout;
	heard = probe_child_ask(dns, &look, 1, timeout * 1000 - left);
	end -= spn_children_now();
	dns->left = (end < left) ? left : (unsigned)end;
	ok = heard != NULL;
	for (i = 0; ok && i < heard->num_said; i++) {
		ok = take(dns, &heard->said[i]);
	}
	if (!ok || !note_what_lacks(dns, heard->is_late)) {
		talloc_free(dns);
		return NULL;
	}
	talloc_free(heard);
	check_chain(dns);
	return dns;
}
