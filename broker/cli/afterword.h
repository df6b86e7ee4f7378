/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command adds these lines under its answer: they are not in the answer, and a person must know them. The broker is
 * asked for them when the command is done; if it does not answer, nothing is added.
 */
#ifndef CLI_AFTERWORD_H
#define CLI_AFTERWORD_H

#include "cli/client.h"

/* Names those of the organisations and suppliers, "vega" or "vega,orion", whose tool we only listen to: nobody there
 * gets what was just written. `everyone` among them: those that share the incident. On standard error with --json. */
void afterword_untold(const struct client_args *args, const char *incident, const char *audience);
/* The notes of /readyz about parts that are ready: a topic that is more than a minute behind. Nothing with --json. */
void afterword_notes(const struct client_args *args);

#endif
