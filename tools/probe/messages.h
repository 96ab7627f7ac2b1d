/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything that spn-probe can find. Codes are for scripts and --explain; the
 * first digit says whose matter it is: 1 the client's names and DNS, 2 who has
 * the name, 3 the client's tickets, 4 the keytab, 5 the web server, 6 the
 * probe itself.
 */
#ifndef SPN_PROBE_MESSAGES_H
#define SPN_PROBE_MESSAGES_H

#include "probe/probe.h"

extern const struct probe_message probe_no_address, probe_no_names,
	probe_dns_late, probe_dns_odd;

extern const struct probe_message probe_works, probe_nobody, probe_duplicate,
	probe_hidden_duplicate, probe_several_computers, probe_other_account,
	probe_computer, probe_no_key, probe_own_domain, probe_half_missing,
	probe_half_elsewhere, probe_disabled, probe_rc4, probe_https,
	probe_disagree, probe_unexplained, probe_other_service,
	probe_kdc_lacks;

extern const struct probe_message probe_no_tgt, probe_no_kdc,
	probe_client_clock, probe_client_refused, probe_other_error,
	probe_old_ticket;

extern const struct probe_message probe_keytab_opens, probe_keytab_unreadable,
	probe_keytab_broken, probe_keytab_enctype, probe_keytab_old,
	probe_keytab_new, probe_keytab_key, probe_keytab_name,
	probe_keytab_server_kvno, probe_keytab_server_name,
	probe_keytab_server_case, probe_keytab_server_rc4, probe_entry_old,
	probe_entry_wrong, probe_entry_nobody, probe_entry_unknown,
	probe_keytab_damaged, probe_keytab_exposed, probe_keytab_unused,
	probe_keytab_unseen;

extern const struct probe_message probe_http_works, probe_http_silent,
	probe_http_open, probe_http_no_negotiate, probe_http_ntlm_only,
	probe_http_basic_only, probe_http_refused, probe_http_key,
	probe_http_clock, probe_http_too_long, probe_http_forbidden,
	probe_http_elsewhere, probe_http_proxy, probe_http_other,
	probe_http_broke_off, probe_http_no_token;

extern const struct probe_message probe_no_directory, probe_kdc_skipped,
	probe_rc4_logged, probe_answered_today;

#endif
