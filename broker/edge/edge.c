/* SPDX-License-Identifier: Apache-2.0 */
/* Start, reload and stop of the server: sockets, workers, readers. */
#include "edge/edge.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "edge/worker.h"

#define BACKLOG     1024
#define WORKERS_MAX 64

/* A password takes a tenth of a second of a core and 32 MiB. Two at once, behind everybody else. */
enum { HASHERS = 2, HASHES_MAX = 32, HASHERS_NICE = 10 };
/* A provider may take seconds. */
enum { ASKERS = 4, ASKS_MAX = 64 };
/* The disk may be slow. */
enum { FILERS = 2, FILES_MAX = 64 };

/* ---- sockets ----------------------------------------------------------------------- */

static int socket_bind(const struct addrinfo *address, bool shared)
{
	int one = 1, fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
	    (!shared || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one) == 0) &&
	    bind(fd, address->ai_addr, address->ai_addrlen) == 0 && (!shared || listen(fd, BACKLOG) == 0))
		return fd;
	close(fd);
	return -1;
}

static in_port_t *port_of(struct sockaddr *address)
{
	return address->sa_family == AF_INET6 ? &((struct sockaddr_in6 *)address)->sin6_port
					      : &((struct sockaddr_in *)address)->sin_port;
}

/* Our workers share the port. Without this check we would share it with another broker too, which would get half of the
 * arrivals. */
static bool is_free(const struct addrinfo *address)
{
	int fd = socket_bind(address, false);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool sockets_open(struct addrinfo *address, int *fd, int n)
{
	for (int i = 0; i < n; i++) {
		struct sockaddr_storage bound;
		socklen_t size = sizeof bound;

		fd[i] = socket_bind(address, true);
		if (fd[i] < 0 || getsockname(fd[i], (struct sockaddr *)&bound, &size) != 0)
			return false;
		*port_of(address->ai_addr) = *port_of((struct sockaddr *)&bound); /* the others join the first */
	}
	return true;
}

/* Fills fd[n]; on failure those that are open are closed. */
static enum ent_rc sockets_listen(struct edge *edge, int *fd, int n, struct ent_err *err)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV};
	struct addrinfo *address;
	char port[16];
	bool opened;

	snprintf(port, sizeof port, "%d", edge->options.port);
	if (getaddrinfo(edge->options.listen.p, port, &hints, &address) != 0)
		return sdk_fail(err, ENT_EINVAL, "http.listen: \"%s\" is no IP address", edge->options.listen.p);
	opened = is_free(address) && sockets_open(address, fd, n);
	if (!opened)
		sdk_fail(err, ENT_EINVAL, "http.listen: %s port %s cannot be listened on: %s", edge->options.listen.p,
			 port, strerror(errno));
	edge->port = ntohs(*port_of(address->ai_addr));
	freeaddrinfo(address);
	for (int i = 0; i < n && !opened; i++) {
		if (fd[i] >= 0)
			close(fd[i]);
		fd[i] = -1;
	}
	return opened ? ENT_OK : ENT_EINVAL;
}

/* ---- start and end ----------------------------------------------------------------------- */

static int int_between(int n, int min, int max)
{
	return n < min ? min : n > max ? max : n;
}

static struct face_options face_options(const struct edge_options *options)
{
	struct face_options ret = {.limits = {LIMITS_FIXED, .head_max = options->header_max,
					      .body_max = options->body_max, .request_s = options->request_s,
					      .idle_s = options->idle_s, .connections_max = options->connections_max,
					      .connections_per_ip_max = options->connections_per_ip_max,
					      .streams_max = options->sse_max, .undo_ms = options->undo_ms,
					      .upload_max = options->upload_max, .staged_max = options->staged_max,
					      .files_max = options->files_max, .upload_checks = options->upload_checks},
				   .read_ms = options->read_ms,
				   .presence = options->presence,
				   .store_path = options->store_path,
				   .source = options->source,
				   .ways = options->ways};

	if (ret.limits.head_s > ret.limits.request_s)
		ret.limits.head_s = ret.limits.request_s;
	return ret;
}

static struct edge *edge_new(const struct edge_options *options, const struct face_world *world)
{
	struct edge *edge = sdk_xalloc(sizeof *edge);
	struct face_options for_face = face_options(options);

	memset(edge, 0, sizeof *edge);
	face_open(&edge->face, &for_face, world);
	edge->face.read = readers_take;
	edge->face.readers = &edge->readers;
	edge->face.hashers = &edge->hashers;
	edge->face.askers = &edge->askers;
	edge->face.filers = &edge->filers;
	edge->options = *options;
	edge->options.listen = (struct ent_str){sdk_z(&edge->face.arena.abi, options->listen), options->listen.n};
	edge->options.threads = int_between(options->threads, 1, WORKERS_MAX);
	edge->options.read_threads = int_between(options->read_threads, 1, READERS_MAX);
	readers_open(&edge->readers, "reader", edge->face.limits.reads_max, 0);
	readers_open(&edge->hashers, "hasher", HASHES_MAX, HASHERS_NICE);
	readers_open(&edge->askers, "asker", ASKS_MAX, 0);
	readers_open(&edge->filers, "filer", FILES_MAX, 0);
	world->chance->bytes(world->chance, edge->peers.key, sizeof edge->peers.key);
	edge->worker = sdk_xalloc((size_t)edge->options.threads * sizeof *edge->worker);
	return edge;
}

