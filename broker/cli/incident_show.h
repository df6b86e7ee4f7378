/* SPDX-License-Identifier: Apache-2.0 */
/* An incident for people: who holds the ball, who takes part, what was said to whom and where it stands. */
#ifndef CLI_INCIDENT_SHOW_H
#define CLI_INCIDENT_SHOW_H

#include "sdk/json.h"

void incident_show(struct ent_arena *arena, struct ent_str json);          /* GET /v1/incidents/{word} */
void incident_show_history(struct ent_arena *arena, struct ent_str json);  /* GET .../history */
void incident_show_comments(struct ent_arena *arena, struct ent_str json); /* GET .../comments */
void incident_show_receipts(struct ent_arena *arena, struct ent_str json); /* GET .../comments/ID/receipts */
void incident_show_read(struct ent_arena *arena, struct ent_str json);     /* POST .../read */
void incident_show_comment(struct ent_arena *arena, const struct sdk_json *comment);

#endif
