/* SPDX-License-Identifier: Apache-2.0 */
#include "link/transfers_curl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "link/sending.h"

#define EVENTS_MAX  64       /* looked at in one go */
#define WAIT_MAX_US 60000000 /* without any time-out of the caller's */

struct pool {
	struct pool *next;
	struct curl_transfers *of;
	char *name;  /* the supplier's */
	char *rules; /* of the connection: as they were when its connections were made */
	CURLM *multi;
	struct sending *sending;
	CURL *spare[POOL_SPARES];
	size_t n_sending, n_spare;
	int64_t due_us;  /* curl's next timer; INT64_MAX: none */
	int64_t idle_us; /* since when nothing is sent */
	bool retired;    /* settings changed: it ends with its last request */
};

struct curl_transfers {
	struct transfers api; /* first */
	int epoll, event;
	struct pool *pool;
	struct pool **by_fd; /* whose socket it is */
	size_t n_fd;
	struct sending *ended, **ended_tail, *handed; /* handed: the caller's until its next call */
};

static struct curl_transfers *of_api(struct transfers *transfers)
{
	return (struct curl_transfers *)(void *)transfers;
}

static void ended_add(struct curl_transfers *t, struct sending *sending)
{
	sending->next = NULL;
	sending->pool = NULL;
	*t->ended_tail = sending;
	t->ended_tail = &sending->next;
}

/* ---- curl's sockets and timers ----------------------------------------------------------- */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *of, void *nothing)
{
	struct pool *pool = of;
	struct curl_transfers *t = pool->of;
	struct epoll_event event = {.data.fd = fd};

	(void)easy, (void)nothing;
	if (fd < 0)
		return -1;
	if (what == CURL_POLL_REMOVE) {
		if ((size_t)fd < t->n_fd && t->by_fd[fd] == pool)
			t->by_fd[fd] = NULL;
		(void)epoll_ctl(t->epoll, EPOLL_CTL_DEL, fd, NULL); /* it may be closed already */
		return 0;
	}
	if ((size_t)fd >= t->n_fd) {
		size_t n = (size_t)fd + 64;

		t->by_fd = sdk_xrealloc(t->by_fd, n * sizeof(*t->by_fd));
		memset(t->by_fd + t->n_fd, 0, (n - t->n_fd) * sizeof(*t->by_fd));
		t->n_fd = n;
	}
	t->by_fd[fd] = pool;
	event.events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
	if (epoll_ctl(t->epoll, EPOLL_CTL_ADD, fd, &event) == 0)
		return 0;
	return errno == EEXIST && epoll_ctl(t->epoll, EPOLL_CTL_MOD, fd, &event) == 0 ? 0 : -1;
}

static int on_timer(CURLM *multi, long timeout_ms, void *of)
{
	struct pool *pool = of;

	(void)multi;
	pool->due_us = timeout_ms < 0 ? INT64_MAX : system_mono_us() + timeout_ms * INT64_C(1000);
	return 0;
}

/* ---- pools ---------------------------------------------------------------------------------- */

/* The rules by which its connections were vetted. Another allow list or CA needs other connections. */
static char *rules_of(const struct supplier_link *link)
{
	struct sdk_buf buf;

	sdk_buf_init(&buf, 1 << 20);
	sdk_buf_str(&buf, link->ca_file);
	for (size_t i = 0; i < link->n_allow; i++)
		sdk_buf_format(&buf, "\n%.*s", ENT_F(link->allow[i]));
	sdk_buf_char(&buf, '\0');
	return buf.p;
}

static struct pool *pool_new(struct curl_transfers *t, struct ent_str name, char *rules)
{
	struct pool *pool = sdk_xalloc(sizeof *pool);

	*pool = (struct pool){.next = t->pool, .of = t, .rules = rules, .due_us = INT64_MAX};
	pool->idle_us = system_mono_us();
	pool->name = sdk_xalloc(name.n + 1);
	memcpy(pool->name, name.p, name.n);
	pool->name[name.n] = '\0';
	pool->multi = curl_multi_init();
	if (!pool->multi || curl_multi_setopt(pool->multi, CURLMOPT_SOCKETFUNCTION, on_socket) ||
	    curl_multi_setopt(pool->multi, CURLMOPT_SOCKETDATA, pool) ||
	    curl_multi_setopt(pool->multi, CURLMOPT_TIMERFUNCTION, on_timer) ||
	    curl_multi_setopt(pool->multi, CURLMOPT_TIMERDATA, pool) ||
	    curl_multi_setopt(pool->multi, CURLMOPT_MAXCONNECTS, (long)POOL_CONNECTIONS))
		abort(); /* memory, or another libcurl than this was built with */
	t->pool = pool;
	return pool;
}

