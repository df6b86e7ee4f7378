/* SPDX-License-Identifier: Apache-2.0 */
#include "face/route.h"

#include <string.h>
#include "face/acts.h"
#include "face/answer.h"
#include "face/audits.h"
#include "face/attachments.h"
#include "face/auth.h"
#include "face/comments.h"
#include "face/deadletters.h"
#include "face/deliveries.h"
#include "face/drafts.h"
#include "face/health.h"
#include "face/hooks.h"
#include "face/import.h"
#include "face/incidents.h"
#include "face/invitation.h"
#include "face/joins.h"
#include "face/live.h"
#include "face/live_people.h"
#include "face/mapping.h"
#include "face/mapping_try.h"
#include "face/notified.h"
#include "face/merges.h"
#include "face/private.h"
#include "face/quota.h"
#include "face/reading.h"
#include "face/seek.h"
#include "face/sessions.h"
#include "face/shares.h"
#include "face/sign_in.h"
#include "face/sign_over.h"
#include "face/suppliers.h"
#include "face/thread.h"
#include "face/tokens.h"
#include "face/upload.h"
#include "face/uri.h"
#include "face/users.h"
#include "face/works.h"

static const char *const incident_arguments[] = {"status", "holder", "supplier", "since", "q", "limit", "cursor", NULL};
static const char *const history_arguments[] = {"after", "limit", NULL};
static const char *const thread_arguments[] = {"before", "after", "around", "limit", NULL};
static const char *const delivery_arguments[] = {"supplier", "state", "cause", "incident", "limit", "cursor", NULL};
static const char *const drift_arguments[] = {"supplier", "limit", "cursor", NULL};
static const char *const join_arguments[] = {"supplier", "state", "limit", "cursor", NULL};
static const char *const deadletter_arguments[] = {"supplier", "state", "limit", "cursor", NULL};
static const char *const work_arguments[] = {"reason", "mine", "snoozed", "limit", "cursor", NULL};
static const char *const take_arguments[] = {"ask", NULL};
static const char *const draft_arguments[] = {"incident", "limit", "cursor", NULL};
static const char *const dry_arguments[] = {"dry_run", NULL};
static const char *const user_arguments[] = {"organisation", "state", "limit", "cursor", NULL};
static const char *const audit_arguments[] = {"act", "limit", "cursor", NULL};
static const char *const verify_arguments[] = {"head", "after", NULL};
static const char *const told_arguments[] = {"dry_run", NULL};
static const char *const search_arguments[] = {"q", "kind", "limit", "cursor", NULL};
static const char *const similar_arguments[] = {"title", "limit", NULL};
static const char *const similar_to_arguments[] = {"limit", NULL};
static const char *const session_arguments[] = {"user", NULL};
static const char *const sign_in_arguments[] = {"by", NULL};
static const char *const inbox_arguments[] = {"unread", "limit", "cursor", NULL};
static const char *const upload_arguments[] = {"name", "id", NULL};
static const char *const any_arguments[] = {"*", NULL}; /* somebody else writes them: a provider */
static const char *const live_arguments[] = {"after", "supplier", "incidents", "catch_up", NULL};

/* The busiest first; a fixed segment before the "{}" that would take it too. schemas/openapi.yaml tells the same,
 * and a test compares. */
