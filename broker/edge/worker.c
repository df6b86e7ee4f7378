/* SPDX-License-Identifier: Apache-2.0 */
/* The loop of one worker: new bytes, answers of the writer and the readers, deadlines. */
#include "edge/worker.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include "edge/conn.h"
#include "core/range.h"
#include "face/live.h"
#include "face/live_people.h"
#include "face/presence.h"

#define EVENTS_MAX  256 /* of one turn */
#define ACCEPTS_MAX 64  /* of one turn */
#define TICK_US     1000000
#define PUMP_US     20000 /* streams are served at most this often, however many commits there are */

/* Any thread. */
static void worker_wake(void *of)
{
	struct worker *worker = of;
	uint64_t one = 1;

	/* It can only fail when the counter is full, and then a wake is on its way already. */
	if (write(worker->wake_fd, &one, sizeof one) < 0)
		return;
}

/* ---- accepting --------------------------------------------------------------- */

static void refuse_connection(struct worker *worker, int fd)
{
	static const char busy[] =
	    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

	(void)send(fd, busy, sizeof busy - 1, MSG_NOSIGNAL | MSG_DONTWAIT); /* a courtesy: the close says it too */
	close(fd);
	if (desk_may_log_refusal(&worker->desk))
		log_write(worker->edge->face.world.log, LOG_WARN, "http.connection_refused",
			  LOG_Z("why",
				"as many connections are open as http.connections_max or connections_per_ip_max allow"),
			  LOG_END);
}

/* Through a proxy of ours everybody comes from one address: live streams are counted by the address that it names. */
static bool is_proxy(const struct edge *edge, const struct sockaddr_storage *peer)
{
	struct ent_str proxies = edge->face.entrance->ways.proxies;
	char text[PEER_SIZE];

	if (!proxies.n)
		return false;
	peers_text(peer, text);
	return range_holds(proxies, sdk_str(text));
}

static void accept_one(struct worker *worker, int fd, const struct sockaddr_storage *peer)
{
	struct edge *edge = worker->edge;
	uint32_t bucket = peers_bucket(&edge->peers, peer);
	int most = is_proxy(edge, peer) ? 0 : edge->face.limits.connections_per_ip_max;
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET};
	struct conn *conn;
	int one = 1;

	if (atomic_fetch_add(&edge->n_connection, 1) >= edge->face.limits.connections_max ||
	    !peers_enter(&edge->peers, bucket, most)) {
		atomic_fetch_sub(&edge->n_connection, 1);
		refuse_connection(worker, fd);
		return;
	}
	metric_add(edge->face.world.metrics, METRIC_HTTP_CONNECTIONS, 1);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); /* only costs latency */
	conn = conn_new(worker, fd, bucket, peer);
	conn->next = worker->conns;
	if (conn->next != NULL)
		conn->next->prev = conn;
	worker->conns = conn;
	worker->n_conn++;
	event.data.ptr = conn;
	if (epoll_ctl(worker->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
		conn_end(conn);
	else
		conn_go(conn);
}

static void listen_set(struct worker *worker, bool on)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = &worker->listen_fd};

	if (worker->accepting != on && worker->listen_fd >= 0 &&
	    epoll_ctl(worker->epoll_fd, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, worker->listen_fd, &event) == 0)
		worker->accepting = on;
}

static void accept_waiting(struct worker *worker)
{
	for (int i = 0; i < ACCEPTS_MAX; i++) {
		struct sockaddr_storage peer = {0};
		socklen_t n = sizeof peer;
		int fd = accept4(worker->listen_fd, (struct sockaddr *)&peer, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			accept_one(worker, fd, &peer);
		} else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			/* The connections stay in the backlog; we try again within a second. */
			listen_set(worker, false);
			log_write(worker->edge->face.world.log, LOG_ERROR, "http.accept_failed",
				  LOG_Z("why", strerror(errno)), LOG_END);
			return;
		} else if (errno != EINTR && errno != ECONNABORTED) {
			return;
		}
	}
}

