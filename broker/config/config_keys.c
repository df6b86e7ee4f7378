/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config_keys.h"

#include <stddef.h>

static const struct config_key auth_keys[] = {
    {.name = "kind",
     .form = "basic, bearer, header or oauth2",
     .help = "basic: user and credential (its password). bearer: credential (a token). header: header and credential, "
	     "and scheme if a word stands before the credential. oauth2: client credentials, with user (the client "
	     "id), credential (its secret), token_url and scope.",
     .required = true},
    {.name = "user", .form = "text", .help = "Name of the account, or the client id."},
    {.name = "credential",
     .form = "reference",
     .help = "Password, token or client secret: env:NAME or file:/path, never the secret itself.",
     .required = true},
    {.name = "header", .form = "name", .help = "Header that carries the credential, e.g. X-Redmine-API-Key."},
    {.name = "scheme", .form = "word", .help = "Word before the credential in the header, e.g. token."},
    {.name = "token_url", .form = "URL", .help = "Address where oauth2 gets its tokens."},
    {.name = "scope", .form = "text", .help = "The scope that oauth2 asks for. Default: none."},
    {0},
};

static const struct config_key policy_keys[] = {
    {.name = "status", .form = "holder, newest, ours or theirs", .help = "For the status."},
    {.name = "priority", .form = "holder, newest, ours or theirs", .help = "For the priority."},
    {.name = "impact", .form = "holder, newest, ours or theirs", .help = "For the impact."},
    {.name = "urgency", .form = "holder, newest, ours or theirs", .help = "For the urgency."},
    {0},
};

#define TIME(name, member, dflt, min, max, words, help, zero)                                                          \
	{                                                                                                              \
		name, CONFIG_TIME, offsetof(struct supplier, link.member), dflt, NULL, "ms", min, max, words, help,    \
		    zero                                                                                               \
	}
#define MINUTE 60000ll
#define DAY    86400000ll

static const struct config_row amount_rows[] = {
    TIME("timeout", timeout_ms, "30s", 100, 10 * MINUTE, NULL,
	 "Longest time for one request: name, connection, request and answer together.", false),
    TIME("connect_timeout", connect_ms, "5s", 50, 5 * MINUTE, NULL,
	 "Longest time for name, connection and TLS; a part of `timeout`.", false),
    {"answer_max", CONFIG_BYTES, offsetof(struct supplier, link.answer_max), "4MiB", NULL, NULL, 1024, 256ll << 20,
     NULL, "Largest answer, unpacked. A larger answer counts as no answer.", false},
    {"rate", CONFIG_INT, offsetof(struct supplier, link.rate_per_min), "600", NULL, NULL, 1, 100000, NULL,
     "Requests a minute to this supplier. Take its tool's own limit, less what your other programs need.", false},
    {"at_once", CONFIG_INT, offsetof(struct supplier, link.at_once), "4", NULL, NULL, 1, 64, NULL,
     "Requests at the same time. For one ticket there is always only one.", false},
    TIME("poll", poll_ms, "60s", 100, DAY, NULL,
	 "How often its tool is asked for changes, if the connector can. 0: never; its webhooks bring them.", true),
    TIME("sweep", sweep_ms, "6h", 1000, 30 * DAY, NULL,
	 "How often each of its open tickets is compared with the incident. 0: never.", true),
    TIME("search_lag", search_lag_ms, "connector", 100, 60 * MINUTE, "connector",
	 "How long after a write its search may not show the new text. After a lost answer we search for this time "
	 "before we write again. connector: as its connector says. 0: its search shows it at once.",
	 true),
    TIME("silence", silence_ms, "0", 1000, 365 * DAY, "never",
	 "An alarm is raised when nothing came from it for this time. 0: the broker learns its usual pauses.", true),
    {"title_max", CONFIG_INT, offsetof(struct supplier, title_max), "0", NULL, NULL, 40, 1000000, NULL,
     "Longest title that its tool takes, in the unit that the connector's page names. 0: as the connector says; a "
     "larger number than the connector's changes nothing.",
     true},
    {"text_max", CONFIG_INT, offsetof(struct supplier, text_max), "0", NULL, NULL, 500, 1000000000, NULL,
     "The same for one text, a description or a comment. What is longer is shortened and says where the whole stands.",
     true},
};
enum {
	ROW_TIMEOUT,
	ROW_CONNECT,
	ROW_ANSWER,
	ROW_RATE,
	ROW_AT_ONCE,
	ROW_POLL,
	ROW_SWEEP,
	ROW_SEARCH_LAG,
	ROW_SILENCE,
	ROW_TITLE,
	ROW_TEXT,
	ROW_N
};
_Static_assert(sizeof amount_rows / sizeof *amount_rows == ROW_N, "a name for each row");