static const struct route routes[] = {
    {"POST", "/hooks/{}", VERB_ANYBODY, false, NULL, hooks_post},
    {"POST", "/hooks/{}/{}", VERB_ANYBODY, false, NULL, hooks_post},
    {"POST", "/v1/arrivals", VERB_ARRIVE, true, NULL, import_post},
    {"GET", "/v1/incidents", VERB_READ, false, incident_arguments, incidents_list},
    {"POST", "/v1/incidents", VERB_OPEN, true, NULL, incidents_post},
    {"GET", "/v1/incidents/{}", VERB_READ, false, NULL, incidents_get},
    {"GET", "/v1/incidents/{}/history", VERB_READ, false, history_arguments, incidents_history},
    {"GET", "/v1/incidents/{}/comments", VERB_READ, false, thread_arguments, incidents_comments},
    {"GET", "/v1/incidents/{}/similar", VERB_READ, false, similar_to_arguments, seek_similar_incident},
    {"PATCH", "/v1/incidents/{}", VERB_DESCRIBE, true, NULL, incidents_patch},
    {"POST", "/v1/incidents/{}/shares", VERB_SHARE, true, NULL, shares_post},
    {"DELETE", "/v1/incidents/{}/shares/{}", VERB_SHARE, true, NULL, shares_delete},
    {"POST", "/v1/incidents/{}/merge", VERB_MERGE, true, dry_arguments, merges_merge},
    {"POST", "/v1/incidents/{}/split", VERB_MERGE, true, dry_arguments, merges_split},
    {"GET", "/v1/incidents/{}/links", VERB_READ, false, NULL, merges_links},
    {"POST", "/v1/incidents/{}/links", VERB_MERGE, true, NULL, merges_link},
    {"DELETE", "/v1/incidents/{}/links/{}", VERB_MERGE, false, NULL, merges_unlink},
    {"POST", "/v1/incidents/{}/comments", VERB_WRITE, true, dry_arguments, comments_post},
    {"POST", "/v1/incidents/{}/comments/{}/widen", VERB_WRITE, true, dry_arguments, comments_widen},
    {"PATCH", "/v1/incidents/{}/comments/{}", VERB_WRITE, true, NULL, comments_patch},
    {"DELETE", "/v1/incidents/{}/comments/{}", VERB_WRITE, false, NULL, comments_delete},
    {"GET", "/v1/incidents/{}/acts", VERB_READ, false, NULL, acts_list},
    {"POST", "/v1/incidents/{}/asks", VERB_WRITE, true, NULL, acts_ask},
    {"POST", "/v1/incidents/{}/asks/{}/answer", VERB_WRITE, true, NULL, acts_answer},
    {"DELETE", "/v1/incidents/{}/asks/{}", VERB_WRITE, false, NULL, acts_withdraw},
    {"POST", "/v1/incidents/{}/handovers", VERB_HAND_OVER, true, NULL, acts_propose},
    {"POST", "/v1/incidents/{}/handovers/{}/accept", VERB_WRITE, true, NULL, acts_accept},
    {"POST", "/v1/incidents/{}/handovers/{}/decline", VERB_WRITE, true, NULL, acts_decline},
    {"DELETE", "/v1/incidents/{}/handovers/{}", VERB_HAND_OVER, false, NULL, acts_handover_withdraw},
    {"POST", "/v1/incidents/{}/promises", VERB_WRITE, true, NULL, acts_promise},
    {"POST", "/v1/incidents/{}/help", VERB_WRITE, true, NULL, acts_help},
    {"POST", "/v1/incidents/{}/help/{}/offer", VERB_WRITE, true, NULL, acts_offer},
    {"DELETE", "/v1/incidents/{}/help/{}", VERB_WRITE, false, NULL, acts_help_end},
    {"POST", "/v1/incidents/{}/take", VERB_WRITE, false, take_arguments, works_take},
    {"DELETE", "/v1/incidents/{}/take", VERB_WRITE, false, take_arguments, works_give_back},
    {"POST", "/v1/incidents/{}/snooze", VERB_WRITE, true, NULL, works_snooze},
    {"DELETE", "/v1/incidents/{}/snooze", VERB_WRITE, false, NULL, works_wake},
    {"POST", "/v1/incidents/{}/told", VERB_WRITE, true, told_arguments, acts_tell},
    {"POST", "/v1/incidents/{}/comments/{}/undo", VERB_WRITE, false, NULL, thread_undo},
    {"POST", "/v1/incidents/{}/comments/{}/publish", VERB_WRITE, false, NULL, thread_publish},
    {"POST", "/v1/incidents/{}/comments/{}/pin", VERB_WRITE, false, NULL, thread_pin},
    {"DELETE", "/v1/incidents/{}/comments/{}/pin", VERB_WRITE, false, NULL, thread_unpin},
    {"GET", "/v1/incidents/{}/comments/{}/history", VERB_READ, false, NULL, thread_revisions},
    {"POST", "/v1/incidents/{}/presence", VERB_READ, true, NULL, live_people_post},
    {"GET", "/v1/incidents/{}/comments/{}/receipts", VERB_READ, false, NULL, thread_receipts},
    {"POST", "/v1/incidents/{}/read", VERB_READ, true, NULL, thread_read},
    {"POST", "/v1/incidents/{}/follow", VERB_READ, false, NULL, notified_follow},
    {"DELETE", "/v1/incidents/{}/follow", VERB_READ, false, NULL, notified_unfollow},
    {"POST", "/v1/incidents/{}/mute", VERB_READ, false, NULL, notified_mute},
    {"GET", "/v1/inbox", VERB_READ, false, inbox_arguments, notified_list},
    {"POST", "/v1/inbox/read", VERB_READ, false, NULL, notified_read},
    {"GET", "/v1/drafts", VERB_READ, false, draft_arguments, drafts_list},
    {"GET", "/v1/incidents/{}/drafts/{}", VERB_READ, false, NULL, drafts_get},
    {"PUT", "/v1/incidents/{}/drafts/{}", VERB_WRITE, true, NULL, drafts_put},
    {"DELETE", "/v1/incidents/{}/drafts/{}", VERB_WRITE, false, NULL, drafts_delete},
    {"POST", "/v1/incidents/{}/drafts/{}/move", VERB_WRITE, true, NULL, drafts_move},
    {"GET", "/v1/incidents/{}/attachments", VERB_READ, false, NULL, attachments_list},
    {"POST", "/v1/incidents/{}/attachments", VERB_WRITE, false, upload_arguments, upload_serve},
    {"GET", "/v1/incidents/{}/attachments/{}", VERB_READ, false, NULL, attachments_get},
    {"DELETE", "/v1/incidents/{}/attachments/{}", VERB_WRITE, false, NULL, attachments_delete},
    {"GET", "/v1/deliveries", VERB_READ, false, delivery_arguments, deliveries_list},
    {"POST", "/v1/deliveries/repair", VERB_SETTLE, true, NULL, deliveries_repair},
    {"GET", "/v1/deliveries/{}", VERB_READ, false, NULL, deliveries_get},
    {"POST", "/v1/deliveries/{}/retry", VERB_SETTLE, false, NULL, deliveries_retry},
    {"POST", "/v1/deliveries/{}/edit", VERB_SETTLE, true, NULL, deliveries_edit},
    {"POST", "/v1/deliveries/{}/ignore", VERB_SETTLE, false, NULL, deliveries_ignore},
    {"GET", "/v1/joins", VERB_READ, false, join_arguments, joins_list},
    {"GET", "/v1/joins/{}", VERB_READ, false, NULL, joins_get},
    {"POST", "/v1/joins/{}/accept", VERB_JOINS, false, NULL, joins_accept},
    {"POST", "/v1/joins/{}/refuse", VERB_JOINS, true, NULL, joins_refuse},
    {"GET", "/v1/work", VERB_READ, false, work_arguments, works_list},
    {"GET", "/v1/search", VERB_READ, false, search_arguments, seek_get},
    {"GET", "/v1/search/similar", VERB_READ, false, similar_arguments, seek_similar},
    {"POST", "/v1/search/rebuild", VERB_ADMINISTER, false, NULL, seek_rebuild},
    {"GET", "/v1/live", VERB_READ, false, live_arguments, live_get},
    {"GET", "/v1/suppliers", VERB_READ, false, NULL, suppliers_list},
    {"GET", "/v1/suppliers/{}", VERB_READ, false, NULL, suppliers_get},
    {"POST", "/v1/suppliers/{}/backfill", VERB_SETTLE, true, NULL, suppliers_backfill},
    {"DELETE", "/v1/suppliers/{}/backfill", VERB_SETTLE, false, NULL, suppliers_backfill_stop},
    {"POST", "/v1/suppliers/{}/poll", VERB_SETTLE, true, NULL, suppliers_poll},
    {"GET", "/v1/suppliers/{}/maps", VERB_READ, false, NULL, mapping_list},
    {"POST", "/v1/suppliers/{}/maps", VERB_SETTLE, true, NULL, mapping_post},
    {"POST", "/v1/suppliers/{}/maps/try", VERB_SETTLE, true, NULL, mapping_try},
    {"POST", "/v1/suppliers/{}/maps/{}/activate", VERB_SETTLE, false, NULL, mapping_activate},
    {"GET", "/v1/drift", VERB_READ, false, drift_arguments, suppliers_drift},
    {"GET", "/v1/deadletters", VERB_READ, false, deadletter_arguments, deadletters_list},
    {"POST", "/v1/deadletters/replay", VERB_SETTLE, true, NULL, deadletters_replay_many},
    {"GET", "/v1/deadletters/{}", VERB_READ, false, NULL, deadletters_get},
    {"GET", "/v1/deadletters/{}/raw", VERB_READ, false, NULL, deadletters_raw},
    {"POST", "/v1/deadletters/{}/replay", VERB_SETTLE, false, NULL, deadletters_replay},
    {"POST", "/v1/deadletters/{}/ignore", VERB_SETTLE, false, NULL, deadletters_ignore},
    {"GET", "/v1/session", VERB_READ, false, NULL, sessions_me},
    {"PATCH", "/v1/session", VERB_READ, true, NULL, users_patch_self},
    {"POST", "/v1/session/password", VERB_READ, true, NULL, sessions_password},
    {"GET", "/v1/sessions", VERB_READ, false, session_arguments, sessions_get},
    {"DELETE", "/v1/sessions", VERB_READ, false, session_arguments, sessions_end_all},
    {"DELETE", "/v1/sessions/{}", VERB_READ, false, NULL, sessions_end_one},
    {"POST", "/v1/invitations", VERB_INVITE, true, NULL, invitations_post},
    {"GET", "/v1/tokens", VERB_ADMINISTER, false, NULL, tokens_list},
    {"POST", "/v1/tokens", VERB_ADMINISTER, true, NULL, tokens_post},
    {"DELETE", "/v1/tokens/{}", VERB_ADMINISTER, false, NULL, tokens_delete},
    {"GET", "/v1/users", VERB_READ, false, user_arguments, users_list},
    {"POST", "/v1/users", VERB_INVITE, true, NULL, users_post},
    {"GET", "/v1/users/{}", VERB_READ, false, NULL, users_get},
    {"PATCH", "/v1/users/{}", VERB_READ, true, NULL, users_patch},
    {"POST", "/v1/users/{}/export", VERB_READ, true, NULL, private_export},
    {"POST", "/v1/users/{}/erase", VERB_ADMINISTER, true, NULL, private_erase},
    {"GET", "/v1/organisations", VERB_READ, false, NULL, users_organisations},
    {"GET", "/v1/organisations/{}", VERB_READ, false, NULL, users_organisation},
    {"GET", "/v1/audit", VERB_AUDIT, false, audit_arguments, audits_list},
    {"GET", "/v1/audit/verify", VERB_AUDIT, false, verify_arguments, audits_verify},
    {"GET", "/", VERB_ANYBODY, false, NULL, sign_in_front},
    {"GET", "/sign-in", VERB_ANYBODY, false, sign_in_arguments, sign_in_get},
    {"POST", "/sign-in", VERB_ANYBODY, false, NULL, sign_in_post},
    {"GET", "/sign-in/{}", VERB_ANYBODY, false, NULL, sign_in_get},
    {"POST", "/sign-in/{}", VERB_ANYBODY, false, NULL, sign_in_post},
    {"GET", "/sign-in/{}/provider", VERB_ANYBODY, false, NULL, sign_over_start},
    {"GET", "/sign-in/{}/answer", VERB_ANYBODY, false, any_arguments, sign_over_answer},
    {"GET", "/sign-out", VERB_ANYBODY, false, NULL, sign_in_front},
    {"POST", "/sign-out", VERB_ANYBODY, false, NULL, sessions_sign_out},
    {"GET", "/invitation/{}", VERB_ANYBODY, false, NULL, invitation_get},
    {"POST", "/invitation/{}", VERB_ANYBODY, false, NULL, invitation_post},
    {"GET", "/metrics", VERB_MEASURE, false, NULL, health_metrics},
    {"GET", "/healthz", VERB_ANYBODY, false, NULL, health_get},
    {"GET", "/readyz", VERB_ANYBODY, false, NULL, health_ready},
};
#define N_ROUTES (sizeof routes / sizeof *routes)

