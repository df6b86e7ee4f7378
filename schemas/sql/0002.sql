-- The store, version 2: the way out.

-- Who takes part in an incident. A ticket that joins makes its supplier one.
CREATE TABLE share (
	incident     BIGINT NOT NULL, -- number
	supplier     TEXT NOT NULL,
	since_ms     BIGINT NOT NULL,
	sees_ms      BIGINT NOT NULL, -- the incident's status and holder are for it since then: since_ms, or its merge
	reads_ms     BIGINT NOT NULL, -- what was said since then is for the supplier; 0: the whole thread
	withdrawn_ms BIGINT NOT NULL, -- 0: stands
	anew         SMALLINT NOT NULL, -- 1: shared without a ticket that stands; one that was removed does not count
	parted       SMALLINT NOT NULL DEFAULT 0, -- 1: it ended when a merge was undone; nobody took it back
	PRIMARY KEY (incident, supplier)
);
-- What an organisation may read, newest share first.
CREATE INDEX share_reader ON share (supplier, since_ms, incident) WHERE withdrawn_ms = 0;
INSERT INTO share (incident, supplier, since_ms, sees_ms, reads_ms, withdrawn_ms, anew)
	SELECT incident, supplier, min(changed_ms), min(changed_ms), min(changed_ms), 0, 0 FROM ticket GROUP BY incident, supplier;

-- May a supplier take part in an incident that is not shared with it? Its ticket named the incident and opened one of
-- its own, or a tool handed over to it. Accepted when both incidents are one, or when it shares the incident.
CREATE TABLE join_request (
	id         BIGINT PRIMARY KEY, -- seq of its event
	incident   BIGINT NOT NULL, -- number; a merge moves both
	asking     BIGINT NOT NULL, -- the incident that its ticket opened; 0: a tool handed over to it
	supplier   TEXT NOT NULL,
	ticket     TEXT NOT NULL, -- external_id; '' with asking 0
	cause      TEXT NOT NULL, -- number, key, reference, hand_over
	state      TEXT NOT NULL, -- open, accepted, refused
	made_ms    BIGINT NOT NULL,
	decided_ms BIGINT NOT NULL, -- 0: open
	reason     TEXT NOT NULL, -- why it was refused
	origin     BIGINT NOT NULL DEFAULT 0, -- incident before a merge; 0: this one
	asking_origin BIGINT NOT NULL DEFAULT 0 -- asking before a merge; 0: this one
);
CREATE INDEX join_request_pair ON join_request (incident, asking, supplier);
CREATE INDEX join_request_asking ON join_request (asking);
CREATE INDEX join_request_open ON join_request (supplier, id) WHERE state = 'open';
CREATE INDEX join_request_state ON join_request (state, id);

-- After a merge: since when a supplier reads what is said in the tickets of each incident that came together, in place
-- of share.reads_ms. What was said in the other incident before the merge is not for it.
CREATE TABLE reads (
	incident BIGINT NOT NULL, -- number
	supplier TEXT NOT NULL,
	origin   BIGINT NOT NULL, -- ticket.origin
	since_ms BIGINT NOT NULL, -- as share.reads_ms
	PRIMARY KEY (incident, supplier, origin)
);

-- The incidents nobody works on any more, as lists look for them: by supplier, holder, status, newest change first. One
-- row with supplier '' for each incident, and one for each supplier that takes or took part. Saved with the incident.
CREATE TABLE finished (
	incident   BIGINT NOT NULL, -- number
	supplier   TEXT NOT NULL,
	holder     TEXT NOT NULL, -- as in incident
	status     TEXT NOT NULL,
	changed_ms BIGINT NOT NULL,
	PRIMARY KEY (incident, supplier)
);
CREATE INDEX finished_status ON finished (supplier, status, changed_ms, incident);
CREATE INDEX finished_holder ON finished (supplier, holder, status, changed_ms, incident);

