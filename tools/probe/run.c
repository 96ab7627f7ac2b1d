/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The steps of a probe, in their order. Whatever cannot be had is said, and
 * the others go on.
 */
#include "judge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define MOST_NAMES 1000 /* of a keytab */

static const char no_memory[] = "out of memory";

/* *_why: one line for who typed it. */
static bool find_names(struct probe *probe, const char **_why)
{
	const struct probe_options *options = probe->options;
	/* A proxy has a name of its own, and asks before the site does. */
	struct probe_target *asked = NULL;
	size_t i;

	probe->target = probe_target_parse(probe, options->url, _why);
	asked = probe->target;
	if (asked == NULL) {
		return false;
	}
	*_why = NULL;
	if (options->proxy != NULL) {
		asked = probe_target_parse(probe, options->proxy, _why);
		if (asked == NULL) {
			return false;
		}
		*_why = NULL;
	}
	probe->dns = probe_dns_look(probe, asked, options->timeout);
	if (probe->dns == NULL) {
		return false;
	}
	probe->names =
		probe_names_of(probe, asked, probe->dns, &probe->names_reason);
	if (probe->names == NULL) {
		return false;
	}
	probe->rows = talloc_zero_array(probe,
					struct probe_row,
					(unsigned)probe->names->num_names);
	if (probe->rows == NULL) {
		return false;
	}
	for (i = 0; i < probe->names->num_names; i++) {
		const struct probe_name *name = &probe->names->names[i];
		bool is_usual = name->is_this_machine;
		size_t j;

		for (j = 0; j < name->num_clients; j++) {
			is_usual |= name->clients[j]->is_usual;
		}
		if (is_usual || options->all_clients) {
			probe->rows[probe->num_rows++].name = name;
		}
	}
	return true;
}

const char *probe_cache_named(const struct probe *probe)
{
	return (probe->options->ccache != NULL) ? probe->options->ccache
						: probe->samba_cache;
}

static bool log_on(struct probe *probe)
{
	struct probe_login login = {
		.is_kept = probe->options->ccache != NULL,
		.timeout = probe->options->timeout,
	};

	/* Of a log it is known what a KDC has said. */
	if (probe->options->kdc_log != NULL) {
		return true;
	}
	if (probe->options->no_kdc) {
		probe->krb_reason = "--no-kdc";
		return true;
	}
	probe->samba_cache = spn_connect_cache(probe->connect);
	login.ccache = probe_cache_named(probe);
	if (!spn_connect_principal(probe,
				   probe->connect,
				   &login.principal,
				   &login.password))
	{
		return false;
	}
	probe->is_user_named = login.principal != NULL;
	probe->krb = probe_kerberos_open(probe, &login, &probe->krb_reason);
	return probe->krb != NULL || probe->krb_reason != NULL;
}

/* Is a new keytab to be put where none could be read? */
static enum probe_file file_at(const char *path)
{
	unsigned char magic[2] = {5, 0};
	FILE *stream = fopen(path, "re");
	struct stat st = {};
	bool is_keytab;

	if (stream == NULL) {
		return (errno == ENOENT)   ? PROBE_FILE_MISSING
		       : (errno == EACCES) ? PROBE_FILE_NOT_OURS
					   : PROBE_FILE_OTHER;
	}
	is_keytab = fstat(fileno(stream), &st) == 0 && S_ISREG(st.st_mode) &&
		    (st.st_size == 0 ||
		     (fread(magic, sizeof(magic), 1, stream) == 1 &&
		      magic[0] == 5 && magic[1] == 2));
	fclose(stream);
	return is_keytab ? PROBE_FILE_MISSING : PROBE_FILE_OTHER;
}

static bool read_keytab(struct probe *probe)
{
	const struct probe_options *options = probe->options;

	if (options->keytab == NULL) {
		return true;
	}
	/* Of whose keys they are no server is asked about. */
	probe->keytab = probe_keytab_read(probe,
					  options->keytab,
					  (options->num_accounts > 0)
						  ? NULL
						  : options->server,
					  &probe->keytab_reason);
	if (probe->keytab_reason != NULL) {
		probe->keytab_file = file_at(options->keytab);
	}
	return probe->keytab != NULL || probe->keytab_reason != NULL;
}

