/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The domain below the module, and requests as the LDAP server sends them.
 */
#include "fake_stack.h"

#include <stdlib.h>
#include <dlfcn.h>
#include <unistd.h>

static const char domain_ldif[] =
	"dn: @ATTRIBUTES\n"
	"servicePrincipalName: CASE_INSENSITIVE\n"
	"sAMAccountName: CASE_INSENSITIVE\n"
	"dNSHostName: CASE_INSENSITIVE\n"
	"objectClass: CASE_INSENSITIVE\n"
	"cn: CASE_INSENSITIVE\n"
	"dc: CASE_INSENSITIVE\n"
	"\n"
	"dn: @INDEXLIST\n"
	"@IDXATTR: servicePrincipalName\n"
	"@IDXATTR: sAMAccountName\n"
	"@IDXATTR: objectGUID\n"
	"\n"
	"dn: DC=example,DC=com\n"
	"objectClass: domainDNS\n"
	"\n"
	"dn: CN=Users,DC=example,DC=com\n"
	"objectClass: container\n"
	"\n"
	"dn: " FAKE_CONFIG_DN "\n"
	"objectClass: configuration\n"
	"\n"
	"dn: CN=Services," FAKE_CONFIG_DN "\n"
	"objectClass: container\n"
	"\n"
	"dn: CN=Windows NT,CN=Services," FAKE_CONFIG_DN "\n"
	"objectClass: container\n"
	"\n"
	"dn: " FAKE_DS_DN "\n"
	"objectClass: nTDSService\n"
	"sPNMappings: host=alerter,cifs,dns,http,www,time\n"
	"\n"
	"dn: CN=Partitions," FAKE_CONFIG_DN "\n"
	"objectClass: crossRefContainer\n"
	"\n"
	"dn: CN=EXAMPLE,CN=Partitions," FAKE_CONFIG_DN "\n"
	"objectClass: crossRef\n"
	"dnsRoot: example.com\n"
	"nETBIOSName: EXAMPLE\n"
	"\n";

/* auth_session_info, security_token and dom_sid: their leading members. */
struct fake_sid {
	uint8_t revision;
	int8_t num_auths;
	uint8_t id_auth[6];
	uint32_t sub_auths[15];
};

struct fake_token {
	uint32_t num_sids;
	struct fake_sid *sids;
};

struct fake_session {
	struct fake_token *token;
};

/* ldb's own tracing says nothing of the module's. */
static void note_line(struct fake *f, const char *level, const char *line)
{
	if (strstr(line, "spn_policy") != NULL ||
	    strstr(line, "spnPolicy") != NULL)
	{
		f->log = talloc_asprintf_append(f->log,
						"%s: %s\n",
						level,
						line);
	}
}

static void note_log(void *context,
		     enum ldb_debug_level level,
		     const char *format,
		     va_list args) __attribute__((format(printf, 3, 0)));

static void note_log(void *context,
		     enum ldb_debug_level level,
		     const char *format,
		     va_list args)
{
	struct fake *f = context;
	static const char *const levels[] = {"fatal",
					     "error",
					     "warning",
					     "trace"};
	char *line = NULL;

	line = talloc_vasprintf(f, format, args);
	assert_non_null(line);
	note_line(f, levels[level], line);
	talloc_free(line);
}

/* The same from Samba's own debug, where the module uses it. */
static void note_samba_log(void *private_data, int level, const char *line)
{
	char text[12] = {};

	snprintf(text, sizeof(text), "%d", level);
	note_line(private_data, text, line);
}

/*
 * Every line of Samba's debug, in this process, to f. Its library is private:
 * it comes with libsamba-util, as it does for the module.
 */
