/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a line of a batch: JSON and FEEL contexts as inputs of a model with every kind of type. */
#include "dmn_batch.h"

#include <stdlib.h>

static const char model[] =
    "<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' namespace='f' name='f'>"
    "<itemDefinition name='tAge'><typeRef>number</typeRef><allowedValues><text>[0..120]</text></allowedValues>"
    "</itemDefinition>"
    "<itemDefinition name='tPerson'><itemComponent name='name'><typeRef>string</typeRef></itemComponent>"
    "<itemComponent name='age'><typeRef>tAge</typeRef></itemComponent>"
    "<itemComponent name='since'><typeRef>date</typeRef></itemComponent>"
    "<itemComponent name='friends' isCollection='true'><typeRef>tPerson</typeRef></itemComponent></itemDefinition>"
    "<itemDefinition name='tFew' isCollection='true'><typeRef>dateTime</typeRef><typeConstraint>"
    "<text>count(?) &lt; 3</text></typeConstraint></itemDefinition>"
    "<inputData name='p' id='p'><variable name='p' typeRef='tPerson'/></inputData>"
    "<inputData name='few' id='w'><variable name='few' typeRef='tFew'/></inputData>"
    "<inputData name='t' id='t'><variable name='t' typeRef='time'/></inputData>"
    "<inputData name='long' id='l'><variable name='long' typeRef='dayTimeDuration'/></inputData>"
    "<inputData name='any' id='a'><variable name='any'/></inputData>"
    "<decision name='d' id='d'><variable name='d'/>"
    "<informationRequirement><requiredInput href='#p'/></informationRequirement>"
    "<informationRequirement><requiredInput href='#w'/></informationRequirement>"
    "<informationRequirement><requiredInput href='#t'/></informationRequirement>"
    "<informationRequirement><requiredInput href='#l'/></informationRequirement>"
    "<informationRequirement><requiredInput href='#a'/></informationRequirement>"
    "<literalExpression><text>{p: p.age + count(p.friends.name), few: few, t: t + long, any: string(any)}</text>"
    "</literalExpression></decision></definitions>";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct dmn_model *m; /* read once */
    struct dmn_source source = {{model, sizeof model - 1}, STR_NONE};
    struct feel_env env = {.limits = {.steps = 20000, .depth = 30}};
    struct dmn_batch b;
    struct buf out;
    struct err err = {0};
    if (!m && dmn_load(&source, 1, NULL, &m, &err) < 0) abort();
    batch_init(&b, m, &env);
    buf_init(&out, 1 << 22);
    b.otherwise = dmn_find(m, STR_NONE, STR("d"), &err);
    str rest = {(const char *)data, size}, line;
    for (int i = 0; i < 4 && str_cut(&rest, '\n', &line); i++) batch_line(&b, line, &out);
    buf_release(&out);
    batch_release(&b);
    return 0;
}
