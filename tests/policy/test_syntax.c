/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rule syntax: values as they are in real domains are good, mistakes as
 * people make them are not, and whatever is refused is never completed.
 * Tables; every line that fails is printed.
 */
#include "lib/policy_fixture.h"
#include "policy/meant.h"

#define GUID "e9d1a4c2-6b1f-4d7a-9c6e-0b3f5a7c8d90"

/* MS-ADTS 2.2.21, DsGetSpn, and what products register. Names are invented. */
static const struct spn_str real_values[] = {
	/* a member, a domain controller, replication */
	STR("HOST/WEB01"),
	STR("HOST/web01.example.com"),
	STR("RestrictedKrbHost/WEB01"),
	STR("TERMSRV/web01.example.com"),
	STR("WSMAN/web01"),
	STR("cifs/fs-1.example.com"),
	STR("ldap/dc1.example.com/EXAMPLE"),
	STR("ldap/dc1.example.com/DomainDnsZones.example.com"),
	STR("ldap/" GUID "._msdcs.example.com"),
	STR("ldap/dc1/dc=example,dc=com"),
	STR("GC/dc1.example.com/example.com"),
	STR("RPC/" GUID "._msdcs.example.com"),
	STR("E3514235-4B06-11D1-AB04-00C04FC2DCD2/" GUID "/example.com"),
	STR("E3514235-4B06-11D1-AB04-00C04FC2DCD2-ADAM/lds1:50000"),
	STR("Dfsr-12F9A27C-BF97-4787-9364-D31B6C55EB04/dc1.example.com"),
	STR("NtFrs-88f5d2bd-b646-11d2-a6d3-00c04fc9b232/dc1.example.com"),
	STR("DNS/dc1.example.com"),
	STR("kadmin/changepw"),
	/* a host by its DN, a service by its connection point */
	STR("SvcA/cn=web01,ou=computers,dc=example,dc=com"),
	STR("SvcA/CN=WEB01,OU=Web Servers,DC=example,DC=com"),
	STR("SvcA/web01:1434/CN=SvcA (2),OU=R&D,DC=example,DC=com"),
	/* ports and instances */
	STR("MSSQLSvc/sql02.example.com:1433"),
	STR("MSSQLSvc/sql02.example.com:PORTAL"),
	STR("MSSQLSvc/sql02.example.com:DB$TEST_1"),
	STR("MSOLAPSvc.3/sql02.example.com:CUBES"),
	STR("MSOLAPDisco.3/sql02"),
	STR("HTTP/web01.example.com:65535"),
	STR("HTTP/app.example.com:8443/app"),
	STR("vmrc/vm1:5900"),
	STR("DynamicsNAV/nav1.example.com:7046"),
	/* classes with blanks, brackets, GUIDs */
	STR("Hyper-V Replica Service/vm1.example.com"),
	STR("Microsoft Virtual Console Service/vm1"),
	STR("Microsoft Virtual System Migration Service/vm1"),
	STR("NPRepository4(*)/np1"),
	STR("{54094C05-F977-4987-BFC9-E8B90E088973}/ap1"),
	STR("Agent VProRecovery Norton Ghost 12.0/pc7"),
	STR("MSServerClusterMgmtAPI/CLU1.example.com"),
	STR("MSServerCluster/clu1"),
	STR("MSClusterVirtualServer/SQLCLU"),
	STR("exchangeMDB/mbx1.example.com"),
	STR("exchangeRFR/MBX1"),
	STR("exchangeAB/mbx1"),
	STR("SMTPSVC/mbx1"),
	STR("AgpmServer/agpm1.example.com/example.com"),
	STR("MSOMSdkSvc/scom1"),
	STR("CmRcService/pc7"),
	STR("iSCSITarget/fs1"),
	STR("ckp_pdp/example.com"),
	STR("afs/example.com"),
	STR("postgres/db1.example.com"),
	STR("nfs/fs1.example.com"),
	STR("SAPService/C11"),
	STR("HOST/AppDelegation.example.com"),
	STR("host/sts.example.com"),
	STR("HOST/autologon.microsoftazuread-sso.com"),
	/* names of other scripts */
	STR("HTTP/b\xc3\xbc"
	    "cher.example.com"),
	STR("HTTP/xn--bcher-kva.example.com"),
	STR("HTTP/\xe6\x9d\xb1\xe4\xba\xac"),
	STR("HTTP/\xd0\xb0\xd0\xb1"),
};