/* In the order of enum key. */
static const struct config_key supplier_keys[] = {
    {.name = "name",
     .form = "text",
     .help = "Short name, a-z 0-9 and -: stands in the URL /hooks/NAME and in events. Do not change it later.",
     .required = true},
    {.name = "title", .form = "text", .help = "The name that people read. Default: `name`."},
    {.name = "organisation",
     .form = "text",
     .help = "The organisation whose tool it is; an organisation may have several. What is meant for an organisation "
	     "goes to each of its tools that has a ticket. Default: `name`. For a tool of our own: our organisation's "
	     "name; then our internal comments go there, too."},
    {.name = "connector",
     .form = "text",
     .help = "Which connector speaks its tool's language; `entente check` lists them.",
     .required = true},
    {.name = "secret",
     .form = "reference(s)",
     .help = "The key that signs its webhooks: env:NAME or file:/path, never the secret itself. A list of two keys "
	     "while one replaces the other. A supplier that is polled needs none; then its webhooks are refused."},
    {.name = "unsigned",
     .form = "true",
     .help =
	 "Instead of `secret`: accept its webhooks from anyone. Use it only where your network decides who can send."},
    {.name = "public_comments",
     .form = "us or everyone",
     .help = "Who may read a comment that its tool calls public. us: only our own people. everyone: every supplier "
	     "that works on the incident.",
     .required = true},
    {.name = "public_is_read_by",
     .form = "unknown, requester or service_desk",
     .help = "Who reads what its tool calls public. requester: the person that the incident is about; a comment goes "
	     "there as public only if it is for the requester. service_desk: our own service desk, because we are the "
	     "requester in its tool; then any comment may stand there as public. unknown (the default): nothing but "
	     "what is for the requester goes there as public, and what is public there is not said to be read by the "
	     "requester; a tool that cannot keep a comment internal gets no other comment."},
    {.name = "private_comments",
     .form = "keep or drop",
     .help = "What becomes of a comment that its tool calls private. keep: its organisation and we may read it (the "
	     "default). drop: its text is not stored, only counted. Then a dead letter whose body "
	     "may hold a private comment is kept without its body, and cannot be replayed."},
    {.name = "joins",
     .form = "ask, shared or anyone",
     .help =
	 "Whether its ticket gets into an incident that is not shared with it by naming it (our number, a shared "
	 "key, another supplier's ticket). ask (the default): the ticket opens an incident of its own, and you decide "
	 "(entente join list); you are also asked when a tool hands over to this supplier. shared: the ticket opens "
	 "its own, and nobody is asked. anyone: it gets in; then a supplier that guesses a number reads what is said "
	 "there."},
    {.name = "url",
     .form = "URL",
     .help = "Address of its tool, https://host/path with nothing behind it. Without it the broker only listens and "
	     "sends nothing."},
    {.name = "auth", .form = "group", .help = "How the broker logs in there.", .member = auth_keys},
    {.name = "credentials",
     .form = "group",
     .help =
	 "Secrets by a name of your own, up to 8, each env:NAME or file:/path: {user: env:DESK_USER, password: "
	 "file:/etc/entente/desk.password}. The connector's requests name them where `auth` is not enough: a login, a "
	 "form, a path. It never sees them."},
    {.name = "account",
     .form = "text",
     .help = "Id or name of our user in its tool. The broker takes what this user writes for its own and brings it to "
	     "nobody. Without it the broker knows its own texts only by their ids and words."},
    {.name = "comments_as",
     .form = "internal or public",
     .help =
	 "How the broker writes comments in its tool that may stand there as public: see public_is_read_by. Default: "
	 "internal."},
    {.name = "language",
     .form = "fr or en",
     .help =
	 "Language of the sentences that the broker adds to a text, for example when it shortens one. Default: en."},
    {.name = "policy",
     .form = "group",
     .help = "Which value counts when its ticket and the incident differ. holder: the value of whoever holds the "
	     "incident (the default). newest: the latest one. ours: the incident's; it is written back. theirs: its "
	     "ticket's; the broker never writes it.",
     .member = policy_keys},
    {.name = "map",
     .form = "group",
     .help = "status: its words and what they mean; priority: its words and 1 to 5; impact, urgency: its words and 1 "
	     "(high) to 3 (low); status_out, priority_out, impact_out, urgency_out: which word is used on the way out, "
	     "where several mean the same. Adds to the connector's own table, row by row. "
	     "category: its words and ours; person: its ids and the names shown."},
    {.name = "settings",
     .form = "group",
     .help = "The connector's own settings; `entente config --help CONNECTOR` lists them."},
    {.name = "ca_file",
     .form = "path",
     .help = "Certificates (PEM) that signed the certificate of its tool, instead of the system's."},
    {.name = "plain_http",
     .form = "true or false",
     .help = "Accept http: in url. Everybody on the way can then read and change everything. Default: false."},
    {.name = "allow",
     .form = "list of ranges",
     .help = "Private and other special addresses that its tool may have, e.g. [10.1.0.0/16]. The broker connects to "
	     "no other special address, whatever its name resolves to."},
    {.name = "timeout", .row = &amount_rows[ROW_TIMEOUT]},
    {.name = "connect_timeout", .row = &amount_rows[ROW_CONNECT]},
    {.name = "answer_max", .row = &amount_rows[ROW_ANSWER]},
    {.name = "rate", .row = &amount_rows[ROW_RATE]},
    {.name = "at_once", .row = &amount_rows[ROW_AT_ONCE]},
    {.name = "poll", .row = &amount_rows[ROW_POLL]},
    {.name = "sweep", .row = &amount_rows[ROW_SWEEP]},
    {.name = "search_lag", .row = &amount_rows[ROW_SEARCH_LAG]},
    {.name = "silence", .row = &amount_rows[ROW_SILENCE]},
    {.name = "title_max", .row = &amount_rows[ROW_TITLE]},
    {.name = "text_max", .row = &amount_rows[ROW_TEXT]},
    {.name = "paused",
     .form = "true or false",
     .help = "Maintenance: the broker sends nothing to its tool and asks nothing. Deliveries wait. Default: false."},
    {0},
};

const struct config_key *config_keys_supplier(void)
{
	return supplier_keys;
}

static const char *next_key(const void *of, size_t i)
{
	return ((const struct config_key *)of)[i].name;
}

void config_keys_sort(struct config_reader *reader, const struct config_node *node, const struct config_key *keys,
		      const char *what, struct config_node *found)
{
	const struct config_member *member = NULL;
	size_t n = config_members(reader, node, &member);

	for (size_t i = 0; i < n; i++) {
		struct ent_str near;
		size_t k = 0;

		while (keys[k].name && !sdk_eqz(member[i].key, keys[k].name))
			k++;
		if (keys[k].name) {
			found[k] = member[i].value;
			continue;
		}
		near = config_nearest(reader, member[i].key, next_key, keys);
		config_problem(reader, member[i].value.line, member[i].value.name,
			       "is no setting of %s%.*s (`entente config --help` lists them)", what, ENT_F(near));
	}
}
