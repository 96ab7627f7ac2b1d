/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packed accounts stand one after the other in large blocks that never move.
 * One hash table has the numbers of accounts by all their keys; it is filled
 * when somebody first looks for one (gathered.h).
 *
 * If thousands hold one SPN, each of them asks for all of the others; and an
 * account of thousands of values may be wanted by thousands. So such lists
 * are remembered, and what was dear to make keeps the page: it is turned once
 * it has twice as many accounts as were unpacked for that.
 */
#include "census.h"

#include <string.h>

#include "common/arena.h"
#include "index.h"
#include "keys.h"
#include "pack.h"
#include "policy/room.h"

#define PAGE ((size_t)32 * 1024)

/* Nearly all are shorter, and packed once. */
#define PACKED 1024

/* Of these on, it is dear. */
#define MANY_HOLDERS 32
#define MANY_OPEN 256
#define MANY_VALUES 256

/* Those that hold a key; on the page, the same for all who ask. */
struct listed {
	enum spn_census_key kind;
	struct spn_str key;
	struct spn_holders holders;
};

struct unpacked {
	size_t number;
	const struct spn_account *account;
};

struct spn_census {
	struct spn_index index; /* first: see there */
	struct spn_shared *shared;
	uint32_t last_parent; /* numbers in shared: of many in a row ... */
	uint32_t last_domain; /* ... they are the same */
	struct spn_slots slots;
	struct spn_gathered gathered; /* not in slots yet */
	uint8_t **records;	      /* NULL: removed */
	size_t num_records;
	size_t size_records;
	bool has_deleted;
	bool has_no_keys; /* any more */
	struct spn_arena arena;
	TALLOC_CTX *page;
	uint8_t *start; /* of each page, PAGE bytes */
	struct spn_arena page_arena;
	struct unpacked *open; /* on the page; in order of number, as long as
				  there is no by_number */
	size_t num_open;
	/* The same by number, once there were many; NULL: not open */
	const struct spn_account **by_number;
	size_t size_by_number;
	struct listed *lists;
	size_t num_lists;
	struct spn_slots by_key; /* lists */
	size_t num_dear;	 /* holders in lists, values of accounts that
				    have many */
	const struct spn_account **kept; /* by number; NULL until one is */
	size_t size_kept;
};

static void begin_page(struct spn_census *census)
{
	census->page_arena = (struct spn_arena){
		.next = census->start,
		.room = PAGE,
	};
}

struct spn_census *spn_census_new(TALLOC_CTX *mem_ctx, struct spn_fold fold)
{
	struct spn_census *census = talloc_zero(mem_ctx, struct spn_census);

	if (census == NULL) {
		return NULL;
	}
	census->index = (struct spn_index){
		.ops = &spn_census_index_ops,
		.fold = fold,
	};
	census->shared = spn_shared_new(census, false);
	census->page = talloc_pool(census, PAGE / 2);
	census->start = talloc_array(census, uint8_t, (unsigned)PAGE);
	if (census->shared == NULL || census->page == NULL ||
	    census->start == NULL)
	{
		talloc_free(census);
		return NULL;
	}
	begin_page(census);
	return census;
}

struct spn_index *spn_census_index(struct spn_census *census)
{
	return &census->index;
}

struct spn_census *spn_census_of(struct spn_index *index)
{
	return (struct spn_census *)(void *)index;
}

/* They are no longer true, or their page goes. */
static void forget_lists(struct spn_census *census)
{
	census->lists = NULL;
	census->num_lists = 0;
	census->by_key = (struct spn_slots){};
}

/* ------------------------------------------------------------------ adding */

