-- The store, version 1. SQL that SQLite and PostgreSQL both speak. Times are milliseconds since the Unix
-- epoch, UTC. A supplier is its name in the configuration. Text columns that may lack a value hold ''.

CREATE TABLE meta (
	name  TEXT PRIMARY KEY,
	value TEXT NOT NULL
);

-- Each delivery once: (supplier, delivery_id) is what makes a repeat a repeat. Kept for store.raw, like the body.
CREATE TABLE inbox (
	id          INTEGER PRIMARY KEY,
	supplier    TEXT NOT NULL,
	delivery_id TEXT NOT NULL,
	received_ms BIGINT NOT NULL,
	body_hash   BLOB NOT NULL, -- SHA-256; empty after a rebuild: the body is not known any more
	UNIQUE (supplier, delivery_id)
);

-- What came, as it came; kept for store.raw_days.
CREATE TABLE raw (
	inbox       INTEGER PRIMARY KEY,
	received_ms BIGINT NOT NULL,
	header      TEXT NOT NULL, -- JSON object, secrets removed
	body        BLOB NOT NULL  -- zstd
);

CREATE TABLE dead_letter (
	id          INTEGER PRIMARY KEY,
	supplier    TEXT NOT NULL,
	delivery_id TEXT NOT NULL,
	received_ms BIGINT NOT NULL,
	body_hash   BLOB NOT NULL,
	reason      TEXT NOT NULL, -- a sentence: JSON {"code", "params", "text"}
	conflict    SMALLINT NOT NULL, -- its id came before with another body: replayed by id only
	state       TEXT NOT NULL, -- waiting, replayed, ignored
	state_ms    BIGINT NOT NULL,
	header      TEXT NOT NULL,
	body        BLOB NOT NULL, -- zstd
	exchange    TEXT NOT NULL, -- JSON: of a page, what was asked and answered, without secrets; '' of a webhook
	UNIQUE (supplier, delivery_id, body_hash)
);
CREATE INDEX dead_letter_state ON dead_letter (state, id);
CREATE INDEX dead_letter_reason ON dead_letter (supplier, reason);

CREATE TABLE incident (
	number          INTEGER PRIMARY KEY,
	uuid            TEXT NOT NULL UNIQUE,
	title           TEXT NOT NULL,
	status          TEXT NOT NULL,
	attributes      TEXT NOT NULL, -- the carried ones that are known: 'status=new priority=2'
	holder          TEXT NOT NULL, -- an organisation; 'word:' and a name that a tool handed over to and nobody has
	holder_since_ms BIGINT NOT NULL,
	accepted        SMALLINT NOT NULL, -- 1: the holder took the ball itself, or acted since it was handed to it
	handed_by       TEXT NOT NULL, -- not accepted: who had it before, as holder; ''
	declined_by     TEXT NOT NULL, -- who gave it back last; ''
	service         TEXT NOT NULL, -- as a person with us described it, as site, requester, needed before; ''
	site            TEXT NOT NULL,
	requester       TEXT NOT NULL, -- ref of a person
	requester_of    TEXT NOT NULL, -- 'organisation kind'
	needed_before_ms BIGINT NOT NULL, -- 0 not said
	opened_ms       BIGINT NOT NULL,
	said_ms         BIGINT NOT NULL, -- the latest word of its tickets
	changed_ms      BIGINT NOT NULL,
	sequence        BIGINT NOT NULL, -- of its last event
	merged_into     BIGINT NOT NULL, -- number, 0 lives
	n_ticket        BIGINT NOT NULL,
	n_comment       BIGINT NOT NULL,
	finished        SMALLINT NOT NULL, -- 1: table finished lists it
	worded          SMALLINT NOT NULL DEFAULT 0 -- 1: what is said next may change its rows of table work
);
CREATE INDEX incident_changed ON incident (changed_ms, number);
-- Lists by status and holder: the incidents in work are few, and their time of change, which every webhook moves, stays
-- out of this index. Those that are finished are many: they stand in table finished.
CREATE INDEX incident_open ON incident (status, holder, number) WHERE merged_into = 0 AND finished = 0;
CREATE INDEX incident_merged ON incident (merged_into) WHERE merged_into <> 0;

-- The way of the ball.
CREATE TABLE hand_over (
	id       INTEGER PRIMARY KEY,
	incident BIGINT NOT NULL,
	at_ms    BIGINT NOT NULL, -- when it was said
	from_holder TEXT NOT NULL, -- as incident.holder
	to_holder   TEXT NOT NULL,
	origin   BIGINT NOT NULL DEFAULT 0, -- number of the incident that it was in before a merge; 0: this one
	seen_by     TEXT NOT NULL DEFAULT '' -- '': whoever sees the incident since then; by a merge: these organisations alone, ",orion,"
);
CREATE INDEX hand_over_incident ON hand_over (incident, at_ms, id);