/* ---- what others left for this worker ------------------------------------------ */

static void wake_drain(struct worker *worker)
{
	uint64_t n;

	if (read(worker->wake_fd, &n, sizeof n) < 0)
		return; /* nothing was there: as good */
}

static void worker_take_mail(struct worker *worker)
{
	struct desk *desk = &worker->desk;
	struct mail mail = mailbox_take(&desk->mailbox);

	desk->pump |= mail.is_rung;
	for (struct note *note = mail.note, *next; note != NULL; note = next) {
		next = note->next; /* the note is freed together with its exchange */
		conn_came_back(conn_of(note->of));
	}
	if (mail.latest != NULL) {
		roster_unref(desk->roster);
		desk->roster = mail.latest;
	}
}

static void go_on_ready(struct worker *worker)
{
	struct conn *conn = worker->ready, *next;

	worker->ready = NULL;
	for (; conn != NULL; conn = next) {
		next = conn->next_ready;
		conn->is_ready = false;
		conn_go(conn);
	}
}

/* ---- time ------------------------------------------------------------------------ */

static void serve_streams(struct worker *worker)
{
	struct desk *desk = &worker->desk;

	desk->pump = false;
	worker->pumped_us = desk->now_us;
	for (struct stream *stream = desk->streams, *next; stream != NULL; stream = next) {
		struct conn *conn = conn_of(stream->x);

		next = stream->next;
		if (!live_stands(desk, stream))
			conn_end(conn);
		else if (live_fill(desk, stream, &conn->out, conn->n_sent))
			conn_go(conn); /* may end the stream */
	}
}

static void keep_streams_open(struct worker *worker)
{
	presence_step(worker->edge->face.presence, worker->desk.now_us);
	for (struct stream *stream = worker->desk.streams, *next; stream != NULL; stream = next) {
		struct conn *conn = conn_of(stream->x);

		next = stream->next;
		if (!live_stands(&worker->desk, stream))
			conn_end(conn);
		else if (live_people_fill(&worker->desk, stream, &conn->out) ||
			 live_heartbeat(&worker->desk, stream, &conn->out))
			conn_go(conn);
	}
}

static void every_second(struct worker *worker)
{
	worker->ticked_us = worker->desk.now_us;
	worker->desk.refused_logs = worker->edge->face.limits.refused_logs;
	for (struct conn *conn = worker->conns, *next; conn != NULL; conn = next) {
		next = conn->next;
		if (conn->deadline_us != 0 && conn->deadline_us <= worker->desk.now_us)
			conn_timeout(conn);
	}
	keep_streams_open(worker);
	if (worker->drains_us == 0)
		listen_set(worker, true);
	if (db_failed(worker->desk.db) && desk_reopen(&worker->desk))
		worker->desk.pump = true;
}

static void drain_begin(struct worker *worker)
{
	worker->drains_us = worker->desk.now_us;
	accept_waiting(worker); /* the backlog would be reset; these get one answer each */
	listen_set(worker, false);
	close(worker->listen_fd);
	worker->listen_fd = -1;
	for (struct conn *conn = worker->conns, *next; conn != NULL; conn = next) {
		next = conn->next;
		conn_drain(conn);
	}
}

/* ---- the loop ---------------------------------------------------------------------- */

static int timeout_ms(const struct worker *worker)
{
	int64_t due_us = worker->ticked_us + TICK_US;

	if (worker->ready != NULL)
		return 0;
	if (worker->desk.pump && worker->desk.streams != NULL && worker->pumped_us + PUMP_US < due_us)
		due_us = worker->pumped_us + PUMP_US;
	due_us -= worker->desk.now_us;
	return due_us <= 0 ? 0 : (int)((due_us + 999) / 1000);
}

