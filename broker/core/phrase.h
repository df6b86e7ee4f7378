/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The catalogue: each text that we put around people's words in a tool, in each of our languages. A phrase is one row:
 * its name, its code, English, French. What is filled in stands in {braces} and is called alike in both; the tests
 * compare. Pure.
 */
#ifndef CORE_PHRASE_H
#define CORE_PHRASE_H

#include "entente/connector.h"
#include "sdk/str.h"

#define PHRASE_TABLE(X)                                                                                                \
	X(PHRASE_EFFECT, "brief.effect", "Effect: {text}", "Conséquences : {text}")                                    \
	X(PHRASE_TRIED, "brief.tried", "Already tried: {text}", "Déjà essayé : {text}")                                \
	X(PHRASE_WANTED, "brief.wanted", "Wanted: {text}", "Ce que nous attendons : {text}")                           \
	X(PHRASE_NEEDED, "brief.needed_before", "Needed before: {time}", "Nécessaire avant : {time}")                  \
	X(PHRASE_SERVICE, "brief.service", "Service: {text}", "Service : {text}")                                      \
	X(PHRASE_SITE, "brief.site", "Site: {text}", "Site : {text}")                                                  \
	X(PHRASE_INCIDENT, "brief.incident", "Incident: {incident}", "Incident : {incident}")                          \
	X(PHRASE_UNSHARED, "share.ended", "Entente: {incident} is not shared with you any more.",                      \
	  "Entente : {incident} n'est plus partagé avec vous.")                                                        \
	X(PHRASE_QUESTION, "ask.question", "Question to {to}.", "Question à {to}.")                                    \
	X(PHRASE_INFORMATION, "ask.information", "Information wanted from {to}.", "Information demandée à {to}.")      \
	X(PHRASE_ACTION, "ask.action", "Action wanted from {to}.", "Action demandée à {to}.")                          \
	X(PHRASE_APPROVAL, "ask.approval", "Approval wanted from {to}.", "Accord demandé à {to}.")                     \
	X(PHRASE_YES_OR_NO, "ask.yes_or_no", "Write only yes or no on the first line of your reply.",                  \
	  "Sur la première ligne de votre réponse, écrivez seulement oui ou non.")                                     \
	X(PHRASE_DUE, "ask.due", "Answer wanted by {time}.", "Réponse attendue au plus tard le {time}.")               \
	X(PHRASE_ANSWER, "ask.answer", "Answer to {to}.", "Réponse à {to}.")                                           \
	X(PHRASE_APPROVED, "ask.approved", "Yes to {to}: approved.", "Oui à {to} : accordé.")                          \
	X(PHRASE_REFUSED, "ask.refused", "No to {to}: not approved.", "Non à {to} : refusé.")                          \
	X(PHRASE_HANDOVER, "handover.proposed", "{to} is asked to take this incident over.",                           \
	  "Il est proposé à {to} de prendre cet incident en charge.")                                                  \
	X(PHRASE_ACCEPTED, "handover.accepted", "{to} takes this incident over.",                                      \
	  "{to} prend cet incident en charge.")                                                                        \
	X(PHRASE_DECLINED, "handover.declined", "{to} declines to take this incident over.",                           \
	  "{to} refuse de prendre cet incident en charge.")                                                            \
	X(PHRASE_PROMISE, "promise.made", "Next news by {time}.", "Prochaines nouvelles au plus tard le {time}.")      \
	X(PHRASE_POSTPONED, "promise.replaced", "Next news by {time}, no longer by {was}.",                            \
	  "Prochaines nouvelles au plus tard le {time}, et non plus le {was}.")                                        \
	X(PHRASE_FILE, "file.here", "Attached file: {name} ({size}). It stays in Entente: open {incident} there.",     \
	  "Fichier joint : {name} ({size}). Il reste dans Entente : ouvrez-y {incident}.")                             \
	X(PHRASE_HELP, "help.wanted", "Help wanted.", "Aide demandée.")                                                \
	X(PHRASE_OFFER, "help.offered", "Help offered to {to}.", "Aide proposée à {to}.")

#define X(id, code, english, french) id,
enum phrase { PHRASE_TABLE(X) PHRASE_N };
#undef X

struct phrase_param {
	const char *name;
	struct ent_str value;
};

const char *phrase_code(enum phrase phrase);
const char *phrase_text(enum phrase phrase, enum ent_language language); /* as the table has it */
/* Filled in. A param that the phrase does not have is left out; each that it has must be there. */
struct ent_str phrase_say(struct ent_arena *arena, enum ent_language language, enum phrase phrase,
			  const struct phrase_param *param, size_t n);
/* Date, hour and zone: "2026-11-22 08:14 UTC", "22/11/2026 à 08:14 UTC". */
struct ent_str phrase_time(struct ent_arena *arena, enum ent_language language, int64_t ms);

/* "fr", "en". */
const char *phrase_language_word(enum ent_language language);
bool phrase_language_by_word(struct ent_str word, enum ent_language *ret);

#endif
