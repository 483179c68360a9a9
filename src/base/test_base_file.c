/* SPDX-License-Identifier: Apache-2.0 */
#include "base_file.h"
#include "base_utf8.h"
#include "test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- encodings ---- */

/* The text as it is read from memory, in the arena. */
static str decoded(struct arena *a, str bytes, enum encoding *encoding)
{
    struct text_reader r;
    struct buf b;
    struct err err;
    buf_init(&b, 64 << 20);
    char *exact = mem_alloc(bytes.n);
    if (bytes.n) memcpy(exact, bytes.p, bytes.n);
    text_open_memory(&r, (str){exact, bytes.n});
    while (!r.at_end)
        if (text_read(&r, &b, &err) < 0) break;
    *encoding = r.encoding;
    text_close(&r);
    mem_free(exact);
    str out = buf_copy(&b, a);
    buf_release(&b);
    return out;
}

static const struct {
    str bytes;
    enum encoding encoding;
    str want;
} texts[] = {
    {STR_INIT(""), ENCODING_UTF8, STR_INIT("")},
    {STR_INIT("a\r\n\u00e4"), ENCODING_UTF8, STR_INIT("a\r\n\u00e4")},
    {STR_INIT("\xEF\xBB\xBF"), ENCODING_UTF8, STR_INIT("")},
    {STR_INIT("\xEF\xBB\xBF"
              "a\xff"),
     ENCODING_UTF8, STR_INIT("a\u00ff")},
    {STR_INIT("\xFF\xFE"
              "a\0\xe4\0\x3d\xd8\x00\xde"),
     ENCODING_UTF16LE, STR_INIT("a\u00e4\U0001F600")},
    {STR_INIT("\xFE\xFF\0a\0\xe4\xd8\x3d\xde\x00"), ENCODING_UTF16BE, STR_INIT("a\u00e4\U0001F600")},
    {STR_INIT("a\0,\0b\0\n\0"), ENCODING_UTF16LE, STR_INIT("a,b\n")},
    {STR_INIT("\0a\0,\0b\0\n"), ENCODING_UTF16BE, STR_INIT("a,b\n")},
    {STR_INIT("\xFF\xFE"
              "a\0b"),
     ENCODING_UTF16LE, STR_INIT("a\uFFFD")},                              /* an odd byte */
    {STR_INIT("\xFF\xFE\x3d\xd8"), ENCODING_UTF16LE, STR_INIT("\uFFFD")}, /* half a pair at the end */
    {STR_INIT("\xFF\xFE\x3d\xd8"
              "a\0\x00\xde"),
     ENCODING_UTF16LE, STR_INIT("\uFFFDa\uFFFD")},
    {STR_INIT("\xFF\xFE\x3d\xd8\x00"), ENCODING_UTF16LE, STR_INIT("\uFFFD\uFFFD")},
    {STR_INIT("\xFF\xFE"), ENCODING_UTF16LE, STR_INIT("")},
    {STR_INIT("Caf\xe9 \x80 5\x96"
              "6 \x93x\x94"),
     ENCODING_WINDOWS_1252, STR_INIT("Caf\u00e9 \u20ac 5\u20136 \u201cx\u201d")},
    {STR_INIT("\u00c4pfel,\u20ac 5\ncaf\xe9"), ENCODING_UTF8,
     STR_INIT("\u00c4pfel,\u20ac 5\ncaf\u00e9")}, /* of two encodings */
    {STR_INIT("\xc3\xa4\xe9 \xfc"), ENCODING_WINDOWS_1252, STR_INIT("\u00c3\u00a4\u00e9 \u00fc")},
    {STR_INIT("x\x81"), ENCODING_WINDOWS_1252, STR_INIT("x\xc2\x81")},
    {STR_INIT("caf\xc3"), ENCODING_UTF8, STR_INIT("caf\u00c3")}, /* cut, or Windows-1252: read alike */
    {STR_INIT("a,b\0c"), ENCODING_UTF8, STR_INIT("a,b\0c")},
};

