/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A load generator for webhooks: keep-alive connections on one epoll loop, every request
 * prepared and signed before the clock starts, so that it costs little beside the server
 * it shares the machine with. Closed loop (as fast as answers come), or open loop with
 * --rate, where latency counts from when a request was due, not from when it was sent.
 * Prints one JSON line.
 *
 * The body is a template: @TICKET@, @VERSION@ (from 1), @SEQ@ and @TIME@ are replaced.
 * Three versions of 1,024 tickets come before the next 1,024 tickets, so that each ticket's
 * own deliveries are far apart and in order.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <openssl/hmac.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TICKETS_PER_BLOCK 1024
#define VERSIONS          3
#define ANSWER_MAX        65536

struct span {
	size_t at;
	uint32_t n;
};
struct connection {
	int fd;
	int64_t request;   /* under way, -1: idle */
	int64_t due_ns;    /* latency counts from here */
	size_t sent, n_in; /* bytes */
	char in[ANSWER_MAX];
};
struct load {
	int port, n_connection;
	const char *path, *body, *secret_file, *log;
	int64_t first, count, rate;
	double seconds;
	bool get;

	char *text; /* all requests, one after the other */
	size_t n_text, cap_text;
	struct span *request;
	struct connection *connection;
	int *idle, n_idle, epoll;
	int64_t next, answered, failed, reopened, started_ns, ends_ns;
	uint32_t *latency_us;
	int64_t *sent_us; /* wall clock, for joining with what a consumer saw */
	int64_t status[600];
};

static int64_t now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void *grow(void *p, size_t n)
{
	p = realloc(p, n);
	if (!p)
		die("memory");
	return p;
}

static char *read_all(const char *path, size_t *ret_n)
{
	FILE *f = fopen(path, "r");
	char *p = grow(NULL, 1 << 20);

	if (!f)
		die(path);
	*ret_n = fread(p, 1, (1 << 20) - 1, f);
	p[*ret_n] = 0;
	fclose(f);
	return p;
}

/* ---- requests -------------------------------------------------------------- */

static void add(struct load *load, const void *p, size_t n)
{
	if (load->n_text + n > load->cap_text) {
		load->cap_text = (load->n_text + n) * 2;
		load->text = grow(load->text, load->cap_text);
	}
	memcpy(load->text + load->n_text, p, n);
	load->n_text += n;
}

static size_t fill_template(const char *template, int64_t seq, char *out, size_t size)
{
	int64_t block = seq / (TICKETS_PER_BLOCK * VERSIONS), in_block = seq % (TICKETS_PER_BLOCK * VERSIONS);
	long long ticket = (long long)(block * TICKETS_PER_BLOCK + in_block % TICKETS_PER_BLOCK);
	long long version = (long long)(in_block / TICKETS_PER_BLOCK + 1);
	time_t t = (time_t)(1700000000 + seq / 1000);
	struct tm tm;
	size_t n = 0;

	gmtime_r(&t, &tm);
	for (const char *p = template; *p && n + 64 < size;) {
		if (!strncmp(p, "@TICKET@", 8)) {
			n += (size_t)snprintf(out + n, size - n, "%lld", ticket);
			p += 8;
		} else if (!strncmp(p, "@VERSION@", 9)) {
			n += (size_t)snprintf(out + n, size - n, "%lld", version);
			p += 9;
		} else if (!strncmp(p, "@SEQ@", 5)) {
			n += (size_t)snprintf(out + n, size - n, "%lld", (long long)seq);
			p += 5;
		} else if (!strncmp(p, "@TIME@", 6)) {
			n += strftime(out + n, size - n, "%Y-%m-%d %H:%M:%S", &tm);
			p += 6;
		} else {
			size_t plain = strcspn(p + 1, "@") + 1;
			plain = plain < size - 64 - n ? plain : size - 64 - n;
			memcpy(out + n, p, plain);
			n += plain;
			p += plain;
		}
	}
	return n;
}

