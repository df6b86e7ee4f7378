/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a command adds under its answer: what the answer itself does not say and a person has to know. It is asked of
 * the broker once the command is done, so that nothing is added when the broker does not answer.
 */
#ifndef CLI_AFTERWORD_H
#define CLI_AFTERWORD_H

#include "cli/client.h"

/* Which of these suppliers, "vega" or "vega,orion", are only listened to: nobody there is told what was just written.
 * On standard error with --json. */
void afterword_untold(const struct client_args *args, const char *suppliers);
/* What /readyz notes of parts that are ready: a topic that is more than a minute behind. Nothing with --json. */
void afterword_notes(const struct client_args *args);

#endif