static void encodings(struct test_tally *t)
{
    struct arena a;
    arena_init(&a, 0);
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        enum encoding e;
        CHECK_STR(decoded(&a, texts[i].bytes, &e), texts[i].want);
        if (!CHECK(e == texts[i].encoding)) printf("    %zu: %s\n", i, encoding_name(e));
    }
    arena_release(&a);
}

/* Characters across the borders of the pieces in which a text is read, whichever byte the border falls on. */
static void pieces(struct test_tally *t)
{
    struct arena a;
    struct buf b, want;
    arena_init(&a, 0);
    buf_init(&b, 10 << 20);
    buf_init(&want, 10 << 20);
    for (size_t shift = 0; shift < 5; shift++) {
        enum encoding e;
        buf_clear(&b);
        for (size_t i = 0; i < shift; i++) buf_char(&b, 'x');
        while (b.n < 600000) buf_text(&b, "\U0001F600\u20ac\u00e4z");
        CHECK(str_eq(decoded(&a, buf_get(&b), &e), buf_get(&b)) && e == ENCODING_UTF8);
        buf_clear(&b);
        buf_clear(&want);
        buf_text(&b, "\xFF\xFE");
        for (size_t i = 0; i < shift; i++) buf_put(&b, "x", 2), buf_char(&want, 'x');
        while (b.n < 600000) buf_put(&b, "\x3d\xd8\x00\xde\xac\x20", 6), buf_text(&want, "\U0001F600\u20ac");
        CHECK(str_eq(decoded(&a, buf_get(&b), &e), buf_get(&want)) && e == ENCODING_UTF16LE);
        arena_clear(&a);
    }
    /* What begins as ASCII and turns out to be Windows-1252 far behind. */
    enum encoding e;
    buf_clear(&b);
    while (b.n < 600000) buf_text(&b, "plain ");
    buf_text(&b, "Caf\xe9");
    str got = decoded(&a, buf_get(&b), &e);
    CHECK(str_ends(got, STR("plain Caf\u00e9")));
    buf_release(&b);
    buf_release(&want);
    arena_release(&a);
}

/* ---- CSV ---- */

/* The rows as [a|b]{line}, or the error. Lines stand only where a field starts on another than its row. */
static str rows(struct arena *a, str bytes, char separator, size_t field_cap)
{
    struct text_reader r;
    struct csv c;
    struct csv_row row;
    struct err err;
    struct buf b;
    struct arena scratch;
    arena_init(&scratch, 0);
    buf_init(&b, 64 << 20);
    text_open_memory(&r, bytes);
    csv_init(&c, &r, separator);
    if (field_cap) c.field_cap = field_cap;
    int status;
    while ((status = csv_next(&c, &scratch, &row, &err)) > 0) {
        buf_printf(&b, "%u[", row.line);
        for (size_t i = 0; i < row.count; i++) {
            if (i) buf_char(&b, '|');
            if (row.field_lines[i] != row.line) buf_printf(&b, "<%u>", row.field_lines[i]);
            buf_str(&b, row.fields[i]);
        }
        buf_char(&b, ']');
        arena_clear(&scratch);
    }
    if (status < 0) buf_printf(&b, "!%u: %s", err.line, err.message);
    csv_release(&c);
    text_close(&r);
    str out = buf_copy(&b, a);
    buf_release(&b);
    arena_release(&scratch);
    return out;
}

