/* SPDX-License-Identifier: Apache-2.0 */
#include "scan_read.h"

#include "base_time.h"

#include <stdlib.h>
#include <string.h>

void file_skip(struct scan_file *f, uint64_t line, const char *reason)
{
    f->skipped++;
    if (f->skip_count < SCAN_SKIPS_KEPT) f->skips[f->skip_count++] = (struct scan_skip){line, reason};
}

void file_note(struct scan *s, struct scan_file *f, str text)
{
    f->note = f->note.n ? arena_printf(&s->arena, STR_FORMAT "; " STR_FORMAT, STR_ARGS(f->note), STR_ARGS(text)) : text;
}

int scan_new(const struct scan_options *options, struct scan **out, struct err *err)
{
    *out = NULL;
    if (sodium_init() < 0) return err_set(err, ERR_LIMIT, "the system gives no random numbers");
    struct scan *s = mem_zalloc(sizeof *s);
    s->options = *options;
    arena_init(&s->arena, 0);
    arena_init(&s->scratch, 0);
    roll_init(&s->roll, &s->arena);
    idmap_init(&s->ledger_lines);
    s->hosts = host_cache_new();
    crypto_generichash(s->person_key, sizeof s->person_key, (const unsigned char *)"person", 6, options->person_key,
                       32);
    if (catalogue_load(&s->arena, &s->catalogue, err) < 0 ||
        formats_load(&s->arena, &s->formats, &s->format_count, err) < 0) {
        scan_free(s);
        return -1;
    }
    match_init(&s->match, &s->arena, &s->catalogue, options->known, options->known_count);
    *out = s;
    return 0;
}

void scan_free(struct scan *s)
{
    if (!s) return;
    match_release(&s->match);
    roll_release(&s->roll);
    idmap_release(&s->ledger_lines);
    host_cache_free(s->hosts);
    mem_free((void *)s->result.by_people);
    mem_free((void *)s->result.by_paid);
    arena_release(&s->scratch);
    arena_release(&s->arena);
    mem_free(s);
}

/* How many of the first lines a format of lines can read, in percent; -1 without any line. */
static int share_read(const struct scan_format *f, str sample, bool whole)
{
    size_t lines = 0, good = 0;
    str rest = sample, line;
    while (lines < 200 && str_cut(&rest, '\n', &line)) {
        if (!rest.p && !whole) break; /* the last one is cut */
        if (line.n && line.p[line.n - 1] == '\r') line.n--;
        struct log_line parsed;
        if (!line.n) continue;
        lines++;
        good += !line_parse(f, line.p, line.p + line.n, &parsed);
    }
    return lines ? (int)(good * 100 / lines) : -1;
}

static int format_list(struct scan *s, enum err_code code, const char *problem, struct err *err)
{
    struct buf b;
    buf_init(&b, 300);
    for (size_t i = 0; i < s->format_count; i++)
        buf_printf(&b, "%s" STR_FORMAT " (" STR_FORMAT ")", i ? ", " : "", STR_ARGS(s->formats[i].id),
                   STR_ARGS(s->formats[i].name));
    str list = buf_get(&b);
    err_set(err, code, "%s; there are " STR_FORMAT "; state one: --format squid", problem, STR_ARGS(list));
    buf_release(&b);
    return -1;
}

static int choose_format(struct scan *s, struct scan_file *f, const struct scan_input *in, struct err *err)
{
    str sample = {in->window, in->n};
    if (s->options.format.n) {
        for (size_t i = 0; i < s->format_count; i++)
            if (str_eq(s->formats[i].id, s->options.format)) return f->format = &s->formats[i], 0;
        return format_list(s, ERR_USAGE, "--format: no such format", err);
    }
    if (!in->n) return err_set(err, ERR_INPUT, "is empty");
    int best = 19; /* a log may have much garbage in it and still be a log */
    for (size_t i = 0; i < s->format_count; i++) {
        if (s->formats[i].reads != READS_LINES) continue;
        int share = share_read(&s->formats[i], sample, in->end);
        if (share > best) best = share, f->format = &s->formats[i];
    }
    if (f->format) return 0;
    size_t odd = 0; /* what no text has */
    for (size_t i = 0; i < sample.n && i < 4096; i++)
        odd += (unsigned char)sample.p[i] < 32 && !strchr("\t\r\n\f", sample.p[i]);
    if (odd * 20 > (sample.n < 4096 ? sample.n : 4096))
        return format_list(s, ERR_INPUT, "is not text in any known format", err);
    for (size_t i = 0; i < s->format_count && !f->format; i++)
        if (s->formats[i].reads == READS_TABLE && (table_separator(&s->formats[i], sample) || s->options.columns.n))
            f->format = &s->formats[i];
    return f->format ? 0 : format_list(s, ERR_INPUT, "is in no format that is known by its content", err);
}

