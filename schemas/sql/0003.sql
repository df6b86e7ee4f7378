-- The store, version 3: people work on one incident together.

-- ---- Who a person is, and what each may do (people) -----------------------------------------------

-- A person of one organisation, or of ours. Never removed: comments and the audit log name its ref.
CREATE TABLE account (
	ref          TEXT PRIMARY KEY, -- UUID: the ref of events and of table person
	organisation TEXT NOT NULL,
	role         TEXT NOT NULL, -- see core/role.h
	name         TEXT NOT NULL,
	mail         TEXT NOT NULL, -- folded, lower case; '' not known
	language     TEXT NOT NULL, -- fr, en; '' as the organisation's
	time_zone    TEXT NOT NULL, -- '' not known
	state        TEXT NOT NULL, -- invited, active, disabled
	made_ms      BIGINT NOT NULL,
	seen_ms      BIGINT NOT NULL, -- signed in last; 0 never
	shows_seen   SMALLINT NOT NULL, -- 1: others may be told that its organisation has seen something
	password     TEXT NOT NULL, -- argon2id; '' none
	issuer       TEXT NOT NULL, -- of its provider; '' none
	subject      TEXT NOT NULL -- the provider's key for it
);
CREATE UNIQUE INDEX account_mail ON account (organisation, mail) WHERE mail <> '';
CREATE UNIQUE INDEX account_subject ON account (issuer, subject) WHERE issuer <> '';

-- A token of before is a machine of ours with all verbs.
ALTER TABLE token ADD COLUMN ref TEXT NOT NULL DEFAULT ''; -- UUID, for the audit log; '' made before version 3
ALTER TABLE token ADD COLUMN organisation TEXT NOT NULL DEFAULT ''; -- '' ours
ALTER TABLE token ADD COLUMN role TEXT NOT NULL DEFAULT 'system';
ALTER TABLE token ADD COLUMN verbs TEXT NOT NULL DEFAULT ''; -- words with commas between; '' all of its role
ALTER TABLE token ADD COLUMN account TEXT NOT NULL DEFAULT ''; -- ref of the person that it stands for; '' a machine
CREATE INDEX token_account ON token (account) WHERE account <> '';

-- Who did what about rights. Rows are added and nothing else: see store/audit.h. No name stands in it.
CREATE TABLE audit (
	id      BIGINT PRIMARY KEY, -- from 1, without a gap
	at_ms   BIGINT NOT NULL,
	act     TEXT NOT NULL, -- a word of store/audit.h
	by_ref  TEXT NOT NULL, -- account.ref, or token.ref of a machine; '' the broker itself
	subject TEXT NOT NULL, -- what it is about: a ref, a number, a route
	detail  TEXT NOT NULL,
	hash    BLOB NOT NULL -- SHA-256 over the hash of the row before and these fields
);
-- ---- How people come in (signin) ---------------------------------------------------------------------

-- A browser in which a person is signed in.
CREATE TABLE session (
	hash     BLOB PRIMARY KEY, -- SHA-256 of its cookie
	id       TEXT NOT NULL UNIQUE, -- as lists show it
	account  TEXT NOT NULL, -- ref
	made_ms  BIGINT NOT NULL,
	seen_ms  BIGINT NOT NULL, -- used last, to the minute
	ends_ms  BIGINT NOT NULL, -- whatever happens
	ended_ms BIGINT NOT NULL, -- 0: stands
	agent    TEXT NOT NULL -- the browser, as it calls itself
);
CREATE INDEX session_account ON session (account, made_ms);

-- A link by which a person comes in for the first time, or again without the password that was forgotten.
CREATE TABLE invitation (
	hash       BLOB PRIMARY KEY, -- SHA-256 of what stands in the link
	account    TEXT NOT NULL, -- ref
	made_by    TEXT NOT NULL, -- the account's ref, or a token's name
	made_ms    BIGINT NOT NULL,
	expires_ms BIGINT NOT NULL,
	used_ms    BIGINT NOT NULL, -- 0: not yet
	claim      BLOB NOT NULL, -- SHA-256 of the cookie that carries it to the provider; empty: none
	claim_ms   BIGINT NOT NULL -- until then
);
CREATE INDEX invitation_account ON invitation (account);
CREATE UNIQUE INDEX invitation_claim ON invitation (claim) WHERE claim_ms > 0;

-- Time that passes by itself (thread): what the writer does when a time has come. Set and cleared by the fold of events,
-- so that a rebuilt store has the same ones.
CREATE TABLE timer (
	id       INTEGER PRIMARY KEY,
	due_ms   BIGINT NOT NULL, -- by the world's clock
	made_ms  BIGINT NOT NULL, -- 0: due by the calendar; else counted from then, and anew when the clock is set back behind it
	kind     TEXT NOT NULL, -- undo, promise, ask, handover, work
	incident BIGINT NOT NULL, -- number; a merge moves it
	subject  TEXT NOT NULL, -- uuid of what it is about
	UNIQUE (kind, subject)
);
CREATE INDEX timer_due ON timer (due_ms, id);
CREATE INDEX timer_incident ON timer (incident);