/* Its last request must have ended. */
static void pool_free(struct curl_transfers *t, struct pool *pool)
{
	struct pool **at = &t->pool;

	while (*at != pool)
		at = &(*at)->next;
	*at = pool->next;
	for (size_t i = 0; i < pool->n_spare; i++)
		curl_easy_cleanup(pool->spare[i]);
	(void)curl_multi_cleanup(pool->multi); /* no handle is in it */
	for (size_t i = 0; i < t->n_fd; i++)
		if (t->by_fd[i] == pool)
			t->by_fd[i] = NULL;
	free(pool->name);
	free(pool->rules);
	free(pool);
}

static struct pool *pool_for(struct curl_transfers *t, const struct transfer *transfer)
{
	char *rules = rules_of(transfer->link);

	for (struct pool *pool = t->pool; pool; pool = pool->next) {
		if (pool->retired || !sdk_eqz(transfer->supplier, pool->name))
			continue;
		if (strcmp(pool->rules, rules) == 0) {
			free(rules);
			return pool;
		}
		pool->retired = true;
	}
	return pool_new(t, transfer->supplier, rules);
}

/* Takes a request back from curl; its `end` is set. */
static void sending_leave(struct pool *pool, struct sending *sending)
{
	struct sending **at = &pool->sending;

	while (*at != sending)
		at = &(*at)->next;
	*at = sending->next;
	if (--pool->n_sending == 0)
		pool->idle_us = system_mono_us();
	(void)curl_multi_remove_handle(pool->multi, sending->easy); /* it is in it */
	if (pool->n_spare < POOL_SPARES) {
		curl_easy_reset(sending->easy);
		pool->spare[pool->n_spare++] = sending->easy;
	} else {
		curl_easy_cleanup(sending->easy);
	}
	sending->easy = NULL;
	ended_add(pool->of, sending);
}

/* Sends it again, to where the answer redirects it. False: it has ended. */
static bool sending_goes_on(struct pool *pool, struct sending *sending)
{
	if (!sending_follow(sending))
		return false;
	(void)curl_multi_remove_handle(pool->multi, sending->easy); /* it is in it */
	curl_easy_reset(sending->easy);
	if (sending_prepare(sending, sending->easy) && curl_multi_add_handle(pool->multi, sending->easy) == CURLM_OK)
		return true;
	if (sending->end.why.msg[0] == '\0')
		sending_give_up(sending, "curl does not take it");
	return false;
}

static void pool_collect(struct pool *pool)
{
	int left;

	for (CURLMsg *message; (message = curl_multi_info_read(pool->multi, &left));) {
		CURL *easy = message->easy_handle;
		CURLcode code = message->data.result; /* the message is gone with the handle */
		struct sending *sending = NULL;

		if (message->msg != CURLMSG_DONE ||
		    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)(void *)&sending) != CURLE_OK)
			continue;
		sending_judge(sending, code);
		if (!sending_goes_on(pool, sending))
			sending_leave(pool, sending);
	}
}

static void pools_reap(struct curl_transfers *t, int64_t now_us)
{
	for (struct pool *pool = t->pool, *next; pool; pool = next) {
		next = pool->next;
		if (pool->n_sending == 0 && (pool->retired || now_us - pool->idle_us > POOL_IDLE_US))
			pool_free(t, pool);
	}
}

/* ---- moving ------------------------------------------------------------------------------- */

static void event_take(struct curl_transfers *t, const struct epoll_event *event)
{
	int fd = event->data.fd, running, what = 0;
	uint64_t many;

	if (fd == t->event) {
		(void)!read(t->event, &many, sizeof many); /* it has woken us */
		return;
	}
	if ((size_t)fd >= t->n_fd || !t->by_fd[fd])
		return;
	what |= event->events & EPOLLIN ? CURL_CSELECT_IN : 0;
	what |= event->events & EPOLLOUT ? CURL_CSELECT_OUT : 0;
	what |= event->events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0;
	(void)curl_multi_socket_action(t->by_fd[fd]->multi, fd, what, &running); /* each request tells what failed */
}

static void curl_move(struct curl_transfers *t, int timeout_ms)
{
	struct epoll_event event[EVENTS_MAX];
	int n = epoll_wait(t->epoll, event, EVENTS_MAX, timeout_ms), running;
	int64_t now_us = system_mono_us();

	for (int i = 0; i < n; i++)
		event_take(t, &event[i]);
	for (struct pool *pool = t->pool; pool; pool = pool->next) {
		if (pool->due_us <= now_us) {
			pool->due_us = INT64_MAX; /* before the call: it may set another */
			(void)curl_multi_socket_action(pool->multi, CURL_SOCKET_TIMEOUT, 0, &running);
		}
		if (pool->n_sending > 0)
			pool_collect(pool);
	}
	pools_reap(t, now_us);
}