/* Good in every part; syntax has a word for them all the same: SPN-008. */
static const struct spn_str addresses[] = {
	STR("HTTP/192.0.2.7"),
	STR("HTTP/[2001:db8::7]:8443"),
	STR("HTTP/2001:db8::7"),
};

struct mistake {
	struct spn_str value;
	const char *codes; /* with blanks between; of the rule syntax */
	const char *meant; /* of the first; "" for nothing */
};

#define ROW(value, codes, meant) {STR(value), codes, meant}

static const struct mistake mistakes[] = {
	/* the ways of SQL Server to write an instance and a port */
	ROW("MSSQLSvc/SQL02\\PORTAL",
	    "SPN-014",
	    "MSSQLSvc/sql02.example.com:PORTAL"),
	ROW("MSSQLSvc/SQL02\\PORTAL:50141",
	    "SPN-014",
	    "MSSQLSvc/sql02.example.com:50141"),
	ROW("MSSQLSvc/sql3\\X", "SPN-014", "MSSQLSvc/sql3:X"),
	ROW("MSSQLSvc/sql02.x\\INST", "SPN-014", "MSSQLSvc/sql02.x:INST"),
	ROW("MSSQLSvc/db.x,1433", "SPN-014", "MSSQLSvc/db.x:1433"),
	ROW("MSSQLSvc/db.x;1433", "SPN-014", "MSSQLSvc/db.x:1433"),
	ROW("MSSQLSvc/db.x:1433,1434", "SPN-014", "MSSQLSvc/db.x:1433"),
	ROW("MSSQLSvc/db.x:1433:INST", "SPN-014", "MSSQLSvc/db.x:1433"),
	ROW("MSSQLSvc/db.x:INST:1433", "SPN-014", "MSSQLSvc/db.x:1433"),
	ROW("MSSQLSvc/db.x::INST", "SPN-014", "MSSQLSvc/db.x:INST"),
	ROW("MSSQLSvc/db.x:IN\\ST/s", "SPN-014", "MSSQLSvc/db.x:IN/s"),
	ROW("HTTP/SQL02\\SITE", "SPN-014", "HTTP/SQL02"),
	ROW("HTTP/web01,8080", "SPN-014", "HTTP/web01:8080"),
	ROW("HTTP/web01,", "SPN-014", "HTTP/web01"),
	ROW("HTTP/[::1]:80:x", "SPN-014", "HTTP/[::1]:80"),
	ROW("HTTP/[::1", "SPN-014", ""),
	/* placeholders, quotes */
	ROW("HTTP/<server>", "SPN-014", ""),
	ROW("HTTP/<server>.example.com", "SPN-014", ""),
	ROW("HTTP/web01:<port>", "SPN-014", "HTTP/web01"),
	ROW("\"HTTP/web01\"", "SPN-014", "HTTP/web01"),
	ROW("HTTP/\"web01\":80", "SPN-014", "HTTP/web01:80"),
	ROW("HTTP/web01?x=1", "SPN-014", ""),
	ROW("HTTP/a|b", "SPN-014", ""),
	ROW("HTTP/a+b", "SPN-014", ""),
	ROW("HTTP/=web01", "SPN-014", ""),
	/* lists */
	ROW("HTTP/web01,HTTP/web01.example.com",
	    "SPN-015",
	    "'HTTP/web01' and 'HTTP/web01.example.com'"),
	ROW("HTTP/web01;HTTP/web02:8080",
	    "SPN-015",
	    "'HTTP/web01' and 'HTTP/web02:8080'"),
	ROW("HTTP/a, b;;cifs/c,",
	    "SPN-015",
	    "'HTTP/a' and 'HTTP/b' and 'cifs/c'"),
	ROW("HTTP/a,HTTP/b,HTTP/c",
	    "SPN-015",
	    "'HTTP/a' and 'HTTP/b' and 'HTTP/c'"),
	ROW("x/a,b,c,d,e,f,g,h,i,j,k,l",
	    "SPN-015",
	    "'x/a' and 'x/b' and 'x/c' and 'x/d' and 'x/e' and 'x/f' and "
	    "'x/g' and 'x/h' and 'x/i' and 'x/j' and more"),
	/* no port, so no list; and nothing good to propose */
	ROW("x/a:70000,b", "SPN-014", ""),
	ROW("x/a:b@c,x/d", "SPN-014", ""),
	ROW("x /a,b", "SPN-006", ""),
	/* a DN */
	ROW("x/cn=a,x", "", ""),
	ROW("MSSQLSvc/a:b@C", "SPN-005", ""),
	/* nothing where something has to be */
	ROW("MSSQLSvc/db.x:", "SPN-016", "MSSQLSvc/db.x"),
	ROW("HTTP/web01/", "SPN-016", "HTTP/web01"),
	ROW("MSSQLSvc/db.x:1433/", "SPN-016", "MSSQLSvc/db.x:1433"),
	ROW("HTTP/web01:/app", "SPN-016", "HTTP/web01/app"),
	ROW("HTTP/web01:/", "SPN-016", "HTTP/web01"),
	/* a URL keeps its class */
	ROW("MSSQLSvc://db.x:1433", "SPN-003", "MSSQLSvc/db.x:1433"),
	ROW("MSSQLSvc:/sql02", "SPN-003", "MSSQLSvc/sql02"),
	ROW("cifs://fs1/share", "SPN-003", "cifs/fs1"),
	ROW("smb://fs1/share", "SPN-003", "cifs/fs1"),
	ROW("ldap://dc1", "SPN-003", "ldap/dc1"),
	ROW("ldaps://dc1", "SPN-003", "ldap/dc1"),
	ROW("HTTPS://web01:8443/x", "SPN-003", "http/web01"),
	ROW("http://a:b@web01/?q#f", "SPN-003", "http/web01"),
	ROW("http://[::1]:80/", "SPN-003", "http/[::1]"),
	ROW("http://<server>/", "SPN-003", ""),
	ROW("http://", "SPN-003", ""),
	/* no slash: what stands there may be a class, or a domain */
	ROW("MSSQLSvc\\sql02:1433", "SPN-001", "MSSQLSvc/sql02:1433"),
	ROW("http:web01", "SPN-001", "http/web01"),
	ROW("EXAMPLE\\web01", "SPN-001", ""),
	ROW("web01", "SPN-001", ""),
	/* blanks that are not those of ASCII, too */
	ROW("HTTP/web01\xc2\xa0", "SPN-006", "HTTP/web01"),
	ROW(" HTTP/web01 ", "SPN-006", "HTTP/web01"),
	ROW("HTTP/w\xe3\x80\x80x", "SPN-006", ""),
	/* logged: a NetBIOS name may have it */
	ROW("HTTP/{fqdn}", "SPN-017", ""),
	ROW("HTTP/%COMPUTERNAME%", "SPN-017", ""),
	ROW("HTTP/$(hostname)", "SPN-017", ""),
	ROW("HTTP/WEB01$", "SPN-017", ""),
	ROW("HOST/R&D01", "SPN-017", ""),
	ROW("'HTTP/web01'", "SPN-017", "HTTP/web01"),
	ROW("HTTP/\xe2\x80\x9cweb01\xe2\x80\x9d", "SPN-017", "HTTP/web01"),
	ROW("HTTP/w\xe2\x80\x93x", "SPN-017", ""),
	ROW("HTTP/web01..example.com", "SPN-017", ""),
	ROW("HTTP/.example.com", "SPN-017", ""),
	ROW("MSSQLSvc/db.x:70000", "SPN-017", ""),
	ROW("MSSQLSvc/db.x:0", "SPN-017", ""),
	ROW("MSSQLSvc/db.x:A B", "SPN-017", ""),
	ROW("HTTP/web01/<app>", "SPN-017", ""),
	ROW("HTTP,cifs/web01", "SPN-017", ""),
	ROW("http/web01:70000", "SPN-010", "http/web01"),
	/* one fault, one code; what is meant is good itself */
	ROW("https/<server>", "SPN-014", ""),
	ROW("https/{server}", "SPN-004 SPN-017", ""),
	ROW("https/web01:8443", "SPN-004", "http/web01"),
	ROW("ssl/web01", "SPN-004", ""),
	ROW("foo/*.example.com", "SPN-007", ""),
	ROW("foo/{x}.", "SPN-007 SPN-017", ""),
	ROW("foo/web01@EXAMPLE.COM", "SPN-005", "foo/web01"),
	ROW("SAPServiceC11/do_not_care", "SPN-007", ""),
};

