/* SPDX-License-Identifier: Apache-2.0 */
/* The words of the pages by which people come in, in each language. One row a text. */
#ifndef FACE_PAGE_WORDS_H
#define FACE_PAGE_WORDS_H

#include "entente/connector.h"
#include "sdk/str.h"

/* id, in English, in French */
#define PAGE_WORDS(X)                                                                                                    \
	X(SIGN_IN, "Sign in", "Se connecter")                                                                            \
	X(ORGANISATION, "Organisation", "Organisation")                                                                  \
	X(ORGANISATION_HINT, "Its short name, as on the page of your invitation.",                                       \
	  "Son nom court, comme sur la page de votre invitation.")                                                       \
	X(NAME_FORM,                                                                                                     \
	  "The short name of an organisation has at most 64 characters: letters from a to z, digits and hyphens.",       \
	  "Le nom court d’une organisation a 64 caractères au plus : lettres de a à z, chiffres et traits d’union.")     \
	X(ANOTHER, "Another organisation", "Une autre organisation")                                                     \
	X(MAIL, "Mail address", "Adresse électronique")                                                                  \
	X(PASSWORD, "Password", "Mot de passe")                                                                          \
	X(BY_PROVIDER, "Sign in through your organisation", "Se connecter par votre organisation")                       \
	X(BY_PASSWORD, "Or with a password", "Ou avec un mot de passe")                                                  \
	X(PROVIDER_HINT, "Your organisation checks who you are; it asks for its own password.",                          \
	  "Votre organisation vérifie votre identité et demande son propre mot de passe.")                               \
	X(NO_PROVIDER, "This organisation has no provider here: use your password.",                                     \
	  "Cette organisation n’a pas de fournisseur d’identité ici : utilisez votre mot de passe.")                     \
	X(CONTINUE, "Continue", "Continuer")                                                                             \
	X(WRONG, "The organisation, the mail address or the password is wrong, or this account cannot be used.",         \
	  "L’organisation, l’adresse ou le mot de passe est faux, ou ce compte ne peut pas être utilisé.")               \
	X(SLOW, "Too many tries. Wait a little, then try again.", "Trop d’essais. Attendez un peu, puis réessayez.")     \
	X(SIGNED_IN, "You are signed in", "Connexion réussie")                                                           \
	X(SIGNED_IN_AS, "Signed in as", "Compte")                                                                        \
	X(SIGNED_IN_NEXT,                                                                                                \
	  "There is no console yet. The API and the command line take a token: ask an administrator for one.",           \
	  "Il n’y a pas encore de console. L’API et la ligne de commande demandent un jeton : un administrateur en " \
	  "crée un.")                                                                                                    \
	X(SIGN_OUT, "Sign out", "Se déconnecter")                                                                        \
	X(SIGN_OUT_ALL, "Sign out everywhere", "Se déconnecter partout")                                                 \
	X(WELCOME, "Welcome to Entente", "Bienvenue sur Entente")                                                        \
	X(INVITED, "You are invited to work on incidents together. This link works once.",                               \
	  "Vous avez reçu une invitation à travailler ensemble sur les incidents. Ce lien ne sert qu’une fois.")         \
	X(INVITED_IS, "This invitation is for", "Cette invitation est pour")                                             \
	X(INVITED_KEEP, "Later you sign in with this organisation and this address.",                                    \
	  "Ensuite, vous vous connectez avec cette organisation et cette adresse.")                                      \
	X(CHOOSE_PASSWORD, "Choose a password", "Choisissez un mot de passe")                                            \
	X(PASSWORD_HINT, "12 characters or more; not your name or mail address.",                                        \
	  "12 caractères ou plus ; ni votre nom ni votre adresse.")                                                      \
	X(SAVE_PASSWORD, "Save and sign in", "Enregistrer et se connecter")                                              \
	X(ACCEPT, "Accept the invitation", "Accepter l’invitation")                                                      \
	X(ACCEPTED, "Invitation accepted", "Invitation acceptée")                                                        \
	X(ACCEPTED_NEXT, "One step is left: sign in through your organisation, in this browser, within 30 minutes.",     \
	  "Il reste une étape : connectez-vous par votre organisation, dans ce navigateur, dans les 30 minutes.")        \
	X(TOO_SHORT, "This password is too short: 12 characters or more.",                                               \
	  "Ce mot de passe est trop court : 12 caractères ou plus.")                                                     \
	X(TOO_LONG, "This password is too long: at most 256 bytes.",                                                     \
	  "Ce mot de passe est trop long : 256 octets au plus.")                                                         \
	X(GUESSED, "This password is easily guessed. Choose another one.",                                               \
	  "Ce mot de passe se devine. Choisissez-en un autre.")                                                          \
	X(LINK_OVER, "This link does not work (any more)", "Ce lien ne fonctionne pas ou plus")                          \
	X(LINK_OVER_NEXT,                                                                                                \
	  "It was used, has expired, or was replaced by a newer one. Ask whoever invited you for a new one.",            \
	  "Il a servi, a expiré ou a été remplacé. Demandez un nouveau lien à la personne qui vous l’a envoyé.")         \
	X(NOT_SIGNED_IN, "You are not signed in", "La connexion n’a pas abouti")                                         \
	X(OTHER_BROWSER,                                                                                                 \
	  "This answer does not belong to a sign-in that was begun in this browser a moment ago. Begin again.",          \
	  "Cette réponse ne correspond à aucune connexion commencée dans ce navigateur à l’instant. Recommencez.")       \
	X(NO_PROOF, "The provider's answer could not be accepted. Try again; if it stays, tell your administrator.",     \
	  "La réponse du fournisseur n’a pas pu être acceptée. Réessayez, puis prévenez votre administrateur.")          \
	X(PROVIDER_AWAY, "Your organisation's provider cannot be reached now. Try again in a moment.",                   \
	  "Le fournisseur de votre organisation est injoignable. Réessayez dans un instant.")                            \
	X(NO_ACCOUNT, "Your organisation knows you, but nobody has invited you here. Ask for an invitation.",            \
	  "Votre organisation vous connaît, mais vous n’avez pas encore d’invitation ici. Demandez-en une.")             \
	X(TAKEN, "This person of your organisation already has another account here.",                                   \
	  "Cette personne de votre organisation a déjà un autre compte ici.")                                            \
	X(BUSY, "Too much is asked at once. Try again in a moment.",                                                     \
	  "Trop de demandes à la fois. Réessayez dans un instant.")                                                      \
	X(FOREIGN, "This did not come from one of our own pages", "Ceci ne vient pas de l’une de nos pages")             \
	X(FOREIGN_NEXT, "Open the page here and send it again.", "Ouvrez la page ici et envoyez-la de nouveau.")         \
	X(CLOSED, "Nobody can sign in here", "Personne ne peut se connecter ici")                                        \
	X(CLOSED_NEXT, "The administrator of this broker has not set its public address (public_url).",                  \
	  "L’administrateur n’a pas réglé l’adresse publique (public_url).")

#define X(id, en, fr) WORDS_##id,
enum page_words { PAGE_WORDS(X) WORDS_N };
#undef X

const char *page_words(enum page_words words, enum ent_language language);
/* French where the header prefers it, else English. */
enum ent_language page_words_language(struct ent_str accept_language);

#endif
