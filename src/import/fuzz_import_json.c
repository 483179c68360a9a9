/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of JSON into rows: every row has a cell's kind for each cell, or a reason. */
#include "import_internal.h"

#include "base_utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct model_type type = {
        .name = STR_INIT("application"), .plural = STR_INIT("applications"), .key = STR_INIT("application")};
    struct arena a;
    struct import_rows rows = {0};
    struct err err;
    uint32_t line = 0;
    arena_init(&a, 0);
    if (json_lines_read(&a, (str){(const char *)data, size}, &type, &rows, &err) == 0) {
        MUST(rows.count >= 1);
        for (size_t i = 1; i < rows.count; i++) {
            const struct import_row *row = &rows.items[i];
            MUST(row->cells.line > line && row->raw.n && !row->kinds == (row->broken.n > 0));
            MUST(row->cells.count <= rows.items[0].cells.count);
            line = row->cells.line;
            for (size_t k = 0; k < row->cells.count; k++) {
                MUST(row->kinds[k] <= CELL_ERROR);
                if (row->kinds[k]) MUST(utf8_first_bad(import_cell_name(row, k), false) == STR_NOT_FOUND);
            }
        }
    }
    arena_release(&a);
    return 0;
}
