/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is wrong with a pair or odd about it, and blocks no write: nobody can
 * say in a request which of two names was not meant, or that no client sends
 * a port.
 */
#include "http_pair_audit.h"

#include "http_pair.h"

#define rule_name spn_http_pair_name

const struct spn_message spn_pair_mismatch = {
	.code = "SPN-305",
	.id = "PAIR-MISMATCH",
	.rule = rule_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 2,
	.summary = "The halves are names of two different machines",
	.reason = "{partner} looks like its other half but is the name "
		  "of another machine",
	.fix = "replace the half that was not meant",
};

const struct spn_message spn_pair_port = {
	.code = "SPN-306",
	.id = "PAIR-PORT",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 3,
	.summary = "An http SPN with a port where the plain one is "
		   "missing",
	.reason = "browsers do not send the port, and {partner} is not "
		  "on this account",
	.fix = "add {partner} to the same account; if clients send the "
	       "port, add the other half with the port, too, else remove "
	       "this SPN",
};

const struct spn_message spn_winrm_hit = {
	.code = "SPN-307",
	.id = "WINRM-HIT",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 3,
	.summary = "PowerShell remoting to a computer meets a service "
		   "account",
	.reason = "remote PowerShell asks for the same name and gets "
		  "the key of this account instead of the computer's",
	.fix = "add {partner} to the computer and connect with the "
	       "port in the SPN",
};

const struct spn_message spn_pair_foreign = {
	.code = "SPN-308",
	.id = "PAIR-FOREIGN",
	.rule = rule_name,
	.severity = SPN_SEVERITY_INFO,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 5,
	.summary = "An http SPN whose other half nobody can know",
	.reason = "nobody has said that names below its DNS suffix are "
		  "shortened to one label, so no other half is asked for",
	.fix = "if the suffix is yours, say so: spn-policy set "
	       "dns-suffix=SUFFIX; and add the other half, the first "
	       "label, to the same account",
};

const struct spn_message spn_pair_port_half = {
	.code = "SPN-310",
	.id = "PAIR-PORT-HALF",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 3,
	.summary = "An http SPN with a port without its other half with "
		   "that port",
	.reason = "a client that sends the port and asks by the other name "
		  "does not get the key of this account: {partner} is not "
		  "here",
	.fix = "add {partner} to the same account; if no client sends the "
	       "port, this SPN is not needed either",
};

/* http/n and http/n.x here, but n is the name of a machine that is not n.x. */
static bool judge_mismatch(const struct spn_case *c,
			   const struct spn_half *half,
			   struct spn_report *report)
{
	struct spn_violation v = {
		.account = c->after,
		.spn = half->value->value,
	};
	struct spn_value short_spn = {};

	if (!spn_index_key(c->index,
			   report,
			   half->spn.service_class,
			   spn_first_label(half->spn.host_name),
			   &short_spn))
	{
		return false;
	}
	v.partner = short_spn.value.data;
	return spn_account_find(c->after, short_spn.key) == NULL ||
	       spn_report_add(report, &spn_pair_mismatch, &v, NULL);
}

/* What SPN-307 says to do: remote PowerShell can be told to send the port. */
static bool is_winrm(const struct spn_case *c, const struct spn *spn)
{
	return (spn->port == 5985 || spn->port == 5986) &&
	       spn_account_is_machine(c->after) &&
	       spn_account_has_name(c->after, spn->host_name);
}

/* class/host in whichever spelling of the two: whose is it? */
static bool leads_here(const struct spn_case *c,
		       struct spn_report *report,
		       struct spn_str service_class,
		       struct spn_str host,
		       bool *_here)
{
	struct spn_holders effective = {};

	if (!spn_case_effective(c, report, service_class, host, &effective)) {
		return false;
	}
	*_here = spn_holders_has(&effective, c->after);
	return true;
}

/* http/h:port where the other half of h with this port leads elsewhere. Of one
 * that no client sends syntax speaks. */
static bool judge_port_half(const struct spn_case *c,
			    const struct spn_half *half,
			    struct spn_report *report)
{
	struct spn_violation v = {
		.account = c->after,
		.spn = half->value->value,
	};
	const char *partner = NULL;
	char *host = NULL;
	bool here = false;