static void edge_free(struct edge *edge)
{
	for (int i = 0; i < edge->n_worker; i++)
		worker_release(&edge->worker[i]);
	free(edge->worker);
	readers_close(&edge->readers);
	readers_close(&edge->hashers);
	readers_close(&edge->askers);
	readers_close(&edge->filers);
	face_close(&edge->face);
	free(edge);
}

/* Signals are handled by the main thread only. */
static enum ent_rc threads_start(struct edge *edge, const int *fd, struct supplier_set *suppliers, struct ent_err *err)
{
	enum ent_rc rc = ENT_OK;
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	rc = readers_start(&edge->readers, &edge->face, edge->options.read_threads, err);
	if (rc == ENT_OK)
		rc = readers_start(&edge->hashers, &edge->face, HASHERS, err);
	if (rc == ENT_OK)
		rc = readers_start(&edge->askers, &edge->face, ASKERS, err);
	if (rc == ENT_OK)
		rc = readers_start(&edge->filers, &edge->face, FILERS, err);
	while (rc == ENT_OK && edge->n_worker < edge->options.threads) {
		struct roster *roster;

		rc = roster_open(suppliers, true, &roster, err);
		if (rc != ENT_OK)
			break;
		rc = worker_start(&edge->worker[edge->n_worker], edge, fd[edge->n_worker], roster, err);
		edge->n_worker++;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

/* Without public_url people of this machine come in at the address that we listen on. */
static void own_address(struct edge *edge)
{
	struct entrance *entrance = edge->face.entrance;
	struct ent_str host = edge->options.listen;
	bool v6 = memchr(host.p, ':', host.n);

	if (entrance->ways.public_url.n == 0)
		(void)entrance_at(entrance, sdk_format(&edge->face.arena.abi, "http://%s%.*s%s:%d", v6 ? "[" : "",
						       ENT_F(host), v6 ? "]" : "", edge->port)); /* others: none */
}

struct ent_str edge_public_url(const struct edge *edge, bool *ret_is_plain)
{
	*ret_is_plain = edge->face.entrance->is_plain;
	return edge->face.entrance->ways.public_url;
}

enum ent_rc edge_start(const struct edge_options *options, const struct face_world *world,
		       struct supplier_set *suppliers, struct edge **ret, struct ent_err *err)
{
	struct edge *edge = edge_new(options, world);
	int fd[WORKERS_MAX];
	enum ent_rc rc;

	memset(fd, -1, sizeof fd);
	rc = sockets_listen(edge, fd, edge->options.threads, err);
	own_address(edge);
	if (rc == ENT_OK)
		rc = threads_start(edge, fd, suppliers, err);
	if (rc == ENT_OK) {
		*ret = edge;
		return ENT_OK;
	}
	for (int i = edge->n_worker; i < WORKERS_MAX; i++) /* those no worker took over */
		if (fd[i] >= 0)
			close(fd[i]);
	edge_drain(edge);
	edge_stop(edge);
	return rc;
}

int edge_port(const struct edge *edge)
{
	return edge->port;
}

enum ent_rc edge_reload(struct edge *edge, struct supplier_set *suppliers, struct ent_err *err)
{
	struct roster *roster[WORKERS_MAX];

	for (int i = 0; i < edge->n_worker; i++) {
		enum ent_rc rc = roster_open(suppliers, true, &roster[i], err);

		if (rc == ENT_OK)
			continue;
		while (i > 0)
			roster_unref(roster[--i]);
		return rc;
	}
	for (int i = 0; i < edge->n_worker; i++)
		roster_unref(mailbox_replace(&edge->worker[i].desk.mailbox, roster[i]));
	return ENT_OK;
}

void edge_notify(struct edge *edge, int64_t seq)
{
	atomic_store(&edge->face.last_seq, seq);
	if (atomic_load(&edge->face.n_stream) == 0)
		return;
	for (int i = 0; i < edge->n_worker; i++)
		mailbox_ring(&edge->worker[i].desk.mailbox);
}

void edge_drain(struct edge *edge)
{
	atomic_store(&edge->face.draining, true);
	for (int i = 0; i < edge->n_worker; i++)
		if (edge->worker[i].started)
			mailbox_ring(&edge->worker[i].desk.mailbox);
}

void edge_stop(struct edge *edge)
{
	bool abandoned = false;

	atomic_store(&edge->face.stopping, true);
	edge_drain(edge);
	for (int i = 0; i < edge->n_worker; i++) {
		if (!edge->worker[i].started)
			continue;
		pthread_join(edge->worker[i].id, NULL);
		abandoned |= edge->worker[i].abandoned;
	}
	if (!abandoned) {
		readers_stop(&edge->readers);
		readers_stop(&edge->hashers);
		readers_stop(&edge->askers);
		readers_stop(&edge->filers);
	}
	/* The writer still holds jobs: what they point to has to outlive them, and the process is about to end. */
	if (!abandoned)
		edge_free(edge);
}
