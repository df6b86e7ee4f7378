/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The relay's protocol alone, every schedule of a small world: N events, one relay, one
 * that should be gone and still wakes, FAULTS crashes, time-outs, lost answers and
 * commits that the network holds back. Names are those of broker/bus/relay.c.
 *
 * Claim: under read_committed each event is published exactly once and in order.
 *
 *   spin -search relay.pml                     holds
 *   spin -search -DPOSITION_EARLY relay.pml    and so on: each mistake is found
 */
#ifndef N
#define N 3
#endif
#ifndef FAULTS
#define FAULTS 4
#endif
#define LATE 2

mtype = { EMPTY, ONGOING, COMMITTED, ABORTED }; /* the coordinator's transaction */

byte published[N + 1]; /* how often each event stands before the last stable offset */
byte progress;         /* the last committed progress record */
bool pending[N + 1];   /* in the open transaction */
byte pending_progress; /* 0: none */
mtype txn = EMPTY;
byte epoch;
byte late[LATE];       /* EndTxn(commit) under way, by epoch; 0: none */
byte faults = FAULTS;
byte i;                /* of decide() */

inline decide(is_commit)
{
	i = 1;
	do
	:: i > N -> break
	:: else ->
		if
		:: is_commit && pending[i] ->
			assert(published[i] == 0);                  /* not twice */
			assert(i == 1 || published[i - 1] == 1);    /* in order, no gap */
			published[i]++
		:: else
		fi;
		pending[i] = false;
		i++
	od;
	i = 0;
	if
	:: is_commit && pending_progress > 0 -> progress = pending_progress
	:: else
	fi;
	pending_progress = 0;
	if
	:: is_commit -> txn = COMMITTED
	:: else -> txn = ABORTED
	fi
}

/* A request of an epoch that is not the newest is refused; AddPartitions opens a transaction. */
#define FENCED (my_epoch != epoch)

inline append(s)
{
	txn = ONGOING;
	pending[s] = true
}

proctype relay(bool is_zombie)
{
	byte my_epoch, position, next, s;
	bool in_doubt;

START:
	in_doubt = false;
#ifdef POSITION_EARLY
	position = progress;
#endif
	atomic {
		if
		:: is_zombie && faults == 0 -> goto STOP
		:: is_zombie && faults > 0 -> faults-- /* it wakes */
		:: !is_zombie
		fi;
		if
		:: txn == ONGOING -> decide(false)
		:: else -> txn = EMPTY
		fi;
		epoch++;
		my_epoch = epoch
	}
#ifndef POSITION_EARLY
	position = progress;
#endif
READY:
	if
	:: position >= N -> goto STOP
	:: position < N -> next = position + 1
	:: position + 1 < N -> next = position + 2
	fi;
	s = position + 1;
OPEN:
	do
	:: s <= next ->
		atomic {
			if
			:: FENCED -> goto START
			:: !FENCED -> append(s); s++
			:: faults > 0 -> faults--; goto START /* crash */
			fi
		}
	:: s > next -> break
	od;
#ifndef POSITION_OUTSIDE
	atomic {
		if
		:: FENCED -> goto START
		:: !FENCED -> txn = ONGOING; pending_progress = next
		fi
	}
#endif
COMMIT:
	atomic {
		if
		:: FENCED -> goto START
		:: !FENCED && txn == ONGOING -> decide(true); goto DONE
		:: !FENCED && txn == COMMITTED -> goto DONE /* the answer to a repeat */
		:: !FENCED && (txn == EMPTY || txn == ABORTED) -> goto START
		:: faults > 0 -> faults-- /* not done */
		:: faults > 0 && !FENCED && txn == ONGOING -> faults--; decide(true) /* done, not answered */
		:: faults > 0 && late[0] == 0 -> faults--; late[0] = my_epoch
		:: faults > 0 && late[1] == 0 -> faults--; late[1] = my_epoch
		fi
	}
	/* What it hears when the outcome is not known, or it crashed. */
	if
	:: goto START                    /* KAFKA_REBUILD */
	:: in_doubt = true; goto COMMIT  /* KAFKA_RETRY */
	:: goto ABORT                    /* KAFKA_ABORT */
#ifdef BELIEVES_ERRORS
	:: atomic {                      /* "it failed, so it was not committed" */
		if
		:: txn == ONGOING -> decide(false)
		:: else
		fi;
		epoch++;
		my_epoch = epoch;
		goto READY
	}
#endif
	fi;
ABORT:
	atomic {
		if
		:: FENCED || txn != ONGOING -> goto START
		:: !FENCED && txn == ONGOING -> decide(false)
		fi
	}
#ifdef TRUSTS_ABORT
	goto READY;
#else
	goto START;
#endif
DONE:
#ifdef POSITION_OUTSIDE
	atomic {
		if
		:: FENCED -> goto START
		:: !FENCED -> progress = next
		:: faults > 0 -> faults--; goto START
		fi
	}
#endif
	position = next;
#ifndef TRUSTS_RETRY
	if
	:: in_doubt -> goto START /* the first request may still be under way: a new epoch shuts it out */
	:: else
	fi;
#endif
	in_doubt = false;
	goto READY;
STOP:
	skip
}

/* What was held back lands; the coordinator loses its patience. */
active proctype network()
{
end:
	do
	:: atomic { late[0] > 0 -> if :: late[0] == epoch && txn == ONGOING -> decide(true) :: else fi; late[0] = 0 }
	:: atomic { late[1] > 0 -> if :: late[1] == epoch && txn == ONGOING -> decide(true) :: else fi; late[1] = 0 }
	:: atomic { faults > 0 && txn == ONGOING -> faults--; decide(false); epoch++ }
	od
}

init
{
	byte n;

	atomic { run relay(false); run relay(true) }
	timeout; /* nothing can move any more */
	n = 1;
	do
	:: n > N -> break
	:: else -> assert(published[n] == 1); n++
	od
}