static const struct {
    str source, want;
} tables[] = {
    {STR_INIT(""), STR_INIT("")},
    {STR_INIT("\n\r\n\r\r"), STR_INIT("")},
    {STR_INIT("a"), STR_INIT("1[a]")},
    {STR_INIT("a,b\n1,2\n"), STR_INIT("1[a|b]2[1|2]")},
    {STR_INIT("a,b\r\n1,2"), STR_INIT("1[a|b]2[1|2]")},
    {STR_INIT("a,b\r1,2\r"), STR_INIT("1[a|b]2[1|2]")},
    {STR_INIT("a,b\r\r\n\n1,2\n\r"), STR_INIT("1[a|b]4[1|2]")},
    {STR_INIT(",\n,"), STR_INIT("1[|]2[|]")},
    {STR_INIT("\"\"\n\"\",\"\""), STR_INIT("1[]2[|]")},
    {STR_INIT("\"a,b\",\"c\"\"d\"\"\",\"\"\"\"\n"), STR_INIT("1[a,b|c\"d\"|\"]")},
    {STR_INIT("\"a\nb\r\nc\rd\",e\nf"), STR_INIT("1[a\nb\r\nc\rd|<4>e]5[f]")},
    {STR_INIT("a\"b\",c\" \n x, \"y\"\n"), STR_INIT("1[a\"b\"|c\" ]2[ x| \"y\"]")},
    {STR_INIT("\"5\" tube\",x\n\"a\" ,b"), STR_INIT("1[5 tube\"|x]2[a |b]")},
    {STR_INIT("\"a\"\"\"b,c"), STR_INIT("1[a\"b|c]")},
    {STR_INIT("a;b;c\n1,5;2,5;3,5\n"), STR_INIT("1[a|b|c]2[1,5|2,5|3,5]")},
    {STR_INIT("Name, first;Age\n\"x;y, z\";3\n"), STR_INIT("1[Name, first|Age]2[x;y, z|3]")},
    {STR_INIT("a\tb\n1,2\t3\n"), STR_INIT("1[a|b]2[1,2|3]")},
    {STR_INIT("a|b\n1|2\n"), STR_INIT("1[a|b]2[1|2]")},
    {STR_INIT("\"a \"\"q;\"\", b\",c,d\n1,2,3"), STR_INIT("1[a \"q;\", b|c|d]2[1|2|3]")},
    {STR_INIT("sep=;\r\na,b;c\n"), STR_INIT("2[a,b|c]")},
    {STR_INIT("sep=\na\n"), STR_INIT("1[sep=]2[a]")},
    {STR_INIT("sep=\u00e4\n"), STR_INIT("1[sep=\u00e4]")},
    {STR_INIT("sep=;b\n"), STR_INIT("1[sep=|b]")},
    {STR_INIT("\xEF\xBB\xBF\"a\",b"), STR_INIT("1[a|b]")},
    {STR_INIT("\xFF\xFE"
              "a\0,\0\xe4\0"),
     STR_INIT("1[a|\u00e4]")},
    {STR_INIT("caf\xe9,\x80\n"), STR_INIT("1[caf\u00e9|\u20ac]")},
    {STR_INIT("a,b\n\"c\nd"), STR_INIT("1[a|b]!2: a quote is opened here and never closed")},
    {STR_INIT("a,b\nc\n\""), STR_INIT("1[a|b]2[c]!3: a quote is opened here and never closed")},
    {STR_INIT("\"a\"\""), STR_INIT("!1: a quote is opened here and never closed")},
    {STR_INIT("a,b\nc,d\0e\n"), STR_INIT("1[a|b]!2: a NUL byte; this is not a text file")},
    {STR_INIT("a\n\"b\nc\0d\"\n"), STR_INIT("1[a]!3: a NUL byte; this is not a text file")},
};

static void csv_table(struct test_tally *t)
{
    struct arena a;
    arena_init(&a, 0);
    for (size_t i = 0; i < ARRAY_COUNT(tables); i++) CHECK_STR(rows(&a, tables[i].source, 0, 0), tables[i].want);
    CHECK_STR(rows(&a, STR("a;b,c"), ',', 0), STR("1[a;b|c]"));
    CHECK_STR(rows(&a, STR("sep=;\na"), ',', 0), STR("1[sep=;]2[a]"));
    arena_release(&a);
}

