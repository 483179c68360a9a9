/* SPDX-License-Identifier: Apache-2.0 */
/* No memory left, at each place in turn: the n-th malloc, realloc or aligned_alloc of a child process fails (linked
 * with --wrap). It must end by abort() with the panic's words, or not at all; under the sanitizers anything else shows.
 */
#include "base_file.h"
#include "base_json.h"
#include "base_map.h"
#include "base_time.h"
#include "base_utf8.h"
#include "base_yaml.h"
#include "test.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

void *__real_malloc(size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t step, size_t size);
void *__wrap_aligned_alloc(size_t step, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *old, size_t size);

static long left_to_fail; /* of this test program alone; 0: none fails */

void *__wrap_malloc(size_t size) { return left_to_fail && --left_to_fail == 0 ? NULL : __real_malloc(size); }

void *__wrap_realloc(void *old, size_t size)
{
    return left_to_fail && --left_to_fail == 0 ? NULL : __real_realloc(old, size);
}

void *__wrap_aligned_alloc(size_t step, size_t size)
{
    return left_to_fail && --left_to_fail == 0 ? NULL : __real_aligned_alloc(step, size);
}

/* Each returns whether all went well. */
typedef bool scenario(const char *folder);

static bool read_json(const char *folder)
{
    struct arena a;
    struct err err;
    struct buf b, out;
    const struct json *v = NULL;
    struct json_writer w;
    (void)folder;
    arena_init(&a, 0);
    buf_init(&b, 1 << 20);
    buf_init(&out, 1 << 20);
    buf_text(&b, "{");
    for (int i = 0; i < 300; i++) buf_printf(&b, "\"k%d\": [%d, \"\\u00e4\", {}],\n", i, i);
    buf_text(&b, "\"z\": null}");
    bool good = json_parse(&a, buf_get(&b), &v, &err) == 0 && v->count == 301;
    json_init(&w, &out, 1);
    if (good) json_emit(&w, v);
    good = good && buf_check(&out, &err) == 0 && out.n > b.n;
    buf_release(&b);
    buf_release(&out);
    arena_release(&a);
    return good;
}

static bool read_yaml(const char *folder)
{
    struct arena a;
    struct err err;
    struct buf b;
    const struct yaml *v = NULL;
    (void)folder;
    arena_init(&a, 0);
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 300; i++) buf_printf(&b, "key %d: {a: [1, 2, \u00e4], b: 'x'}\n", i);
    bool good = yaml_parse(&a, buf_get(&b), STR("x"), &v, &err) == 0 && v->count == 300;
    buf_release(&b);
    arena_release(&a);
    return good;
}

static bool read_csv(const char *folder)
{
    struct arena a;
    struct err err;
    struct buf b;
    struct text_reader r;
    struct csv c;
    struct csv_row row;
    size_t count = 0;
    (void)folder;
    arena_init(&a, 0);
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 3000; i++) buf_printf(&b, "%d;caf\xe9;\"a\"\"b;\r\nc\"\n", i);
    text_open_memory(&r, buf_get(&b));
    csv_init(&c, &r, 0);
    while (csv_next(&c, &a, &row, &err) > 0) count += row.count;
    csv_release(&c);
    text_close(&r);
    buf_release(&b);
    arena_release(&a);
    return count == 9000;
}

static bool map_texts(const char *folder)
{
    struct arena a;
    struct err err;
    struct map m;
    struct idmap ids;
    const struct zone *z;
    (void)folder;
    arena_init(&a, 0);
    map_init(&m);
    idmap_init(&ids);
    for (uint64_t i = 0; i < 200; i++) {
        *map_put(&m, utf8_fold(&a, arena_printf(&a, "  Stra\u00dfe %d", (int)i)), NULL) = i;
        *idmap_put(&ids, i, NULL) = i;
    }
    const uint64_t *found = map_get(&m, STR("strasse 199"));
    bool good = found && *found == 199 && zone_load(&a, STR("Europe/Berlin"), &z, &err) == 0;
    map_release(&m);
    idmap_release(&ids);
    arena_release(&a);
    return good;
}

static bool reserve(const char *folder)
{
    struct arena a;
    (void)folder;
    arena_init(&a, 0);
    char *little = arena_alloc(&a, 1);
    arena_reserve(&a, 3 << 20);
    *little = 'x';
    char *first = arena_alloc(&a, 1 << 20), *second = arena_alloc(&a, 2 << 20);
    memset(first, 'x', 3 << 20);
    bool good = second == first + (1 << 20) && second[(2 << 20) - 1] == 'x';
    arena_release(&a);
    return good;
}