static void bury_dead(struct worker *worker)
{
	while (worker->grave != NULL) {
		struct conn *conn = worker->grave;

		if (conn->is_ready) /* in the ready list still: next turn */
			return;
		worker->grave = conn->next_grave;
		conn_free(conn);
	}
}

/* True: nothing is under way any more, or it took too long. */
static bool has_ended(struct worker *worker)
{
	bool late = worker->drains_us != 0 &&
		    worker->desk.now_us - worker->drains_us > (int64_t)worker->edge->face.limits.drain_s * 1000000;

	if (!atomic_load(&worker->edge->face.stopping) || (worker->n_conn > 0 && !late))
		return false;
	for (struct conn *conn = worker->conns, *next; conn != NULL; conn = next) {
		next = conn->next;
		if (conn->x.n_waiting == 0)
			conn_end(conn);
	}
	worker->abandoned = worker->n_conn > 0;
	return true;
}

static void one_turn(struct worker *worker, const struct epoll_event *event, int n)
{
	for (int i = 0; i < n; i++) {
		if (event[i].data.ptr == &worker->wake_fd)
			wake_drain(worker);
		else if (event[i].data.ptr == &worker->listen_fd)
			accept_waiting(worker);
		else
			conn_event(event[i].data.ptr, event[i].events);
	}
	worker_take_mail(worker);
	go_on_ready(worker);
	if (worker->desk.pump && worker->desk.streams != NULL && worker->desk.now_us - worker->pumped_us >= PUMP_US)
		serve_streams(worker);
	if (worker->desk.now_us - worker->ticked_us >= TICK_US)
		every_second(worker);
	if (atomic_load(&worker->edge->face.draining) && worker->drains_us == 0)
		drain_begin(worker);
}

static void *worker_main(void *arg)
{
	struct worker *worker = arg;
	struct epoll_event event[EVENTS_MAX];

	pthread_setname_np(pthread_self(), "edge");
	desk_sample(&worker->desk);
	worker->ticked_us = worker->desk.now_us;
	do {
		int n = epoll_wait(worker->epoll_fd, event, EVENTS_MAX, timeout_ms(worker));

		desk_sample(&worker->desk);
		one_turn(worker, event, n);
		bury_dead(worker);
	} while (!has_ended(worker));
	go_on_ready(worker); /* takes the ended ones off its list */
	bury_dead(worker);
	return NULL;
}

enum ent_rc worker_start(struct worker *worker, struct edge *edge, int listen_fd, struct roster *roster,
			 struct ent_err *err)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = &worker->wake_fd};
	char name[16];
	enum ent_rc rc;

	*worker = (struct worker){.edge = edge, .listen_fd = listen_fd, .epoll_fd = -1, .wake_fd = -1};
	snprintf(name, sizeof name, "http-%d", (int)(worker - edge->worker));
	rc = desk_open(&worker->desk, &edge->face, name, worker_wake, worker, err);
	worker->desk.roster = roster;
	worker->desk.packer = packer_new();
	if (rc != ENT_OK)
		return rc;
	worker->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	worker->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (worker->epoll_fd < 0 || worker->wake_fd < 0 ||
	    epoll_ctl(worker->epoll_fd, EPOLL_CTL_ADD, worker->wake_fd, &event) != 0)
		return sdk_fail(err, ENT_EINVAL, "an http thread cannot wait for events: %s", strerror(errno));
	listen_set(worker, true);
	if (!worker->accepting || pthread_create(&worker->id, NULL, worker_main, worker) != 0)
		return sdk_fail(err, ENT_EINVAL, "an http thread cannot be started");
	worker->started = true;
	return ENT_OK;
}

void worker_release(struct worker *worker)
{
	if (worker->listen_fd >= 0)
		close(worker->listen_fd);
	if (worker->epoll_fd >= 0)
		close(worker->epoll_fd);
	if (worker->wake_fd >= 0)
		close(worker->wake_fd);
	desk_close(&worker->desk);
}