static bool is_method(struct ent_str method, const struct route *route)
{
	return sdk_eqz(method, route->method) || (sdk_eqz(method, "HEAD") && strcmp(route->method, "GET") == 0);
}

static bool is_fixed(const struct route *route)
{
	return strchr(route->pattern, '{') == NULL;
}

/* "/v1/deliveries/repair" is a route of its own, for each method: "repair" is no delivery's id. */
static bool is_fixed_path(struct ent_str path)
{
	for (size_t i = 0; i < N_ROUTES; i++)
		if (is_fixed(&routes[i]) && sdk_eqz(path, routes[i].pattern))
			return true;
	return false;
}

/* 404, or 405 with what the path does take. */
static bool refuse_unknown(struct exchange *x, bool fixed)
{
	struct ent_str param[EXCHANGE_PARAMS_MAX], allow = ENT_STR("");

	for (size_t i = 0; i < N_ROUTES; i++)
		if ((!fixed || is_fixed(&routes[i])) &&
		    uri_match(x->path, routes[i].pattern, param, EXCHANGE_PARAMS_MAX))
			allow = sdk_format(&x->arena.abi, "%.*s%s%s%s", (int)allow.n, allow.p, allow.n > 0 ? ", " : "",
					   routes[i].method, strcmp(routes[i].method, "GET") == 0 ? ", HEAD" : "");
	if (allow.n == 0) {
		answer_problem(x, PROBLEM_NOT_FOUND, "ask.no_route",
			       "No route has this path. schemas/openapi.yaml lists all of them.");
		return false;
	}
	answer_problem(x, PROBLEM_METHOD, "ask.methods", "This path takes: {allow=%.*s}.", (int)allow.n, allow.p);
	x->answer.fields = sdk_format(&x->arena.abi, "Allow: %.*s\r\n", (int)allow.n, allow.p);
	return false;
}