CREATE TABLE ticket (
	id          INTEGER PRIMARY KEY,
	supplier    TEXT NOT NULL,
	external_id TEXT NOT NULL,
	key         TEXT NOT NULL, -- what people call it there; '' as external_id
	incident    BIGINT NOT NULL,
	status      TEXT NOT NULL, -- canonical, 'unknown' when no map knows the native one
	removed     SMALLINT NOT NULL,
	removed_version BIGINT NOT NULL, -- stamp of the removal
	removed_ms  BIGINT NOT NULL,
	changed_ms  BIGINT NOT NULL,
	attributes  TEXT NOT NULL, -- JSON: name -> [text, native, version, time_ms]; of a person: [ref, 'organisation kind', ...]
	continues_as TEXT NOT NULL, -- external_id of the ticket that it goes on as; '' it is itself
	origin       BIGINT NOT NULL, -- number of the incident that it was in first: a merge does not change it
	UNIQUE (supplier, external_id)
);
CREATE INDEX ticket_continues ON ticket (supplier, continues_as) WHERE continues_as <> '';
CREATE INDEX ticket_incident ON ticket (incident, supplier);
CREATE INDEX ticket_key ON ticket (key, supplier);
CREATE INDEX ticket_external ON ticket (external_id);

CREATE TABLE comment (
	id            INTEGER PRIMARY KEY,
	uuid          TEXT NOT NULL,
	incident      BIGINT NOT NULL,
	supplier      TEXT NOT NULL,
	ticket        TEXT NOT NULL, -- external_id
	external_id   TEXT NOT NULL,
	author        TEXT NOT NULL, -- ref of a person; '' nobody is named
	body          TEXT NOT NULL,
	format        TEXT NOT NULL DEFAULT 'text', -- text, markdown
	reply_to      TEXT NOT NULL DEFAULT '', -- uuid of the comment that it answers; '' none is told
	entry         TEXT NOT NULL DEFAULT '', -- the act that it carries: JSON {"kind", "to", "due", "was"}; '' words alone
	visibility    TEXT NOT NULL, -- in its own tool: internal, public
	organisations TEXT NOT NULL, -- who may read it: names, comma separated, sorted; ours and the author's among them
	everyone      SMALLINT NOT NULL, -- 1: each organisation with a standing share, too
	requester     SMALLINT NOT NULL, -- 1: the requester, too
	created_ms    BIGINT NOT NULL,
	edited_ms     BIGINT NOT NULL,
	removed       SMALLINT NOT NULL,
	stamp_version BIGINT NOT NULL,
	stamp_ms      BIGINT NOT NULL,
	recorded_ms   BIGINT NOT NULL, -- when it was heard of first, or published: it was said by then, whatever its tool's clock says
	origin        BIGINT NOT NULL, -- number of the incident that it was in first: a merge does not change it
	held_by       TEXT NOT NULL DEFAULT '', -- organisation that alone reads it until it is published, also when it was undone; '' published
	meant_organisations TEXT NOT NULL DEFAULT '', -- whom it is for when it is published, as organisations, everyone, requester
	meant_everyone SMALLINT NOT NULL DEFAULT 0,
	meant_requester SMALLINT NOT NULL DEFAULT 0,
	pinned_ms     BIGINT NOT NULL DEFAULT 0, -- 0: it is not pinned
	version       BIGINT NOT NULL DEFAULT 1, -- how often it was changed, and 1
	UNIQUE (supplier, ticket, external_id)
);
CREATE INDEX comment_incident ON comment (incident, created_ms, id);
-- In the order in which they came, and where they were first: how far somebody has read asks for the newest alone.
CREATE INDEX comment_came ON comment (incident, recorded_ms);
CREATE INDEX comment_order ON comment (incident, id);
CREATE INDEX comment_origin ON comment (incident, origin);