static void prepare(struct load *load)
{
	size_t n_template = 0, n_secret = 0;
	char *template = load->get ? NULL : read_all(load->body, &n_template);
	char *secret = load->secret_file ? read_all(load->secret_file, &n_secret) : NULL;
	size_t size = n_template * 2 + 4096;
	char *body = grow(NULL, size), head[1024];

	while (n_secret && (secret[n_secret - 1] == '\n' || secret[n_secret - 1] == '\r'))
		n_secret--;
	load->request = grow(NULL, (size_t)load->count * sizeof *load->request);
	for (int64_t i = 0; i < load->count; i++) {
		size_t at = load->n_text, n_body = 0;
		int n = snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n",
				 load->get ? "GET" : "POST", load->path, load->port);
		if (!load->get) {
			n_body = fill_template(template, load->first + i, body, size);
			n += snprintf(head + n, sizeof head - (size_t)n,
				      "Content-Type: application/json\r\nContent-Length: %zu\r\nX-Entente-Delivery: "
				      "load-%lld\r\n",
				      n_body, (long long)(load->first + i));
		}
		if (secret) {
			unsigned char mac[EVP_MAX_MD_SIZE];
			unsigned n_mac;
			HMAC(EVP_sha256(), secret, (int)n_secret, (unsigned char *)body, n_body, mac, &n_mac);
			n += snprintf(head + n, sizeof head - (size_t)n, "X-Entente-Signature: sha256=");
			for (unsigned k = 0; k < n_mac; k++) {
				head[n++] = "0123456789abcdef"[mac[k] >> 4];
				head[n++] = "0123456789abcdef"[mac[k] & 15];
			}
			n += snprintf(head + n, sizeof head - (size_t)n, "\r\n");
		}
		n += snprintf(head + n, sizeof head - (size_t)n, "\r\n");
		add(load, head, (size_t)n);
		add(load, body, n_body);
		load->request[i] = (struct span){at, (uint32_t)(load->n_text - at)};
	}
	free(body);
	free(template);
	free(secret);
}

/* ---- connections ----------------------------------------------------------- */

static void open_connection(struct load *load, int i)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)load->port)};
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
	struct connection *c = &load->connection[i];
	int one = 1;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to) < 0)
		die("connect");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (fcntl(c->fd, F_SETFL, O_NONBLOCK) < 0 || epoll_ctl(load->epoll, EPOLL_CTL_ADD, c->fd, &event) < 0)
		die("epoll");
	c->request = -1;
	c->n_in = 0;
	load->idle[load->n_idle++] = i;
}

static void reopen_connection(struct load *load, int i)
{
	struct connection *c = &load->connection[i];

	if (c->request >= 0)
		load->failed++;
	load->reopened++;
	close(c->fd);
	open_connection(load, i);
}

static void watch(struct load *load, int i, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.u32 = (uint32_t)i};

	epoll_ctl(load->epoll, EPOLL_CTL_MOD, load->connection[i].fd, &event);
}

static void send_rest(struct load *load, int i)
{
	struct connection *c = &load->connection[i];
	struct span span = load->request[c->request];
	bool waited = c->sent > 0;
	ssize_t n = send(c->fd, load->text + span.at + c->sent, span.n - c->sent, MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN) {
		reopen_connection(load, i);
		return;
	}
	c->sent += n > 0 ? (size_t)n : 0;
	if (c->sent < span.n)
		watch(load, i, EPOLLIN | EPOLLOUT);
	else if (waited)
		watch(load, i, EPOLLIN);
}

static void send_next(struct load *load, int64_t due_ns)
{
	int i = load->idle[--load->n_idle];
	struct connection *c = &load->connection[i];

	c->request = load->next++;
	c->due_ns = due_ns;
	c->sent = c->n_in = 0;
	if (load->sent_us)
		load->sent_us[c->request] = now_ns(CLOCK_REALTIME) / 1000;
	send_rest(load, i);
}