static bool route_find(struct exchange *x)
{
	struct ent_str raw[EXCHANGE_PARAMS_MAX];
	bool fixed = is_fixed_path(x->path);

	for (size_t i = 0; i < N_ROUTES && x->route == NULL; i++) {
		memset(raw, 0, sizeof raw);
		if (is_method(x->request.method, &routes[i]) && (!fixed || is_fixed(&routes[i])) &&
		    uri_match(x->path, routes[i].pattern, raw, EXCHANGE_PARAMS_MAX))
			x->route = &routes[i];
	}
	if (x->route == NULL)
		return refuse_unknown(x, fixed);
	for (size_t i = 0; i < EXCHANGE_PARAMS_MAX && raw[i].p != NULL; i++) {
		if (!uri_decode(&x->arena.abi, raw[i], false, &x->param[i])) {
			answer_problem(x, PROBLEM_REQUEST, "ask.path_coding",
				       "The path does not decode: %%XX escapes of UTF-8 without controls.");
			return false;
		}
	}
	return true;
}

static bool is_known(const struct route *route, struct ent_str name)
{
	for (const char *const *known = route->argument; known != NULL && *known != NULL; known++)
		if (sdk_eqz(name, *known) || known == any_arguments)
			return true;
	return false;
}

bool route_takes_file(const struct request *request)
{
	struct ent_str param[EXCHANGE_PARAMS_MAX], query, path = sdk_cut(request->target, '?', &query);

	for (size_t i = 0; i < N_ROUTES; i++)
		if (routes[i].serve == upload_serve && sdk_eqz(request->method, routes[i].method) &&
		    uri_match(path, routes[i].pattern, param, EXCHANGE_PARAMS_MAX))
			return true;
	return false;
}

