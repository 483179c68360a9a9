/* SPDX-License-Identifier: Apache-2.0 */
#include "scan_input.h"

#include "base_file.h"
#include "base_utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HASH_WHOLE = 8 << 20, HASH_PIECES = 64, HASH_PIECE = 64 << 10 };

static ssize_t read_at(int fd, void *p, size_t n, off_t from)
{
    for (;;) {
        ssize_t got = pread(fd, p, n, from);
        if (got >= 0 || errno != EINTR) return got;
    }
}

/* A regular file's content hash is known before anything is counted, so that a repeated file costs nothing: of all
 * bytes, or above 8 MiB of the size and pieces from start to end. */
static int hash_file(struct scan_input *in, uint64_t size, struct err *err)
{
    size_t piece = HASH_PIECE, pieces = size <= HASH_WHOLE ? (size_t)((size + piece - 1) / piece) : HASH_PIECES;
    for (size_t i = 0; i < pieces; i++) {
        uint64_t from = size <= HASH_WHOLE ? (uint64_t)i * piece : (size - piece) / (HASH_PIECES - 1) * i;
        if (size > HASH_WHOLE && i + 1 == pieces) from = size - piece;
        ssize_t got = read_at(in->fd, in->raw, piece, (off_t)from);
        if (got < 0) return err_errno(err, "cannot read");
        crypto_generichash_update(&in->hash, (unsigned char *)in->raw, (size_t)got);
    }
    crypto_generichash_update(&in->hash, (unsigned char *)&size, sizeof size);
    crypto_generichash_final(&in->hash, in->content_hash, sizeof in->content_hash);
    in->hashing = false;
    return 0;
}

static void begin(struct scan_input *in, size_t chunk)
{
    *in = (struct scan_input){.fd = -1, .hashing = true, .chunk = chunk};
    in->raw = mem_alloc(in->chunk + INPUT_PAD);
    in->room = in->chunk * 2;
    in->window = mem_zalloc(in->room + INPUT_PAD);
    crypto_generichash_init(&in->hash, NULL, 0, sizeof in->content_hash);
}

int input_open(struct scan_input *in, const char *path, struct err *err)
{
    begin(in, INPUT_CHUNK);
    in->owns_fd = strcmp(path, "-") != 0;
    in->fd = in->owns_fd ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    struct stat st;
    if (in->fd < 0) {
        err_errno(err, "cannot open");
        goto fail;
    }
    if (fstat(in->fd, &st) < 0) {
        err_errno(err, "cannot read");
        goto fail;
    }
    if (S_ISDIR(st.st_mode)) {
        err_set(err, ERR_IO, "is a folder: name the files in it");
        goto fail;
    }
    if (S_ISREG(st.st_mode) && lseek(in->fd, 0, SEEK_CUR) == 0) {
        in->bytes_total = (uint64_t)st.st_size;
        if (hash_file(in, in->bytes_total, err) < 0) goto fail;
    }
    return 0;
fail:
    err_in(err, str_of(path));
    input_close(in);
    return -1;
}

void input_open_memory(struct scan_input *in, str bytes)
{
    begin(in, bytes.n < 4096 ? 4096 : bytes.n < INPUT_CHUNK ? bytes.n : INPUT_CHUNK);
    in->memory = bytes;
    in->bytes_total = bytes.n;
    uint64_t size = bytes.n;
    crypto_generichash_update(&in->hash, (const unsigned char *)bytes.p, bytes.n);
    crypto_generichash_update(&in->hash, (unsigned char *)&size, sizeof size);
    crypto_generichash_final(&in->hash, in->content_hash, sizeof in->content_hash);
    in->hashing = false;
}

void input_close(struct scan_input *in)
{
    if (in->owns_fd && in->fd >= 0) close(in->fd);
    if (in->gzip) inflateEnd(&in->z);
    mem_free(in->raw);
    mem_free(in->plain);
    mem_free(in->window);
    *in = (struct scan_input){.fd = -1};
}

static int read_raw(struct scan_input *in, struct err *err)
{
    size_t left = in->raw_n - in->raw_at;
    memmove(in->raw, in->raw + in->raw_at, left);
    in->raw_at = 0;
    in->raw_n = left;
    ssize_t got;
    if (in->fd < 0) {
        got = (ssize_t)(in->memory.n < in->chunk - left ? in->memory.n : in->chunk - left);
        if (got) memcpy(in->raw + left, in->memory.p, (size_t)got);
        in->memory = str_from(in->memory, (size_t)got);
    } else {
        do got = read(in->fd, in->raw + left, in->chunk - left);
        while (got < 0 && errno == EINTR);
    }
    if (got < 0) return err_errno(err, "cannot read");
    if (in->hashing) crypto_generichash_update(&in->hash, (unsigned char *)in->raw + left, (size_t)got);
    in->raw_n += (size_t)got;
    in->bytes_done += (uint64_t)got;
    if (got == 0 && left < in->chunk) {
        in->raw_end = true;
        if (in->hashing) {
            crypto_generichash_update(&in->hash, (unsigned char *)&in->bytes_done, sizeof in->bytes_done);
            crypto_generichash_final(&in->hash, in->content_hash, sizeof in->content_hash);
            in->hashing = false;
        }
    }
    return 0;
}

