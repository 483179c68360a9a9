/* SPDX-License-Identifier: Apache-2.0 */
/* From files to plans: their rows, then which facts they are, then what would change. */
#include "import_internal.h"

#include <stdlib.h>
#include <string.h>

enum { PROGRESS_ROWS = 512, ROUNDS_LIMIT = 100 };

static void base_name(struct import *in)
{
    str path = str_of(in->plan->path);
    for (size_t at; (at = str_find_char(path, '/')) != STR_NOT_FOUND;) path = str_from(path, at + 1);
    size_t dot = path.n;
    while (dot > 1 && path.p[dot - 1] != '.') dot--;
    path = dot > 1 ? str_slice(path, 0, dot - 1) : path;
    /* Rows that were left out are still that source's. */
    if (path.n > 4 && str_ends(path, STR(".bad"))) path.n -= 4;
    in->plan->source = path;
}

static int read_file(struct import *in, struct err *err)
{
    struct import_plan *plan = in->plan;
    if (!in->options->no_memory &&
        store_load_columns(in->batch->store, in->a, in->type, plan->source, &in->memory, &in->memory_count, err) < 0)
        return -1;
    if (import_rows_read(in, err) < 0) return -1;
    plan->columns = in->columns;
    plan->column_count = in->column_count;
    plan->row_count = in->rows.count;
    plan->header = &in->header;
    if (in->errors.count) in->rows.count = 0; /* with a column unknown, every row would say the same */
    in->in_rows = true;
    import_marks(in);
    return 0;
}

/* A formula's error in a column that is read makes the row unfit. */
static bool refuse_errors(struct import *in, const struct import_row *row)
{
    bool good = !row->broken.p;
    if (!good) import_fault(in, row, in->column_count, STR_FORMAT, STR_ARGS(row->broken));
    for (size_t c = 0; row->kinds && c < in->column_count; c++) {
        bool read = in->columns[c].use == IMPORT_FIELD || in->columns[c].use == IMPORT_ID;
        if (!read || import_cell_kind(row, c) != CELL_ERROR) continue;
        str what = import_cell(row, c);
        if (in->plan->form == IMPORT_XLSX)
            import_fault(in, row, c, "\"" STR_FORMAT "\" is the error of a formula; mend it, or empty the cell",
                         STR_ARGS(what));
        else
            import_fault(in, row, c, STR_FORMAT, STR_ARGS(what));
        good = false;
    }
    return good;
}

static void settle(struct import *in)
{
    import_index_known(in);
    for (size_t i = 0; i < in->rows.count; i++) {
        struct import_row *row = &in->rows.items[i];
        if (!row->bad && refuse_errors(in, row)) import_settle_row(in, i);
        arena_clear(in->scratch);
    }
}

static int compare(struct import *in, struct err *err)
{
    struct import_plan *plan = in->plan;
    struct import_fact *facts = arena_array(in->a, in->rows.count, sizeof *facts);
    VEC_EACH(row, &in->rows) {
        if (row->fact && import_plan_row(in, row, &facts[plan->fact_count++], err) < 0) return -1;
        if (in->options->progress && plan->fact_count % PROGRESS_ROWS == 0)
            in->options->progress(in->options->self, plan->fact_count, in->rows.count, "rows");
    }
    plan->facts = facts;
    return 0;
}

static void begin_maps(struct import_batch *b)
{
    const struct model *model = picture_model(b->picture);
    idmap_init(&b->row_of);
    idmap_init(&b->wanted);
    b->moves.count = 0;
    for (size_t i = 0; i < model->type_count; i++) map_init(&b->kin[i].ids), b->kin[i].names = NULL;
    for (size_t i = 0; i < b->file_count; i++) map_init(&b->files[i].keys);
}

static void end_maps(struct import_batch *b)
{
    for (size_t i = 0; i < b->file_count; i++) map_release(&b->files[i].keys);
    for (size_t i = 0; i < picture_model(b->picture)->type_count; i++) map_release(&b->kin[i].ids);
    idmap_release(&b->wanted);
    idmap_release(&b->row_of);
}

static int plan_rows(struct import_batch *b, struct err *err)
{
    int status = 0;
    begin_maps(b);
    for (size_t i = 0; i < b->file_count; i++) settle(&b->files[i]);
    for (size_t i = 0; i < b->file_count; i++)
        VEC_EACH(row, &b->files[i].rows)
            if (row->fact) import_name_aliases(&b->files[i], row);
    for (size_t i = 0; i < b->file_count && status == 0; i++) status = compare(&b->files[i], err);
    if (status == 0) status = import_check_ways(b, err);
    end_maps(b);
    return status;
}

static void new_set(struct import_batch *b)
{
    str what = b->file_count == 1 ? b->files[0].type->plural : STR("all types");
    b->set = change_set_new(b->a, picture_model(b->picture), b->options->actor,
                            arena_printf(b->a, "import of " STR_FORMAT " from %s", STR_ARGS(what),
                                         b->file_count == 1 ? b->files[0].plan->path : b->options->from));
    for (size_t i = 0; i < b->file_count; i++) b->files[i].plan->set = b->set;
}