/* An account that has this value alone. */
static struct spn_account *holder_of(struct fixture *f, struct spn_str value)
{
	struct spn_account *svc = fixture_account(f, "svc", NULL, "");

	assert_true(spn_account_add(svc, &f->fold, value));
	return svc;
}

static struct spn_report *judged(struct fixture *f, struct spn_str value)
{
	struct spn_report *report = spn_report_new(f->mem_ctx);
	const struct spn_case c = {
		.after = holder_of(f, value),
		.index = f->index,
		.forest = f->forest,
		.settings = f->settings,
	};

	assert_true(spn_rules_judge(&c, report));
	return report;
}

static bool is_of_syntax(const struct spn_violation *v)
{
	return strcmp(v->message->rule, "syntax") == 0;
}

/* Codes of the rule syntax with blanks between, and what the first means. */
static char *codes_of(struct fixture *f,
		      struct spn_str value,
		      const char **_meant)
{
	struct spn_report *report = judged(f, value);
	char *codes = talloc_strdup(f->mem_ctx, "");
	size_t i;

	*_meant = "";
	for (i = 0; i < report->num_violations; i++) {
		const struct spn_violation *v = &report->violations[i];

		if (!is_of_syntax(v)) {
			continue;
		}
		if (codes[0] == '\0' && v->partner != NULL) {
			*_meant = v->partner;
		}
		codes = talloc_asprintf_append(codes,
					       "%s%s",
					       (codes[0] == '\0') ? "" : " ",
					       v->message->code);
	}
	return codes;
}