static int already_read(const struct scan *s, const struct scan_input *in)
{
    for (size_t i = 0; !in->hashing && i + 1 < s->files.count; i++)
        if (s->files.items[i].duplicate_of < 0 &&
            !memcmp(s->files.items[i].content_hash, in->content_hash, sizeof in->content_hash))
            return (int)i;
    return -1;
}

static int read_file(struct scan *s, struct scan_file *f, struct scan_input *in, struct err *err)
{
    memcpy(f->content_hash, in->content_hash, sizeof f->content_hash);
    f->duplicate_of = already_read(s, in);
    if (f->duplicate_of >= 0) {
        f->format = s->files.items[f->duplicate_of].format;
        file_note(s, f,
                  arena_printf(&s->arena, "has the same content as " STR_FORMAT ": counted once",
                               STR_ARGS(s->files.items[f->duplicate_of].path)));
        return 0;
    }
    while (in->n < (64 << 10) && !in->end)
        if (input_more(in, err) < 0) return -1;
    if (choose_format(s, f, in, err) < 0) return -1;
    int r = -1;
    switch (f->format->reads) {
    case READS_LINES: r = lines_read(s, f, in, err); break;
    case READS_TABLE: r = table_read(s, f, in, err); break;
    }
    if (r < 0) return -1;
    f->bytes = in->bytes_done;
    memcpy(f->content_hash, in->content_hash, sizeof f->content_hash);
    if (in->corrupt)
        file_note(s, f, STR("the gzip data is damaged or breaks off: what stands before that place was read"));
    if (f->counted || f->refused || f->repeated) return 0;
    err_set(err, ERR_INPUT, "nothing could be read as " STR_FORMAT ": %s", STR_ARGS(f->format->name),
            f->skip_count ? f->skips[0].reason : "there is no line with content");
    return f->skip_count ? err_at(err, (uint32_t)f->skips[0].line, STR_NONE) : -1;
}

static int scan_input(struct scan *s, const char *path, struct scan_input *in, struct err *err)
{
    MUST(!s->finished);
    double begun = time_monotonic();
    struct scan_file *f = vec_add(&s->arena, &s->files);
    *f = (struct scan_file){.path = arena_copy(&s->arena, str_of(path)), .duplicate_of = -1};
    f->usage_from = s->roll.usage_count;
    f->payments_from = s->roll.payment_count;
    arena_clear(&s->scratch);
    roll_next_part(&s->roll);
    int r = read_file(s, f, in, err);
    f->usage_to = s->roll.usage_count;
    f->payments_to = s->roll.payment_count;
    f->seconds = time_monotonic() - begun;
    if (r < 0) {
        err_in(err, f->path);
        s->files.count--; /* its few counted lines, if any, came before an unreadable part: they are dropped with it */
        s->roll.usage_count = f->usage_from;
        s->roll.payment_count = f->payments_from;
    }
    return r;
}

int scan_file(struct scan *s, const char *path, struct err *err)
{
    struct scan_input in;
    if (input_open(&in, path, err) < 0) return -1;
    int r = scan_input(s, strcmp(path, "-") ? path : "standard input", &in, err);
    input_close(&in);
    return r;
}

int scan_memory(struct scan *s, str name, str bytes, struct err *err)
{
    struct scan_input in;
    input_open_memory(&in, bytes);
    int r = scan_input(s, arena_copy(&s->arena, name).p, &in, err);
    input_close(&in);
    return r;
}

const struct scan_result *scan_result(const struct scan *s)
{
    MUST(s->finished);
    return &s->result;
}

/* ---- The end: people, days, policy, order */

/* Distinct by tables, not by sorting: there may be millions of rows, and few (subject, day). A meeting of two (subject,
 * person) in 64 bits would cost one person in the count; with a million people its odds are below one in ten million.
 */
