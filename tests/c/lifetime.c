// ranks: 1 2
/* Before MPI begins, after it ended, many plans, threads. */
#include "calls.h"

#include <pthread.h>

static int const LOW[3] = {0, 0, 0}, HIGH[3] = {1, 1, 1}, NOTHING[3] = {-1, -1, -1};
static heffte_plan const MARK = (heffte_plan)&me;

/* A plan whose points are all on the first rank. */
static int create(MPI_Comm comm, heffte_plan *plan) {
    int const *high = me == 0 ? HIGH : NOTHING;
    return heffte_plan_create(Heffte_BACKEND_STOCK, LOW, high, NULL, LOW, high, NULL, comm, NULL, plan);
}

static int works(heffte_plan plan) {
    double const input[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    double output[16] = {0};
    heffte_forward_d2z(plan, input, output, Heffte_SCALE_NONE);
    return no_error() && (me != 0 || (output[0] > 36 - 1e-12 && output[0] < 36 + 1e-12));
}

/* Called before MPI_Init, when checks can be made and cases cannot. */
static void look_before_mpi_begins(void) {
    heffte_plan plan = MARK;
    heffte_plan_options options;
    CHECK(no_error());
    CHECK(heffte_set_default_options(Heffte_BACKEND_STOCK, &options) == Heffte_SUCCESS);
    CHECK(create(MPI_COMM_WORLD, &plan) == 2 && plan == NULL && error_says("before MPI_Init"));
    CHECK(heffte_plan_destroy(NULL) == Heffte_SUCCESS);
}

static int early_failures;

static void before_mpi_begins_a_plan_is_an_error(void) { CHECK(early_failures == 0); }

static void a_plan_outlives_the_communicator_that_it_was_made_on(void) {
    MPI_Comm comm;
    heffte_plan plan;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    CHECK(create(comm, &plan) == Heffte_SUCCESS);
    MPI_Comm_free(&comm);
    CHECK(works(plan));
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);
}

/* More than an MPI has communicators to give: MPICH has 2048 at a time. */
static void plans_and_failures_to_make_one_leave_nothing_behind(void) {
    int const twice[3] = {0, 0, 1};
    for (int i = 0; i < 2500; i++) {
        heffte_plan plan = MARK;
        int const code = heffte_plan_create(Heffte_BACKEND_STOCK, LOW, HIGH, twice, LOW, HIGH, NULL, MPI_COMM_WORLD,
                                            NULL, &plan);
        CHECK(code == 2 && plan == NULL && error_says("inbox order (0, 0, 1)"));
        CHECK(create(MPI_COMM_WORLD, &plan) == Heffte_SUCCESS);
        if (i == 2499)
            CHECK(works(plan));
        CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);
    }
}

static void plans_may_be_freed_in_another_order_than_they_were_made(void) {
    heffte_plan plans[3];
    for (int i = 0; i < 3; i++)
        CHECK(create(MPI_COMM_WORLD, &plans[i]) == Heffte_SUCCESS);
    CHECK(heffte_plan_destroy(plans[1]) == Heffte_SUCCESS);
    CHECK(works(plans[2]) && works(plans[0]));
    CHECK(heffte_plan_destroy(plans[0]) == Heffte_SUCCESS);
    CHECK(heffte_plan_destroy(plans[2]) == Heffte_SUCCESS);
}

/* Writes whether the thread began without an error and then had its own. */
static void *fail_elsewhere(void *as_it_should) {
    int const began_clean = no_error();
    heffte_size_outbox(NULL);
    *(int *)as_it_should = began_clean && error_says("heffte_size_outbox");
    return NULL;
}

static void the_last_error_is_that_of_the_thread(void) {
    pthread_t thread;
    int as_it_should = 0;
    heffte_size_inbox(NULL);
    CHECK(pthread_create(&thread, NULL, fail_elsewhere, &as_it_should) == 0);
    CHECK(pthread_join(thread, NULL) == 0 && as_it_should);
    CHECK(error_says("heffte_size_inbox"));
}

static void a_call_that_works_clears_the_last_error(void) {
    heffte_plan plan;
    CHECK(create(MPI_COMM_WORLD, &plan) == Heffte_SUCCESS);
    CHECK(heffte_size_inbox(NULL) == -1 && !no_error());
    CHECK(works(plan));
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS && no_error());
}

/* Called after MPI_Finalize; the exit status tells of failures. */
static void look_after_mpi_ended(heffte_plan kept) {
    heffte_plan plan = MARK;
    double const input[8] = {0};
    double output[16] = {0};
    CHECK(heffte_size_inbox(kept) == (me == 0 ? 8 : 0));
    heffte_forward_d2z(kept, input, output, Heffte_SCALE_NONE);
    CHECK(error_says("after MPI_Finalize"));
    CHECK(create(MPI_COMM_WORLD, &plan) == 2 && plan == NULL && error_says("after MPI_Finalize"));
    CHECK(heffte_plan_destroy(kept) == Heffte_SUCCESS);
}

int main(int argc, char **argv) {
    heffte_plan kept = NULL;
    look_before_mpi_begins();
    early_failures = check_failures;
    check_begin(&argc, &argv);
    RUN(before_mpi_begins_a_plan_is_an_error);
    RUN(a_plan_outlives_the_communicator_that_it_was_made_on);
    RUN(plans_and_failures_to_make_one_leave_nothing_behind);
    RUN(plans_may_be_freed_in_another_order_than_they_were_made);
    RUN(the_last_error_is_that_of_the_thread);
    RUN(a_call_that_works_clears_the_last_error);
    CHECK(create(MPI_COMM_WORLD, &kept) == Heffte_SUCCESS);
    int const status = check_end();
    int const before = check_failures;
    look_after_mpi_ended(kept);
    return status != 0 || check_failures > before;
}