static void catch_samba_log(struct fake *f)
{
	void *util = dlopen("libsamba-util.so.0", RTLD_NOW);
	union {
		void *symbol;
		bool (*parse_levels)(const char *levels);
		void (*set_callback)(void *private_data,
				     void (*fn)(void *private_data,
						int level,
						const char *line));
	} debug = {};

	assert_non_null(util);
	debug.symbol = dlsym(util, "debug_set_callback");
	assert_non_null(debug.symbol);
	debug.set_callback(f, (f == NULL) ? NULL : note_samba_log);
	debug.symbol = dlsym(util, "debug_parse_levels");
	assert_non_null(debug.symbol);
	debug.parse_levels("10");
	dlclose(util);
}

/* ldb_dn_extended_syntax: a GUID is 32 digits or 16 bytes, a SID is text. */
static int read_guid(struct ldb_context *ldb,
		     void *mem_ctx,
		     const struct ldb_val *in,
		     struct ldb_val *out)
{
	uint8_t *bytes = talloc_array(mem_ctx, uint8_t, 16);
	size_t i;

	(void)ldb;
	if (in->length != 32 || bytes == NULL) {
		return -1;
	}
	for (i = 0; i < 16; i++) {
		char digits[3] = {(char)in->data[2 * i],
				  (char)in->data[2 * i + 1],
				  0};

		bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	*out = (struct ldb_val){.data = bytes, .length = 16};
	return 0;
}

static int write_guid(struct ldb_context *ldb,
		      void *mem_ctx,
		      const struct ldb_val *in,
		      struct ldb_val *out)
{
	char *text = talloc_strdup(mem_ctx, "");
	size_t i;

	(void)ldb;
	for (i = 0; i < in->length; i++) {
		text = talloc_asprintf_append(text, "%02x", in->data[i]);
	}
	*out = data_blob_string_const(text);
	return 0;
}

static int copy_text(struct ldb_context *ldb,
		     void *mem_ctx,
		     const struct ldb_val *in,
		     struct ldb_val *out)
{
	(void)ldb;
	*out = ldb_val_dup(mem_ctx, in);
	return 0;
}

static const struct ldb_dn_extended_syntax dn_syntaxes[] = {
	{"GUID", read_guid, write_guid, write_guid},
	{"SID", copy_text, copy_text, copy_text},
};

static struct fake_session *new_session(TALLOC_CTX *mem_ctx)
{
	struct fake_session *session = talloc_zero(mem_ctx,
						   struct fake_session);

	session->token = talloc_zero(session, struct fake_token);
	session->token->num_sids = 1;
	session->token->sids = talloc_zero(session->token, struct fake_sid);
	*session->token->sids = (struct fake_sid){
		.revision = 1,
		.num_auths = 5,
		.id_auth = {0, 0, 0, 0, 0, 5},
		.sub_auths = {21, 1, 2, 3, 1104},
	};
	return session;
}

static struct ldb_context *open_ldb(struct fake *f, const char *modules)
{
	const char *options[] = {modules, NULL};
	struct ldb_context *ldb = ldb_init(f, NULL);
	struct ldb_dn *domain = NULL;
	struct ldb_dn *config = NULL;
	size_t i;