/* Takes the bad rows of the last look out, and forgets what it found. False when there were none. */
static bool leave_out_bad(struct import_batch *b)
{
    bool any = false;
    for (size_t i = 0; i < b->file_count; i++) {
        struct import *in = &b->files[i];
        any = any || in->bad_taken < in->bad.count;
        for (; in->bad_taken < in->bad.count; in->bad_taken++)
            in->rows.items[in->bad.items[in->bad_taken].row - in->rows.items].bad = true;
    }
    for (size_t i = 0; i < b->file_count && any; i++) {
        struct import *in = &b->files[i];
        struct import_plan *plan = in->plan;
        in->errors.count = in->made.count = 0;
        in->demanded = false;
        plan->error_count = plan->fact_count = plan->repeated = plan->created = plan->changed = plan->recorded =
            plan->agreed = 0;
        VEC_EACH(row, &in->rows) row->fact = 0, row->by_alias = row->is_new = false;
    }
    if (any) new_set(b);
    return any;
}

static int by_line(const void *a, const void *b)
{
    const struct import_bad *x = a, *y = b;
    return x->line < y->line ? -1 : x->line > y->line;
}

static int make_plans(struct import_batch *b, struct err *err)
{
    size_t faulty = 0;
    for (size_t i = 0; i < b->file_count; i++) {
        if (read_file(&b->files[i], err) < 0) return -1;
        faulty += b->files[i].errors.count;
    }
    /* A row that is left out may have been what another links to, which is bad then too. */
    for (size_t round = 0; !faulty || !round; round++) {
        if (plan_rows(b, err) < 0) return -1;
        if (!b->options->skip_bad || faulty || !leave_out_bad(b)) break;
        if (round == ROUNDS_LIMIT)
            return err_set(err, ERR_LIMIT, "the rows that would be left out hang together too deeply; mend some first");
    }
    for (size_t i = 0; i < b->file_count; i++) {
        struct import *in = &b->files[i];
        import_sort_faults(in);
        in->plan->made = in->made.items;
        in->plan->made_count = in->made.count;
        if (in->bad.count) qsort(in->bad.items, in->bad.count, sizeof *in->bad.items, by_line);
        in->plan->bad = in->bad.items;
        in->plan->bad_count = in->bad.count;
    }
    return 0;
}

static void begin_file(struct import_batch *b, struct import *in, const struct import_file *file)
{
    struct import_plan *plan = arena_zalloc(b->a, sizeof *plan);
    *in = (struct import){.batch = b,
                          .a = b->a,
                          .scratch = &b->scratch,
                          .picture = b->picture,
                          .type = file->type,
                          .file = file,
                          .options = b->options,
                          .plan = plan};
    plan->type = file->type;
    plan->path = file->path;
    plan->place = str_of(file->path);
    plan->actor = b->options->actor;
    base_name(in);
    if (b->options->source.n) plan->source = b->options->source;
    idmap_init(&in->bad_at);
}

int import_read_all(struct arena *a, struct store *s, struct picture *p, const struct import_file *files, size_t count,
                    const struct import_options *options, struct import_plan **plans, struct err *err)
{
    struct import_batch b = {.a = a, .store = s, .picture = p, .options = options, .file_count = count};
    MUST(count);
    arena_init(&b.scratch, 0);
    b.kin = arena_array(a, picture_model(p)->type_count, sizeof *b.kin);
    b.how.currency = picture_profile(p)->currency;
    b.files = arena_array(a, count, sizeof *b.files);
    for (size_t i = 0; i < count; i++) {
        begin_file(&b, &b.files[i], &files[i]);
        plans[i] = b.files[i].plan;
    }
    new_set(&b);
    int status = store_load_sources(s, a, &b.sources, &b.source_count, err);
    if (status == 0) status = make_plans(&b, err);
    for (size_t i = 0; i < count; i++) idmap_release(&b.files[i].bad_at);
    if (b.book) book_close(b.book);
    arena_release(&b.scratch);
    return status;
}

int import_read(struct arena *a, struct store *s, struct picture *p, const struct import_file *file,
                const struct import_options *options, struct import_plan **out, struct err *err)
{
    return import_read_all(a, s, p, file, 1, options, out, err);
}

int import_remember(const struct import_plan *plan, struct store *s, int64_t now, struct err *err)
{
    if (!plan->said_count) return 0;
    return store_keep_columns(s, plan->type, plan->source, plan->said, plan->said_count, plan->actor, now, err);
}

int import_commit(struct import_plan *const *plans, size_t count, struct store *s, int64_t now,
                  struct commit_result *result, struct err *err)
{
    for (size_t i = 0; i < count; i++) MUST(plans[i]->error_count == 0);
    if (store_commit(s, plans[0]->set, now, result, err) < 0) return err_in(err, str_of(plans[0]->path));
    for (size_t i = 0; i < count; i++)
        if (import_remember(plans[i], s, now, err) < 0) return -1;
    return 0;
}