static bool is_refused(struct fixture *f, struct spn_str value)
{
	struct spn_report *report = judged(f, value);
	size_t i;

	for (i = 0; i < report->num_violations; i++) {
		const struct spn_violation *v = &report->violations[i];

		if (is_of_syntax(v) &&
		    v->message->on_write == SPN_ON_WRITE_REFUSE)
		{
			return true;
		}
	}
	return false;
}

/* How many halves a write of the value would bring along. */
static size_t num_completed(struct fixture *f, struct spn_str value)
{
	const struct spn_case c = {
		.before = fixture_account(f, "svc", NULL, ""),
		.after = holder_of(f, value),
		.is_write = true,
		.index = f->index,
		.forest = f->forest,
		.settings = f->settings,
	};
	struct spn_completion completion = {};

	assert_true(spn_complete(&c, f->mem_ctx, &completion));
	return completion.num_add;
}

/* It is good, and the same again when it is put together from its parts. */
static bool comes_back(struct fixture *f, struct spn_str value)
{
	struct spn_meant parts = {};
	char port[6] = "";
	char *text = NULL;
	struct spn spn = {};

	if (spn_parse(value, &spn) != SPN_SYNTAX_OK || !spn_is_good(&spn)) {
		return false;
	}
	parts.service_class = spn.service_class;
	parts.host = spn.host_name;
	parts.suffix = spn.instance_name;
	parts.service = spn.service_name;
	if (spn.port > 0) {
		snprintf(port, sizeof(port), "%hu", spn.port);
		parts.suffix = spn_str_of(port);
	}
	assert_true(spn_meant_format(f->mem_ctx, &parts, &text));
	return text != NULL && spn_str_equal(spn_str_of(text), value);
}

