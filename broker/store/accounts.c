/* SPDX-License-Identifier: Apache-2.0 */
#include "store/accounts.h"

#include "base/text_hash.h"
#include "sdk/webhook.h"

#include <stdlib.h>
#include <string.h>

/* One block of memory: this, then all its text. */
struct known_account {
	struct known_account *next; /* of the retired ones */
	struct account account;
	struct person_row row;
};

struct accounts {
	struct known_account *at[ACCOUNTS_PLACES];
	struct known_account *retired; /* a job may still read them */
};

struct accounts *accounts_new(void)
{
	struct accounts *accounts = sdk_xalloc(sizeof *accounts);

	memset(accounts, 0, sizeof *accounts);
	return accounts;
}

static size_t account_place(const struct account *account)
{
	uint64_t hash = text_hash(text_hash(TEXT_HASH, account->organisation), account->supplier);

	hash = text_hash(hash, account->id);
	return (size_t)((hash ^ hash >> 32) % ACCOUNTS_PLACES);
}

static void account_retire(struct accounts *accounts, size_t place)
{
	struct known_account *known = accounts->at[place];

	if (!known)
		return;
	accounts->at[place] = NULL;
	known->next = accounts->retired;
	accounts->retired = known;
}

void accounts_clear(struct accounts *accounts)
{
	for (size_t i = 0; i < ACCOUNTS_PLACES; i++)
		account_retire(accounts, i);
}

void accounts_settle(struct accounts *accounts)
{
	while (accounts->retired) {
		struct known_account *known = accounts->retired;
		accounts->retired = known->next;
		free(known);
	}
}

void accounts_free(struct accounts *accounts)
{
	if (!accounts)
		return;
	accounts_clear(accounts);
	accounts_settle(accounts);
	free(accounts);
}

static bool is_account(const struct known_account *known, const struct account *account)
{
	return known && sdk_eq(known->account.id, account->id) && sdk_eq(known->account.supplier, account->supplier) &&
	       sdk_eq(known->account.organisation, account->organisation);
}

const struct person_row *accounts_find(const struct accounts *accounts, const struct account *account)
{
	const struct known_account *known = accounts ? accounts->at[account_place(account)] : NULL;

	return is_account(known, account) ? &known->row : NULL;
}

static struct known_account *account_make(const struct account *account, const struct person_row *row)
{
	struct known_account made = {.account = *account, .row = *row};
	struct ent_str *text[] = {&made.account.organisation, &made.account.supplier,        &made.account.id,
				  &made.row.person.ref,       &made.row.person.organisation, &made.row.person.name};
	size_t n = 0;

	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		n += text[i]->n;
	if (n > ACCOUNT_BYTES_MAX)
		return NULL;
	struct known_account *known = sdk_xalloc(sizeof *known + n);
	char *to = (char *)(known + 1);
	for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
		if (text[i]->n)
			memcpy(to, text[i]->p, text[i]->n);
		*text[i] = (struct ent_str){text[i]->n ? to : "", text[i]->n};
		to += text[i]->n;
	}
	*known = made;
	return known;
}

void accounts_keep(struct accounts *accounts, const struct account *account, const struct person_row *row)
{
	const size_t place = account_place(account);
	struct known_account *known = row ? account_make(account, row) : NULL;

	if (known || is_account(accounts->at[place], account))
		account_retire(accounts, place);
	if (known)
		accounts->at[place] = known;
}