/* Every kind of row end, quote and field across the border of two pieces. */
static void csv_pieces(struct test_tally *t)
{
    enum { BORDER = 256 * 1024 + 4 };
    static const char tail[] = ",\"q\"\"\r\nr\",\"\",\u20ac\r\nx,\"y\"\r\rz";
    static const char want[] = "|q\"\r\nr|<2>|<2>\u20ac]3[x|y]5[z]";
    struct arena a;
    struct buf b;
    arena_init(&a, 0);
    buf_init(&b, 10 << 20);
    size_t wrong = 0;
    for (size_t shift = 0; shift <= sizeof tail; shift++) {
        buf_clear(&b);
        while (b.n < BORDER - shift) buf_char(&b, 'x');
        buf_put(&b, tail, sizeof tail - 1);
        str got = rows(&a, buf_get(&b), ',', 0);
        wrong += !str_eq(str_from(got, 2 + BORDER - shift), str_of(want));
        arena_clear(&a);
    }
    CHECK(wrong == 0);
    buf_release(&b);
    arena_release(&a);
}

static void csv_limits(struct test_tally *t)
{
    struct arena a;
    struct buf b;
    arena_init(&a, 0);
    buf_init(&b, 80 << 20);
    CHECK_STR(rows(&a, STR("12345\n123456\n"), ',', 5), STR("1[12345]!2: field 1 is longer than 5 bytes"));
    CHECK_STR(rows(&a, STR("12345\n\"12345\"\n\"123456\"\n"), ',', 6), STR("1[12345]2[12345]3[123456]"));
    buf_text(&b, "a\nb,");
    while (b.n < 10 << 20) buf_text(&b, "0123456789abcdef");
    CHECK_STR(rows(&a, buf_get(&b), 0, 0), STR("1[a]!2: field 2 is longer than 1048576 bytes"));
    b.p[4] = '"';
    CHECK_STR(rows(&a, buf_get(&b), 0, 0), STR("1[a]!2: field 2 is longer than 1048576 bytes; is its quote closed?"));
    CHECK(rows(&a, buf_get(&b), 0, 20 << 20).n < 100); /* never closed */
    buf_char(&b, '"');
    CHECK(rows(&a, buf_get(&b), 0, 20 << 20).n == b.n + 3);
    buf_clear(&b);
    for (int i = 0; i < 20000; i++) buf_text(&b, "a,");
    CHECK_STR(rows(&a, buf_get(&b), 0, 0), STR("!1: more than 16384 fields in a row"));
    buf_clear(&b);
    for (int i = 0; i < 100; i++) {
        for (int k = 0; k < 16000; k++) buf_text(&b, "0123456789abcdef0123456789abcdef0123456789abcdef");
        buf_char(&b, ',');
    }
    CHECK_STR(rows(&a, buf_get(&b), ',', 0), STR("!1: the row is longer than 64 MiB; is a quote left open?"));
    buf_release(&b);
    arena_release(&a);
}

static str emitted(struct arena *a, str field, bool defuse)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    csv_emit_field(&b, field, ',', defuse);
    str out = buf_copy(&b, a);
    buf_release(&b);
    return out;
}

