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
	ended_ms BIGINT NOT NULL, -- 0: open
	said     SMALLINT NOT NULL -- an approval that is answered: 1 yes, 2 no; else 0
);
CREATE INDEX act_incident ON act (incident, id);
CREATE INDEX act_open ON act (incident, id) WHERE state = 'open';

-- People whom the words of a comment mention, as far as they may read it, outside of quotes. Made by the fold of events.
CREATE TABLE mention (
	comment TEXT NOT NULL, -- uuid
	account TEXT NOT NULL, -- ref
	PRIMARY KEY (comment, account)
);
CREATE INDEX mention_account ON mention (account);
-- A person follows an incident's thread, or wants to hear nothing of it. Private to the person: in no event, and not rebuilt.
CREATE TABLE follow (
	account  TEXT NOT NULL, -- ref
	incident BIGINT NOT NULL,
	state    TEXT NOT NULL, -- followed, muted
	since_ms BIGINT NOT NULL,
	PRIMARY KEY (account, incident)
);
CREATE INDEX follow_incident ON follow (incident, since_ms);
-- The inbox that people read: each row notifies a person, or all people of an organisation. (Table inbox has what came in from
-- tools.) The writer fills it beside the fold. Private as `follow`. A reader is asked again for its right.
CREATE TABLE notified (
	account      TEXT NOT NULL, -- ref; '' for each of the organisation
	organisation TEXT NOT NULL, -- ''  for one account
	about        TEXT NOT NULL, -- uuid of the words; of what has none: uuid of the act and the event's name
	reason       INTEGER NOT NULL, -- see store/notify.h: the least counts
	incident     BIGINT NOT NULL,
	comment      TEXT NOT NULL, -- uuid; ''
	act          TEXT NOT NULL, -- uuid; ''
	by_ref       TEXT NOT NULL, -- who did it: is not notified; ''
	made_ms      BIGINT NOT NULL,
	PRIMARY KEY (account, organisation, about)
);
-- A person has looked at all that stood in its inbox then.
CREATE TABLE notified_read (
	account TEXT PRIMARY KEY, -- ref
	upto_ms BIGINT NOT NULL
);
CREATE INDEX notified_made ON notified (account, organisation, made_ms, about);
CREATE INDEX notified_incident ON notified (incident);
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
	origin       BIGINT NOT NULL DEFAULT 0, -- where it was before merges; 0: here
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
	origin       BIGINT NOT NULL DEFAULT 0, -- where it was put off before merges; 0: here
	organisation TEXT NOT NULL,
	until_ms     BIGINT NOT NULL,
	account      TEXT NOT NULL, -- ref of the person
	made_ms      BIGINT NOT NULL,
	sequence     BIGINT NOT NULL, -- of the incident, then
	looked       BIGINT NOT NULL DEFAULT 0, -- up to this sequence nothing was news
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

-- How far a person has read a thread. Private state of a person: it is in no event and not in Kafka, so that a rebuilt store
-- has none, and everything counts as unread there. See broker/store/read_place.h.
CREATE TABLE reading_place (
	account  TEXT NOT NULL, -- ref
	incident BIGINT NOT NULL, -- number; a merge moves it
	origin   BIGINT NOT NULL, -- comment.origin of what it is about: of what a merge brought along nothing was read yet
	read_id  BIGINT NOT NULL, -- comment.id: what came up to it is read,
	read_ms  BIGINT NOT NULL, -- and was published up to then (comment.recorded_ms)
	PRIMARY KEY (account, incident, origin)
);
-- When an organisation saw a comment first. Not who: see shows_seen of account.
CREATE TABLE seen (
	comment      TEXT NOT NULL, -- uuid
	organisation TEXT NOT NULL,
	seen_ms      BIGINT NOT NULL,
	PRIMARY KEY (comment, organisation)
);
-- Merges that can be undone (split): which incident went into which, and who took part in each before that.
CREATE TABLE merging (
	gone  BIGINT PRIMARY KEY, -- number
	kept  BIGINT NOT NULL, -- the one that took it in
	seq   BIGINT NOT NULL, -- of incident.merged: the last one is undone first
	at_ms BIGINT NOT NULL
);
CREATE INDEX merging_kept ON merging (kept, seq);
-- share and reads of both incidents, as they stood before.
CREATE TABLE merging_share (
	gone         BIGINT NOT NULL, -- as in merging
	side         BIGINT NOT NULL, -- number of the incident: gone or kept
	supplier     TEXT NOT NULL, -- from here on as in share
	since_ms     BIGINT NOT NULL,
	sees_ms      BIGINT NOT NULL,
	reads_ms     BIGINT NOT NULL,
	withdrawn_ms BIGINT NOT NULL,
	anew         SMALLINT NOT NULL,
	parted       SMALLINT NOT NULL,
	PRIMARY KEY (gone, side, supplier)
);
CREATE TABLE merging_reads (
	gone     BIGINT NOT NULL,
	side     BIGINT NOT NULL,
	supplier TEXT NOT NULL,
	origin   BIGINT NOT NULL,
	since_ms BIGINT NOT NULL,
	PRIMARY KEY (gone, side, supplier, origin)
);
-- Two incidents that a person parted: nothing but a person merges them again, nor what they went into since.
CREATE TABLE apart (
	one      BIGINT NOT NULL, -- number, the lower one
	other    BIGINT NOT NULL,
	since_ms BIGINT NOT NULL,
	PRIMARY KEY (one, other)
);
CREATE INDEX apart_other ON apart (other);
-- A person said that one incident has to do with another one. Each of the two has a row of its own.
CREATE TABLE link (
	incident BIGINT NOT NULL, -- number; a merge lets it stand
	other    BIGINT NOT NULL,
	relation TEXT NOT NULL, -- see core/relation.h
	made_ms  BIGINT NOT NULL,
	PRIMARY KEY (incident, other, relation)
);
-- ---- A person's own -------------------------------------------------------------