	assert_non_null(ldb);
	ldb_set_debug(ldb, note_log, f);
	ldb_set_opaque(ldb, FAKE_OPAQUE, f);
	ldb_set_opaque(ldb, "loadparm", f->lp_ctx);
	ldb_set_opaque(ldb, "sessionInfo", new_session(ldb));
	for (i = 0; i < ARRAY_SIZE(dn_syntaxes); i++) {
		ldb_dn_extended_add_syntax(ldb, 0, &dn_syntaxes[i]);
	}
	domain = ldb_dn_new(ldb, ldb, "DC=example,DC=com");
	config = ldb_dn_new(ldb, ldb, FAKE_CONFIG_DN);
	ldb_set_opaque(ldb, "defaultNamingContext", domain);
	ldb_set_opaque(ldb, "rootDomainNamingContext", domain);
	ldb_set_opaque(ldb, "configurationNamingContext", config);
	if (ldb_connect(ldb, f->url, LDB_FLG_NOSYNC, options) != LDB_SUCCESS) {
		fail_msg("%s: %s; LDB_MODULES_PATH?",
			 modules,
			 ldb_errstring(ldb));
	}
	return ldb;
}

void fake_become(struct fake *f,
		 uint8_t authority,
		 uint32_t first,
		 unsigned num_auths)
{
	struct fake_session *session = ldb_get_opaque(f->ldb, "sessionInfo");

	*session->token->sids = (struct fake_sid){
		.revision = 1,
		.num_auths = (int8_t)num_auths,
		.id_auth = {0, 0, 0, 0, 0, authority},
		.sub_auths = {first},
	};
	f->trusted = true;
}

void fake_become_system(struct fake *f)
{
	fake_become(f, 5, 18, 1);
}

void fake_reopen(struct fake *f, void *lp_ctx)
{
	f->lp_ctx = lp_ctx;
	TALLOC_FREE(f->ldb);
	catch_samba_log((lp_ctx == NULL) ? NULL : f);
	f->ldb = open_ldb(f, "modules:spn_policy,samba_dsdb_fake");
}

static void fill_domain(struct fake *f)
{
	const char *text = domain_ldif;
	struct ldb_ldif *ldif = NULL;

	while ((ldif = ldb_ldif_read_string(f->raw, &text)) != NULL) {
		int ret = ldb_add(f->raw, ldif->msg);

		assert_int_equal(ret, LDB_SUCCESS);
		ldb_ldif_read_free(f->raw, ldif);
	}
}

int fake_setup(void **_state)
{
	const char *tmp = getenv("TMPDIR");
	struct fake *f = NULL;
	size_t num_blocks;

	talloc_enable_null_tracking();
	num_blocks = talloc_total_blocks(NULL);
	f = talloc_zero(NULL, struct fake);
	assert_non_null(f);
	f->num_blocks = num_blocks;
	f->log = talloc_strdup(f, "");
	f->folder = talloc_asprintf(f,
				    "%s/fake_stack.XXXXXX",
				    (tmp != NULL) ? tmp : "/tmp");
	assert_non_null(mkdtemp(f->folder));
	f->url = talloc_asprintf(f, "tdb://%s/t.ldb", f->folder);
	f->raw = open_ldb(f, "modules:");
	fill_domain(f);
	f->ldb = open_ldb(f, "modules:spn_policy,samba_dsdb_fake");
	f->num_searches = 0;
	*_state = f;
	return 0;
}

int fake_teardown(void **_state)
{
	struct fake *f = *_state;
	size_t num_blocks = f->num_blocks;
	/* loadparm_init() fills tables that live as long as the process. */
	bool counts = (f->lp_ctx == NULL);

	while (f->in_transaction) {
		fake_cancel(f);
	}
	if (f->lp_ctx != NULL) {
		catch_samba_log(NULL);
	}
	unlink(f->url + strlen("tdb://"));
	rmdir(f->folder);
	TALLOC_FREE(f->ldb);
	TALLOC_FREE(f);
	if (counts && talloc_total_blocks(NULL) != num_blocks) {
		talloc_report_depth_file(NULL, 0, 1, stderr);
		return -1;
	}
	talloc_disable_null_tracking();
	return 0;
}

void fake_put(struct fake *f,
	      const char *name,
	      const char *object_class,
	      const char *changes)
{
	struct ldb_message *msg = fake_message(f, name, changes);
	uint8_t guid[16] = {0xfa, 0xce};
	struct ldb_val value = {.data = guid, .length = 16};
	int ret;

	guid[15] = (uint8_t)++f->last_guid;
	ldb_msg_add_string(msg, "objectClass", object_class);
	ldb_msg_add_fmt(msg,
			"objectSid",
			"S-1-5-21-1-2-3-%u",
			1100 + f->last_guid);
	ldb_msg_add_value(msg, "objectGUID", &value, NULL);
	ret = ldb_add(f->raw, msg);
	if (ret != LDB_SUCCESS) {
		fail_msg("%s: %s", name, ldb_errstring(f->raw));
	}
	talloc_free(msg);
}

void fake_put_user(struct fake *f, const char *name, const char *changes)
{
	char *all =
		talloc_asprintf(f, "+sAMAccountName %s\n%s", name, changes);

	fake_put(f, name, "user", all);
	talloc_free(all);
}

void fake_put_computer(struct fake *f, const char *name, const char *changes)
{
	char *all =
		talloc_asprintf(f, "+sAMAccountName %s$\n%s", name, changes);

	fake_put(f, name, "computer", all);
	talloc_free(all);
}

void fake_put_settings(struct fake *f, const char *changes)
{
	fake_put(f, FAKE_POLICY_DN, "msDS-App-Configuration", changes);
}

void fake_put_config_usn(struct fake *f, unsigned usn)
{
	struct ldb_message *msg = ldb_msg_new(f);
	int ret;

	assert_non_null(msg);
	msg->dn = ldb_dn_new(msg, f->raw, "@REPLCHANGED");
	ldb_msg_add_fmt(msg, "uSNHighest", "%u", usn);
	ret = ldb_add(f->raw, msg);
	if (ret == LDB_ERR_ENTRY_ALREADY_EXISTS) {
		msg->elements[0].flags = LDB_FLAG_MOD_REPLACE;
		ret = ldb_modify(f->raw, msg);
	}
	assert_int_equal(ret, LDB_SUCCESS);
	talloc_free(msg);
}

void fake_change(struct fake *f, const char *name, const char *changes)
{
	struct ldb_message *msg = fake_message(f, name, changes);
	int ret = ldb_modify(f->raw, msg);

	assert_int_equal(ret, LDB_SUCCESS);
	talloc_free(msg);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *fake_values(struct fake *f, const char *name, const char *attr)
{
	struct ldb_message_element *el = NULL;
	struct ldb_result *res = NULL;
	const char **texts = NULL;
	char *joined = talloc_strdup(f, "");
	unsigned i;
	int ret = ldb_search(f->raw,
			     f,
			     &res,
			     fake_dn(f, joined, name),
			     LDB_SCOPE_BASE,
			     NULL,
			     "(objectClass=*)");

	assert_int_equal(ret, LDB_SUCCESS);
	if (res->count == 0) {
		return NULL;
	}
	el = ldb_msg_find_element(res->msgs[0], attr);
	texts = talloc_array(res, const char *, (el ? el->num_values : 0) + 1);
	for (i = 0; el != NULL && i < el->num_values; i++) {
		texts[i] = ldb_binary_encode(texts, el->values[i]);
	}
	qsort(texts, i, sizeof(texts[0]), compare_texts);
	for (i = 0; el != NULL && i < el->num_values; i++) {
		joined = talloc_asprintf_append(joined,
						"%s%s",
						(i > 0) ? "|" : "",
						texts[i]);
	}
	talloc_free(res);
	return joined;
}

void fake_assert_refused(struct fake *f,
			 int ret,
			 const char *start,
			 const char *file,
			 int line)
{
	if (ret == LDB_SUCCESS || strncmp(f->error, start, strlen(start)) != 0)
	{
		print_error("%d '%s', wanted '%s...'\n", ret, f->error, start);
		_fail(file, line);
	}
}

void fake_assert_accepted(struct fake *f, int ret, const char *file, int line)
{
	if (ret != LDB_SUCCESS) {
		print_error("%d '%s'\n", ret, f->error);
		_fail(file, line);
	}
}

int fake_main(const char *group, const struct CMUnitTest *tests, size_t num)
{
	struct ldb_context *warm_up = NULL;
	int ret = ldb_register_module(&fake_module_ops);

	if (ret != LDB_SUCCESS) {
		return 1;
	}
	/* What ldb keeps for the whole process is no leak of a test. */
	warm_up = ldb_init(NULL, NULL);
	talloc_free(warm_up);
	return _cmocka_run_group_tests(group, tests, num, NULL, NULL);
}