/* Nobody may lose what works today. */
static void real_values_are_good(void **state)
{
	struct fixture *f = *state;
	const char *meant = NULL;
	bool ok = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(real_values); i++) {
		const char *codes = codes_of(f, real_values[i], &meant);

		if (codes[0] != '\0' || !comes_back(f, real_values[i])) {
			print_error("%s: '%s'\n", real_values[i].data, codes);
			ok = false;
		}
	}
	for (i = 0; i < ARRAY_SIZE(addresses); i++) {
		if (strcmp(codes_of(f, addresses[i], &meant), "SPN-008") !=
			    0 ||
		    !comes_back(f, addresses[i]))
		{
			print_error("%s\n", addresses[i].data);
			ok = false;
		}
	}
	assert_true(ok);
}

static void mistakes_are_found(void **state)
{
	struct fixture *f = *state;
	bool ok = true;
	size_t i;

	fixture_add(f, "SQL02$", "sql02.example.com", "");
	for (i = 0; i < ARRAY_SIZE(mistakes); i++) {
		const struct mistake *row = &mistakes[i];
		const char *meant = NULL;
		const char *codes = codes_of(f, row->value, &meant);

		if (strcmp(codes, row->codes) != 0 ||
		    strcmp(meant, row->meant) != 0 ||
		    num_completed(f, row->value) > 0)
		{
			print_error("%s: %s, meant '%s', not %s, '%s'\n",
				    row->value.data,
				    codes,
				    meant,
				    row->codes,
				    row->meant);
			ok = false;
		}
	}
	assert_true(ok);
}

/* True if it is good. */
static bool check_value(struct fixture *f, struct spn_str value)
{
	const char *meant = NULL;
	const char *codes = codes_of(f, value, &meant);
	struct spn spn = {};
	bool good = spn_parse(value, &spn) == SPN_SYNTAX_OK &&
		    spn_is_good(&spn);

	if (good) {
		if (is_refused(f, value)) {
			fail_msg("%s is good, and refused: %s",
				 value.data,
				 codes);
		}
		assert_true(comes_back(f, value));
	} else {
		/* nothing is wrong and unseen */
		if (codes[0] == '\0') {
			fail_msg("%s is not good, and nothing is said",
				 value.data);
		}
	}
	if (is_refused(f, value)) {
		assert_int_equal(num_completed(f, value), 0);
	}
	if (meant[0] != '\0' && strcmp(codes, "SPN-015") != 0) {
		assert_true(comes_back(f, spn_str_of(meant)));
		assert_false(is_refused(f, spn_str_of(meant)));
		assert_string_not_equal(meant, value.data);
	}
	return good;
}

/* Values are made of one of each. */
static const char *const fronts[] = {"HTTP/",
				     "http/",
				     "MSSQLSvc/",
				     "x y/",
				     "https/",
				     "http://",
				     "MSSQLSvc:/",
				     "HTTP\\",
				     "\"HTTP/",
				     "{c}/",
				     "",
				     "/",
				     "a,b/"};
