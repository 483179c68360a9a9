/* SPDX-License-Identifier: Apache-2.0 */
#include "base_file.h"

#include "base_utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 256 * 1024, ENOUGH_TO_GUESS = 4096, LONGEST_CHAR = 4 };

const char *encoding_name(enum encoding e)
{
    switch (e) {
    case ENCODING_UTF8: return "UTF-8";
    case ENCODING_UTF16LE: return "UTF-16LE";
    case ENCODING_UTF16BE: return "UTF-16BE";
    case ENCODING_WINDOWS_1252: return "Windows-1252";
    }
    NOT_REACHED();
}

/* Whether the bytes at the end of a piece may be the start of a character that goes on in the next. */
static bool may_go_on(str tail)
{
    unsigned char c = (unsigned char)tail.p[0];
    size_t want = c >= 0xF0 && c <= 0xF4 ? 4 : c >= 0xE0 && c < 0xF0 ? 3 : c >= 0xC2 && c < 0xE0 ? 2 : 0;
    if (tail.n >= want) return false;
    for (size_t i = 1; i < tail.n; i++)
        if (((unsigned char)tail.p[i] & 0xC0) != 0x80) return false;
    return true;
}

/* Windows-1252 hardly ever looks like UTF-8. So where most that is not ASCII is UTF-8, the whole is, with other bytes
 * in it that are read one by one: two exports put together, or one damaged byte. */
static bool is_mostly_utf8(str sample)
{
    size_t good = 0, bad = 0;
    for (size_t i = 0, length; i < sample.n; i += length) {
        length = 1;
        if ((unsigned char)sample.p[i] < 0x80) continue;
        utf8_decode(str_from(sample, i), &length);
        if (length > 1)
            good++;
        else if (may_go_on(str_from(sample, i)))
            break;
        else
            bad++;
    }
    return good >= bad;
}

enum encoding encoding_guess(str sample, size_t *bom_length)
{
    *bom_length = 0;
    if (str_starts(sample, STR("\xEF\xBB\xBF"))) return *bom_length = 3, ENCODING_UTF8;
    if (str_starts(sample, STR("\xFF\xFE"))) return *bom_length = 2, ENCODING_UTF16LE;
    if (str_starts(sample, STR("\xFE\xFF"))) return *bom_length = 2, ENCODING_UTF16BE;
    size_t nuls[2] = {0, 0}, pairs = (sample.n < ENOUGH_TO_GUESS ? sample.n : ENOUGH_TO_GUESS) / 2;
    for (size_t i = 0; i < pairs * 2; i++) nuls[i & 1] += sample.p[i] == 0;
    /* In UTF-16, what people type in the west has a NUL in nearly every pair, always on the same side. */
    if (nuls[1] * 2 > pairs && nuls[0] * 8 < nuls[1]) return ENCODING_UTF16LE;
    if (nuls[0] * 2 > pairs && nuls[1] * 8 < nuls[0]) return ENCODING_UTF16BE;
    return is_mostly_utf8(sample) ? ENCODING_UTF8 : ENCODING_WINDOWS_1252;
}

uint32_t encoding_windows_1252(unsigned char c)
{
    static const uint16_t high[32] = {0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021,
                                      0x2C6,  0x2030, 0x160,  0x2039, 0x152,  0x8D,   0x17D,  0x8F,
                                      0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                      0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178};
    return c >= 0x80 && c < 0xA0 ? high[c - 0x80] : c;
}

static void put_windows_1252(struct buf *out, unsigned char c) { buf_codepoint(out, encoding_windows_1252(c)); }

/* Each returns how many bytes it has used; the rest needs what follows. */
static size_t decode_utf8(str s, bool is_last, struct buf *out)
{
    for (size_t done = 0;;) {
        str rest = str_from(s, done);
        size_t bad = utf8_first_bad(rest, false);
        if (bad == STR_NOT_FOUND) bad = rest.n;
        buf_put(out, rest.n ? rest.p : "", bad);
        done += bad;
        if (done == s.n || (!is_last && may_go_on(str_from(s, done)))) return done;
        put_windows_1252(out, (unsigned char)s.p[done++]);
    }
}

static size_t decode_windows_1252(str s, struct buf *out)
{
    for (size_t i = 0; i < s.n;) {
        size_t from = i;
        while (i < s.n && (unsigned char)s.p[i] < 0x80) i++;
        buf_put(out, s.p + from, i - from);
        for (; i < s.n && (unsigned char)s.p[i] >= 0x80; i++) put_windows_1252(out, (unsigned char)s.p[i]);
    }
    return s.n;
}