bool route_begin(struct exchange *x)
{
	return x->route->serve != upload_serve || upload_begin(x);
}

static bool read_arguments(struct exchange *x, struct ent_str query)
{
	if (!uri_query(&x->arena.abi, query, x->argument, EXCHANGE_ARGUMENTS_MAX, &x->n_argument)) {
		answer_problem(x, PROBLEM_REQUEST, "ask.query_coding",
			       "The query does not decode, or has more than {most=%d} parameters.",
			       EXCHANGE_ARGUMENTS_MAX);
		return false;
	}
	for (size_t i = 0; i < x->n_argument; i++) {
		struct ent_str name = x->argument[i].name;

		if (!is_known(x->route, name)) {
			answer_problem(x, PROBLEM_REQUEST, "ask.parameter_unknown",
				       "The query parameter \"{name=%.*s}\" is not known here.",
				       (int)(name.n < 64 ? name.n : 64), name.p);
			return false;
		}
		for (size_t j = 0; j < i; j++) {
			if (!sdk_eq(name, x->argument[j].name))
				continue;
			answer_problem(x, PROBLEM_REQUEST, "ask.parameter_twice",
				       "The query parameter \"{name=%.*s}\" stands twice.", (int)name.n, name.p);
			return false;
		}
	}
	return true;
}