-- One thing to bring to one supplier's tool; see broker/core/delivery.h for its states.
CREATE TABLE delivery (
	id          INTEGER PRIMARY KEY,
	key         TEXT NOT NULL UNIQUE, -- UUID, the same on every attempt
	incident    BIGINT NOT NULL,
	made_in     BIGINT NOT NULL DEFAULT 0, -- number of the incident that it was in before a merge; 0: this one
	marked      BIGINT NOT NULL, -- number in its marker: a merge does not change what was sent
	supplier    TEXT NOT NULL,
	sent_to     TEXT NOT NULL, -- external_id of the ticket it was begun for: of several each attempt is for that one
	op          TEXT NOT NULL, -- create_ticket, update_ticket, add_comment, edit_comment, remove_comment
	attributes  INTEGER NOT NULL, -- update_ticket: bits of enum ent_attr
	comment     TEXT NOT NULL, -- uuid; '' for none
	title       TEXT NOT NULL,
	text        TEXT NOT NULL, -- '': the comment's words
	planned     TEXT NOT NULL, -- the carried attributes as planned: 'status=new priority=2'; '' for a comment
	organisations TEXT NOT NULL, -- its audience as planned, as in comment
	everyone    SMALLINT NOT NULL,
	requester   SMALLINT NOT NULL,
	hash        BLOB NOT NULL, -- echo_hash of the words as sent, and of each other text of an earlier attempt before it; empty before the first attempt and for an update
	state       TEXT NOT NULL,
	head        SMALLINT NOT NULL, -- 1: the first open one of its incident and supplier
	look        SMALLINT NOT NULL, -- 1: an attempt may have been done, look first; 2: look, and never write
	unsure_ms   BIGINT NOT NULL, -- when the last such attempt ended; 0: none
	attempt     INTEGER NOT NULL,
	phase       INTEGER NOT NULL,
	memo        TEXT NOT NULL,
	origin      TEXT NOT NULL, -- the supplier whose word caused it; '' a person with us
	said_ms     BIGINT NOT NULL, -- when that was said, by the supplier's clock
	made_ms     BIGINT NOT NULL,
	due_ms      BIGINT NOT NULL,
	state_ms    BIGINT NOT NULL,
	cause       TEXT NOT NULL,
	reason      TEXT NOT NULL, -- a sentence: JSON {"code", "params", "text"}; '' none. So are note, why, next below
	exchange    TEXT NOT NULL, -- JSON: the last request and its answer, without secrets; '' when it is done
	remote_id   TEXT NOT NULL,
	halved      SMALLINT NOT NULL DEFAULT 0, -- 1: the tool took its text for too long; half of it goes
	anyway      SMALLINT NOT NULL DEFAULT 0, -- 1: brought, though its tool says that it was said before the share
	bound       SMALLINT NOT NULL, -- 1: its remote id is known; an update: the tool has told these values since
	owed        SMALLINT NOT NULL DEFAULT 0 -- 1: its share stood when a merge met one that was taken back: it is still made
);
CREATE INDEX delivery_due ON delivery (supplier, due_ms, id) WHERE state = 'pending' AND head = 1;
CREATE INDEX delivery_queue ON delivery (incident, supplier, id);
CREATE INDEX delivery_wait ON delivery (incident, supplier, id) WHERE state NOT IN ('done', 'cancelled');
CREATE INDEX delivery_open ON delivery (state, id) WHERE state NOT IN ('done', 'cancelled');
CREATE UNIQUE INDEX delivery_once ON delivery (comment, supplier) WHERE comment <> '' AND op = 'add_comment';
-- What changes a comment that went: of each edit one, and of a removal.
CREATE INDEX delivery_follows ON delivery (comment, supplier) WHERE comment <> '' AND op <> 'add_comment';

