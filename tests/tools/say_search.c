/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a search finds, byte for byte, and by which client: for
 * tests/dc/tool_ldap_clients.py. The directory is opened as by our programs
 * when they only read. Arguments are attributes.
 */
#include "common/connect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ldb_module.h>

enum option {
	OPTION_BASE = 1,
	OPTION_FILTER,
	OPTION_PAGE,
	OPTION_WISHES,
};

struct search {
	struct spn_connect *connect;
	struct ldb_context *ldb;
	const char *base;
	const char *filter;
	bool has_wishes; /* deleted objects, all naming contexts, descriptors
			  */
	struct ldb_paged_control *page; /* NULL: all at once */
	bool has_more;
};

static void print_bytes(const uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		printf("%02x", data[i]);
	}
	printf("\n");
}

static void print_entry(struct ldb_message *msg)
{
	unsigned i;
	unsigned j;

	printf("dn %s\n", ldb_dn_get_extended_linearized(msg, msg->dn, 1));
	for (i = 0; i < msg->num_elements; i++) {
		const struct ldb_message_element *el = &msg->elements[i];

		printf("  %s %u\n", el->name, el->num_values);
		for (j = 0; j < el->num_values; j++) {
			printf("    %s ", el->name);
			print_bytes(el->values[j].data,
				    el->values[j].length + 1);
		}
	}
}

static void take_page(struct search *search, const struct ldb_reply *ares)
{
	const struct ldb_paged_control *answer = NULL;
	size_t i;

	search->has_more = false;
	for (i = 0; ares->controls != NULL && ares->controls[i] != NULL; i++) {
		printf("control %s\n", ares->controls[i]->oid);
		if (strcmp(ares->controls[i]->oid,
			   LDB_CONTROL_PAGED_RESULTS_OID) == 0)
		{
			answer = talloc_get_type(ares->controls[i]->data,
						 struct ldb_paged_control);
		}
	}
	if (answer == NULL || search->page == NULL) {
		return;
	}
	printf("page of %d\n", answer->size);
	search->has_more = answer->cookie_len > 0;
	search->page->cookie_len = answer->cookie_len;
	search->page->cookie = talloc_memdup(search->page,
					     answer->cookie,
					     (size_t)answer->cookie_len);
}

static int callback(struct ldb_request *req, struct ldb_reply *ares)
{
	struct search *search = req->context;
	int ret = LDB_SUCCESS;

	switch (ares->type) {
	case LDB_REPLY_ENTRY:
		print_entry(ares->message);
		break;
	case LDB_REPLY_REFERRAL:
		printf("referral %s\n", ares->referral);
		break;
	case LDB_REPLY_DONE:
		take_page(search, ares);
		ret = ldb_request_done(req, ares->error);
		break;
	}
	talloc_free(ares);
	return ret;
}

static int add_controls(struct search *search, struct ldb_request *req)
{
	struct ldb_search_options_control *options = NULL;
	struct ldb_sd_flags_control *flags = NULL;
	int ret = LDB_SUCCESS;

	if (search->page != NULL) {
		ret = ldb_request_add_control(req,
					      LDB_CONTROL_PAGED_RESULTS_OID,
					      true,
					      search->page);
	}
	if (!search->has_wishes || ret != LDB_SUCCESS) {
		return ret;
	}
	options = talloc_zero(req, struct ldb_search_options_control);
	options->search_options = LDB_SEARCH_OPTION_PHANTOM_ROOT;
	flags = talloc_zero(req, struct ldb_sd_flags_control);
	flags->secinfo_flags = 5;
	ret = ldb_request_add_control(req,
				      LDB_CONTROL_SEARCH_OPTIONS_OID,
				      true,
				      options);
	if (ret == LDB_SUCCESS) {
		ret = ldb_request_add_control(req,
					      LDB_CONTROL_SD_FLAGS_OID,
					      false,
					      flags);
	}
	if (ret == LDB_SUCCESS) {
		ret = ldb_request_add_control(req,
					      LDB_CONTROL_SHOW_DELETED_OID,
					      false,
					      NULL);
	}
	return ret;
}

static int run(struct search *search)
{
	size_t num = 0;
	const char *const *attrs = spn_connect_arguments(search->connect,
							 &num);
	struct ldb_dn *base = ldb_dn_new(search->ldb,
					 search->ldb,
					 search->base);
	struct ldb_request *req = NULL;
	int ret;

	ret = ldb_build_search_req(&req,
				   search->ldb,
				   search->ldb,
				   base,
				   LDB_SCOPE_SUBTREE,
				   search->filter,
				   (num == 0) ? NULL : attrs,
				   NULL,
				   search,
				   callback,
				   NULL);
	if (ret == LDB_SUCCESS) {
		ret = add_controls(search, req);
	}
	if (ret == LDB_SUCCESS) {
		ret = ldb_request(search->ldb, req);
	}
	if (ret == LDB_SUCCESS) {
		ret = ldb_wait(req->handle, LDB_WAIT_ALL);
	}
	printf("result %d\n", ret);
	if (ret != LDB_SUCCESS) {
		printf("text %s\n", ldb_errstring(search->ldb));
		printf("said %s\n", spn_connect_error(search->ldb, ret));
	}
	return ret;
}

static bool read_options(TALLOC_CTX *mem_ctx, struct search *search)
{
	char *argument = NULL;
	int option;

	while ((option = spn_connect_next_option(search->connect)) > 0) {
		argument = spn_connect_option_argument(mem_ctx,
						       search->connect);
		switch (option) {
		case OPTION_BASE:
			search->base = argument;
			break;
		case OPTION_FILTER:
			search->filter = argument;
			break;
		case OPTION_PAGE:
			search->page = talloc_zero(mem_ctx,
						   struct ldb_paged_control);
			search->page->size = (int)strtol(argument, NULL, 10);
			break;
		default:
			search->has_wishes = true;
			break;
		}
	}
	return option == 0;
}

int main(int argc, char **argv)
{
	static const struct poptOption table[] = {
		{.longName = "base",
		 .argInfo = POPT_ARG_STRING,
		 .val = OPTION_BASE},
		{.longName = "filter",
		 .argInfo = POPT_ARG_STRING,
		 .val = OPTION_FILTER},
		{.longName = "page",
		 .argInfo = POPT_ARG_STRING,
		 .val = OPTION_PAGE},
		{.longName = "wishes",
		 .argInfo = POPT_ARG_NONE,
		 .val = OPTION_WISHES},
		POPT_TABLEEND,
	};
	const struct spn_connect_options options = {.read_only = true};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct search search = {.base = "", .filter = "(objectClass=*)"};
	int ret;

	search.connect = spn_connect_new(mem_ctx,
					 "say_search",
					 "[ATTRIBUTE...]",
					 table,
					 argc,
					 argv);
	if (search.connect == NULL || !read_options(mem_ctx, &search)) {
		return 2;
	}
	search.ldb = spn_connect_open(mem_ctx, search.connect, &options);
	if (search.ldb == NULL) {
		return 2;
	}
	printf("client %s\n",
	       ldb_get_opaque(search.ldb, "spn_connect_ldap_link") != NULL
		       ? "libldap"
		       : "samba");
	do {
		ret = run(&search);
	} while (ret == LDB_SUCCESS && search.has_more);
	talloc_free(mem_ctx);
	return (ret == LDB_SUCCESS) ? 0 : 1;
}
