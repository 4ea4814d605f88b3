// ranks: 1 2 4
/* Plans that cannot be made: the code, a null plan, the same words on all ranks, and a program that goes on. */
#include "calls.h"

#include <limits.h>

/* What a rank asks for; a direction below zero asks for a c2c plan. */
typedef struct {
    int backend, direction;
    int const *in[3], *out[3];
    MPI_Comm comm;
    heffte_plan_options const *options;
} request;

static box mine;
static int last;
/* "rank N: " of the last rank. */
static char last_named[32];

static request sound(void) {
    request const r = {Heffte_BACKEND_STOCK, -1,  {mine.low, mine.high, mine.order}, {mine.low, mine.high, mine.order},
                       MPI_COMM_WORLD,       NULL};
    return r;
}

static int ask(request const *r, heffte_plan *plan) {
    if (r->direction == -1)
        return heffte_plan_create(r->backend, r->in[0], r->in[1], r->in[2], r->out[0], r->out[1], r->out[2], r->comm,
                                  r->options, plan);
    return heffte_plan_create_r2c(r->backend, r->in[0], r->in[1], r->in[2], r->out[0], r->out[1], r->out[2],
                                  r->direction, r->comm, r->options, plan);
}

/* A sound plan can be made now, and gives the sum of its input. */
static void the_program_goes_on(void) {
    heffte_plan plan = NULL;
    request const r = sound();
    double input[4 * 5 * 8], output[2 * 4 * 5 * 8];
    for (int i = 0; i < count(&mine); i++)
        input[i] = 1.0;
    CHECK(ask(&r, &plan) == Heffte_SUCCESS && plan != NULL && no_error());
    heffte_forward_d2z(plan, input, output, Heffte_SCALE_NONE);
    CHECK(no_error() && (me != 0 || (output[0] > 159.999 && output[0] < 160.001)));
    CHECK(heffte_plan_destroy(plan) == Heffte_SUCCESS);
}

/* The request fails with this code, and this rank's message has these words in it; the list ends with NULL. */
static void fails(request r, int code, char const *const *words) {
    heffte_plan plan = (heffte_plan)&mine;
    CHECK(ask(&r, &plan) == code);
    CHECK(plan == NULL);
    CHECK(strncmp(heffte_last_error(), "heffte_plan_create", strlen("heffte_plan_create")) == 0);
    CHECK(strchr(heffte_last_error(), '\n') == NULL);
    for (; *words != NULL; words++)
        if (!error_says(*words)) {
            printf("rank %d: \"%s\" is missing\n", me, *words);
            CHECK(error_says(*words));
        }
}

/* The request fails, all ranks have the same message, and the program goes on. Collective. */
#define REFUSED(request, code, ...)                                                                                    \
    do {                                                                                                               \
        fails(request, code, (char const *const[]){__VA_ARGS__, NULL});                                                \
        CHECK(error_is_the_same_on_all());                                                                             \
        the_program_goes_on();                                                                                         \
    } while (0)

static void an_unknown_backend_on_one_rank_is_an_error_of_all(void) {
    request r = sound();
    r.backend = me == last ? 77 : r.backend;
    REFUSED(r, 1, last_named, "backend 77 is unknown", "stock (0)");
    r.backend = me == last ? -1 : 0;
    REFUSED(r, 1, last_named, "backend -1 is unknown", "stock (0)");
}

#ifndef Heffte_BACKEND_CUFFT
static void a_backend_that_is_not_built_is_named(void) {
    request r = sound();
    r.backend = 10;
    REFUSED(r, 1, "rank 0: backend cufft (10) is not in this build", "stock (0)");
}
#endif

static void an_unknown_algorithm_on_one_rank_is_an_error_of_all(void) {
    int const unknown[] = {4, -1, INT_MAX};
    for (int i = 0; i < 3; i++) {
        heffte_plan_options const options = {1, me == last ? unknown[i] : 0, 1, 1};
        request r = sound();
        char named[48];
        snprintf(named, sizeof named, "reshape algorithm %d is unknown", unknown[i]);
        r.options = &options;
        REFUSED(r, 2, last_named, named, "0 (alltoallv)", "3 (alltoall)");
    }
}

static void an_order_that_is_no_permutation_is_named_with_its_box(void) {
    int const twice[3] = {0, 0, 2}, outside[3] = {1, 2, 3}, negative[3] = {-1, 0, 1};
    request r = sound();
    r.in[2] = me == last ? twice : NULL;
    REFUSED(r, 2, last_named, "inbox order (0, 0, 2)", "permutation of (0, 1, 2)");
    r.in[2] = me == last ? negative : NULL;
    REFUSED(r, 2, last_named, "inbox order (-1, 0, 1)");
    r = sound();
    r.out[2] = me == last ? outside : NULL;
    REFUSED(r, 2, last_named, "outbox order (1, 2, 3)");
}

static void every_null_corner_is_named(void) {
    char const *const names[2][2] = {{"inbox_low is NULL", "inbox_high is NULL"},
                                     {"outbox_low is NULL", "outbox_high is NULL"}};
    for (int side = 0; side < 2; side++)
        for (int corner = 0; corner < 2; corner++) {
            request r = sound();
            if (me == last)
                (side ? r.out : r.in)[corner] = NULL;
            REFUSED(r, 2, last_named, names[side][corner]);
        }
}

static void a_null_plan_pointer_on_one_rank_is_an_error_of_all(void) {
    request const r = sound();
    heffte_plan plan = (heffte_plan)&mine;
    CHECK(ask(&r, me == last ? NULL : &plan) == 2);
    CHECK(me == last || plan == NULL);
    CHECK(error_says(last_named) && error_says("plan is NULL") && error_is_the_same_on_all());
    the_program_goes_on();
}