static uint8_t *pack(struct spn_census *census,
		     const struct spn_account *account)
{
	struct spn_str parent = spn_pack_parent(spn_str_of(account->dn));
	struct spn_shared *shared = census->shared;
	uint8_t room[PACKED];
	uint8_t *record = NULL;
	size_t len = 0;

	if (!spn_shared_again(shared, parent, &census->last_parent) ||
	    !spn_shared_again(shared,
			      spn_str_of(account->dns_domain),
			      &census->last_domain))
	{
		return NULL;
	}
	len = spn_pack(account,
		       census->last_parent,
		       census->last_domain,
		       room,
		       sizeof(room));
	record = spn_arena_take(census, &census->arena, len);
	if (record != NULL && len <= sizeof(room)) {
		memcpy(record, room, len);
	} else if (record != NULL) {
		spn_pack(account,
			 census->last_parent,
			 census->last_domain,
			 record,
			 len);
	}
	return record;
}

/* Duplicates are found here, once, and not by each account asking for each of
 * its SPNs. Another value may have the same hash: then it only looks so. */
static void note_seen(void *private_data,
		      enum spn_gathered_kind kind,
		      uint32_t first,
		      uint32_t number)
{
	struct spn_census *census = private_data;
	uint8_t *both[] = {
		census->records[first], /* NULL: it was removed */
		census->records[number],
	};
	size_t i;

	for (i = 0; i < 2; i++) {
		if (both[i] != NULL && kind == SPN_GATHERED_SPN) {
			spn_pack_set_shares(both[i]);
		} else if (both[i] != NULL) {
			spn_pack_set_same_cn(both[i]);
		}
	}
}

/* Before anybody looks for one of them, or at what note_seen() notes. */
static bool settle(struct spn_census *census)
{
	const struct spn_gathered_seen seen = {
		.fn = note_seen,
		.private_data = census,
	};

	return spn_gathered_settle(census,
				   &census->gathered,
				   &census->slots,
				   &seen);
}

bool spn_census_add(struct spn_census *census,
		    const struct spn_account *account)
{
	size_t number = census->num_records;
	uint8_t *record = NULL;

	if (number == census->size_records) {
		size_t size = (number == 0) ? 64 : number + number / 2;
		uint8_t **records = talloc_realloc(census,
						   census->records,
						   uint8_t *,
						   size);

		if (records == NULL) {
			return false;
		}
		census->records = records;
		census->size_records = size;
	}
	record = pack(census, account);
	if (record == NULL) {
		return false;
	}
	forget_lists(census);
	census->has_deleted |= account->is_deleted;
	census->records[number] = record;
	census->num_records++;
	return spn_keys_add(census,
			    &census->gathered,
			    &census->index.fold,
			    account,
			    number);
}

bool spn_census_is_alone(struct spn_census *census, size_t number)
{
	return settle(census) && census->records[number] != NULL &&
	       !spn_pack_shares(census->records[number]);
}

bool spn_census_has_deleted(const struct spn_census *census)
{
	return census->has_deleted;
}

size_t spn_census_num(const struct spn_census *census)
{
	return census->num_records;
}

void spn_census_set_privileged(struct spn_census *census, size_t number)
{
	spn_pack_set_privileged(census->records[number]);
}

void spn_census_remove(struct spn_census *census, size_t number)
{
	forget_lists(census);
	census->records[number] = NULL;
}

/* ----------------------------------------------------------------- finding */

/* Thousands in order would be quadratic. */
static bool use_numbers(struct spn_census *census)
{
	size_t i;

	if (census->size_by_number >= census->num_records ||
	    (census->by_number == NULL && census->num_open < MANY_OPEN))
	{
		return true;
	}
	census->by_number = talloc_realloc(census,
					   census->by_number,
					   const struct spn_account *,
					   census->size_records);
	if (census->by_number == NULL) {
		census->size_by_number = 0;
		return false;
	}
	for (i = census->size_by_number; i < census->size_records; i++) {
		census->by_number[i] = NULL;
	}
	for (i = 0; census->size_by_number == 0 && i < census->num_open; i++) {
		census->by_number[census->open[i].number] =
			census->open[i].account;
	}
	census->size_by_number = census->size_records;
	return true;
}

