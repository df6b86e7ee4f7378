/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mailbox.h"

#include <stddef.h>

void mailbox_open(struct mailbox *mailbox, void (*wake)(void *of), void *of)
{
	*mailbox = (struct mailbox){.wake = wake, .of = of};
	mailbox->last = &mailbox->first;
	pthread_mutex_init(&mailbox->lock, NULL);
}

void mailbox_close(struct mailbox *mailbox)
{
	pthread_mutex_destroy(&mailbox->lock);
}

/* One wake is enough until the owner takes: `was_empty` is what stood there before. */
static void unlock_and_wake(struct mailbox *mailbox, bool was_empty)
{
	pthread_mutex_unlock(&mailbox->lock);
	if (was_empty && mailbox->wake != NULL)
		mailbox->wake(mailbox->of);
}

static bool is_empty(const struct mailbox *mailbox)
{
	return mailbox->first == NULL && mailbox->latest == NULL && !mailbox->is_rung;
}

void mailbox_leave(struct mailbox *mailbox, struct note *note, void *of)
{
	bool was_empty;

	*note = (struct note){NULL, of};
	pthread_mutex_lock(&mailbox->lock);
	was_empty = is_empty(mailbox);
	*mailbox->last = note;
	mailbox->last = &note->next;
	unlock_and_wake(mailbox, was_empty);
}

void *mailbox_replace(struct mailbox *mailbox, void *latest)
{
	bool was_empty;
	void *before;

	pthread_mutex_lock(&mailbox->lock);
	was_empty = is_empty(mailbox);
	before = mailbox->latest;
	mailbox->latest = latest;
	unlock_and_wake(mailbox, was_empty);
	return before;
}

void mailbox_ring(struct mailbox *mailbox)
{
	bool was_empty;

	pthread_mutex_lock(&mailbox->lock);
	was_empty = is_empty(mailbox);
	mailbox->is_rung = true;
	unlock_and_wake(mailbox, was_empty);
}

struct mail mailbox_take(struct mailbox *mailbox)
{
	struct mail mail;

	pthread_mutex_lock(&mailbox->lock);
	mail = (struct mail){mailbox->first, mailbox->latest, mailbox->is_rung};
	mailbox->first = NULL;
	mailbox->last = &mailbox->first;
	mailbox->latest = NULL;
	mailbox->is_rung = false;
	pthread_mutex_unlock(&mailbox->lock);
	return mail;
}

bool mailbox_answer_bell(struct mailbox *mailbox)
{
	bool was_rung;

	pthread_mutex_lock(&mailbox->lock);
	was_rung = mailbox->is_rung;
	mailbox->is_rung = false;
	pthread_mutex_unlock(&mailbox->lock);
	return was_rung;
}

bool mailbox_has(struct mailbox *mailbox)
{
	bool has;

	pthread_mutex_lock(&mailbox->lock);
	has = mailbox->first != NULL || mailbox->latest != NULL;
	pthread_mutex_unlock(&mailbox->lock);
	return has;
}