void transfers_curl_wait(struct transfers *transfers, int timeout_ms)
{
	struct curl_transfers *t = of_api(transfers);
	int64_t least_us = timeout_ms < 0 ? WAIT_MAX_US : timeout_ms * INT64_C(1000), now_us = system_mono_us();

	if (t->ended)
		least_us = 0;
	for (struct pool *pool = t->pool; pool; pool = pool->next)
		if (pool->due_us < now_us + least_us)
			least_us = pool->due_us > now_us ? pool->due_us - now_us : 0;
	curl_move(t, (int)((least_us + 999) / 1000)); /* up: earlier would find nothing due */
}

void transfers_curl_wake(struct transfers *transfers)
{
	uint64_t one = 1;

	(void)!write(of_api(transfers)->event, &one, sizeof one); /* full: it is awake */
}

/* ---- struct transfers ------------------------------------------------------------------------ */

static void curl_start(struct transfers *transfers, const struct transfer *transfer)
{
	struct curl_transfers *t = of_api(transfers);
	struct sending *sending = sdk_xalloc(sizeof *sending);
	struct pool *pool;

	*sending = (struct sending){.began_us = system_mono_us()};
	if (!sending_take(sending, transfer)) {
		ended_add(t, sending);
		return;
	}
	pool = pool_for(t, transfer);
	sending->pool = pool;
	sending->easy = pool->n_spare > 0 ? pool->spare[--pool->n_spare] : curl_easy_init();
	if (!sending->easy)
		abort();
	if (!sending_prepare(sending, sending->easy) || curl_multi_add_handle(pool->multi, sending->easy) != CURLM_OK) {
		curl_easy_cleanup(sending->easy);
		sending->easy = NULL;
		if (sending->end.why.msg[0] == '\0')
			sending_give_up(sending, "curl does not take it");
		ended_add(t, sending);
		return;
	}
	sending->next = pool->sending;
	pool->sending = sending;
	pool->n_sending++;
}

static bool curl_next(struct transfers *transfers, struct transfer_end *ret)
{
	struct curl_transfers *t = of_api(transfers);

	if (t->handed)
		sending_free(t->handed);
	t->handed = NULL;
	if (!t->ended)
		curl_move(t, 0);
	if (!t->ended)
		return false;
	t->handed = t->ended;
	t->ended = t->handed->next;
	if (!t->ended)
		t->ended_tail = &t->ended;
	*ret = t->handed->end;
	return true;
}

static void pool_give_up(struct curl_transfers *t, struct pool *pool, const char *why)
{
	pool_collect(pool); /* what has ended is not given up */
	while (pool->sending) {
		sending_give_up(pool->sending, why);
		sending_leave(pool, pool->sending);
	}
	pool_free(t, pool);
}

static void curl_drop(struct transfers *transfers, struct ent_str supplier)
{
	struct curl_transfers *t = of_api(transfers);

	for (struct pool *pool = t->pool, *next; pool; pool = next) {
		next = pool->next;
		if (sdk_eqz(supplier, pool->name))
			pool_give_up(t, pool, "the supplier's settings changed meanwhile");
	}
}

void transfers_curl_give_up(struct transfers *transfers)
{
	struct curl_transfers *t = of_api(transfers);

	while (t->pool)
		pool_give_up(t, t->pool, "the broker ends");
}

struct transfers *transfers_curl_new(void)
{
	struct curl_transfers *t = sdk_xalloc(sizeof *t);
	struct epoll_event event = {.events = EPOLLIN};

	*t = (struct curl_transfers){.api = {curl_start, curl_next, curl_drop}};
	t->ended_tail = &t->ended;
	t->epoll = epoll_create1(EPOLL_CLOEXEC);
	t->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	event.data.fd = t->event;
	if (t->epoll < 0 || t->event < 0 || epoll_ctl(t->epoll, EPOLL_CTL_ADD, t->event, &event) != 0)
		abort(); /* no descriptors at the start */
	return &t->api;
}

void transfers_curl_free(struct transfers *transfers)
{
	struct curl_transfers *t = transfers ? of_api(transfers) : NULL;

	if (!t)
		return;
	transfers_curl_give_up(transfers);
	for (struct sending *sending = t->ended, *next; sending; sending = next) {
		next = sending->next;
		sending_free(sending);
	}
	if (t->handed)
		sending_free(t->handed);
	(void)close(t->epoll);
	(void)close(t->event);
	free(t->by_fd);
	free(t);
}
