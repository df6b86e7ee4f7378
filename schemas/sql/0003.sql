-- The store, version 3: people work on one incident together.

-- Time that passes by itself (thread): what the writer does when a time has come. Set and cleared by the fold of events,
-- so that a rebuilt store has the same ones.
CREATE TABLE timer (
	id       INTEGER PRIMARY KEY,
	due_ms   BIGINT NOT NULL, -- by the world's clock
	made_ms  BIGINT NOT NULL, -- 0: due by the calendar; else counted from then, and anew when the clock is set back behind it
	kind     TEXT NOT NULL, -- undo, promise, ask, handover
	incident BIGINT NOT NULL, -- number; a merge moves it
	subject  TEXT NOT NULL, -- uuid of what it is about
	UNIQUE (kind, subject)
);
CREATE INDEX timer_due ON timer (due_ms, id);
CREATE INDEX timer_incident ON timer (incident);
