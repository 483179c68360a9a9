/* SPDX-License-Identifier: Apache-2.0 */
/* A workbook's bytes as they are, and, so that the packing is no wall, the same bytes as a sheet in a sound one. */
#include "import_internal.h"

#include <zip.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(str bytes)
{
    struct arena a;
    struct book *book;
    struct err err;
    arena_init(&a, 0);
    if (book_open(&a, bytes, &book, &err) == 0) {
        size_t count;
        book_sheets(book, &count);
        for (size_t i = 0; i < count && i < 4; i++) {
            struct import_rows rows = {0};
            uint32_t line = 0;
            if (book_read(book, i, &rows, &err) < 0) continue;
            for (size_t k = 0; k < rows.count; k++) {
                MUST(rows.items[k].cells.line > line);
                line = rows.items[k].cells.line;
            }
        }
        book_close(book);
    }
    arena_release(&a);
}

static void add(zip_t *zip, const char *name, const void *text, size_t size)
{
    MUST(zip_file_add(zip, name, zip_source_buffer(zip, text, size, 0), 0) >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char relations[] = "<R><Relationship Id='1' Type='officeDocument' Target='b'/></R>",
                      of_book[] = "<R><Relationship Id='1' Type='worksheet' Target='s'/>"
                                  "<Relationship Id='2' Type='sharedStrings' Target='s'/>"
                                  "<Relationship Id='3' Type='styles' Target='s'/></R>",
                      book[] = "<workbook><sheet name='a' id='1'/></workbook>";
    zip_error_t error;
    zip_stat_t stat;
    read_all((str){(const char *)data, size});
    zip_source_t *memory = zip_source_buffer_create(NULL, 0, 0, &error);
    zip_t *zip = zip_open_from_source(memory, ZIP_TRUNCATE, &error);
    MUST(zip);
    zip_source_keep(memory);
    add(zip, "_rels/.rels", relations, sizeof relations - 1);
    add(zip, "_rels/b.rels", of_book, sizeof of_book - 1);
    add(zip, "b", book, sizeof book - 1);
    add(zip, "s", data, size);
    MUST(zip_close(zip) == 0 && zip_source_stat(memory, &stat) == 0 && zip_source_open(memory) == 0);
    char *bytes = mem_alloc(stat.size);
    MUST(zip_source_read(memory, bytes, stat.size) == (zip_int64_t)stat.size);
    zip_source_close(memory);
    zip_source_free(memory);
    read_all((str){bytes, stat.size});
    mem_free(bytes);
    return 0;
}