/* Up to `room` plain bytes; *got 0 is the end. */
static int read_plain(struct scan_input *in, char *to, size_t room, size_t *got, struct err *err)
{
    *got = 0;
    while (!*got) {
        if (in->raw_at == in->raw_n) {
            if (in->raw_end) {
                in->corrupt |= in->gzip && in->z.total_out; /* amid a member */
                return 0;
            }
            if (read_raw(in, err) < 0) return -1;
            continue;
        }
        if (!in->gzip) {
            *got = in->raw_n - in->raw_at < room ? in->raw_n - in->raw_at : room;
            memcpy(to, in->raw + in->raw_at, *got);
            in->raw_at += *got;
            return 0;
        }
        in->z.next_in = (unsigned char *)in->raw + in->raw_at;
        in->z.avail_in = (unsigned)(in->raw_n - in->raw_at);
        in->z.next_out = (unsigned char *)to;
        in->z.avail_out = (unsigned)room;
        int r = inflate(&in->z, Z_NO_FLUSH);
        in->raw_at = in->raw_n - in->z.avail_in;
        *got = room - in->z.avail_out;
        if (r == Z_STREAM_END) {
            inflateReset(&in->z); /* gzip files are often several behind each other */
        } else if (r != Z_OK && r != Z_BUF_ERROR) {
            in->corrupt = true;
            in->raw_end = true;
            in->raw_at = in->raw_n;
        }
    }
    return 0;
}

/* Whole UTF-16 units from in->plain to the window; a lone surrogate becomes U+FFFD. */
static void decode_utf16(struct scan_input *in)
{
    while (in->plain_n - in->plain_at >= 2 && in->room - in->n >= 4) {
        const unsigned char *p = (unsigned char *)in->plain + in->plain_at;
        uint32_t c = in->big_endian ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
        size_t used = 2;
        if (c >= 0xD800 && c < 0xDC00) {
            if (in->plain_n - in->plain_at < 4) {
                if (!in->raw_end) return;
                c = 0xFFFD;
            } else {
                uint32_t low = in->big_endian ? (uint32_t)p[2] << 8 | p[3] : (uint32_t)p[3] << 8 | p[2];
                if (low >= 0xDC00 && low < 0xE000)
                    c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00), used = 4;
                else
                    c = 0xFFFD;
            }
        } else if (c >= 0xDC00 && c < 0xE000)
            c = 0xFFFD;
        in->n += utf8_encode(c, in->window + in->n);
        in->plain_at += used;
    }
}

/* The first bytes say what it is. */
static int sniff(struct scan_input *in, struct err *err)
{
    while (in->raw_n < 4096 && !in->raw_end)
        if (read_raw(in, err) < 0) return -1;
    if (in->raw_n >= 2 && (unsigned char)in->raw[0] == 0x1f && (unsigned char)in->raw[1] == 0x8b) {
        if (inflateInit2(&in->z, 15 + 16) != Z_OK) return err_set(err, ERR_LIMIT, "no memory to undo gzip");
        in->gzip = true;
    }
    in->plain = mem_alloc(in->chunk);
    while (in->plain_n < 4096) {
        size_t got;
        if (read_plain(in, in->plain + in->plain_n, in->chunk - in->plain_n, &got, err) < 0) return -1;
        if (!got) break;
        in->plain_n += got;
    }
    enum encoding e = encoding_guess((str){in->plain, in->plain_n}, &in->plain_at);
    in->utf16 = e == ENCODING_UTF16LE || e == ENCODING_UTF16BE;
    in->big_endian = e == ENCODING_UTF16BE;
    return 0;
}

int input_more(struct scan_input *in, struct err *err)
{
    if (!in->plain && sniff(in, err) < 0) return -1;
    memmove(in->window, in->window + in->at, in->n - in->at);
    in->n -= in->at;
    in->at = 0;
    if (in->room - in->n < in->chunk) {
        in->room = in->room * 2;
        in->window = mem_resize(in->window, in->room + INPUT_PAD, 1);
    }
    size_t before = in->n;
    while (in->n == before && !in->end) {
        if (in->plain_at < in->plain_n && !in->utf16) {
            size_t n = in->plain_n - in->plain_at;
            memcpy(in->window + in->n, in->plain + in->plain_at, n);
            in->plain_at = in->plain_n;
            in->n += n;
            break;
        }
        size_t got;
        if (!in->utf16 && !in->gzip && !in->hashing && in->fd >= 0 && in->raw_at == in->raw_n) {
            /* The common case, a plain file: straight into the window. */
            ssize_t n;
            do n = read(in->fd, in->window + in->n, in->chunk);
            while (n < 0 && errno == EINTR);
            if (n < 0) return err_errno(err, "cannot read");
            in->n += (size_t)n;
            in->bytes_done += (uint64_t)n;
            in->end = !n;
            continue;
        }
        if (!in->utf16) {
            if (read_plain(in, in->window + in->n, in->chunk, &got, err) < 0) return -1;
            in->n += got;
            in->end = !got;
            continue;
        }
        decode_utf16(in);
        if (in->n != before) break;
        size_t left = in->plain_n - in->plain_at;
        memmove(in->plain, in->plain + in->plain_at, left);
        in->plain_at = 0;
        in->plain_n = left;
        if (read_plain(in, in->plain + left, in->chunk - left, &got, err) < 0) return -1;
        in->plain_n += got;
        if (!got) in->end = true; /* an odd byte at the end is dropped */
    }
    memset(in->window + in->n, 0, INPUT_PAD);
    return 0;
}