-- Where our comments stand: the first layer against echoes.
CREATE TABLE copy (
	supplier    TEXT NOT NULL,
	ticket      TEXT NOT NULL, -- external_id
	external_id TEXT NOT NULL, -- the comment's id there; 'delivery:' and the key when the tool told none
	comment     TEXT NOT NULL, -- uuid; '' for a notice
	learned     SMALLINT NOT NULL, -- 1: from its echo, after delivery.done; a rebuilt store has to learn it again
	gone        SMALLINT NOT NULL, -- 1: it was taken out of the tool again; the tool may tell it late all the same
	PRIMARY KEY (supplier, ticket, external_id)
);
CREATE INDEX copy_comment ON copy (comment, supplier);
CREATE INDEX comment_uuid ON comment (uuid);

-- How far a supplier's tool has been read. stream: poll, backfill, sweep.
CREATE TABLE cursor (
	supplier TEXT NOT NULL,
	stream   TEXT NOT NULL,
	connector TEXT NOT NULL, -- whose memo it is; '': none yet
	memo     TEXT NOT NULL,
	page     TEXT NOT NULL, -- id of the last page that was taken; '': none yet
	phase    INTEGER NOT NULL,
	since_ms BIGINT NOT NULL, -- where it began
	made_ms  BIGINT NOT NULL,
	moved_ms BIGINT NOT NULL, -- last page
	pages    BIGINT NOT NULL,
	changes  BIGINT NOT NULL,
	told_ms  BIGINT NOT NULL, -- last page that told something; 0: none yet
	asked_ms BIGINT NOT NULL, -- a person asked for a page at once; 0: nobody
	note     TEXT NOT NULL, -- what the connector said last about a page: a sentence
	note_ms  BIGINT NOT NULL,
	state    TEXT NOT NULL, -- running, done, stopped
	PRIMARY KEY (supplier, stream)
);

-- Tickets that could not be read or understood and were passed over.
CREATE TABLE aside (
	supplier TEXT NOT NULL,
	stream   TEXT NOT NULL, -- as in cursor
	ticket   TEXT NOT NULL, -- its id, else what the list calls it
	key      TEXT NOT NULL,
	reason   TEXT NOT NULL, -- a sentence
	tries    BIGINT NOT NULL,
	since_ms BIGINT NOT NULL,
	next_ms  BIGINT NOT NULL, -- asked for again; 0: not known
	PRIMARY KEY (supplier, stream, ticket)
);

-- How each stream of pages failed last; the row goes when it reads well again.
CREATE TABLE trouble (
	supplier TEXT NOT NULL,
	stream   TEXT NOT NULL, -- as in cursor
	at_ms    BIGINT NOT NULL,
	ticket   TEXT NOT NULL, -- its id; '': no single ticket was asked for
	why      TEXT NOT NULL,
	exchange TEXT NOT NULL, -- JSON: the last request and its answer, without secrets; '' when nothing was asked
	PRIMARY KEY (supplier, stream)
);

CREATE TABLE supplier_state (
	supplier TEXT PRIMARY KEY,
	row_no   INTEGER NOT NULL UNIQUE, -- its events' incident is minus this
	state    TEXT NOT NULL, -- healthy, slow, failing, paused, refused
	since_ms BIGINT NOT NULL,
	why      TEXT NOT NULL,
	next     TEXT NOT NULL, -- what to do
	quiet_since_ms BIGINT NOT NULL, -- 0: not quiet
	gap_ms   BIGINT NOT NULL, -- usual time between two words of it, smoothed; 0 not known yet
	sequence BIGINT NOT NULL -- of its last event
);

-- Published maps. None active: the configuration's.
CREATE TABLE map (
	supplier TEXT NOT NULL,
	version  INTEGER NOT NULL,
	made_ms  BIGINT NOT NULL,
	author   TEXT NOT NULL,
	json     TEXT NOT NULL, -- {"status": {native: canonical}, "status_out", ... for each that is mapped, "category", "person"}
	active   SMALLINT NOT NULL,
	PRIMARY KEY (supplier, version)
);
