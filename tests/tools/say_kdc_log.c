/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a KDC's log on standard input says, as JSON.
 * tests/tools/tool_kdc_log.py and tests/dc/tool_kdc_log_dc.py read it.
 */
#include "probe/kdc_log.h"

#include "common/json.h"

#include "lib/peak.h"

static void say_name(struct spn_json_out *json,
		     const struct probe_logged *name)
{
	size_t i;

	spn_json_open(json, NULL, '{');
	spn_json_text(json, "spn", name->spn);
	spn_json_text(json, "realm", name->realm);
	spn_json_number(json, "requests", name->num_requests);
	spn_json_number(json, "failed", name->num_failed);
	spn_json_number(json, "error", (size_t)name->error);
	spn_json_number(json, "num_clients", name->num_clients);
	spn_json_number(json, "num_addresses", name->num_addresses);
	spn_json_bool(json, "rc4", name->has_rc4);
	spn_json_text(json, "last_seen", name->last_seen);
	spn_json_open(json, "clients", '[');
	for (i = 0; i < name->num_listed; i++) {
		spn_json_text(json, NULL, name->clients[i]);
	}
	spn_json_close(json, ']');
	spn_json_close(json, '}');
}

int main(void)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	const char *reason = NULL;
	struct probe_kdc_log *log = probe_kdc_log_read(mem_ctx,
						       stdin,
						       &reason);
	struct spn_json_out json = {
		.mem_ctx = mem_ctx,
		.stream = stdout,
		.ok = true,
	};
	size_t i;

	if (log == NULL) {
		fprintf(stderr, "%s\n", (reason == NULL) ? "memory" : reason);
		talloc_free(mem_ctx);
		return 2;
	}
	spn_json_open(&json, NULL, '{');
	spn_json_number(&json, "lines", log->num_lines);
	spn_json_number(&json, "understood", log->num_understood);
	spn_json_number(&json, "dropped", log->num_dropped);
	spn_json_number(&json, "memory", peak_memory());
	spn_json_open(&json, "names", '[');
	for (i = 0; i < log->num_names; i++) {
		say_name(&json, &log->names[i]);
	}
	spn_json_close(&json, ']');
	spn_json_close(&json, '}');
	talloc_free(mem_ctx);
	return json.ok ? 0 : 1;
}