static void count_people(struct scan *s)
{
    struct roll *r = &s->roll;
    struct idmap people, of_subject, days;
    idmap_init(&people);
    idmap_init(&of_subject);
    idmap_init(&days);
    for (size_t i = 0; i < r->usage_count; i++) {
        const struct evidence_usage *u = &r->usage[i];
        bool is_new;
        idmap_put(&people, u->person, &is_new);
        idmap_put(&of_subject, roll_hash(u->subject, u->person), &is_new);
        r->subjects[u->subject].people += is_new;
        idmap_put(&days, (uint64_t)u->subject << 32 | (uint32_t)u->day, &is_new);
        r->subjects[u->subject].days += is_new;
    }
    s->result.people = people.count;
    idmap_release(&people);
    idmap_release(&of_subject);
    idmap_release(&days);
}

static void sum_payments(struct scan *s)
{
    for (size_t i = 0; i < s->roll.payment_count; i++) {
        const struct scan_payment *p = &s->roll.payments[i];
        struct scan_subject *subject = &s->roll.subjects[p->subject];
        if (!subject->currency[0]) memcpy(subject->currency, p->currency, sizeof subject->currency);
        subject->lines_paid += p->lines;
        if (!memcmp(subject->currency, p->currency, sizeof subject->currency) &&
            __builtin_add_overflow(subject->paid, p->amount, &subject->paid))
            subject->paid = INT64_MAX;
    }
}

static int by_people(const void *a, const void *b, void *subjects)
{
    const struct scan_subject *x = (struct scan_subject *)subjects + *(const uint32_t *)a,
                              *y = (struct scan_subject *)subjects + *(const uint32_t *)b;
    if (x->people != y->people) return x->people > y->people ? -1 : 1;
    if (x->bytes != y->bytes) return x->bytes > y->bytes ? -1 : 1;
    return str_cmp(x->name, y->name);
}

static int by_paid(const void *a, const void *b, void *subjects)
{
    const struct scan_subject *x = (struct scan_subject *)subjects + *(const uint32_t *)a,
                              *y = (struct scan_subject *)subjects + *(const uint32_t *)b;
    if (x->paid != y->paid) return x->paid > y->paid ? -1 : 1;
    return str_cmp(x->name, y->name);
}

void scan_finish(struct scan *s)
{
    if (s->finished) return;
    s->finished = true;
    struct roll *r = &s->roll;
    struct scan_result *out = &s->result;
    count_people(s);
    sum_payments(s);
    uint32_t *people = mem_array(r->subject_count + 1, sizeof *people),
             *paid = mem_array(r->subject_count + 1, sizeof *paid);
    for (size_t i = 0; i < r->subject_count; i++) {
        struct scan_subject *subject = &r->subjects[i];
        subject->use_shown = subject->people >= s->catalogue.show_people;
        subject->shown = subject->use_shown || subject->lines_paid;
        subject->proposed = subject->kind == SUBJECT_PRODUCT && !subject->embedded &&
                            subject->product->kind == s->catalogue.propose_kind &&
                            subject->people >= s->catalogue.propose_people &&
                            subject->days >= s->catalogue.propose_days;
        if (subject->use_shown) people[out->by_people_count++] = (uint32_t)i;
        if (subject->lines_paid) paid[out->by_paid_count++] = (uint32_t)i;
    }
    qsort_r(people, out->by_people_count, sizeof *people, by_people, r->subjects);
    qsort_r(paid, out->by_paid_count, sizeof *paid, by_paid, r->subjects);
    out->by_people = people;
    out->by_paid = paid;
    out->subjects = r->subjects;
    out->subject_count = r->subject_count;
    out->usage = r->usage;
    out->usage_count = r->usage_count;
    out->payments = r->payments;
    out->payment_count = r->payment_count;
    out->files = s->files.items;
    out->file_count = s->files.count;
    VEC_EACH(f, &s->files) {
        out->bytes += f->bytes;
        out->lines += f->lines;
        out->counted += f->counted;
        out->skipped += f->skipped;
        out->seconds += f->seconds;
        if (f->first && (!out->first || f->first < out->first)) out->first = f->first;
        if (f->last > out->last) out->last = f->last;
    }
}
