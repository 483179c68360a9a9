/* SPDX-License-Identifier: Apache-2.0 */
/* A file, standard input or memory as a stream of bytes with a window that the readers move along: gzip is undone,
 * UTF-16 becomes UTF-8, a byte order mark is gone. Other encodings pass as they are. */
#ifndef SCAN_INPUT_H
#define SCAN_INPUT_H

#include "base_arena.h"
#include "base_err.h"

#include <sodium.h>
#include <zlib.h>

enum {
    INPUT_CHUNK = 256 << 10,
    INPUT_PAD = 64, /* readable bytes behind the window, for looking 16 bytes at a time */
};

struct scan_input {
    int fd; /* -1: memory */
    bool owns_fd, gzip, utf16, big_endian, raw_end, hashing;
    bool corrupt; /* the gzip data breaks off or is damaged: what came before is given */
    str memory;
    uint64_t bytes_done, bytes_total; /* of the file as it lies there */
    unsigned char content_hash[32];   /* complete from the start, or (pipes) at the end */
    crypto_generichash_state hash;
    z_stream z;
    size_t chunk; /* bytes read at once */
    char *raw;    /* as read */
    size_t raw_n, raw_at;
    char *plain; /* inflated, where that is needed before decoding */
    size_t plain_n, plain_at;
    char *window;
    size_t at, n, room; /* window[at, n) is not yet used */
    bool end;           /* nothing comes after the window */
};
int input_open(struct scan_input *in, const char *path, struct err *err) MUST_USE;
void input_open_memory(struct scan_input *in, str bytes);
/* Moves what is left to the front and appends more; sets `end`. Call it when the window lacks a whole line. */
int input_more(struct scan_input *in, struct err *err) MUST_USE;
void input_close(struct scan_input *in);

#endif