/* 0: more to come; 1: one whole answer; 2: one, and the server closes. */
static int parse_answer(struct connection *c, int *ret_status)
{
	char *end, *field;
	size_t body = 0;

	c->in[c->n_in] = 0;
	end = strstr(c->in, "\r\n\r\n");
	if (!end || c->n_in < 12)
		return 0;
	*ret_status = atoi(c->in + 9);
	*end = 0;
	field = strcasestr(c->in, "\r\nContent-Length:");
	if (field)
		body = strtoul(field + 17, NULL, 10);
	bool closes = strcasestr(c->in, "\r\nConnection: close");
	*end = '\r';
	if (c->n_in < (size_t)(end + 4 - c->in) + body)
		return 0;
	return closes ? 2 : 1;
}

static void on_answer(struct load *load, int i, int status, bool closes)
{
	struct connection *c = &load->connection[i];
	int64_t us = (now_ns(CLOCK_MONOTONIC) - c->due_ns) / 1000;

	load->latency_us[load->answered++] = (uint32_t)(us < UINT32_MAX ? us : UINT32_MAX);
	if (status >= 100 && status < 600)
		load->status[status]++;
	c->request = -1;
	if (closes)
		reopen_connection(load, i);
	else
		load->idle[load->n_idle++] = i;
}

static void on_readable(struct load *load, int i)
{
	struct connection *c = &load->connection[i];
	ssize_t n = recv(c->fd, c->in + c->n_in, sizeof c->in - 1 - c->n_in, 0);
	int status = 0, got;

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		bool idle = c->request < 0;
		if (idle) { /* closed while idle: it stands in idle[] once already */
			for (int k = 0; k < load->n_idle; k++) {
				if (load->idle[k] == i) {
					load->idle[k] = load->idle[--load->n_idle];
					break;
				}
			}
		}
		reopen_connection(load, i);
		return;
	}
	c->n_in += (size_t)n;
	got = parse_answer(c, &status);
	if (got)
		on_answer(load, i, status, got == 2);
}

/* ---- the run --------------------------------------------------------------- */

static void send_due(struct load *load, int64_t now)
{
	while (load->n_idle && load->next < load->count && now < load->ends_ns) {
		int64_t due = now;
		if (load->rate) {
			due = load->started_ns + load->next * 1000000000 / load->rate;
			if (due > now)
				return;
		}
		send_next(load, due);
	}
}

static struct timespec wait_for(const struct load *load, int64_t now)
{
	int64_t ns = 200000000;

	if (load->rate && load->n_idle && load->next < load->count) {
		int64_t due = load->started_ns + load->next * 1000000000 / load->rate - now;
		ns = due < 0 ? 0 : due < ns ? due : ns;
	}
	return (struct timespec){ns / 1000000000, ns % 1000000000};
}