/* Whose keys are in it is worth a ticket for each name. */
static bool check_keytab(struct probe *probe)
{
	if (probe->keytab == NULL || probe->krb == NULL) {
		return true;
	}
	if (probe->options->num_accounts > 0) {
		return probe_find_keys(probe);
	}
	probe->checks = probe_keytab_check_all(probe,
					       probe->krb,
					       probe->keytab,
					       MOST_NAMES);
	return probe->checks != NULL && probe_find_owners(probe);
}

/* With the keytab, if there is one. False when out of memory. */
static bool open_ticket(struct probe *probe,
			const struct probe_row *row,
			const struct probe_ticket *ticket,
			struct probe_opening **_opening)
{
	if (probe->keytab == NULL || ticket == NULL || ticket->error != 0 ||
	    !probe_row_is_web(probe, row))
	{
		return true;
	}
	*_opening = probe_keytab_open_ticket(probe,
					     probe->krb,
					     probe->keytab,
					     row->name->spn,
					     ticket,
					     probe->options->server);
	return *_opening != NULL;
}

/* The tickets of all rows. False when out of memory. */
static bool get_tickets(struct probe *probe)
{
	const char **services = talloc_zero_array(probe,
						  const char *,
						  (unsigned)probe->num_rows +
							  1);
	struct probe_ticket **tickets = NULL;
	size_t i;

	for (i = 0; services != NULL && i < probe->num_rows; i++) {
		services[i] = probe->rows[i].name->spn;
	}
	if (services != NULL) {
		tickets = probe_tickets_get(probe,
					    probe->krb,
					    services,
					    probe->num_rows);
	}
	for (i = 0; tickets != NULL && i < probe->num_rows; i++) {
		probe->rows[i].ticket = tickets[i];
	}
	talloc_free(services);
	return tickets != NULL;
}

static bool ask_rows(struct probe *probe)
{
	bool ok = true;
	size_t i;

	for (i = 0; ok && i < probe->num_rows; i++) {
		ok = probe_directory_look(probe, &probe->rows[i]);
	}
	if (!ok || probe->krb == NULL || probe->num_rows == 0) {
		return ok;
	}
	/* First, for the new ones may take their place. */
	for (i = 0; i < probe->num_rows; i++) {
		struct probe_row *row = &probe->rows[i];

		row->cached = probe_ticket_cached(probe,
						  probe->krb,
						  row->name->spn);
	}
	ok = get_tickets(probe);
	for (i = 0; ok && i < probe->num_rows; i++) {
		struct probe_row *row = &probe->rows[i];

		ok = open_ticket(probe, row, row->ticket, &row->opening) &&
		     open_ticket(probe,
				 row,
				 row->cached,
				 &row->cached_opening);
	}
	return ok;
}

static bool ask_http(struct probe *probe)
{
	const struct probe_options *options = probe->options;
	const struct probe_row *row = probe_row_of_http(probe);
	const struct probe_http_options how = {
		.timeout = options->timeout,
		.proxy = options->proxy,
		.ca_file = options->ca_file,
		.is_insecure = options->is_insecure,
		.follows_redirects = false,
	};

	if (!options->asks_http) {
		return true;
	}
	/* The names are a proxy's, and its ticket is not for the site behind.
	 */
	row = (options->proxy == NULL) ? row : NULL;
	probe->http = probe_http_ask(probe,
				     probe->target,
				     probe->krb,
				     (row == NULL) ? NULL : row->name->spn,
				     &how);
	return probe->http != NULL;
}

bool probe_run(struct probe *probe, const char **_why)
{
	*_why = NULL;
	if (probe->options->ccache != NULL && !probe->options->no_kdc) {
		*_why = probe_ccache_why_not(probe, probe->options->ccache);
		if (*_why != NULL) {
			return false;
		}
	}
	if (probe->options->url != NULL && !find_names(probe, _why)) {
		*_why = (*_why == NULL) ? no_memory : *_why;
		return false;
	}
	if (probe->options->kdc_log != NULL && !probe_take_log(probe, _why)) {
		*_why = (*_why == NULL) ? no_memory : *_why;
		return false;
	}
	*_why = no_memory;
	if (!probe_directory_open(probe) || !log_on(probe) ||
	    !read_keytab(probe))
	{
		return false;
	}
	if (!ask_rows(probe) || !check_keytab(probe)) {
		return false;
	}
	if (probe->krb != NULL && probe->krb->kept_reason != NULL) {
		*_why = probe->krb->kept_reason;
		return false;
	}
	if (!ask_http(probe)) {
		return false;
	}
	probe_find_site(probe);
	return probe_judge(probe);
}