static void csv_out(struct test_tally *t)
{
    struct arena a;
    arena_init(&a, 0);
    CHECK_STR(emitted(&a, STR("plain"), true), STR("plain"));
    CHECK_STR(emitted(&a, STR_NONE, true), STR(""));
    CHECK_STR(emitted(&a, STR("a,b"), true), STR("\"a,b\""));
    CHECK_STR(emitted(&a, STR("say \"x\"\n"), true), STR("\"say \"\"x\"\"\n\""));
    CHECK_STR(emitted(&a, STR(" x"), true), STR("\" x\""));
    CHECK_STR(emitted(&a, STR("=1+2"), true), STR("'=1+2"));
    CHECK_STR(emitted(&a, STR("=1+2"), false), STR("=1+2"));
    CHECK_STR(emitted(&a, STR("@a,b"), true), STR("\"'@a,b\""));
    CHECK_STR(emitted(&a, STR("-12.50"), true), STR("-12.50"));
    CHECK_STR(emitted(&a, STR("-1+cmd"), true), STR("'-1+cmd"));
    CHECK_STR(emitted(&a, STR("+"), true), STR("'+"));
    CHECK_STR(emitted(&a, STR("\tx"), true), STR("'\tx"));
    /* What is written is read again. */
    static const char letters[] = {'a', '"', ',', '\n', '\r', ';', ' ', '='};
    struct buf b, want;
    buf_init(&b, 1 << 20);
    buf_init(&want, 1 << 20);
    uint32_t state = 1;
    for (int row = 0; row < 2000; row++)
        for (int field = 0; field < 3; field++) {
            char text[8];
            size_t n = field ? (state = state * 1103515245 + 12345) >> 16 & 7 : 1;
            for (size_t i = 0; i < n; i++) text[i] = letters[(state = state * 1103515245 + 12345) >> 16 & 7];
            csv_emit_field(&b, (str){text, n}, ',', false);
            buf_text(&b, field == 2 ? "\r\n" : ",");
            buf_put(&want, text, n);
            buf_text(&want, field == 2 ? "]" : "|");
        }
    struct text_reader r;
    struct csv c;
    struct csv_row line;
    struct err err;
    struct buf got;
    buf_init(&got, 1 << 20);
    text_open_memory(&r, buf_get(&b));
    csv_init(&c, &r, ',');
    int status;
    while ((status = csv_next(&c, &a, &line, &err)) > 0)
        for (size_t i = 0; i < line.count; i++) {
            buf_str(&got, line.fields[i]);
            buf_char(&got, i + 1 == line.count ? ']' : '|');
        }
    CHECK(status == 0 && str_eq(buf_get(&got), buf_get(&want)));
    csv_release(&c);
    text_close(&r);
    buf_release(&b);
    buf_release(&want);
    buf_release(&got);
    arena_release(&a);
}

/* ---- files ---- */

static size_t entries(struct arena *a, const char *folder)
{
    str command = arena_printf(a, "ls -A '%s' | wc -l", folder);
    FILE *f = popen(command.p, "r");
    char line[32];
    int64_t n = 999;
    if (f && fgets(line, sizeof line, f) && !str_to_int(str_trim(str_of(line)), &n)) n = 999;
    if (f) pclose(f);
    return (size_t)n;
}