-- Words that a person has not sent. Nobody else reads them, and no event tells of them: a store that is rebuilt has none.
CREATE TABLE draft (
	account       TEXT NOT NULL, -- ref of its author
	id            TEXT NOT NULL, -- UUID
	incident      BIGINT NOT NULL, -- number of the incident in which it was begun: neither a merge nor a split changes it
	organisations TEXT NOT NULL, -- for whom it is meant, as in comment
	everyone      SMALLINT NOT NULL,
	requester     SMALLINT NOT NULL,
	reply_to      TEXT NOT NULL, -- uuid of the comment that it answers; ''
	text          TEXT NOT NULL,
	format        TEXT NOT NULL, -- as in comment
	version       BIGINT NOT NULL, -- how often it was saved
	changed_ms    BIGINT NOT NULL,
	PRIMARY KEY (account, id)
);
CREATE INDEX draft_newest ON draft (account, changed_ms, id);

-- Persons whose name was forgotten. The writer looks through what tools sent and were sent, some rows each turn; a row stays when all
-- is done, so that a repeat knows it.
CREATE TABLE erasure (
	ref      TEXT PRIMARY KEY, -- of the person
	words    TEXT NOT NULL, -- what is looked for, one a line; '' when it is done
	begun_ms BIGINT NOT NULL,
	done_ms  BIGINT NOT NULL, -- 0: it is not done yet
	place    INTEGER NOT NULL, -- which table is looked through, see broker/store/erase.c
	at       BIGINT NOT NULL, -- the last row of it that was looked at
	n_raw    BIGINT NOT NULL, -- arrivals whose bytes were deleted
	n_letter BIGINT NOT NULL, -- dead letters whose bytes were deleted or changed
	n_delivery BIGINT NOT NULL -- deliveries whose texts were changed
);
CREATE INDEX erasure_open ON erasure (begun_ms, ref) WHERE done_ms = 0;
-- Attachments (files): what somebody uploaded and no comment names yet. Seen by its uploader alone; in no event. Nothing
-- of a person but the ref stands here: who is forgotten keeps the files that others read.
CREATE TABLE upload (
	id           TEXT PRIMARY KEY, -- UUID; the attachment's, once a comment names it
	incident     BIGINT NOT NULL,
	origin       BIGINT NOT NULL DEFAULT 0, -- where it was before merges; 0: here
	asker        TEXT NOT NULL, -- ref of the account; of a machine its token's
	name         TEXT NOT NULL,
	media_type   TEXT NOT NULL, -- by its first bytes
	size         BIGINT NOT NULL,
	sha256       TEXT NOT NULL,
	state        TEXT NOT NULL, -- checking, kept, refused
	made_ms      BIGINT NOT NULL, -- a day later it goes
	tried_ms     BIGINT NOT NULL, -- attachments.check ran last; 0: not yet
	tries        BIGINT NOT NULL
);
CREATE INDEX upload_asker ON upload (asker, incident);
CREATE INDEX upload_sha256 ON upload (sha256);
CREATE INDEX upload_made ON upload (made_ms);
CREATE INDEX upload_checking ON upload (tried_ms) WHERE state = 'checking';
-- A file whose last row may be gone: store/keeper.c looks, and removes it.
CREATE TABLE loose (
	sha256 TEXT PRIMARY KEY
);