	if (spn_is_web_port(half->spn.port)) {
		return true;
	}
	if (!spn_host_partner(c, report, half->spn.host_name, &partner, NULL))
	{
		return false;
	}
	if (partner == NULL) {
		return true;
	}
	host = talloc_asprintf(report,
			       "%s:%u",
			       partner,
			       (unsigned)half->spn.port);
	if (host == NULL || !leads_here(c,
					report,
					half->spn.service_class,
					spn_str_of(host),
					&here))
	{
		return false;
	}
	if (here) {
		return true;
	}
	v.partner = spn_format(report,
			       half->spn.service_class,
			       spn_str_of(host));
	return v.partner != NULL &&
	       spn_report_add(report, &spn_pair_port_half, &v, NULL);
}

/* http/h:port: does http/h lead here, and if so, has it its other half? */
static bool judge_port(const struct spn_case *c,
		       const struct spn_half *half,
		       struct spn_report *report)
{
	struct spn_violation v = {
		.account = c->after,
		.spn = half->value->value,
	};
	bool here = false;

	if (!leads_here(c,
			report,
			half->spn.service_class,
			half->spn.host_name,
			&here))
	{
		return false;
	}
	if (here) {
		return judge_port_half(c, half, report);
	}
	v.partner = spn_format(report,
			       half->spn.service_class,
			       half->spn.host_name);
	return v.partner != NULL &&
	       spn_report_add(report, &spn_pair_port, &v, NULL);
}

/* http/h of a service account, h a computer that may be administered. */
static bool judge_winrm(const struct spn_case *c,
			const struct spn_half *half,
			struct spn_report *report)
{
	struct spn_violation v = {
		.account = c->after,
		.spn = half->value->value,
	};
	const struct spn_account *computer = NULL;
	struct spn_str host = half->spn.host_name;
	struct spn_holders holders = {};
	char *with_port = NULL;

	if (!spn_class_is(&half->spn, "http") ||
	    spn_account_is_machine(c->after))
	{
		return true;
	}
	if (spn_host_is_fqdn(host)
		    ? !spn_index_computer_by_dns(c->index, host, &computer)
		    : !spn_index_computer_by_name(c->index, host, &computer))
	{
		return false;
	}
	if (computer == NULL) {
		return true;
	}
	with_port =
		talloc_asprintf(report, "%.*s:5985", (int)host.len, host.data);
	if (with_port == NULL || !spn_index_holders(c->index,
						    report,
						    half->spn.service_class,
						    spn_str_of(with_port),
						    &holders))
	{
		return false;
	}
	if (spn_holders_has(&holders, computer)) {
		return true;
	}
	v.partner = talloc_asprintf(report, "HTTP/%s", with_port);
	v.others.accounts = &computer;
	v.others.num_accounts = 1;
	return v.partner != NULL &&
	       spn_report_add(report, &spn_winrm_hit, &v, NULL);
}

static bool judge_foreign(const struct spn_case *c,
			  const struct spn_half *half,
			  struct spn_report *report)
{
	struct spn_violation v = {
		.account = c->after,
		.spn = half->value->value,
	};

	return spn_host_is_ip(half->spn.host_name) || /* syntax says so */
	       !spn_host_is_name(half->spn.host_name) ||
	       spn_report_add(report, &spn_pair_foreign, &v, NULL);
}

bool spn_half_audit(const struct spn_case *c,
		    const struct spn_half *half,
		    struct spn_report *report)
{
	bool ok = true;

	if (half->partner == NULL && spn_host_is_fqdn(half->spn.host_name)) {
		ok = (half->computer != NULL) ? judge_mismatch(c, half, report)
					      : judge_foreign(c, half, report);
	}
	return ok && judge_winrm(c, half, report);
}

bool spn_half_audit_other(const struct spn_case *c,
			  const struct spn_value *value,
			  struct spn_report *report)
{
	struct spn_half half = {.value = value};
	struct spn room;
	const struct spn *spn = spn_case_parts(c, value, &room);

	if (spn == NULL || spn->port == 0 ||
	    !spn_settings_is_pair_class(c->settings, spn->service_class) ||
	    spn->has_service_name || !spn_host_is_name(spn->host_name))
	{
		return true;
	}
	half.spn = *spn;
	return is_winrm(c, &half.spn) || judge_port(c, &half, report);
}
