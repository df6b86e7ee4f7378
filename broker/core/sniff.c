/* SPDX-License-Identifier: Apache-2.0 */
#include "core/sniff.h"

#include <string.h>

enum { TEXT_LOOK = 1024 }; /* a page's first mark stands within so many bytes */

#define MARK(at, bytes, type)                                                                                          \
	{                                                                                                              \
		at, ENT_STR_INIT(bytes), type                                                                          \
	}
#define ENT_STR_INIT(s)                                                                                                \
	{                                                                                                              \
		s, sizeof s - 1                                                                                        \
	}

static const struct mark {
	size_t at;
	struct ent_str bytes;
	const char *type;
} marks[] = {
    MARK(0, "\x89PNG\r\n\x1a\n", "image/png"),
    MARK(0, "\xff\xd8\xff", "image/jpeg"),
    MARK(0, "GIF87a", "image/gif"),
    MARK(0, "GIF89a", "image/gif"),
    MARK(8, "WEBP", "image/webp"),
    MARK(8, "WAVE", "audio/wav"),
    MARK(8, "AVI ", "video/x-msvideo"),
    MARK(0, "II*\0", "image/tiff"),
    MARK(0, "MM\0*", "image/tiff"),
    MARK(0, "%PDF-", "application/pdf"),
    MARK(0, "PK\x03\x04", "application/zip"), /* also documents of offices, which are such */
    MARK(0, "PK\x05\x06", "application/zip"),
    MARK(0, "\x1f\x8b", "application/gzip"),
    MARK(0, "BZh", "application/x-bzip2"),
    MARK(0,
	 "\xfd"
	 "7zXZ\0",
	 "application/x-xz"),
    MARK(0, "\x28\xb5\x2f\xfd", "application/zstd"),
    MARK(0, "7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    MARK(0, "Rar!\x1a\x07", "application/vnd.rar"),
    MARK(257, "ustar", "application/x-tar"),
    MARK(0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"), /* mail and documents of Windows */
    MARK(0,
	 "\x7f"
	 "ELF",
	 "application/x-executable"),
    MARK(0, "MZ", "application/vnd.microsoft.portable-executable"),
    MARK(0, "OggS", "application/ogg"),
    MARK(0, "ID3", "audio/mpeg"),
    MARK(0, "fLaC", "audio/flac"),
    MARK(4, "ftyp", "video/mp4"),
    MARK(0, "\x1a\x45\xdf\xa3", "video/x-matroska"),
    MARK(0, "\xd4\xc3\xb2\xa1", "application/vnd.tcpdump.pcap"),
    MARK(0, "\x0a\x0d\x0d\x0a", "application/x-pcapng"),
    MARK(0, "SQLite format 3\0", "application/vnd.sqlite3"),
    MARK(0, "{\\rtf", "application/rtf"),
};

static bool has_mark(struct ent_str head, const struct mark *mark)
{
	return head.n >= mark->at + mark->bytes.n && memcmp(head.p + mark->at, mark->bytes.p, mark->bytes.n) == 0;
}

/* The word stands somewhere in it, whatever the case of its letters. */
static bool has_word(struct ent_str head, const char *word)
{
	const size_t n = strlen(word);

	for (size_t i = 0; i + n <= head.n; i++)
		if (sdk_ieqz((struct ent_str){head.p + i, n}, word))
			return true;
	return false;
}

/* UTF-8 without controls; the last character may be cut off. */
static bool is_text(struct ent_str head, bool whole)
{
	for (size_t i = 0; i < head.n; i++) {
		const unsigned char c = (unsigned char)head.p[i];
		if ((c < 0x20 && !strchr("\t\n\r\f\x1b", c)) || c == 0 || c == 0x7F)
			return false;
	}
	for (size_t cut = 0; cut < 4 && cut <= head.n; cut++) {
		if (sdk_is_utf8((struct ent_str){head.p, head.n - cut}))
			return true;
		if (whole)
			return false;
	}
	return false;
}

static const char *text_type(struct ent_str head)
{
	const struct ent_str start = sdk_trim((struct ent_str){head.p, head.n < TEXT_LOOK ? head.n : TEXT_LOOK});

	if (has_word(start, "<svg"))
		return "image/svg+xml";
	if (has_word(start, "<html") || has_word(start, "<!doctype html") || has_word(start, "<script"))
		return "text/html";
	if (sdk_starts(start, "<?xml"))
		return "application/xml";
	return sdk_starts(start, "#!") ? "text/x-script" : "text/plain";
}

const char *sniff_type(struct ent_str head, bool whole)
{
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (has_mark(head, &marks[i]))
			return marks[i].type;
	return head.n && is_text(head, whole) ? text_type(head) : "application/octet-stream";
}
