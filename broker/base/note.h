/* SPDX-License-Identifier: Apache-2.0 */
/* A note lies in a mailbox, see mailbox.h. */
#ifndef BASE_NOTE_H
#define BASE_NOTE_H

/* Part of what it is about; it belongs to the mailbox from mailbox_leave() until it is taken. */
struct note {
	struct note *next;
	void *of;
};

#endif