static const char *const hosts[] = {"web01",
				    "web01.example.com",
				    "-",
				    "a_b",
				    "_a",
				    "a.",
				    ".a",
				    "a..b",
				    ".",
				    "*",
				    "*.example.com",
				    "a,b",
				    "a,http/b",
				    "a;b",
				    "a\\b",
				    "<a>",
				    "{a}",
				    "a b",
				    "a@B",
				    "192.0.2.7",
				    "::1",
				    "[::1]",
				    "[x]",
				    "a:b:c",
				    "cn=a,dc=b",
				    "\xc3\xbc",
				    "\xe2\x80\x9cz",
				    "\xff",
				    "\xc2\xa0z",
				    ""};
static const char *const tails[] = {"",
				    ":",
				    ":80",
				    ":8080",
				    ":0",
				    ":70000",
				    ":I",
				    ":I\\J",
				    ":1,2",
				    "/",
				    "/s",
				    "/a/b",
				    "/cn=a,dc=b",
				    "/<s>",
				    "/s ",
				    "\"",
				    ",",
				    ";b",
				    " "};

/* Some thousand values: what is good comes back and is not refused; what is
 * refused has no other half; what is proposed is good and another value. */
static void generated(void **state)
{
	const size_t num = ARRAY_SIZE(fronts) * ARRAY_SIZE(hosts) *
			   ARRAY_SIZE(tails);
	struct fixture *f = *state;
	size_t num_good = 0;
	size_t i;

	for (i = 0; i < num; i++) {
		size_t left = i / ARRAY_SIZE(tails);
		TALLOC_CTX *mem_ctx = f->mem_ctx;
		char *text = NULL;

		f->mem_ctx = talloc_new(mem_ctx);
		text = talloc_asprintf(f->mem_ctx,
				       "%s%s%s",
				       fronts[left / ARRAY_SIZE(hosts)],
				       hosts[left % ARRAY_SIZE(hosts)],
				       tails[i % ARRAY_SIZE(tails)]);
		num_good += check_value(f, spn_str_of(text)) ? 1 : 0;
		talloc_free(f->mem_ctx);
		f->mem_ctx = mem_ctx;
	}
	assert_true(num_good > 100);
}

/* Somebody called his computer what he liked: it has no half for a web site.
 */
static void names_of_computers(void **state)
{
	struct fixture *f = *state;

	fixture_add(f, "A&B$", "a.example.com", "");
	fixture_add(f, "C$", "c.example.com,http", "");
	assert_int_equal(num_completed(f, STR("http/a.example.com")), 1);
	assert_int_equal(num_completed(f, STR("http/A&B")), 0);
	assert_int_equal(num_completed(f, STR("http/C")), 0);
	assert_int_equal(num_completed(f, STR("http/d")), 1);
}

/* What only its product asks for may be so on purpose. */
static void severity_by_class(void **state)
{
	static const struct {
		struct spn_str value;
		enum spn_severity severity;
	} rows[] = {
		{STR("SAPServiceC11/do_not_care"), SPN_SEVERITY_INFO},
		{STR("foo/{x}"), SPN_SEVERITY_INFO},
		{STR("HTTP/do_not_care"), SPN_SEVERITY_WARNING},
		{STR("cifs/web01."), SPN_SEVERITY_WARNING},
		{STR("MSSQLSvc/{x}"), SPN_SEVERITY_WARNING},
		{STR("foo/<x>"), SPN_SEVERITY_ERROR},
	};
	struct fixture *f = *state;
	size_t num = 0;
	size_t i;
	size_t v;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct spn_report *report = judged(f, rows[i].value);

		for (v = 0; v < report->num_violations; v++) {
			if (is_of_syntax(&report->violations[v])) {
				assert_int_equal(
					report->violations[v].severity,
					rows[i].severity);
				num++;
			}
		}
	}
	assert_int_equal(num, ARRAY_SIZE(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(real_values_are_good),
		fixture_test(mistakes_are_found),
		fixture_test(generated),
		fixture_test(names_of_computers),
		fixture_test(severity_by_class),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
