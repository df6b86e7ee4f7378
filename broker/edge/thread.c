/* SPDX-License-Identifier: Apache-2.0 */
/* One http thread's loop: what came, what the writer answered, who is due. */
#include "edge/thread.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include "edge/conn.h"
#include "edge/live.h"

#define EVENTS_MAX  256    /* of one turn */
#define ACCEPTS_MAX 64     /* of one turn */
#define TICK_US     1000000
#define PUMP_US     20000  /* streams are served at most this often, however many commits there are */

void thread_wake(struct thread *thread)
{
	uint64_t one = 1;

	/* It can only fail when the counter is full, and then a wake is on its way already. */
	if (write(thread->wake_fd, &one, sizeof one) < 0)
		return;
}

bool thread_may_log_refusal(struct thread *thread)
{
	return thread->refused_logs > 0 && thread->refused_logs-- > 0;
}

/* ---- accepting --------------------------------------------------------------- */

static void refuse_connection(struct thread *thread, int fd)
{
	static const char busy[] = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

	(void)send(fd, busy, sizeof busy - 1, MSG_NOSIGNAL | MSG_DONTWAIT); /* a courtesy: the close says it too */
	close(fd);
	if (thread_may_log_refusal(thread))
		log_write(thread->edge->world.log, LOG_WARN, "http.connection_refused",
		          LOG_Z("why", "as many connections are open as http.connections_max or connections_per_ip_max allow"),
		          LOG_END);
}

bool thread_accept(struct thread *thread, int fd, const struct sockaddr_storage *peer)
{
	struct edge *edge = thread->edge;
	uint32_t bucket = peers_bucket(&edge->peers, peer);
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET};
	struct conn *conn;
	int one = 1;

	if (atomic_fetch_add(&edge->n_connection, 1) >= edge->limits.connections_max ||
	    !peers_enter(&edge->peers, bucket, edge->limits.connections_per_ip_max)) {
		atomic_fetch_sub(&edge->n_connection, 1);
		refuse_connection(thread, fd);
		return false;
	}
	metric_add(edge->world.metrics, METRIC_HTTP_CONNECTIONS, 1);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); /* only costs latency */
	conn = conn_new(thread, fd, bucket);
	conn->next = thread->conns;
	if (conn->next != NULL)
		conn->next->prev = conn;
	thread->conns = conn;
	thread->n_conn++;
	event.data.ptr = conn;
	if (epoll_ctl(thread->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
		conn_end(conn);
	else
		conn_go(conn);
	return true;
}

static void listen_set(struct thread *thread, bool on)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = &thread->listen_fd};

	if (thread->accepting != on && thread->listen_fd >= 0 &&
	    epoll_ctl(thread->epoll_fd, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, thread->listen_fd, &event) == 0)
		thread->accepting = on;
}

static void accept_waiting(struct thread *thread)
{
	for (int i = 0; i < ACCEPTS_MAX; i++) {
		struct sockaddr_storage peer = {0};
		socklen_t n = sizeof peer;
		int fd = accept4(thread->listen_fd, (struct sockaddr *)&peer, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			thread_accept(thread, fd, &peer);
		} else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			/* They stay in the backlog; the next tick tries again. */
			listen_set(thread, false);
			log_write(thread->edge->world.log, LOG_ERROR, "http.accept_failed", LOG_Z("why", strerror(errno)), LOG_END);
			return;
		} else if (errno != EINTR && errno != ECONNABORTED) {
			return;
		}
	}
}

/* ---- what others left for this thread ------------------------------------------ */

static void wake_drain(struct thread *thread)
{
	uint64_t n;

	if (read(thread->wake_fd, &n, sizeof n) < 0)
		return; /* nothing was there: as good */
}

static void resume_answered(struct thread *thread)
{
	struct job *job, *next;
	struct roster *roster;

	pthread_mutex_lock(&thread->lock);
	job = thread->answered;
	thread->answered = NULL;
	thread->answered_tail = &thread->answered;
	roster = thread->next_roster;
	thread->next_roster = NULL;
	pthread_mutex_unlock(&thread->lock);
	for (; job != NULL; job = next) {
		struct exchange *x = job->owner;

		next = job->next; /* the job goes with its exchange */
		if (--x->n_waiting == 0)
			conn_resume((struct conn *)x);
	}
	if (roster != NULL) {
		roster_unref(thread->roster);
		thread->roster = roster;
	}
}

static void go_on_ready(struct thread *thread)
{
	struct conn *conn = thread->ready, *next;

	thread->ready = NULL;
	for (; conn != NULL; conn = next) {
		next = conn->next_ready;
		conn->is_ready = false;
		conn_go(conn);
	}
}

/* ---- time ------------------------------------------------------------------------ */

static void now_sample(struct thread *thread)
{
	struct clock *clock = thread->edge->world.clock;

	thread->now_us = clock->mono_us(clock);
	thread->now_ms = clock->now_ms(clock);
}

/* A read that failed sticks to its handle: a fresh one tells whether the store can be read again. */
static void store_reopen(struct thread *thread)
{
	struct edge *edge = thread->edge;
	struct store_meta meta;
	struct db *db;
	struct ent_err err = {""};

	log_write(edge->world.log, LOG_ERROR, "http.store_unreadable", LOG_Z("why", db_error(thread->db)), LOG_END);
	if (store_open_read(edge->options.store_path.p, NULL, &db, &meta, &err) != ENT_OK)
		return;
	db_close(thread->db);
	thread->db = db;
	thread->pump = true;
}