static bool may_call(struct exchange *x)
{
	if (x->route->verb == VERB_ANYBODY)
		return true;
	return auth_admit(x) && quota_admit(x) && auth_may(x, x->route->verb);
}

bool route_admit(struct exchange *x)
{
	struct ent_str query;

	x->path = sdk_cut(x->request.target, '?', &query);
	return route_find(x) && may_call(x) && read_arguments(x, query);
}

/* "application/json", with or without parameters. */
static bool is_json(struct ent_str type)
{
	struct ent_str parameters;

	return sdk_ieqz(sdk_trim(sdk_cut(type, ';', &parameters)), "application/json");
}

/* Lists, searches, whole threads, a trial of a map: readers serve them. A stream reads little at a time. */
static bool reads_long(const struct route *route)
{
	return (strcmp(route->method, "GET") == 0 && route->verb != VERB_ANYBODY && route->serve != live_get) ||
	       route->serve == mapping_try;
}

void route_serve(struct exchange *x)
{
	struct ent_str coding = exchange_header(x, "content-encoding");

	if (coding.p != NULL && !sdk_ieqz(coding, "identity")) {
		answer_problem(x, PROBLEM_MEDIA, "ask.content_encoding",
			       "Send the body as it is, without Content-Encoding.");
		x->answer.fields = ENT_STR("Accept-Encoding: identity\r\n");
	} else if (x->route->json && x->body.n > 0 && !is_json(exchange_header(x, "content-type"))) {
		answer_problem(x, PROBLEM_MEDIA, "ask.content_type",
			       "Send the body as Content-Type: application/json.");
		x->answer.fields = ENT_STR("Accept: application/json\r\n");
	} else {
		if (reads_long(x->route))
			reading_ask(x, x->route->serve);
		else
			x->route->serve(x);
	}
}
