/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which encryption a KDC takes by default, by its release and smb.conf, and
 * how smb.conf writes such a set. What real KDCs do is in
 * tests/dc/tool_audit_ticket_types.py.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "policy/ticket_types.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static void by_release_and_configuration(void **state)
{
	static const struct {
		struct spn_kdc kdc;
		uint32_t types;
	} table[] = {
		{{.version = "4.17.12-Debian", .level = 3}, 0x4},
		{{.version = "4.22.11-Debian-4.22.11+dfsg", .level = 7}, 0x4},
		{{.version = "4.23.99", .level = 4}, 0x4},
		{{.version = "4.24.0", .level = 3}, 0x18},
		{{.version = "4.24.7-Debian", .level = 2}, 0x4},
		{{.version = "4.100.0", .level = 4}, 0x18},
		{{.version = "5.0.0", .level = 4}, 0x18},
		/* smb.conf goes before the release. */
		{{.version = "4.17.12", .configured = 0x18}, 0x18},
		{{.version = "4.24.7", .level = 4, .configured = 0x24}, 0x24},
		{{.configured = 0x4}, 0x4},
		/* ... within what the KDC may use at all. */
		{{.version = "4.17.12", .allowed = 0x18}, 0},
		{{.version = "4.24.7", .level = 4, .allowed = 0x10}, 0x10},
		{{.version = "4.17.12", .configured = 0x3c, .allowed = 0x10},
		 0x30},
		/* Not known. */
		{{.level = 4}, 0},
		{{.version = "", .level = 4}, 0},
		{{.version = "4", .level = 4}, 0},
		{{.version = "4.", .level = 4}, 0},
		{{.version = "master", .level = 4}, 0},
		{{.version = "-4.24", .level = 4}, 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		uint32_t types = spn_ticket_types(&table[i].kdc);

		if (types != table[i].types) {
			fail_msg("line %zu: 0x%x", i, types);
		}
	}
}

static void as_smb_conf_writes_them(void **state)
{
	static const struct {
		const char *text;
		uint32_t types; /* 0: refused */
	} table[] = {
		{"rc4-hmac", 0x4},
		{"arcfour-hmac-md5 aes256-cts-hmac-sha1-96-sk", 0x24},
		{"AES128-CTS, aes256-cts", 0x18},
		{"  aes128-cts-hmac-sha1-96\taes256-cts-sk;", 0x28},
		{"0x18", 0x18},
		{"0X1c", 0x1c},
		{"36", 0x24},
		{"4,0x8 aes256-cts", 0x1c},
		{"", 0},
		{" , ", 0},
		{"0", 0},
		{"0x", 0},
		{"0x1g", 0},
		{"-1", 0},
		{"aes", 0},
		{"rc4-hmac aes512-cts", 0},
		{"rc4", 0},
		{"12345678901", 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		uint32_t types = 0;
		bool ok = spn_ticket_types_parse(table[i].text, &types);

		if (ok != (table[i].types != 0) ||
		    (ok && types != table[i].types))
		{
			fail_msg("'%s': 0x%x", table[i].text, types);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_release_and_configuration),
		cmocka_unit_test(as_smb_conf_writes_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
