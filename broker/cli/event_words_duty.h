/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of events that tell who of an organisation has an incident, and until when it is put off. */
#ifndef CLI_EVENT_WORDS_DUTY_H
#define CLI_EVENT_WORDS_DUTY_H

#include "cli/event_line.h"

void event_words_duty_taken(struct event_line *line);
void event_words_duty_snoozed(struct event_line *line);

#endif