static void a_real_transform_has_a_direction(void) {
    int const unknown[] = {3, INT_MIN};
    for (int i = 0; i < 2; i++) {
        request r = sound();
        char named[48];
        snprintf(named, sizeof named, "r2c direction %d is not a dimension", unknown[i]);
        /* The boxes of an r2c plan in direction 0 need not be right: the direction is looked at before them. */
        r.direction = me == last ? unknown[i] : 0;
        REFUSED(r, 2, last_named, named, "use 0, 1 or 2");
    }
}

static void a_box_too_large_to_count_is_named(void) {
    int const low[3] = {0, 0, 0}, high[3] = {INT_MAX, INT_MAX, INT_MAX};
    request r = sound();
    if (me == last)
        r.in[0] = low, r.in[1] = high;
    REFUSED(r, 2, last_named, "inbox (0, 0, 0)-(2147483647, 2147483647, 2147483647) is too large");
}

static void boxes_that_overlap_are_named_with_their_ranks(void) {
    char named[64];
    request r = sound();
    box greedy = mine;
    greedy.low[2] -= me == last;
    r.in[0] = greedy.low;
    snprintf(named, sizeof named, "inboxes of ranks %d and %d overlap", last - 1, last);
    REFUSED(r, 2, named, "both hold the point (0, 0, ", "make them disjoint");
}

static void a_hole_is_named_with_a_point_in_it(void) {
    request r = sound();
    box holed = mine;
    holed.high[0] -= me == last;
    r.out[1] = holed.high;
    REFUSED(r, 2, "outboxes leave a hole", "the point (3, 0, ", "the world (0, 0, 0)-(3, 4, 7)");
}

static void a_world_that_does_not_begin_at_zero_is_named_with_a_rank(void) {
    request r = sound();
    box shifted = mine;
    for (int d = 0; d < 3; d++)
        shifted.low[d]++, shifted.high[d]++;
    r.in[0] = shifted.low, r.in[1] = shifted.high;
    REFUSED(r, 2, "inboxes begin at (1, 1, 1)", "rank 0 has (1, 1, 1)-(4, 5, ", "(0, 0, 0)");
}

static void worlds_that_differ_are_both_named(void) {
    request r = sound();
    box wide = mine;
    wide.high[0]++;
    r.out[1] = wide.high;
    REFUSED(r, 2, "outboxes fill (0, 0, 0)-(4, 4, 7)", "(0, 0, 0)-(3, 4, 7)");
    r = sound();
    r.direction = 1;
    REFUSED(r, 2, "outboxes fill (0, 0, 0)-(3, 4, 7)", "r2c transform in direction 1", "(0, 0, 0)-(3, 2, 7)");
    int const low[3] = {0, 0, 0}, high[3] = {-1, -1, -1};
    r.in[0] = r.out[0] = low, r.in[1] = r.out[1] = high;
    REFUSED(r, 2, "inboxes are empty on all");
}

static void ranks_that_want_different_plans_are_both_named(void) {
    char named[32];
    heffte_plan_options options = {1, me == last ? 2 : 0, 1, 1};
    request r = sound();
    r.options = &options;
    snprintf(named, sizeof named, "ranks 0 and %d disagree", last);
    REFUSED(r, 2, named, "reshape algorithm", "alltoallv", "p2p");
    options.algorithm = 0;
    options.use_pencils = me == last;
    REFUSED(r, 2, named, "use_pencils", "false", "true");
    r.options = NULL;
    r.direction = me == last ? 2 : 1;
    REFUSED(r, 2, named, "r2c direction", "1 and 2");
}

static void a_communicator_that_cannot_be_used_is_an_error(void) {
    request r = sound();
    MPI_Comm copy;
    MPI_Comm_dup(MPI_COMM_WORLD, &copy);
    MPI_Comm const stale = copy;
    MPI_Comm_free(&copy);
    r.comm = copy;
    REFUSED(r, 2, "MPI_COMM_NULL");
#ifdef MPICH_VERSION
    r.comm = stale;
    REFUSED(r, 2, "the communicator is not usable (MPI_Comm_size failed), was it freed?");
#else
    (void)stale;
    if (me == 0)
        printf("skipped: a handle kept after MPI_Comm_free, which only MPICH's handles let a library find out\n");
#endif
}

int main(int argc, char **argv) {
    check_begin(&argc, &argv);
    mine = slab_of(4, 5, 8, 2);
    last = ranks - 1;
    snprintf(last_named, sizeof last_named, "rank %d: ", last);
    RUN(an_unknown_backend_on_one_rank_is_an_error_of_all);
#ifndef Heffte_BACKEND_CUFFT
    RUN(a_backend_that_is_not_built_is_named);
#endif
    RUN(an_unknown_algorithm_on_one_rank_is_an_error_of_all);
    RUN(an_order_that_is_no_permutation_is_named_with_its_box);
    RUN(every_null_corner_is_named);
    RUN(a_null_plan_pointer_on_one_rank_is_an_error_of_all);
    RUN(a_real_transform_has_a_direction);
    RUN(a_box_too_large_to_count_is_named);
    RUN(a_world_that_does_not_begin_at_zero_is_named_with_a_rank);
    RUN(worlds_that_differ_are_both_named);
    RUN(a_communicator_that_cannot_be_used_is_an_error);
    if (ranks > 1) {
        RUN(boxes_that_overlap_are_named_with_their_ranks);
        RUN(a_hole_is_named_with_a_point_in_it);
        RUN(ranks_that_want_different_plans_are_both_named);
    } else {
        printf("skipped: overlaps, holes and disagreements need two ranks\n");
    }
    return check_end();
}