static void tick(struct thread *thread)
{
	thread->ticked_us = thread->now_us;
	thread->refused_logs = thread->edge->limits.refused_logs;
	for (struct conn *conn = thread->conns, *next; conn != NULL; conn = next) {
		next = conn->next;
		if (conn->deadline_us != 0 && conn->deadline_us <= thread->now_us)
			conn_timeout(conn);
	}
	live_heartbeat(thread);
	if (thread->drains_us == 0)
		listen_set(thread, true);
	if (db_failed(thread->db))
		store_reopen(thread);
}

static void drain(struct thread *thread)
{
	thread->drains_us = thread->now_us;
	accept_waiting(thread); /* the backlog would be reset; these get one answer each */
	listen_set(thread, false);
	close(thread->listen_fd);
	thread->listen_fd = -1;
	for (struct conn *conn = thread->conns, *next; conn != NULL; conn = next) {
		next = conn->next;
		conn_drain(conn);
	}
}

/* ---- the loop ---------------------------------------------------------------------- */

static int timeout_ms(const struct thread *thread)
{
	int64_t due_us = thread->ticked_us + TICK_US;

	if (thread->ready != NULL)
		return 0;
	if (thread->pump && thread->streams != NULL && thread->pumped_us + PUMP_US < due_us)
		due_us = thread->pumped_us + PUMP_US;
	due_us -= thread->now_us;
	return due_us <= 0 ? 0 : (int)((due_us + 999) / 1000);
}

static void bury(struct thread *thread)
{
	while (thread->grave != NULL) {
		struct conn *conn = thread->grave;

		if (conn->is_ready) /* in the ready list still: next turn */
			return;
		thread->grave = conn->next_grave;
		conn_free(conn);
	}
}

/* True: nothing is under way any more, or it took too long. */
static bool has_ended(struct thread *thread)
{
	bool late = thread->drains_us != 0 &&
	            thread->now_us - thread->drains_us > (int64_t)thread->edge->limits.drain_s * 1000000;

	if (!atomic_load(&thread->edge->stopping) || (thread->n_conn > 0 && !late))
		return false;
	for (struct conn *conn = thread->conns, *next; conn != NULL; conn = next) {
		next = conn->next;
		if (conn->x.n_waiting == 0)
			conn_end(conn);
	}
	thread->abandoned = thread->n_conn > 0;
	return true;
}

static void turn(struct thread *thread, const struct epoll_event *event, int n)
{
	if (atomic_exchange(&thread->notified, false))
		thread->pump = true;
	for (int i = 0; i < n; i++) {
		if (event[i].data.ptr == &thread->wake_fd)
			wake_drain(thread);
		else if (event[i].data.ptr == &thread->listen_fd)
			accept_waiting(thread);
		else
			conn_event(event[i].data.ptr, event[i].events);
	}
	resume_answered(thread);
	go_on_ready(thread);
	if (thread->pump && thread->streams != NULL && thread->now_us - thread->pumped_us >= PUMP_US)
		live_pump(thread);
	if (thread->now_us - thread->ticked_us >= TICK_US)
		tick(thread);
	if (atomic_load(&thread->edge->draining) && thread->drains_us == 0)
		drain(thread);
}

static void *thread_main(void *arg)
{
	struct thread *thread = arg;
	struct epoll_event event[EVENTS_MAX];

	now_sample(thread);
	thread->ticked_us = thread->now_us;
	do {
		int n = epoll_wait(thread->epoll_fd, event, EVENTS_MAX, timeout_ms(thread));

		now_sample(thread);
		turn(thread, event, n);
		bury(thread);
	} while (!has_ended(thread));
	go_on_ready(thread); /* takes the ended ones off its list */
	bury(thread);
	return NULL;
}

enum ent_rc thread_start(struct thread *thread, struct edge *edge, int listen_fd, struct roster *roster, struct ent_err *err)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = &thread->wake_fd};
	struct store_meta meta;
	enum ent_rc rc;

	*thread = (struct thread){.edge = edge, .listen_fd = listen_fd, .roster = roster, .epoll_fd = -1, .wake_fd = -1,
	                          .date_s = -1, .refused_logs = edge->limits.refused_logs};
	thread->answered_tail = &thread->answered;
	thread->packer = packer_new();
	sdk_buf_init(&thread->scratch, edge->limits.answer_max);
	pthread_mutex_init(&thread->lock, NULL);
	rc = store_open_read(edge->options.store_path.p, NULL, &thread->db, &meta, err);
	if (rc != ENT_OK)
		return rc;
	thread->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	thread->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (thread->epoll_fd < 0 || thread->wake_fd < 0 ||
	    epoll_ctl(thread->epoll_fd, EPOLL_CTL_ADD, thread->wake_fd, &event) != 0)
		return sdk_fail(err, ENT_EINVAL, "an http thread cannot wait for events: %s", strerror(errno));
	listen_set(thread, true);
	if (!thread->accepting || pthread_create(&thread->id, NULL, thread_main, thread) != 0)
		return sdk_fail(err, ENT_EINVAL, "an http thread cannot be started");
	thread->started = true;
	return ENT_OK;
}

void thread_release(struct thread *thread)
{
	if (thread->listen_fd >= 0)
		close(thread->listen_fd);
	if (thread->epoll_fd >= 0)
		close(thread->epoll_fd);
	if (thread->wake_fd >= 0)
		close(thread->wake_fd);
	db_close(thread->db);
	roster_unref(thread->next_roster);
	roster_unref(thread->roster);
	packer_free(thread->packer);
	sdk_buf_release(&thread->scratch);
	pthread_mutex_destroy(&thread->lock);
}