static void files(struct test_tally *t)
{
    char folder[] = "/tmp/entente-test-XXXXXX";
    if (!CHECK(mkdtemp(folder) != NULL)) return;
    struct arena a;
    struct err err = {0};
    struct stat about;
    str text;
    arena_init(&a, 0);
    const char *path = arena_printf(&a, "%s/a.txt", folder).p, *link = arena_printf(&a, "%s/link", folder).p;
    CHECK(file_write(path, STR("one\0two"), &err) == 0);
    CHECK(file_read(&a, path, 7, &text, &err) == 0 && text.p[7] == 0);
    CHECK_STR(text, STR("one\0two"));
    CHECK(file_read(&a, path, 6, &text, &err) < 0 && err.code == ERR_LIMIT);
    CHECK_STR(str_of(err.file), str_of(path));
    CHECK(chmod(path, 0640) == 0 && symlink("a.txt", link) == 0);
    CHECK(file_write(link, STR("three"), &err) == 0);
    CHECK(stat(path, &about) == 0 && (about.st_mode & 07777) == 0640 && about.st_size == 5);
    CHECK(lstat(link, &about) == 0 && S_ISLNK(about.st_mode));
    CHECK(file_write(path, STR_NONE, &err) == 0 && file_read(&a, path, 0, &text, &err) == 0 && text.n == 0);
    CHECK(entries(&a, folder) == 2); /* nothing is left beside */
    CHECK(file_write("/dev/null", STR("x"), &err) == 0 && stat("/dev/null", &about) == 0 && S_ISCHR(about.st_mode));
    CHECK(file_write("/dev/full", STR("x"), &err) < 0 && err.code == ERR_IO);
    CHECK(file_write(folder, STR("x"), &err) < 0);
    CHECK(file_write(arena_printf(&a, "%s/none/b.txt", folder).p, STR("x"), &err) < 0);
    CHECK_STR(str_of(err.message), STR("cannot write: No such file or directory"));
    CHECK(file_read(&a, folder, 100, &text, &err) < 0 && err.code == ERR_IO);
    CHECK(file_read(&a, arena_printf(&a, "%s/none", folder).p, 100, &text, &err) < 0);
    CHECK_STR(str_of(err.message), STR("cannot open: No such file or directory"));
    CHECK(file_read(&a, "/dev/zero", 1000, &text, &err) < 0 && err.code == ERR_LIMIT);
    struct text_reader r;
    struct buf b;
    buf_init(&b, 100);
    CHECK(file_write(path,
                     STR("\xFF\xFE"
                         "a\0"),
                     &err) == 0);
    if (CHECK(text_open(&r, path, &err) == 0)) {
        while (!r.at_end && text_read(&r, &b, &err) == 0) continue;
        CHECK_STR(buf_get(&b), STR("a"));
        CHECK(r.bytes_done == 4 && r.bytes_total == 4);
        text_close(&r);
    }
    CHECK(text_open(&r, "/nowhere", &err) < 0);
    CHECK(text_open(&r, folder, &err) == 0 && text_read(&r, &b, &err) < 0 && err.code == ERR_IO);
    text_close(&r);
    buf_release(&b);
    unlink(link);
    unlink(path);
    CHECK(rmdir(folder) == 0);
    arena_release(&a);
}

static void from_a_pipe(struct test_tally *t)
{
    int ends[2];
    struct buf b;
    struct err err;
    if (!CHECK(pipe(ends) == 0)) return;
    CHECK(write(ends[1], "caf\xc3", 4) == 4);
    struct text_reader r = {.fd = ends[0], .owns_fd = true};
    buf_init(&r.raw, 1000);
    CHECK(write(ends[1], "\xa9", 1) == 1);
    close(ends[1]);
    buf_init(&b, 100);
    while (!r.at_end && text_read(&r, &b, &err) == 0) continue;
    CHECK_STR(buf_get(&b), STR("caf\u00e9"));
    CHECK(r.bytes_total == 0 && r.bytes_done == 5);
    text_close(&r);
    buf_release(&b);
}

static void from_standard_input(struct test_tally *t)
{
    struct arena a;
    struct err err;
    struct text_reader r;
    struct buf b;
    str text;
    int ends[2], kept = dup(STDIN_FILENO);
    arena_init(&a, 0);
    buf_init(&b, 100);
    for (int round = 0; round < 2; round++) {
        if (!CHECK(pipe(ends) == 0 && write(ends[1], "abc", 3) == 3)) return;
        close(ends[1]);
        CHECK(dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
        close(ends[0]);
        if (round == 0) {
            CHECK(file_read(&a, "-", 100, &text, &err) == 0);
            CHECK_STR(text, STR("abc"));
        } else if (CHECK(text_open(&r, "-", &err) == 0)) {
            while (!r.at_end && text_read(&r, &b, &err) == 0) continue;
            CHECK_STR(buf_get(&b), STR("abc"));
            text_close(&r);
            CHECK(fcntl(STDIN_FILENO, F_GETFD) >= 0); /* it is not ours to close */
        }
    }
    if (kept >= 0) dup2(kept, STDIN_FILENO), close(kept);
    buf_release(&b);
    arena_release(&a);
}

TEST_MAIN(encodings, pieces, csv_table, csv_pieces, csv_limits, csv_out, files, from_a_pipe, from_standard_input)
