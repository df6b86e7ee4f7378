/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int64_t world_now_ms(struct clock *clock)
{
	return SIM_EPOCH_MS + ((struct world *)clock)->us / 1000;
}

static int64_t world_mono_us(struct clock *clock)
{
	return ((struct world *)clock)->us;
}

static struct world *world_of(struct chance *chance)
{
	return (struct world *)((char *)chance - offsetof(struct world, chance));
}

static void world_bytes(struct chance *chance, void *ret, size_t n)
{
	struct world *world = world_of(chance);
	unsigned char *p = ret;

	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)rng_u64(&world->rng);
}

static void world_uuid(struct chance *chance, char ret[ID_SIZE])
{
	struct world *world = world_of(chance);
	uint64_t a = rng_u64(&world->rng), b = rng_u64(&world->rng);

	a = (a & ~(uint64_t)0xF000) | 0x4000;
	b = (b & ~((uint64_t)3 << 62)) | (uint64_t)1 << 63;
	snprintf(ret, ID_SIZE, "%08" PRIx32 "-%04x-%04x-%04x-%012" PRIx64, (uint32_t)(a >> 32),
		 (unsigned)(a >> 16 & 0xFFFF), (unsigned)(a & 0xFFFF), (unsigned)(b >> 48), b & 0xFFFFFFFFFFFF);
}

void world_init(struct world *world, uint64_t seed, bool keep_trace)
{
	memset(world, 0, sizeof *world);
	world->clock = (struct clock){world_now_ms, world_mono_us};
	world->chance = (struct chance){world_uuid, world_bytes};
	rng_init(&world->rng, seed, "world", 0);
	world->trace.hash = 0xCBF29CE484222325u;
	world->trace.keep = keep_trace;
	sdk_buf_init(&world->trace.text, (size_t)1 << 28);
}

void world_release(struct world *world)
{
	sdk_buf_release(&world->trace.text);
}

void world_pass(struct world *world, int64_t us)
{
	world->us += us;
}

void trace_mix(struct world *world, uint64_t what)
{
	uint64_t x = world->trace.hash ^ what;

	world->trace.hash = rng_mix(&x);
}

void trace_line(struct world *world, const char *fmt, ...)
{
	char line[512];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(line, sizeof line, fmt, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof line)
		n = (int)sizeof line - 1;
	for (int i = 0; i < n; i++)
		world->trace.hash = (world->trace.hash ^ (unsigned char)line[i]) * 0x100000001B3u;
	trace_mix(world, (uint64_t)world->us);
	world->trace.n++;
	if (world->trace.keep)
		sdk_buf_format(&world->trace.text, "%11.3f %s\n", (double)world->us / 1000.0, line);
}
