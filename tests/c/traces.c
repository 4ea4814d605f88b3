// ranks: 1 2
/* Traces from C: the files that there are, and what is wrong on one rank. */
#define _POSIX_C_SOURCE 200809L

#include <heffte.h>

/* heffte.h alone has what the calls of its functions need. */
static char const *const no_root = NULL;

#include "calls.h"

static char directory[] = "/tmp/heffte_trace_XXXXXX";

/* The path of a file of the trace, in the directory of this run. */
static char const *path(char const *end) {
    static char text[256];
    snprintf(text, sizeof text, "%s/c%s", directory, end);
    return text;
}

static char const *log_of_this_rank(void) {
    static char text[256];
    snprintf(text, sizeof text, "%s/c_%d.log", directory, me);
    return text;
}

/* How often a line of a file has a name in its first 40 columns. */
static int times(char const *file, char const *name) {
    FILE *log = fopen(file, "r");
    char line[256], expected[64];
    int found = 0;
    if (!log)
        return -1;
    snprintf(expected, sizeof expected, "%40s", name);
    while (fgets(line, sizeof line, log))
        found += strncmp(line, expected, 40) == 0 && strlen(line) == 81;
    fclose(log);
    return found;
}

static void a_trace_has_transforms_and_marks(void) {
    box const mine = slab_of(4, 4, 8, 2);
    double const input[128] = {1};
    double output[256];
    heffte_plan plan;
    CHECK(heffte_trace_start(path(""), MPI_COMM_WORLD) == Heffte_SUCCESS && no_error());
    double const begin = MPI_Wtime();
    CHECK(make_plan(&mine, &mine, -1, NULL, &plan) == Heffte_SUCCESS);
    heffte_forward_d2z(plan, input, output, Heffte_SCALE_NONE);
    CHECK(heffte_trace_mark("from C", begin) == Heffte_SUCCESS);
    CHECK(heffte_trace_stop() == Heffte_SUCCESS && no_error());
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);
    CHECK(times(log_of_this_rank(), "from C") == 1 && times(log_of_this_rank(), "plan") == 1);
    CHECK(times(log_of_this_rank(), "forward") == 1);
    CHECK(remove(log_of_this_rank()) == 0);
    if (me == 0) {
        CHECK(remove(path(".json")) == 0);
        CHECK(remove(path(".txt")) == 0);
    }
}

static void what_is_wrong_on_one_rank_is_an_error_on_all(void) {
    CHECK(heffte_trace_start(me == 0 ? no_root : path(""), MPI_COMM_WORLD) == 2);
    CHECK(error_says("heffte_trace_start: rank 0: root is NULL") && error_is_the_same_on_all());
    CHECK(heffte_trace_start("/nonexistent/place", MPI_COMM_WORLD) == 2);
    CHECK(error_says("rank 0: cannot write /nonexistent/place_0.log: ") && error_is_the_same_on_all());
    CHECK(heffte_trace_start(path(""), MPI_COMM_NULL) == 2 && error_says("MPI_COMM_NULL"));
    CHECK(heffte_trace_mark(NULL, 0.0) == 2 && error_says("name is NULL"));
    CHECK(heffte_trace_stop() == Heffte_SUCCESS);
    remove(log_of_this_rank());
}

int main(int argc, char **argv) {
    check_begin(&argc, &argv);
    if (me == 0)
        CHECK(mkdtemp(directory) != NULL);
    MPI_Bcast(directory, sizeof directory, MPI_CHAR, 0, MPI_COMM_WORLD);
    RUN(a_trace_has_transforms_and_marks);
    RUN(what_is_wrong_on_one_rank_is_an_error_on_all);
    if (me == 0)
        CHECK(rmdir(directory) == 0);
    return check_end();
}
