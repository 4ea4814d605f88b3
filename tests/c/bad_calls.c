// ranks: 1 2 4
/* Transforms that cannot be done: the same words on all ranks, one line on standard error, outputs left alone, and a
 * program that goes on. */
#include "calls.h"

#include <fcntl.h>

/* Elements of the world, and room for all of them of the largest type. */
enum { N = 4 * 5 * 8, ROOM = N * 16 };

static box mine, half;
static heffte_plan whole_plan, half_plan;
/* Input, output and workspace, one behind the other: a workspace that begins at the output does not reach the input. */
static double memory[10 * ROOM / 8], untouched[ROOM / 8];
static double *const input = memory, *const output = memory + ROOM / 8, *const workspace = memory + 2 * ROOM / 8;

/* Standard error goes to a file of this rank until it is given back. */
static int kept_stderr = -1;
static FILE *captured;

static void take_stderr(void) {
    fflush(stderr);
    captured = tmpfile();
    kept_stderr = dup(STDERR_FILENO);
    CHECK(captured != NULL && dup2(fileno(captured), STDERR_FILENO) >= 0);
}

/* Gives it back; the number of lines that were written on all ranks. Collective. */
static int lines_on_stderr(char *first, int size) {
    int mine_has = 0, all = 0;
    dup2(kept_stderr, STDERR_FILENO);
    close(kept_stderr);
    rewind(captured);
    first[0] = '\0';
    if (fgets(first, size, captured) != NULL)
        mine_has = 1;
    for (int c; (c = fgetc(captured)) != EOF;)
        mine_has += c == '\n';
    fclose(captured);
    MPI_Allreduce(&mine_has, &all, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    return all;
}

/* The call fails on all ranks with these words, one rank says so on standard error, and no byte of the output changes.
 * Collective. */
static void fails(int which, heffte_plan plan, void const *in, void *out, void *ws, int scale, char const *words) {
    char line[512], begin[80];
    snprintf(begin, sizeof begin, "%s: ", name_of(which));
    memcpy(output, untouched, sizeof untouched);
    take_stderr();
    call(which, plan, in, out, ws, scale);
    CHECK(error_says(words));
    CHECK(strncmp(heffte_last_error(), begin, strlen(begin)) == 0);
    CHECK(error_is_the_same_on_all());
    CHECK(lines_on_stderr(line, sizeof line) == 1);
    if (line[0] != '\0')
        CHECK(strncmp(line, "heffte: ", 8) == 0 && strstr(line, heffte_last_error()) == line + 8);
    CHECK(memcmp(output, untouched, sizeof untouched) == 0);
}

/* The transform of ones is their number at the origin. */
static void both_plans_still_work(void) {
    for (int i = 0; i < N; i++)
        input[i] = 1.0;
    heffte_plan const plans[] = {whole_plan, half_plan};
    for (int i = 0; i < 2; i++) {
        heffte_forward_d2z(plans[i], input, output, Heffte_SCALE_NONE);
        CHECK(no_error() && (me != 0 || (output[0] > N - 1e-9 && output[0] < N + 1e-9)));
    }
}

static void a_null_array_on_one_rank_stops_every_transform_on_all(void) {
    for (int which = 0; which < TRANSFORMS; which++) {
        heffte_plan const plan = which & COMPLEX ? whole_plan : half_plan;
        int const last = ranks - 1;
        char no_input[64], no_output[64];
        snprintf(no_input, sizeof no_input, "rank %d: input is null, but ", last);
        snprintf(no_output, sizeof no_output, "rank %d: output is null, but ", last);
        fails(which, plan, me == last ? NULL : input, output, workspace, 0, no_input);
        fails(which, plan, input, me == last ? NULL : output, workspace, 0, no_output);
    }
    both_plans_still_work();
}

static void a_null_array_is_named_with_the_elements_and_the_box_that_it_lacks(void) {
    char words[128];
    snprintf(words, sizeof words,
             "rank 0: input is null, but %d elements are needed for the inbox (0, 0, 0)-(3, 4, %d)",
             N / ranks, 8 / ranks - 1);
    fails(DOUBLE, whole_plan, NULL, output, NULL, 0, words);
    snprintf(words, sizeof words,
             "rank 0: input is null, but %d elements are needed for the outbox (0, 0, 0)-(2, 4, %d)",
             N / 4 * 3 / ranks, 8 / ranks - 1);
    fails(DOUBLE + BACKWARD, half_plan, NULL, output, NULL, 0, words);
}

static void complex_calls_on_a_real_plan_are_refused(void) {
    for (int which = COMPLEX; which < TRANSFORMS; which++) {
        char words[128];
        char const *type = which & DOUBLE ? "complex128" : "complex64";
        if (!(which & COMPLEX))
            continue;
        snprintf(words, sizeof words, "rank 0: a %s transform of a r2c plan cannot go from %s to %s",
                 which & BACKWARD ? "backward" : "forward", type, type);
        fails(which, half_plan, input, output, workspace, 0, words);
    }
    both_plans_still_work();
}

static void a_workspace_that_overlaps_an_array_is_refused(void) {
    fails(DOUBLE + COMPLEX + BUFFERED, whole_plan, input, output, input, 0, "rank 0: workspace overlaps the input");
    fails(DOUBLE + COMPLEX + BUFFERED + BACKWARD, whole_plan, input, output, output, 0,
          "rank 0: workspace overlaps the output");
    both_plans_still_work();
}

static void a_null_plan_is_an_error_of_its_rank(void) {
    for (int which = 0; which < TRANSFORMS; which++) {
        char line[512];
        memcpy(output, untouched, sizeof untouched);
        take_stderr();
        call(which, NULL, input, output, workspace, 0);
        CHECK(error_says("plan is NULL") && memcmp(output, untouched, sizeof untouched) == 0);
        CHECK(lines_on_stderr(line, sizeof line) == ranks);
    }
}

static void ranks_that_want_different_transforms_are_both_named(void) {
    int const last = ranks - 1;
    char words[64];
    snprintf(words, sizeof words, "ranks 0 and %d disagree on the transform", last);
    fails(DOUBLE + COMPLEX, whole_plan, input, output, NULL, me == last ? Heffte_SCALE_FULL : Heffte_SCALE_NONE, words);
    /* One function forward and another backward: the names before the words differ, and the words do not. */
    char line[512];
    memcpy(output, untouched, sizeof untouched);
    take_stderr();
    call(me == last ? DOUBLE + COMPLEX + BACKWARD : COMPLEX, whole_plan, input, output, NULL, 0);
    CHECK(error_says(words) && error_says("forward from complex64") && error_says("backward from complex128"));
    CHECK(lines_on_stderr(line, sizeof line) == 1 && memcmp(output, untouched, sizeof untouched) == 0);
    both_plans_still_work();
}

static void a_standard_error_that_takes_nothing_is_no_reason_to_end_the_program(void) {
    int const full = open("/dev/full", O_WRONLY);
    int const kept = dup(STDERR_FILENO);
    if (full >= 0) {
        dup2(full, STDERR_FILENO);
        heffte_forward_z2z(half_plan, input, output, 0);
        CHECK(error_says("r2c plan cannot go"));
        close(full);
    } else if (me == 0) {
        printf("skipped: a full standard error, since there is no /dev/full\n");
    }
    close(STDERR_FILENO);
    heffte_forward_z2z(half_plan, input, output, 0);
    CHECK(error_says("r2c plan cannot go"));
    dup2(kept, STDERR_FILENO);
    close(kept);
    both_plans_still_work();
}

static void sizes_and_kinds_of_a_null_plan_are_minus_one(void) {
    CHECK(heffte_size_inbox(NULL) == -1 && error_says("heffte_size_inbox: plan is NULL"));
    CHECK(heffte_size_outbox(NULL) == -1 && error_says("heffte_size_outbox: plan is NULL"));
    CHECK(heffte_size_workspace(NULL) == -1 && error_says("heffte_size_workspace: plan is NULL"));
    CHECK(heffte_get_backend(NULL) == -1 && error_says("heffte_get_backend: plan is NULL"));
    CHECK(heffte_is_r2c(NULL) == -1 && error_says("heffte_is_r2c: plan is NULL"));
    CHECK(heffte_size_inbox(whole_plan) == count(&mine) && no_error());
}

static void sizes_that_fit_no_int_are_minus_one_and_told(void) {
    int const low[3] = {0, 0, 1024 * me}, high[3] = {2047, 1023, 1024 * (me + 1) - 1};
    heffte_plan plan;
    CHECK(heffte_plan_create(Heffte_BACKEND_STOCK, low, high, NULL, low, high, NULL, MPI_COMM_WORLD, NULL, &plan) ==
          Heffte_SUCCESS);
    CHECK(heffte_size_inbox(plan) == -1 && error_says("2147483648 elements do not fit"));
    CHECK(heffte_size_outbox(plan) == -1 && error_says("2147483648 elements do not fit"));
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);
}