static void run(struct load *load)
{
	struct epoll_event event[256];

	load->started_ns = now_ns(CLOCK_MONOTONIC);
	load->ends_ns = load->started_ns + (int64_t)(load->seconds * 1e9);
	for (;;) {
		int64_t now = now_ns(CLOCK_MONOTONIC);
		bool done_sending = load->next >= load->count || now >= load->ends_ns;

		if (done_sending && (load->n_idle == load->n_connection || now > load->ends_ns + 15000000000))
			break;
		send_due(load, now);
		struct timespec wait = wait_for(load, now);
		int n = epoll_pwait2(load->epoll, event, 256, &wait, NULL);
		for (int k = 0; k < n; k++) {
			int i = (int)event[k].data.u32;
			if ((event[k].events & EPOLLOUT) && load->connection[i].request >= 0)
				send_rest(load, i);
			if (event[k].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
				on_readable(load, i);
		}
	}
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static uint32_t percentile(const struct load *load, double part)
{
	return load->answered ? load->latency_us[(int64_t)((double)(load->answered - 1) * part)] : 0;
}

static void report(struct load *load, double seconds)
{
	qsort(load->latency_us, (size_t)load->answered, sizeof *load->latency_us, by_value);
	printf("{\"connections\":%d,\"answered\":%lld,\"failed\":%lld,\"reopened\":%lld,\"seconds\":%.3f,\"rate\":%.1f,"
	       "\"p50_us\":%u,\"p90_us\":%u,\"p99_us\":%u,\"p999_us\":%u,\"max_us\":%u,\"status\":{",
	       load->n_connection, (long long)load->answered, (long long)load->failed, (long long)load->reopened,
	       seconds, (double)load->answered / seconds, percentile(load, .5), percentile(load, .9),
	       percentile(load, .99), percentile(load, .999), percentile(load, 1));
	const char *comma = "";
	for (int i = 0; i < 600; i++) {
		if (load->status[i]) {
			printf("%s\"%d\":%lld", comma, i, (long long)load->status[i]);
			comma = ",";
		}
	}
	printf("}}\n");
	if (load->log) {
		FILE *f = fopen(load->log, "w");
		if (!f)
			die(load->log);
		for (int64_t i = 0; i < load->next; i++)
			fprintf(f, "%lld %lld\n", (long long)(load->first + i), (long long)load->sent_us[i]);
		fclose(f);
	}
}

static void usage(void)
{
	fputs("usage: load --port N --path P (--get | --body FILE) [--secret-file FILE] [--connections N]\n"
	      "            [--seconds S] [--count N] [--first SEQ] [--rate N] [--log FILE]\n",
	      stderr);
	exit(2);
}

int main(int argc, char **argv)
{
	static const struct option option[] = {
	    {"port", 1, 0, 'p'},        {"path", 1, 0, 'u'},        {"get", 0, 0, 'g'},     {"body", 1, 0, 'b'},
	    {"secret-file", 1, 0, 'k'}, {"connections", 1, 0, 'c'}, {"seconds", 1, 0, 's'}, {"count", 1, 0, 'n'},
	    {"first", 1, 0, 'f'},       {"rate", 1, 0, 'r'},        {"log", 1, 0, 'l'},     {0}};
	struct load load = {.n_connection = 1, .seconds = 3600, .path = "/"};
	int c;

	while ((c = getopt_long(argc, argv, "", option, NULL)) != -1) {
		switch (c) {
		case 'p':
			load.port = atoi(optarg);
			break;
		case 'u':
			load.path = optarg;
			break;
		case 'g':
			load.get = true;
			break;
		case 'b':
			load.body = optarg;
			break;
		case 'k':
			load.secret_file = optarg;
			break;
		case 'c':
			load.n_connection = atoi(optarg);
			break;
		case 's':
			load.seconds = atof(optarg);
			break;
		case 'n':
			load.count = atoll(optarg);
			break;
		case 'f':
			load.first = atoll(optarg);
			break;
		case 'r':
			load.rate = atoll(optarg);
			break;
		case 'l':
			load.log = optarg;
			break;
		default:
			usage();
		}
	}
	if (!load.port || load.n_connection < 1 || load.count < 1 || (!load.get && !load.body))
		usage();
	prepare(&load);
	load.latency_us = grow(NULL, (size_t)load.count * sizeof *load.latency_us);
	if (load.log)
		load.sent_us = grow(NULL, (size_t)load.count * sizeof *load.sent_us);
	load.epoll = epoll_create1(EPOLL_CLOEXEC);
	load.connection = grow(NULL, (size_t)load.n_connection * sizeof *load.connection);
	load.idle = grow(NULL, (size_t)load.n_connection * sizeof *load.idle);
	for (int i = 0; i < load.n_connection; i++)
		open_connection(&load, i);
	run(&load);
	report(&load, (double)(now_ns(CLOCK_MONOTONIC) - load.started_ns) / 1e9);
	return load.failed || load.answered < load.next ? 1 : 0;
}