static uint32_t unit_at(str s, size_t i, bool is_big)
{
    unsigned char first = (unsigned char)s.p[i], second = (unsigned char)s.p[i + 1];
    return is_big ? (uint32_t)first << 8 | second : (uint32_t)second << 8 | first;
}

static size_t decode_utf16(str s, bool is_big, bool is_last, struct buf *out)
{
    size_t i = 0;
    while (i + 2 <= s.n) {
        uint32_t c = unit_at(s, i, is_big);
        if (c >= 0xD800 && c < 0xDC00) {
            if (i + 4 > s.n && !is_last) return i;
            uint32_t low = i + 4 <= s.n ? unit_at(s, i + 2, is_big) : 0;
            if (low >= 0xDC00 && low < 0xE000) c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00), i += 2;
        }
        buf_codepoint(out, c); /* half a pair becomes U+FFFD */
        i += 2;
    }
    if (i == s.n || !is_last) return i;
    buf_codepoint(out, 0xFFFD);
    return s.n;
}

static size_t decode(struct text_reader *r, str s, bool is_last, struct buf *out)
{
    switch (r->encoding) {
    case ENCODING_UTF8: return decode_utf8(s, is_last, out);
    case ENCODING_UTF16LE: return decode_utf16(s, false, is_last, out);
    case ENCODING_UTF16BE: return decode_utf16(s, true, is_last, out);
    case ENCODING_WINDOWS_1252: return decode_windows_1252(s, out);
    }
    NOT_REACHED();
}

int text_open(struct text_reader *r, const char *path, struct err *err)
{
    *r = (struct text_reader){.fd = STDIN_FILENO};
    buf_init(&r->raw, PIECE + LONGEST_CHAR);
    if (strcmp(path, "-") != 0) {
        r->fd = open(path, O_RDONLY | O_CLOEXEC);
        if (r->fd < 0) {
            err_errno(err, "cannot open");
            return err_in(err, str_of(path));
        }
        r->owns_fd = true;
    }
    struct stat about;
    if (fstat(r->fd, &about) == 0 && S_ISREG(about.st_mode)) r->bytes_total = (uint64_t)about.st_size;
    return 0;
}

void text_open_memory(struct text_reader *r, str bytes)
{
    *r = (struct text_reader){.fd = -1, .memory = bytes, .bytes_total = bytes.n};
    buf_init(&r->raw, PIECE + LONGEST_CHAR);
}

/* Puts more bytes behind those in r->raw; 0 at the end. */
static ssize_t fetch(struct text_reader *r)
{
    size_t room = r->raw.cap - r->raw.n;
    if (r->fd < 0) {
        str piece = str_slice(r->memory, 0, room);
        buf_put(&r->raw, piece.p, piece.n);
        r->memory = str_from(r->memory, piece.n);
        return (ssize_t)piece.n;
    }
    if (r->raw.room <= r->raw.cap) {
        r->raw.room = r->raw.cap + 1;
        r->raw.p = mem_resize(r->raw.p, r->raw.room, 1);
    }
    ssize_t got;
    do got = read(r->fd, r->raw.p + r->raw.n, room);
    while (got < 0 && errno == EINTR);
    if (got > 0) r->raw.n += (size_t)got;
    return got;
}

int text_read(struct text_reader *r, struct buf *out, struct err *err)
{
    size_t before = out->n;
    while (!r->at_end && out->n == before && !out->full) {
        ssize_t got = fetch(r);
        if (got < 0) return err_errno(err, "cannot read");
        r->bytes_done += (uint64_t)got;
        bool is_last = got == 0;
        if (!r->started && !is_last && r->raw.n < ENOUGH_TO_GUESS) continue;
        size_t used = 0;
        if (!r->started) {
            r->encoding = encoding_guess((str){r->raw.p, r->raw.n}, &used);
            r->started = true;
        }
        used += decode(r, str_from((str){r->raw.p, r->raw.n}, used), is_last, out);
        r->raw.n -= used;
        if (r->raw.n) memmove(r->raw.p, r->raw.p + used, r->raw.n);
        r->at_end = is_last;
    }
    return buf_check(out, err);
}

void text_close(struct text_reader *r)
{
    if (r->owns_fd) close(r->fd);
    buf_release(&r->raw);
    *r = (struct text_reader){.fd = -1, .at_end = true};
}