int main(int argc, char **argv) {
    check_begin(&argc, &argv);
    mine = slab_of(4, 5, 8, 2);
    half = slab_of(3, 5, 8, 2);
    memset(untouched, 0x55, sizeof untouched);
    CHECK(make_plan(&mine, &mine, -1, NULL, &whole_plan) == Heffte_SUCCESS);
    CHECK(make_plan(&mine, &half, 0, NULL, &half_plan) == Heffte_SUCCESS);
    RUN(a_null_array_on_one_rank_stops_every_transform_on_all);
    RUN(a_null_array_is_named_with_the_elements_and_the_box_that_it_lacks);
    RUN(complex_calls_on_a_real_plan_are_refused);
    RUN(a_workspace_that_overlaps_an_array_is_refused);
    RUN(a_null_plan_is_an_error_of_its_rank);
    RUN(a_standard_error_that_takes_nothing_is_no_reason_to_end_the_program);
    RUN(sizes_and_kinds_of_a_null_plan_are_minus_one);
    RUN(sizes_that_fit_no_int_are_minus_one_and_told);
    if (ranks > 1)
        RUN(ranks_that_want_different_transforms_are_both_named);
    else
        printf("skipped: disagreements need two ranks\n");
    CHECK(heffte_plan_destroy(whole_plan) == Heffte_SUCCESS && heffte_plan_destroy(half_plan) == Heffte_SUCCESS);
    return check_end();
}