static bool write_file(const char *folder)
{
    struct arena a;
    struct err err;
    str text;
    char path[100];
    snprintf(path, sizeof path, "%s/kept", folder);
    arena_init(&a, 0);
    bool good = file_write(path, STR("new"), &err) == 0 && file_read(&a, path, 100, &text, &err) == 0 && text.n == 3;
    arena_release(&a);
    return good;
}

static const char no_memory[] = "broken promise: memory is left\n";

enum outcome { WENT_WELL, PANICKED, ELSE };

static enum outcome run(scenario *run_it, const char *folder, long fails_at, const char *words)
{
    int ends[2], status;
    if (pipe(ends) < 0) return ELSE;
    pid_t child = fork();
    if (child < 0) return ELSE;
    if (child == 0) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        dup2(ends[1], STDERR_FILENO);
        signal(SIGABRT, SIG_DFL); /* a sanitizer may catch it */
        left_to_fail = fails_at;
        bool good = run_it(folder);
        _exit(good ? 0 : 7);
    }
    close(ends[1]);
    char said[4000];
    size_t n = 0;
    for (ssize_t got; n < sizeof said && (got = read(ends[0], said + n, sizeof said - n)) > 0;) n += (size_t)got;
    close(ends[0]);
    if (waitpid(child, &status, 0) < 0) return ELSE;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return WENT_WELL;
    bool panicked = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT &&
                    str_starts((str){said, n}, STR("entente: ")) && str_ends((str){said, n}, str_of(words));
    if (!panicked) printf("fails at %ld: status %d: " STR_FORMAT "\n", fails_at, status, (int)n, said);
    return panicked ? PANICKED : ELSE;
}

static void each_failure(struct test_tally *t)
{
    static scenario *const scenarios[] = {read_json, read_yaml, read_csv, map_texts, reserve, write_file};
    char folder[] = "/tmp/entente-test-XXXXXX", path[100];
    if (!CHECK(mkdtemp(folder) != NULL)) return;
    snprintf(path, sizeof path, "%s/kept", folder);
    for (size_t i = 0; i < ARRAY_COUNT(scenarios); i++) {
        struct arena a;
        struct err err;
        str text;
        arena_init(&a, 0);
        CHECK(file_write(path, STR("old text"), &err) == 0);
        CHECK(scenarios[i] != write_file || run(scenarios[i], folder, 1, no_memory) == PANICKED);
        CHECK(file_read(&a, path, 100, &text, &err) == 0 && str_eq(text, STR("old text")));
        enum outcome last = PANICKED;
        long n = 1;
        /* Few scenarios take more than some dozens of blocks; map_texts takes some for each text. */
        for (; last == PANICKED && n < 3000; n += n < 60 ? 1 : 37) last = run(scenarios[i], folder, n, no_memory);
        CHECK(last == WENT_WELL);
        CHECK(n > 3);
        arena_release(&a);
    }
    unlink(path);
    CHECK(rmdir(folder) == 0);
}

static volatile const size_t huge = SIZE_MAX;

static bool huge_array(const char *folder) { return (void)folder, mem_array(huge / 2, 3) != NULL; }
static bool huge_resize(const char *folder) { return (void)folder, mem_resize(NULL, 3, huge / 2) != NULL; }
static bool huge_in_arena(const char *folder)
{
    struct arena a;
    (void)folder;
    arena_init(&a, 0);
    return arena_alloc(&a, huge - 7) != NULL;
}
static bool huge_array_in_arena(const char *folder)
{
    struct arena a;
    (void)folder;
    arena_init(&a, 0);
    return arena_array(&a, huge / 16, 17) != NULL;
}

static void overflows(struct test_tally *t)
{
    CHECK(run(huge_array, "", 0, "!__builtin_mul_overflow(count, size, &bytes)\n") == PANICKED);
    CHECK(run(huge_resize, "", 0, "!__builtin_mul_overflow(count, size, &bytes)\n") == PANICKED);
    CHECK(run(huge_in_arena, "", 0, "size && size < SIZE_MAX / 2\n") == PANICKED);
    CHECK(run(huge_array_in_arena, "", 0, "!__builtin_mul_overflow(count, size, &bytes)\n") == PANICKED);
}

static void small_blocks(struct test_tally *t)
{
    void *none = mem_alloc(0);
    CHECK(none != NULL);
    mem_free(none);
    void *p = mem_zalloc(8);
    p = mem_resize(p, 4, 4);
    mem_free(p);
    mem_free(NULL);
    char *copy = mem_copy_text(NULL, 0);
    CHECK(copy && !copy[0]);
    mem_free(copy);
}

TEST_MAIN(each_failure, overflows, small_blocks)
