/* SPDX-License-Identifier: Apache-2.0 */
#include "scan_read.h"

#include "base_file.h"

#include "test_scan_kit.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void gzip(struct test_tally *t)
{
    struct scan *plain = kit_new((struct scan_options){0}), *packed = kit_new((struct scan_options){0});
    struct err err;
    CHECK(scan_file(plain, KIT_DATA("squid.log"), &err) == 0 && scan_file(packed, KIT_DATA("squid.log.gz"), &err) == 0);
    scan_finish(plain);
    scan_finish(packed);
    const struct scan_result *a = scan_result(plain), *b = scan_result(packed);
    CHECK(a->lines == b->lines && a->usage_count == b->usage_count && a->people == b->people &&
          b->files[0].note.n == 0);
    CHECK(!memcmp(a->usage, b->usage, a->usage_count * sizeof *a->usage));
    scan_free(plain);
    scan_free(packed);
}

static void broken_gzip(struct test_tally *t)
{
    struct arena a;
    struct err err;
    str bytes;
    arena_init(&a, 0);
    CHECK(file_read(&a, KIT_DATA("squid.log.gz"), 1 << 20, &bytes, &err) == 0);
    struct scan *s = kit_new((struct scan_options){0});
    CHECK(scan_memory(s, STR("cut.gz"), str_slice(bytes, 0, bytes.n - 60), &err) == 0);
    char *damaged = mem_copy_text(bytes.p, bytes.n);
    memset(damaged + bytes.n - 200, 0xAA, 40);
    CHECK(scan_memory(s, STR("damaged.gz"), (str){damaged, bytes.n}, &err) == 0);
    err = (struct err){0};
    CHECK(scan_memory(s, STR("stub.gz"), str_slice(bytes, 0, 12), &err) < 0 && err.code == ERR_INPUT);
    scan_finish(s);
    for (int i = 0; i < 2; i++)
        CHECK(scan_result(s)->files[i].counted > 40 && kit_has(scan_result(s)->files[i].note.p, "gzip"));
    mem_free(damaged);
    scan_free(s);
    arena_release(&a);
}

static void standard_input(struct test_tally *t)
{
    int saved = dup(STDIN_FILENO), ends[2];
    struct err err;
    struct arena a;
    str bytes;
    arena_init(&a, 0);
    CHECK(file_read(&a, KIT_DATA("squid.log"), 1 << 20, &bytes, &err) == 0);
    CHECK(bytes.n < 65536 && pipe(ends) == 0 && write(ends[1], bytes.p, bytes.n) == (ssize_t)bytes.n);
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    struct scan *s = kit_new((struct scan_options){0});
    CHECK(scan_file(s, "-", &err) == 0);
    dup2(saved, STDIN_FILENO);
    close(saved);
    CHECK(scan_file(s, KIT_DATA("squid.log"), &err) == 0);
    scan_finish(s);
    const struct scan_result *r = scan_result(s);
    CHECK(r->files[0].counted == 119 && r->files[0].bytes == bytes.n);
    CHECK_STR(r->files[0].path, STR("standard input"));
    CHECK(r->files[1].duplicate_of == 0); /* the same content, whichever way it came */
    scan_free(s);
    arena_release(&a);
}

static void refusals(struct test_tally *t)
{
    struct scan *s = kit_new((struct scan_options){.format = STR("zeek")});
    struct err err = {0};
    CHECK(scan_file(s, KIT_DATA("squid.log"), &err) < 0 && err.code == ERR_USAGE &&
          kit_has(err.message, "there are squid"));
    err = (struct err){0};
    CHECK(scan_file(s, KIT_DATA("not-there.log"), &err) < 0 && err.code == ERR_IO &&
          kit_has(err.file, "not-there.log"));
    err = (struct err){0};
    CHECK(scan_file(s, SOURCE_ROOT "/tests/data", &err) < 0 && err.code == ERR_IO &&
          kit_has(err.message, "is a folder"));
    scan_free(s);
    s = kit_new((struct scan_options){.format = STR("squid")});
    err = (struct err){0};
    CHECK(scan_file(s, KIT_DATA("card-statement.csv"), &err) < 0 &&
          kit_has(err.message, "nothing could be read as Squid") && err.line == 1);
    scan_free(s);
    s = kit_new((struct scan_options){0});
    err = (struct err){0};
    unsigned char noise[5000];
    randombytes_buf(noise, sizeof noise);
    noise[0] = 'x'; /* neither gzip nor a byte order mark */
    CHECK(scan_memory(s, STR("noise"), (str){(char *)noise, sizeof noise}, &err) < 0 && err.code == ERR_INPUT &&
          err.message[0]);
    scan_free(s);
}

struct progress_seen {
    int calls;
    uint64_t done, total;
};
static void on_progress(void *self, const char *path, uint64_t done, uint64_t total, uint64_t lines)
{
    struct progress_seen *p = self;
    (void)path;
    (void)lines;
    p->calls++;
    p->done = done;
    p->total = total;
}

static void progress(struct test_tally *t)
{
    struct progress_seen seen = {0};
    struct scan *s = kit_new((struct scan_options){.progress = {&seen, on_progress}});
    struct err err;
    CHECK(scan_file(s, KIT_DATA("squid.log"), &err) == 0);
    CHECK(seen.calls > 0 && seen.done == seen.total && seen.total > 14000);
    scan_free(s);
}

TEST_MAIN(gzip, broken_gzip, standard_input, refusals, progress)