-- Working together (acts): what people of several organisations began together and wait to end: asks, proposed hand-overs, promises of news, calls
-- for help; see broker/core/act.h. The words are a comment of the thread with the same uuid.
CREATE TABLE act (
	id       INTEGER PRIMARY KEY,
	uuid     TEXT NOT NULL UNIQUE,
	incident BIGINT NOT NULL,
	origin   BIGINT NOT NULL DEFAULT 0, -- number of the incident that it was in before a merge; 0: this one
	kind     TEXT NOT NULL, -- question, information, action, approval, handover, promise, help
	from_org TEXT NOT NULL, -- the organisation that began it
	to_org   TEXT NOT NULL, -- whom it is for; '' of a promise and a call for help
	by_ref   TEXT NOT NULL, -- who began it; '' nobody is named
	holder   TEXT NOT NULL, -- a hand-over: as incident.holder when it was proposed; else ''
	due_ms   BIGINT NOT NULL, -- 0: never
	state    TEXT NOT NULL, -- open, answered, withdrawn, accepted, declined, lapsed, kept, broken, replaced, ended
	cause    TEXT NOT NULL, -- why it ended by itself; ''
	overdue  SMALLINT NOT NULL, -- 1: an ask whose time came while it waited
	ended_by TEXT NOT NULL, -- uuid of the comment that ended it, or of the promise that stands in its place; ''
	made_ms  BIGINT NOT NULL,
	ended_ms BIGINT NOT NULL -- 0: open
);
CREATE INDEX act_incident ON act (incident, id);
CREATE INDEX act_open ON act (incident, id) WHERE state = 'open';

-- Where to start (work): the places of each incident in the ordered list of each organisation, and why it stands there;
-- see core/worklist.h. Made from the other tables and the configuration: when an incident is stirred, when its time has
-- come, and anew when the configuration is another one. No event; a rebuilt store makes it when it is served.
CREATE TABLE work (
	incident     BIGINT NOT NULL, -- number
	organisation TEXT NOT NULL,
	reason       TEXT NOT NULL,
	rank         SMALLINT NOT NULL, -- of the reason
	place        SMALLINT NOT NULL, -- 1: this reason gives the incident its place
	put_off      SMALLINT NOT NULL, -- 1: the organisation puts it off, see table snooze
	at_ms        BIGINT NOT NULL, -- of one rank the oldest goes first
	due_ms       BIGINT NOT NULL, -- 0: none
	overdue      SMALLINT NOT NULL,
	subject      TEXT NOT NULL, -- uuid of the act, number of the delivery or join request; ''
	about        TEXT NOT NULL, -- the organisation or supplier that it is about; ''
	PRIMARY KEY (incident, organisation, reason)
);
CREATE INDEX work_place ON work (organisation, put_off, rank, at_ms, incident) WHERE place = 1;
CREATE INDEX work_reason ON work (organisation, reason, put_off, rank, at_ms, incident);

-- A person of an organisation has an incident, or an ask of it; only that organisation knows.
CREATE TABLE taken (
	incident     BIGINT NOT NULL, -- number
	of           TEXT NOT NULL, -- uuid of the ask; '' the incident itself
	organisation TEXT NOT NULL,
	account      TEXT NOT NULL, -- ref
	taken_ms     BIGINT NOT NULL,
	PRIMARY KEY (incident, of, organisation)
);
CREATE INDEX taken_account ON taken (account, incident);
CREATE INDEX taken_of ON taken (of) WHERE of <> '';

-- A place of an organisation's list that a person put off: until then, or until something new happens there that the
-- organisation may see and did not do itself.
CREATE TABLE snooze (
	incident     BIGINT NOT NULL, -- number
	organisation TEXT NOT NULL,
	until_ms     BIGINT NOT NULL,
	account      TEXT NOT NULL, -- ref of the person
	made_ms      BIGINT NOT NULL,
	sequence     BIGINT NOT NULL, -- of the incident, then
	PRIMARY KEY (incident, organisation)
);

-- Writes that were asked for with an Idempotency-Key (thread); kept for a day, in no event.
CREATE TABLE once (
	asker    TEXT NOT NULL, -- ref of the account; of a machine its token's
	key      TEXT NOT NULL,
	hash     BLOB NOT NULL, -- SHA-256 of the request
	made_ms  BIGINT NOT NULL,
	made     TEXT NOT NULL, -- uuid of the comment that it was about, or wrote; ref of the person that it added; ''
	incident TEXT NOT NULL, -- uuid
	count    BIGINT NOT NULL, -- what it counted: deliveries repaired, a map's version; 0
	PRIMARY KEY (asker, key)
);
CREATE INDEX once_made ON once (made_ms);