/* Where it stands among those of the page, or should. */
static size_t open_place(const struct spn_census *census, size_t number)
{
	size_t low = 0;
	size_t high = census->num_open;

	if (census->by_number != NULL) {
		return census->num_open;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (census->open[middle].number < number) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

static bool put_on_page(struct spn_census *census,
			size_t place,
			const struct unpacked *unpacked)
{
	struct unpacked *open = spn_room(census,
					 census->open,
					 census->num_open,
					 struct unpacked);

	if (open == NULL) {
		return false;
	}
	census->open = open;
	memmove(&census->open[place + 1],
		&census->open[place],
		(census->num_open - place) * sizeof(struct unpacked));
	census->open[place] = *unpacked;
	census->num_open++;
	if (census->by_number != NULL) {
		census->by_number[unpacked->number] = unpacked->account;
	}
	return true;
}

bool spn_census_get(struct spn_census *census,
		    size_t number,
		    const struct spn_account **_account)
{
	struct unpacked unpacked = {.number = number};
	struct spn_account *account = NULL;
	size_t place = 0;

	*_account = NULL;
	if (census->records[number] == NULL) {
		return true;
	}
	if (!settle(census) || !use_numbers(census)) {
		return false;
	}
	if (census->by_number != NULL) {
		*_account = census->by_number[number];
	}
	if (*_account != NULL) {
		return true;
	}
	place = open_place(census, number);
	if (place < census->num_open && census->open[place].number == number) {
		*_account = census->open[place].account;
		return true;
	}
	account = spn_unpack(census->page,
			     &census->page_arena,
			     census->shared,
			     &census->index.fold,
			     census->records[number],
			     true);
	if (account == NULL) {
		return false;
	}
	account->census_number = number + 1;
	unpacked.account = account;
	if (!put_on_page(census, place, &unpacked)) {
		return false;
	}
	if (account->spns.num >= MANY_VALUES) {
		census->num_dear += account->spns.num;
	}
	*_account = unpacked.account;
	return true;
}

static bool add_holder(TALLOC_CTX *mem_ctx,
		       struct spn_holders *holders,
		       const struct spn_account *account)
{
	size_t num = holders->num_accounts;

	/* One that has two values with this key is met twice in a row. */
	if (num > 0 && holders->accounts[num - 1] == account) {
		return true;
	}
	/* Room for 1, 2, 4, 8... */
	if ((num & (num - 1)) == 0) {
		const struct spn_account **accounts =
			talloc_realloc(mem_ctx,
				       holders->accounts,
				       const struct spn_account *,
				       (num == 0) ? 1 : num * 2);

		if (accounts == NULL) {
			return false;
		}
		holders->accounts = accounts;
	}
	holders->accounts[holders->num_accounts++] = account;
	return true;
}

static bool has_only_computers(const struct spn_holders *holders)
{
	size_t i;

	for (i = 0; i < holders->num_accounts; i++) {
		if (holders->accounts[i]->kind != SPN_KIND_COMPUTER) {
			return false;
		}
	}
	return true;
}

static const struct listed *find_list(const struct spn_census *census,
				      uint32_t hash,
				      enum spn_census_key kind,
				      struct spn_str key)
{
	uint32_t number = 0;
	size_t place = 0;

	while (spn_slots_next(&census->by_key, hash, &place, &number)) {
		const struct listed *listed = &census->lists[number];

		if (listed->kind == kind && spn_str_equal(listed->key, key)) {
			return listed;
		}
	}
	return NULL;
}

static bool add_list(struct spn_census *census,
		     uint32_t hash,
		     enum spn_census_key kind,
		     struct spn_str key,
		     struct spn_holders *holders)
{
	struct listed listed = {.kind = kind};
	struct listed *lists = NULL;
	size_t num = census->num_lists;

	listed.key = spn_str_dup(census->page, key);
	holders->many = talloc_zero(census->page, struct spn_many);
	if (listed.key.data == NULL || holders->many == NULL) {
		return false;
	}
	holders->accounts = talloc_steal(census->page, holders->accounts);
	holders->many->has_only_computers = has_only_computers(holders);
	listed.holders = *holders;
	lists = spn_room(census->page, census->lists, num, struct listed);
	if (lists == NULL) {
		return false;
	}
	census->lists = lists;
	if (!spn_slots_add(census->page, &census->by_key, hash, (uint32_t)num))
	{
		return false;
	}
	census->lists[census->num_lists++] = listed;
	census->num_dear += holders->num_accounts;
	return true;
}

bool spn_census_find(struct spn_census *census,
		     TALLOC_CTX *mem_ctx,
		     enum spn_census_key kind,
		     struct spn_str key,
		     struct spn_holders *_holders)
{
	struct spn_holders holders = {};
	uint32_t hash = spn_keys_hash(kind, key);
	const struct listed *listed = find_list(census, hash, kind, key);
	uint32_t number = 0;
	size_t place = 0;

	if (census->has_no_keys || !settle(census)) {
		return false;
	}
	if (listed != NULL) {
		*_holders = listed->holders;
		return true;
	}
	while (key.len > 0 &&
	       spn_slots_next(&census->slots, hash, &place, &number))
	{
		const struct spn_account *account = NULL;
		bool match = false;

		if (!spn_census_get(census, number, &account) ||
		    (account != NULL && !spn_keys_match(mem_ctx,
							&census->index.fold,
							account,
							kind,
							key,
							&match)) ||
		    (match && !add_holder(mem_ctx, &holders, account)))
		{
			return false;
		}
	}
	if (holders.num_accounts >= MANY_HOLDERS &&
	    !add_list(census, hash, kind, key, &holders))
	{
		return false;
	}
	*_holders = holders;
	return true;
}

void spn_census_turn_page(struct spn_census *census)
{
	size_t i;

	if (census->num_open <= 2 * census->num_dear) {
		return;
	}
	forget_lists(census);
	for (i = 0; census->by_number != NULL && i < census->num_open; i++) {
		census->by_number[census->open[i].number] = NULL;
	}
	talloc_free_children(census->page);
	begin_page(census);
	census->num_open = 0;
	census->num_dear = 0;
}

void spn_census_forget_keys(struct spn_census *census)
{
	spn_slots_clear(&census->slots);
	census->has_no_keys = true;
}

bool spn_census_number(const struct spn_account *account, size_t *_number)
{
	if (account->census_number == 0) {
		return false;
	}
	*_number = account->census_number - 1;
	return true;
}

static bool make_room_for_kept(struct spn_census *census)
{
	const struct spn_account **kept = NULL;
	size_t i;

	if (census->size_kept >= census->num_records) {
		return true;
	}
	kept = talloc_realloc(census,
			      census->kept,
			      const struct spn_account *,
			      census->size_records);
	if (kept == NULL) {
		return false;
	}
	for (i = census->size_kept; i < census->size_records; i++) {
		kept[i] = NULL;
	}
	census->kept = kept;
	census->size_kept = census->size_records;
	return true;
}

bool spn_census_keep(struct spn_census *census,
		     size_t number,
		     const struct spn_account **_kept)
{
	if (!settle(census) || !make_room_for_kept(census)) {
		return false;
	}
	if (census->kept[number] == NULL) {
		census->kept[number] = spn_unpack(census,
						  &census->arena,
						  census->shared,
						  &census->index.fold,
						  census->records[number],
						  false);
	}
	*_kept = census->kept[number];
	return *_kept != NULL;
}

const struct spn_account *spn_census_kept(const struct spn_census *census,
					  size_t number)
{
	return (number < census->size_kept) ? census->kept[number] : NULL;
}