-- Who stands behind each ref that comments, tickets and events hold. An account itself is nowhere.
CREATE TABLE person (
	ref          TEXT PRIMARY KEY, -- UUID, made at first sight
	organisation TEXT NOT NULL,
	account_hash BLOB NOT NULL UNIQUE, -- HMAC-SHA256 of organisation, supplier and account; its key is people_key in meta
	kind         TEXT NOT NULL, -- person, machine
	name         TEXT NOT NULL, -- as it is now; '' never told, or forgotten
	erased       SMALLINT NOT NULL DEFAULT 0, -- 1: its name was forgotten and is never learnt again
	first_seq    BIGINT NOT NULL, -- of the first event that names it: published no later than that. 0: published
	seq          BIGINT NOT NULL -- of the event with which it changed last
);
CREATE INDEX person_first_seq ON person (first_seq);
CREATE INDEX person_seq ON person (seq);

CREATE TABLE attachment (
	id          INTEGER PRIMARY KEY,
	incident    BIGINT NOT NULL,
	supplier    TEXT NOT NULL,
	ticket      TEXT NOT NULL,
	external_id TEXT NOT NULL,
	name        TEXT NOT NULL,
	media_type  TEXT NOT NULL,
	url         TEXT NOT NULL,
	size        BIGINT NOT NULL, -- bytes, -1 unknown
	created_ms  BIGINT NOT NULL,
	comment     TEXT NOT NULL, -- uuid of the comment that it stands at; '' none. Who may not read that one does not read it
	organisations TEXT NOT NULL, -- its audience, as in comment; '' ours alone
	everyone    SMALLINT NOT NULL,
	requester   SMALLINT NOT NULL,
	sha256      TEXT NOT NULL, -- of a file that was uploaded here: its bytes are beside the store. '' of a tool's
	missing     SMALLINT NOT NULL DEFAULT 0, -- 1: its bytes are not there; they cannot come from Kafka
	UNIQUE (supplier, ticket, external_id)
);
CREATE INDEX attachment_incident ON attachment (incident, id);
CREATE INDEX attachment_comment ON attachment (comment) WHERE sha256 <> '';
CREATE INDEX attachment_sha256 ON attachment (sha256) WHERE sha256 <> '';

-- A key that several suppliers share, and the incident it stands for.
CREATE TABLE correlation (
	key      TEXT NOT NULL,
	incident BIGINT NOT NULL, -- several, while a ticket that named the key waits for us to let it in; and each that went into another
	origin   BIGINT NOT NULL DEFAULT 0, -- number of the incident that a merge brought it from; 0: this one
	PRIMARY KEY (key, incident)
);

-- An incident's ticket names another supplier's ticket, known here or not yet.
CREATE TABLE reference (
	supplier    TEXT NOT NULL,
	external_id TEXT NOT NULL, -- or key
	incident    BIGINT NOT NULL,
	by_supplier TEXT NOT NULL, -- whose ticket names it
	by_ticket   TEXT NOT NULL, -- external_id
	origin      BIGINT NOT NULL DEFAULT 0, -- as in correlation
	PRIMARY KEY (supplier, external_id, incident, by_supplier)
);

-- The outbox: every event and dead letter in one order. (incident, sequence) has no gap.
CREATE TABLE event (
	seq         INTEGER PRIMARY KEY,
	kind        TEXT NOT NULL, -- without prefix and version; 'deadletter' goes to the dead letter topic; 'person': only that a row of person changed
	incident    BIGINT NOT NULL, -- number; 0 of a dead letter
	sequence    BIGINT NOT NULL, -- in the incident; a dead letter's id; of 'person' minus its seq
	partition_no INTEGER NOT NULL, -- -1 of a dead letter: Kafka chooses by the supplier's name
	time_ms     BIGINT NOT NULL,
	recorded_ms BIGINT NOT NULL,
	supplier    TEXT NOT NULL,
	delivery_id TEXT NOT NULL,
	traceparent TEXT NOT NULL,
	json        TEXT NOT NULL,
	UNIQUE (incident, sequence)
);
CREATE INDEX event_moved ON event (incident, sequence) WHERE kind IN ('incident.status_changed', 'incident.holder_accepted');

CREATE TABLE supplier (
	name     TEXT PRIMARY KEY,
	heard_ms BIGINT NOT NULL, -- last delivery of any kind
	on_time_ms BIGINT NOT NULL, -- last webhook whose newest time was that of its arrival; 0: none
	accepted BIGINT NOT NULL,
	repeated BIGINT NOT NULL,
	dead     BIGINT NOT NULL,
	late     BIGINT NOT NULL,
	unmapped BIGINT NOT NULL,
	dropped  BIGINT NOT NULL -- private comments whose text was not kept
);

CREATE TABLE token (
	name       TEXT PRIMARY KEY,
	hash       BLOB NOT NULL UNIQUE, -- SHA-256 of the token
	created_ms BIGINT NOT NULL,
	expires_ms BIGINT NOT NULL -- 0 never
);
